"""The refusal of an image file that is cut short or damaged, or of a kind that the service does not take."""

from __future__ import annotations

from collections.abc import Callable

GoOn = Callable[[], object]  # asked again and again while a file is checked; raises to end the check

_WHOLE = "Choose a whole copy of it, or open it and save it anew as PNG"


class BadPicture(Exception):
    """The file is refused: what is wrong with it, to follow "The image file"; what helps; and the technical text."""

    def __init__(self, what: str, advice: str, detail: str) -> None:
        super().__init__(what)
        self.what, self.advice, self.detail = what, advice, detail


def cut(detail: str) -> BadPicture:
    """Return the refusal of a file whose end is missing."""
    return BadPicture("is cut short", _WHOLE, detail)


def damaged(detail: str) -> BadPicture:
    """Return the refusal of a file that no program has written so."""
    return BadPicture("is damaged", _WHOLE, detail)


def unusual(detail: str) -> BadPicture:
    """Return the refusal of a file that may be whole, but that hardly any program opens."""
    return BadPicture("is of a kind that few programs open", "Open it and save it anew as PNG", detail)


def animated(detail: str) -> BadPicture:
    """Return the refusal of a film."""
    return BadPicture("is animated", "Choose a still image", detail)
