"""Waits: never late by more than promised, never a flood, whatever the service says."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.retry import Pace, conversion_deadline, memory_needed, poll_wait, retry_wait, tries_again

WAITED = st.floats(0, 1e6)
LEFT = st.floats(-1, 1e6)
POLLS = st.integers(1, 500_000)
SIZES = st.integers(0, 2**40)
MB = 1_000_000


@given(WAITED, POLLS, LEFT, LEFT)
def test_a_poll_comes_soon_but_not_at_once(waited: float, polls: int, one: float, other: float) -> None:
    assert 0.7 <= poll_wait(waited, polls, one, other) <= 5


@given(st.lists(st.tuples(LEFT, LEFT, st.floats(0, 10)), max_size=100))
def test_all_polls_together_are_few_whatever_is_guessed(answers: list[tuple[float, float, float]]) -> None:
    waited = 0.0
    for polls, (one, other, round_trip) in enumerate(answers, 1):
        assert polls <= waited / 2 + 2 + 1e-9
        waited += round_trip
        waited += poll_wait(waited, polls, one, other)


@given(WAITED, st.floats(0, 1e6))
def test_in_the_last_tenth_of_the_promised_time_two_seconds_are_the_most(waited: float, share: float) -> None:
    left = share % (waited / 9 + 0.001)
    if waited >= 0.9 * (waited + left):
        assert poll_wait(waited, max(1, int(waited / 2)), left) <= 2


@given(WAITED, POLLS, LEFT, LEFT)
def test_the_soonest_end_that_is_guessed_counts(waited: float, polls: int, one: float, other: float) -> None:
    soonest = min((guess for guess in (one, other) if guess >= 0), default=-1)
    assert poll_wait(waited, polls, one, other) == poll_wait(waited, polls, soonest)


@pytest.mark.parametrize(
    ("waited", "polls", "guesses", "expected"),
    [
        pytest.param(0, 1, (-1, -1), 2, id="nothing known: what others poll with"),
        pytest.param(100, 50, (-1,), 2, id="nobody guesses: as often as others, for long"),
        pytest.param(300, 100, (-1,), 3, id="nobody guesses, for very long"),
        pytest.param(3600, 900, (-1,), 5, id="an hour"),
        pytest.param(0, 1, (60, -1), 2, id="the first answer"),
        pytest.param(35, 12, (60, 90), 3.5, id="the end is far: polls are saved"),
        pytest.param(100, 30, (60,), 5, id="far, and long under way"),
        pytest.param(100, 30, (3,), 2, id="the last tenth"),
        pytest.param(100, 30, (2,), 1.53, id="with polls to spare: from the soonest end on"),
        pytest.param(100, 30, (0.5,), 0.7, id="any moment now"),
        pytest.param(100, 30, (0,), 0.7, id="later than promised, with polls to spare"),
        pytest.param(4.1, 3, (0.9,), 0.9, id="with none to spare: when it has most likely come"),
        pytest.param(20, 11, (0,), 0.7, id="one more than others would have asked"),
        pytest.param(20, 12, (0,), 2, id="two more, and no flood"),
    ],
)
def test_polls_are_saved_while_the_end_is_far_and_spent_where_it_is_near(
    waited: float, polls: int, guesses: tuple[float, ...], expected: float
) -> None:
    assert poll_wait(waited, polls, *guesses) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        pytest.param([(2, 0), (12, 50)], 9.8, id="since it began"),
        pytest.param([(0, 0), (4, 0), (14, 20), (24, 50)], 19.6, id="not the last step alone"),
        pytest.param([(0, 60), (10, 70)], 29.5, id="known since its middle"),
        pytest.param([(2, 0), (100, 99)], 0.5, id="nearly there"),
        pytest.param([(0, 0), (10, 99.8)], 0, id="rounded otherwise"),
        pytest.param([(0, 60)], -1, id="one answer tells nothing"),
        pytest.param([(0, 60), (10, 60)], -1, id="stands still"),
        pytest.param([(0, 60), (10, 30)], -1, id="goes back"),
        pytest.param([(0, 60), (10, 30), (20, 40)], 59.5, id="goes back, and on"),
        pytest.param([(0, -1), (10, -1)], -1, id="does not say"),
        pytest.param([(0, 0), (10, 0)], -1, id="has not begun"),
        pytest.param([(0, 0), (10, -1), (20, 50)], 19.6, id="does not say once"),
        pytest.param([(0, 50), (10, 100)], -1, id="says it is done, and is not"),
    ],
)
def test_what_is_left_is_guessed_by_the_tasks_own_rate(answers: list[tuple[float, float]], left: float) -> None:
    pace = Pace(*answers[0])
    for answer in answers:
        pace = pace.after(*answer)
    assert pace.left(*answers[-1]) == pytest.approx(left, abs=0.02)


@given(st.floats(10, 7000), st.floats(0, 0.5), st.floats(0.6, 0.99))
def test_an_even_task_is_guessed_right_but_for_what_the_service_rounds(
    length: float, queued: float, asked: float
) -> None:
    def percent(share: float) -> int:
        return int(100 * max(0.0, share - queued) / (1 - queued))

    pace = Pace(queued * length, percent(queued))
    left = pace.left(asked * length, percent(asked))
    if left >= 0:
        share = (asked - queued) / (1 - queued)
        assert left == pytest.approx((1 - asked) * length, abs=0.01 * length / share)


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


@given(st.floats(0, 1), st.sampled_from((-1.0, 12.0, 600.0)))
def test_a_full_quota_is_waited_for_about_an_hour(chance: float, retry_after: float) -> None:
    waited, tries = 0.0, 0
    while tries_again(0, waited, busy=True):
        tries += 1
        waited += retry_wait(tries, retry_after, chance)
    assert 3600 <= waited <= 3600 + 120
    assert tries < 200  # the service is not stormed
    assert tries_again(0, 3599.0, busy=True)


@pytest.mark.parametrize("waited", [0.0, 1e6])
def test_what_is_broken_is_given_up_after_a_few_tries(waited: float) -> None:
    assert [tries_again(faults, waited, busy=False) for faults in range(1, 7)] == [True] * 4 + [False] * 2


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
