"""How large an image is taken: what is possible, and both sides from the longer one."""

from __future__ import annotations

from .formats.image.head import LARGEST_SIDE, SMALLEST_SIDE


def size_problem(size: int) -> str:
    """Return the sentence for a longest side, in px, that the service does not take; empty where it does."""
    if SMALLEST_SIDE <= size <= LARGEST_SIDE:
        return ""
    return f"An image of {size} px is not possible. Choose a size of {SMALLEST_SIDE} to {LARGEST_SIDE} px"


def sides(width: float, height: float, longest: int) -> tuple[int, int]:
    """Return the width and height, in px, of an image whose longest side is given, with the proportions of another."""
    scale = longest / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))
