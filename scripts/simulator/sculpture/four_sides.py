"""A model that is seen from four sides: the shape is the front's, and each side has the colours of its own image."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.picture import Pixels
from simulator.sculpture.raster import Field, resize
from simulator.sculpture.relief import Relief
from simulator.sculpture.sides import SIDES
from simulator.sculpture.source import relief_of, roughly_subject_of, seen_pixels

CELL = 256  # px a side of each image in the mosaic of the four
_INSET = 0.02  # of a cell, on each side, so that no other image bleeds in


@lru_cache(maxsize=8)
def four_sided(views: tuple[bytes | None, ...], most_quads: int) -> tuple[Relief, Pixels]:
    """Return the mesh and the image that fits it: front and left in its upper row, back and right below.

    views are those of SIDES, the front among them. Where one is missing, the front's image goes through the model.
    """
    front = views[0]
    assert front is not None
    relief = relief_of(front, most_quads)
    side = np.where([view is not None for view in views], range(len(SIDES)), 0)[_sides_of(relief)]
    count = len(relief.positions)
    keys, quads = np.unique(relief.quads + (side * count)[:, None], return_inverse=True)
    vertex, of = keys % count, keys // count
    positions, normals = relief.positions[vertex], relief.normals[vertex]
    low, high = positions.min(axis=0), positions.max(axis=0)
    across = np.choose(of, [_share(each.across(positions)) for each in SIDES])
    down = (high[1] - positions[:, 1]) / (high[1] - low[1])
    cells = np.stack([of % 2, of // 2], axis=1)
    uvs = (cells + _INSET + (1 - 2 * _INSET) * np.stack([across, down], axis=1)) / 2
    split = Relief(positions, normals, uvs.astype(np.float32), quads.reshape(-1, 4).astype(np.int32))
    return split, _mosaic(front, views)


def _sides_of(relief: Relief) -> NDArray[np.intp]:
    """Return for each quad the number of the side that it looks to most; what looks up or down has one too."""
    a, b, c, d = (relief.positions[relief.quads[:, i]].astype(np.float64) for i in range(4))
    normals = np.cross(c - a, d - b)
    numbers: NDArray[np.intp] = np.argmax([side.nearness(normals) for side in SIDES], axis=0)
    return numbers


def _share(values: Field) -> Field:
    """Return values from 0 to 1."""
    result: Field = (values - values.min()) / max(float(np.ptp(values)), 1e-9)
    return result


def _mosaic(front: bytes, views: Sequence[bytes | None]) -> Pixels:
    cells = [_cut_out(view or front) for view in views]
    return np.concatenate([np.concatenate(cells[:2], axis=1), np.concatenate(cells[2:], axis=1)], axis=0)


def _cut_out(picture: bytes) -> Pixels:
    """Return the subject in a cell that it fills, around it its mean colour: the model's outline is another."""
    pixels = seen_pixels(picture)[:, :, :3].astype(np.float64)
    mask = roughly_subject_of(picture)
    inside = np.ones(pixels.shape[:2]) if mask is None else resize(mask.astype(np.float64), *pixels.shape[:2])
    solid = inside > 0.75 * inside.max()  # without what the ground shines through
    mean = pixels[solid].mean(axis=0)
    rows, columns = np.nonzero(solid)
    box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    filled = np.where(solid[:, :, None], pixels, mean)[box]
    cell: Pixels = np.stack([resize(filled[:, :, i], CELL, CELL) for i in range(3)], axis=2).astype(np.uint8)
    return cell
