"""Whether a press of a button that costs is one of its own, or the second half of a double-click."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from .price import Price, in_words

# Between two presses: a double-click takes at most a third of it by Blender's own setting, and a key that is held down
# repeats ten times as fast. Who wants two models of one image can press again after it.
SECONDS = 1.0
LISTED = "listed"  # a press on a job of a list, which moves up when the job goes: the next press meets whatever follows

AGAIN = "This model was ordered a moment ago, so it was not ordered twice. Press again to order another one"
MOVED = "Nothing was done, as the button has moved. Press it again"


@dataclass(frozen=True)
class Press:
    """What was pressed for, and when that was done, in seconds of a clock that only goes forward."""

    what: Hashable
    at: float


def refusal(before: Press | None, what: Hashable, now: float) -> str:
    """Give why a press does nothing, as a sentence; empty where it counts."""
    if before is None or now - before.at > SECONDS:
        return ""
    if before.what == LISTED:
        return MOVED
    return AGAIN if before.what == what else ""


def another_costs(price: Price | None, *, uncertain: bool = False) -> str:
    """Say what one more order costs; `uncertain`: the first may have been carried out."""
    if uncertain:
        return (
            "Its first order may have been carried out: look at your account before.\n"
            f"One more costs {in_words(price)}, so it may be charged twice"
        )
    return f"A new model will be ordered, for {in_words(price)}"


def several_cost(models: int, price: Price | None) -> str:
    """Say what the models cost that a resumption of all orders."""
    what = "One model" if models == 1 else f"{models} models"
    return f"{what} will be ordered, for {in_words(price)}"
