"""Waits: never late by more than promised, never a flood, whatever the service says."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.plan import conversion_deadline, guessed_left, memory_needed, poll_wait, retry_wait

WAITED = st.floats(0, 1e6)
LEFT = st.floats(-1, 1e6)
SIZES = st.integers(0, 2**40)
MB = 1_000_000


@given(WAITED, LEFT)
def test_a_poll_comes_soon_but_not_at_once(waited: float, seconds_left: float) -> None:
    assert 0.4 <= poll_wait(waited, seconds_left) <= 5


@given(WAITED, st.floats(0, 1e6))
def test_in_the_last_tenth_of_the_promised_time_two_seconds_are_the_most(waited: float, share: float) -> None:
    seconds_left = share % (waited / 9 + 0.001)
    if waited >= 0.9 * (waited + seconds_left):
        assert poll_wait(waited, seconds_left) <= 2


@given(WAITED, LEFT)
def test_the_services_guess_only_shortens_a_wait(waited: float, seconds_left: float) -> None:
    assert poll_wait(waited, seconds_left) <= poll_wait(waited, -1)


@pytest.mark.parametrize(
    ("waited", "seconds_left", "expected"),
    [
        (0, -1, 2),  # nothing known yet: what others poll with
        (35, -1, 3.5),
        (50, -1, 5),
        (600, -1, 5),  # a long task is not polled more often for it
        (0, 60, 2),
        (100, 60, 5),
        (100, 3, 2),  # the last tenth
        (20, 1.5, 1.5),  # just when it is promised
        (20, 0, 1.0),  # late: asked often, but no flood
    ],
)
def test_the_gap_grows_with_the_time_and_closes_in_on_the_end(
    waited: float, seconds_left: float, expected: float
) -> None:
    assert poll_wait(waited, seconds_left) == pytest.approx(expected)


@given(st.integers(1, 64), st.floats(-1, 1e5), st.floats(0, 1))
def test_a_retry_waits_as_told_within_bounds(attempt: int, retry_after: float, chance: float) -> None:
    wait = retry_wait(attempt, retry_after, chance)
    assert wait >= 0.75
    assert wait >= min(retry_after, 120)
    assert wait <= max(37.5, min(retry_after, 120))


@given(st.integers(1, 63), st.floats(0, 1))
def test_each_retry_waits_at_least_as_long_as_the_one_before(attempt: int, chance: float) -> None:
    assert retry_wait(attempt + 1, -1, chance) >= retry_wait(attempt, -1, chance)


@pytest.mark.parametrize(
    ("attempt", "chance", "expected"), [(1, 0.5, 1), (2, 0.5, 2), (4, 0.5, 8), (4, 0, 6), (4, 1, 10), (20, 0.5, 30)]
)
def test_retries_double_up_to_half_a_minute_give_or_take_a_quarter(
    attempt: int, chance: float, expected: float
) -> None:
    assert retry_wait(attempt, -1, chance) == expected


@given(SIZES)
def test_a_model_is_given_far_more_time_than_it_takes(size: int) -> None:
    usual = 1 + 0.1 * size / MB
    assert conversion_deadline(size) >= 10 * usual


def test_a_small_model_that_hangs_is_given_up_within_a_minute() -> None:
    assert conversion_deadline(0) == 30
    assert conversion_deadline(MB) < 60


@given(SIZES)
def test_a_second_blender_needs_room_for_itself_and_many_times_the_file(size: int) -> None:
    assert memory_needed(size) >= 250 * MB + 12 * size


def test_a_usual_model_needs_no_more_memory_than_a_small_machine_has_left() -> None:
    assert memory_needed(0) == 500 * MB
    assert memory_needed(30 * MB) < 1000 * MB


@pytest.mark.parametrize(
    ("waited", "before", "percent", "left"),
    [
        pytest.param(10.0, 0.0, 50.0, 9.9, id="half-way"),
        pytest.param(99.5, 98.0, 99.0, 1.0, id="nearly there"),
        pytest.param(10.0, 50.0, 50.0, -1.0, id="stands still"),
        pytest.param(10.0, 60.0, 50.0, -1.0, id="goes back"),
        pytest.param(10.0, -1.0, -1.0, -1.0, id="does not say"),
        pytest.param(10.0, 0.0, 0.0, -1.0, id="has not begun"),
        pytest.param(10.0, 99.0, 100.0, -1.0, id="says it is done, and is not"),
    ],
)
def test_what_is_left_is_guessed_by_how_far_it_came(waited: float, before: float, percent: float, left: float) -> None:
    assert guessed_left(waited, before, percent) == pytest.approx(left, abs=0.05)
