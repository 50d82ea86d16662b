"""The four sides of the shape that is carved from an image, as images."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from simulator.images.painting import GROUND, SIDE
from simulator.sculpture.picture import Pixels
from simulator.sculpture.png import write_png
from simulator.sculpture.raster import Field
from simulator.sculpture.relief import SIDE as LENGTH, Relief
from simulator.sculpture.sides import SIDES, Side
from simulator.sculpture.source import relief_of, seen_pixels

Views = Mapping[str, bytes]  # PNG files by the name of the side
BEHIND = 0.6  # how bright the back is against the front
_QUADS = 4000
_HALF = SIDE // 2  # px a side; each is doubled
_SCALE = 0.85 * _HALF / LENGTH  # px a unit
_DOTS = (4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64)  # along a side of a quad


@lru_cache(maxsize=8)
def views_of(image: bytes) -> Views:
    """Return what is seen of the relief of an image from each side; its colors go through it, darker behind."""
    relief, pixels = relief_of(image, _QUADS), seen_pixels(image)
    places, colors = _dots(relief, pixels[:, :, :3])
    return MappingProxyType({side.name: write_png(_seen(side, places, colors)) for side in SIDES})


def _dots(relief: Relief, pixels: Pixels) -> tuple[Field, Field]:
    """Return the places and the colors of dots on the relief, so close that no pixel is left out."""
    shade = np.repeat([1.0, BEHIND], len(relief.positions) // 2)
    corners = np.concatenate([relief.positions, relief.uvs, shade[:, None]], axis=1, dtype=np.float64)[relief.quads]
    edges = (corners - np.roll(corners, 1, axis=1))[:, :, :3]
    needed = 1.25 * _SCALE * np.linalg.norm(edges, axis=2).max(axis=1)
    number = np.searchsorted(_DOTS[:-1], needed)
    dots = np.concatenate([_spread(corners[number == i], dots) for i, dots in enumerate(_DOTS)])
    height, width = pixels.shape[:2]
    columns = np.minimum(dots[:, 3] * width, width - 1).astype(np.intp)
    rows = np.minimum(dots[:, 4] * height, height - 1).astype(np.intp)
    return dots[:, :3], pixels[rows, columns] * dots[:, 5:]


def _spread(corners: Field, dots: int) -> Field:
    """Return so many dots along and across each quad of (m, 4, values), as (m * dots * dots, values)."""
    share = (np.arange(dots) + 0.5) / dots
    s, t = (axis.reshape(1, -1, 1) for axis in np.meshgrid(share, share))
    a, b, c, d = (corners[:, i, None, :] for i in range(4))
    spread: Field = a * (1 - s) * (1 - t) + b * s * (1 - t) + c * s * t + d * (1 - s) * t
    return spread.reshape(-1, corners.shape[2])


def _seen(side: Side, places: Field, colors: Field) -> Pixels:
    # What comes last is painted over the rest. Numbers of 16 bits are sorted several times as fast.
    order = np.argsort((side.nearness(places) / LENGTH * 65_000).astype(np.int16), kind="stable")
    columns = (_HALF / 2 + _SCALE * side.across(places[order])).astype(np.intp)
    rows = (_HALF / 2 - _SCALE * places[order, 1]).astype(np.intp)
    pixels = np.full((_HALF, _HALF, 3), GROUND, np.uint8)
    pixels[rows, columns] = colors[order]
    doubled: Pixels = pixels.repeat(2, axis=0).repeat(2, axis=1)
    return doubled
