"""What a task costs, as an estimate, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .sentences.text import Text, text


@dataclass(frozen=True)
class Price:
    """An estimate in credits of the service; of what has no fixed price from the least to the most."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"


def fixed(number: int) -> Price:
    """Return the price of what always costs the same."""
    return Price(number, number)


def total(prices: Iterable[Price | None]) -> Price | None:
    """Return what several cost together; None where it is not known of one."""
    known = list(prices)
    found = [price for price in known if price is not None]
    if len(found) < len(known):
        return None
    return Price(sum(price.least for price in found), sum(price.most for price in found))


def in_words(price: Price | None) -> Text:
    """Say a price: "about 30 credits"."""
    return text("price.unknown") if price is None else text("price.about", credits=str(price))
