"""A relief's UVs as a finished model has them: in islands with seams between them, and pictures laid out to fit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.raster import Field
from simulator.sculpture.relief import Relief

# A vertex on a seam is in the file once for each island: 29,031 to 32,556 vertices on 25,000 places were seen.
SEAMS = 0.2  # so many more vertices than places
_MARGIN = 0.04  # of an island's slot, on each side: its neighbours in the picture, so that no other island bleeds in

Islands = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Where each island lies: strips of the front side by side in the picture's upper half, the back's below.

    What each shows of the projected picture is given by its corner (2, strips, 2) and its size, in units of the side.
    """

    low: Field
    size: Field

    def lay_out(self, pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
        """Return a square of so many px in which each island finds its part of the projected picture."""
        across, strip = np.modf((np.arange(side) + 0.5) / side * self.low.shape[1])
        down, face = np.modf((np.arange(side) + 0.5) / side * 2)
        rows, columns = face.astype(np.intp)[:, None], strip.astype(np.intp)[None, :]
        u = self.low[rows, columns, 0] + _unframed(across)[None, :] * self.size[rows, columns, 0]
        v = self.low[rows, columns, 1] + _unframed(down)[:, None] * self.size[rows, columns, 1]
        height, width = pixels.shape[:2]
        x, y = (u * width).astype(np.intp).clip(0, width - 1), (v * height).astype(np.intp).clip(0, height - 1)
        result: NDArray[np.uint8] = pixels[y, x]
        return result


class Whole:
    """The layout of a mesh whose UVs lie in the picture as it is."""

    def lay_out(self, pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
        """Return a square of so many px with the whole picture."""
        rows, columns = (((np.arange(side) + 0.5) / side * size).astype(np.intp) for size in pixels.shape[:2])
        result: NDArray[np.uint8] = pixels[rows[:, None], columns[None, :]]
        return result


def cut(relief: Relief, seams: float = SEAMS) -> tuple[Relief, Layout]:
    """Return the relief in islands, with about so many more vertices than places, and where they lie.

    A coarse one has more: its outline alone, where front and back meet, is a large part of it.
    """
    count = len(relief.positions)
    guess = max(2, round(seams * (count / 2) ** 0.5))
    one, several = (len(np.unique(_corners(relief, strips))) / count - 1 for strips in (1, guess))
    # Every further strip adds as many vertices as the one before.
    strips = 1 if one >= seams else 1 + round((seams - one) / (several - one) * (guess - 1))
    keys, quads = np.unique(_corners(relief, strips), return_inverse=True)
    vertex, island = keys % count, keys // count
    present, starts = np.unique(island, return_index=True)
    uvs = relief.uvs[vertex].astype(np.float64)
    low, size = np.zeros((2 * strips, 2)), np.ones((2 * strips, 2))
    low[present] = np.minimum.reduceat(uvs, starts)
    size[present] = np.maximum(np.maximum.reduceat(uvs, starts) - low[present], 1e-6)
    within = _MARGIN + (1 - 2 * _MARGIN) * (uvs - low[island]) / size[island]
    slots = np.stack([island % strips, island // strips], axis=1)
    placed = (slots + within) / (strips, 2)
    cut_up = Relief(
        relief.positions[vertex],
        relief.normals[vertex],
        placed.astype(np.float32),
        quads.reshape(-1, 4).astype(np.int32),
    )
    return cut_up, Layout(low.reshape(2, strips, 2), size.reshape(2, strips, 2))


def _corners(relief: Relief, strips: int) -> Islands:
    """Return a number for every corner of every quad: its vertex, and the island of its quad."""
    count = len(relief.positions)
    across = relief.uvs[relief.quads, 0].mean(axis=1)
    share = (across - across.min()) / max(float(np.ptp(across)), 1e-6)
    strip = np.minimum((share * strips).astype(np.int64), strips - 1)
    back = (relief.quads >= count // 2).all(axis=1)  # the front's vertices come first; the walls are the front's
    corners: Islands = (relief.quads + ((strip + strips * back) * count)[:, None]).reshape(-1)
    return corners


def _unframed(share: Field) -> Field:
    return (share - _MARGIN) / (1 - 2 * _MARGIN)
