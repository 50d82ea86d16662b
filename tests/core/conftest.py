"""Hypothesis, set so that a run says the same every time on every machine."""

from hypothesis import HealthCheck, settings

# No deadline: what would never end meets pytest's own limit, and a busy machine fails nothing.
# `--whole` takes the second profile: the hundred of the first cost a third, and are the same hundred in every run.
for name, examples in (("core", 100), ("whole", 300)):
    settings.register_profile(
        name, deadline=None, derandomize=True, max_examples=examples, suppress_health_check=[HealthCheck.too_slow]
    )
