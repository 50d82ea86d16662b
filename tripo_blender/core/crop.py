"""Where in an image objects are: rectangles of pixels from projected points (numbers in, numbers out)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ClipPoint = tuple[float, float, float]  # x, y and w of a projected point; it is in the image where -w <= x, y <= w

# The corners of a bounding box as Blender numbers them, two to an edge.
_EDGES = ((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7))
_NEAREST = 1e-4  # of the largest w of a box: what is nearer to the eye's plane is projected beyond all bounds


@dataclass(frozen=True)
class Area:
    """A part of an image along its axes; the origin is at the bottom left, as in Blender."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class PixelArea:
    """A part of an image in whole pixels: from `left` and `bottom` up to, but without, `right` and `top`."""

    left: int
    bottom: int
    right: int
    top: int


def projected(corners: Sequence[ClipPoint]) -> Area | None:
    """Return the area that a box's eight corners cover, the whole image being 0 to 1; None for a box behind the eye.

    A box that reaches behind the eye counts only as far as it is in front of it.
    """
    nearest = max((abs(w) for _, _, w in corners), default=0.0) * _NEAREST
    points = [point for point in corners if point[2] > nearest]
    for start, end in _EDGES if points else ():
        first, second = corners[start], corners[end]
        if (first[2] > nearest) != (second[2] > nearest):
            points.append(_between(first, second, nearest))
    if not points:
        return None
    across = [(x / w + 1) / 2 for x, _, w in points]
    upward = [(y / w + 1) / 2 for _, y, w in points]
    return Area(min(across), min(upward), max(across), max(upward))


def crop(areas: Iterable[Area], width: int, height: int, margin: float) -> PixelArea | None:
    """Return the pixels of an image that areas (the whole image being 0 to 1) cover, with a margin around them.

    `margin` is a fraction of the longer side of what they cover. The result is clamped to the image of `width` by
    `height` px; it is None where none of the areas is in it.
    """
    seen = [area for area in areas if area.right > 0 and area.left < 1 and area.top > 0 and area.bottom < 1]
    if not seen:
        return None
    left = max(min(area.left for area in seen), 0.0) * width
    right = min(max(area.right for area in seen), 1.0) * width
    bottom = max(min(area.bottom for area in seen), 0.0) * height
    top = min(max(area.top for area in seen), 1.0) * height
    around = margin * max(right - left, top - bottom)
    first_column, last_column = _whole(left - around, right + around, width)
    first_row, last_row = _whole(bottom - around, top + around, height)
    return PixelArea(first_column, first_row, last_column, last_row)


def _between(first: ClipPoint, second: ClipPoint, w: float) -> ClipPoint:
    """Return the point of an edge that has this w."""
    part = (w - first[2]) / (second[2] - first[2])
    return (first[0] + part * (second[0] - first[0]), first[1] + part * (second[1] - first[1]), w)


def _whole(low: float, high: float, most: int) -> tuple[int, int]:
    """Return the pixels that an interval touches, at least one, of an image with `most` of them."""
    first = min(max(math.floor(low), 0), most - 1)
    return first, max(min(math.ceil(high), most), first + 1)
