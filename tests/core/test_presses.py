"""Which press of a button that costs counts, and what a dialog says of the price."""

import itertools

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.price import Price, fixed
from tripo_blender.core.repeated_press import AGAIN, LISTED, MOVED, SECONDS, Press, another_costs, refusal, several_cost
from tripo_blender.core.sentences.text import Text

CHAIR, TABLE = ("scene", "chair.png"), ("scene", "table.png")


@pytest.mark.parametrize(
    ("before", "what", "seconds", "expected"),
    [
        (None, CHAIR, 0.0, None),
        (CHAIR, CHAIR, 0.0, AGAIN),
        (CHAIR, CHAIR, SECONDS, AGAIN),
        (CHAIR, CHAIR, SECONDS + 0.01, None),
        (CHAIR, TABLE, 0.1, None),
        (CHAIR, LISTED, 0.1, None),
        (LISTED, LISTED, 0.1, MOVED),
        (LISTED, CHAIR, 0.1, MOVED),
        (LISTED, CHAIR, SECONDS + 0.01, None),
    ],
)
def test_a_press_just_after_another(before: object, what: object, seconds: float, expected: Text | None) -> None:
    assert refusal(None if before is None else Press(before, 100.0), what, 100.0 + seconds) == expected


@given(st.lists(st.tuples(st.sampled_from([CHAIR, TABLE, LISTED]), st.floats(0, 3)), max_size=30))
def test_nothing_counts_twice_within_a_moment(presses: list[tuple[object, float]]) -> None:
    """Whoever presses, and however often: one press of a kind for each time that nothing was pressed for a moment."""
    before, now, counted = None, 0.0, []
    for what, wait in presses:
        now += wait
        if not refusal(before, what, now):
            counted.append(Press(what, now))
            before = counted[-1]
        elif before is not None:
            before = Press(before.what, now)
    for one, other in itertools.pairwise(counted):
        assert one.what not in (other.what, LISTED) or other.at - one.at > SECONDS


def test_what_a_dialog_says_of_the_price() -> None:
    assert another_costs(fixed(30)).english() == "A new model will be ordered, for about 30 credits"
    twice = another_costs(fixed(30), uncertain=True).english()
    assert "look at your account" in twice
    assert "about 30 credits" in twice
    assert "charged twice" in twice
    assert several_cost(1, fixed(30)).english() == "One model will be ordered, for about 30 credits"
    assert several_cost(3, Price(80, 90)).english() == "3 models will be ordered, for about 80 to 90 credits"
    assert several_cost(2, None).english() == "2 models will be ordered, for a price that is not known"
