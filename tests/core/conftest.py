"""Hypothesis, set so that a run says the same every time on every machine."""

from hypothesis import HealthCheck, settings

# No deadline: what would never end meets pytest's own limit, and a busy machine fails nothing.
settings.register_profile(
    "core", deadline=None, derandomize=True, max_examples=300, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("core")
