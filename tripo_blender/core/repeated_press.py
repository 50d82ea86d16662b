"""Whether a press of a button that costs is one of its own, or the second half of a double-click."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from .price import Price, in_words
from .sentences.text import Text, text

# Between two presses: a double-click takes at most a third of it by Blender's own setting, and a key that is held down
# repeats ten times as fast. Who wants two models of one image can press again after it.
SECONDS = 1.0
LISTED = "listed"  # a press on a job of a list, which moves up when the job goes: the next press meets whatever follows

AGAIN, MOVED = text("press.repeated"), text("press.moved")


@dataclass(frozen=True)
class Press:
    """What was pressed for, and when that was done, in seconds of a clock that only goes forward."""

    what: Hashable
    at: float


def refusal(before: Press | None, what: Hashable, now: float) -> Text | None:
    """Give why a press does nothing; None where it counts."""
    if before is None or now - before.at > SECONDS:
        return None
    if before.what == LISTED:
        return MOVED
    return AGAIN if before.what == what else None


def another_costs(price: Price | None, *, uncertain: bool = False) -> Text:
    """Say what one more order costs; `uncertain`: the first may have been carried out."""
    if uncertain:
        return text("order.price_twice", price=in_words(price))
    return text("order.price", price=in_words(price))


def several_cost(models: int, price: Price | None) -> Text:
    """Say what the models cost that a resumption of all orders."""
    if models == 1:
        return text("order.price_of_one", price=in_words(price))
    return text("order.price_of_several", models=models, price=in_words(price))
