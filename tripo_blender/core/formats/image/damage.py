"""The refusal of an image file that is cut short or damaged, or of a kind that the service does not take."""

from __future__ import annotations

from collections.abc import Callable

from ...sentences.text import Text, text

GoOn = Callable[[], object]  # asked again and again while a file is checked; raises to end the check

_WHOLE = text("image.choose_whole")


class BadPicture(Exception):
    """The file is refused: what is wrong with it and what helps; and the technical text."""

    def __init__(self, what: Text, detail: str) -> None:
        super().__init__(what)
        self.what, self.detail = what, detail


def cut(detail: str) -> BadPicture:
    """Return the refusal of a file whose end is missing."""
    return BadPicture(text("image.cut_short", advice=_WHOLE), detail)


def damaged(detail: str) -> BadPicture:
    """Return the refusal of a file that no program has written so."""
    return BadPicture(text("image.damaged", advice=_WHOLE), detail)


def unusual(detail: str) -> BadPicture:
    """Return the refusal of a file that may be whole, but that hardly any program opens."""
    return BadPicture(text("image.unusual", advice=text("image.save_as_png")), detail)


def animated(detail: str) -> BadPicture:
    """Return the refusal of a film."""
    return BadPicture(text("image.animated", advice=text("image.choose_still")), detail)
