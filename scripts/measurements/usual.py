"""The two usual ways to wait for a task: a fixed pause between two questions, and one that doubles."""

from __future__ import annotations

from collections.abc import Callable

Gap = Callable[[int], float]  # how many questions have been asked, to the seconds until the next

FIXED = 2.0  # s
_FIRST, _LONGEST = 1.0, 30.0  # s, of the pause that doubles


def fixed(asked: int) -> float:
    """Give the pause that most add-ons make."""
    del asked
    return FIXED


def doubling(asked: int) -> float:
    """Give the pause of the rest: 1, 2, 4, 8 s and so on, up to half a minute."""
    return min(_FIRST * 2.0 ** (asked - 1), _LONGEST)


WAYS: dict[str, Gap] = {"fixed 2 s": fixed, "doubling": doubling}
