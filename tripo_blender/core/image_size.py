"""How large an image is taken: what is possible, and both sides from the longer one."""

from __future__ import annotations

from .formats.image.head import LARGEST_SIDE, SMALLEST_SIDE
from .sentences.text import Text, text


def size_problem(size: int) -> Text | None:
    """Return what is wrong with a longest side, in px; None where the service takes it."""
    if SMALLEST_SIDE <= size <= LARGEST_SIDE:
        return None
    return text("capture.size", size=size, least=SMALLEST_SIDE, most=LARGEST_SIDE)


def sides(width: float, height: float, longest: int) -> tuple[int, int]:
    """Return the width and height, in px, of an image whose longest side is given, with the proportions of another."""
    scale = longest / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))
