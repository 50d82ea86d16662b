"""The grid under a relief: the cells that a mask covers, bent so that their rim follows the outline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.raster import Field, Mask, blur, fill_holes, largest_part, sample

Places = NDArray[np.intp]

_FARTHEST = 0.75  # of a cell: how far a corner may leave its place in the grid
_SMALLEST = 0.06  # of a cell's area: neither half of a quad may become smaller


# A cell's corners as (row, column) steps from its top left, in the order in which the front's quads run.
_AROUND = ((0, 0), (1, 0), (1, 1), (0, 1))


@dataclass(frozen=True)
class Grid:
    """Cells and their corners; the corner arrays have one row and one column more."""

    cells: Mask
    x: Field  # of all corners, in pixels
    y: Field
    corner: Mask  # which of them belong to a cell
    rim: Mask  # which of these lie on the outline


def fit_grid(solid: Mask, most_quads: int) -> Grid:
    """The finest grid whose two faces and walls keep to the budget."""
    cells, left, top, step = _choose_cells(solid, most_quads)
    around = np.pad(cells, 1).astype(np.int8)
    touching = around[:-1, :-1] + around[:-1, 1:] + around[1:, :-1] + around[1:, 1:]
    corner, rim = touching > 0, (touching > 0) & (touching < 4)
    rows, columns = np.mgrid[0 : corner.shape[0], 0 : corner.shape[1]].astype(np.float64)
    home = np.stack([left + columns * step, top + rows * step])
    bent = _bend(home, cells, rim, _outline(solid, step), step)
    bent = _relax(bent, corner & ~rim)
    x, y = _unfold(home, bent, cells, step)
    return Grid(cells, x, y, corner, rim)


def _choose_cells(solid: Mask, most_quads: int) -> tuple[Mask, float, float, float]:
    """(cells, left, top, cell size in pixels) of the finest grid that keeps to the budget."""
    rows, columns = np.nonzero(solid)
    left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    area = float(solid.sum())
    edge = float(np.count_nonzero(np.diff(solid, axis=0)) + np.count_nonzero(np.diff(solid, axis=1)))
    # 2 area / step^2 + edge / step = most_quads
    step = (edge + (edge**2 + 8 * most_quads * area) ** 0.5) / (2 * most_quads) * 0.97
    while True:
        across, down = max(1, round((right - left) / step)), max(1, round((bottom - top) / step))
        x, y = np.meshgrid(left + (np.arange(across) + 0.5) * step, top + (np.arange(down) + 0.5) * step)
        cells = _tidy(sample(_outline(solid, step), x, y) > 0)
        padded = np.pad(cells, 1)
        walls = np.count_nonzero(np.diff(padded, axis=0)) + np.count_nonzero(np.diff(padded, axis=1))
        used = 2 * int(cells.sum()) + walls
        if used <= most_quads or cells.size == 1:
            return cells, float(left), float(top), step
        step *= max(1.004, (used / most_quads) ** 0.5 * 0.998)


def _outline(solid: Mask, step: float) -> Field:
    """A smooth field that is positive inside; coarser grids see a smoother one."""
    return blur(solid.astype(np.float64), max(1.2, 0.4 * step)) - 0.5


def _tidy(cells: Mask) -> Mask:
    """One part without cells that touch only at a corner: such a corner would belong to two surfaces."""
    if not cells.any():
        return np.ones((1, 1), np.bool_)
    cells = fill_holes(largest_part(cells), 4)
    while True:
        a, b, c, d = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
        falling, rising = a & d & ~b & ~c, b & c & ~a & ~d
        if not (falling.any() or rising.any()):
            return cells
        b |= falling
        a |= rising


def _bend(home: Field, cells: Mask, rim: Mask, outline: Field, step: float) -> Field:
    """The corners on the rim drawn onto the smooth outline, evenly spaced."""
    places = home.copy()
    flat = places.reshape(2, -1)
    here, behind, ahead = _loops(cells)
    low, high = home - _FARTHEST * step, home + _FARTHEST * step
    slope_x, slope_y = np.gradient(outline, axis=1), np.gradient(outline, axis=0)
    for _ in range(8):
        flat[:, here] = 0.4 * flat[:, here] + 0.3 * (flat[:, behind] + flat[:, ahead])
        x, y = places[:, rim]
        gx, gy = sample(slope_x, x, y), sample(slope_y, x, y)
        pull = 0.5 * sample(outline, x, y) / np.maximum(gx**2 + gy**2, 1e-3)
        places[:, rim] -= np.stack([pull * gx, pull * gy])
        np.clip(places, low, high, out=places)
    return places


def _relax(places: Field, inner: Mask) -> Field:
    """The corners inside moved between their neighbours, so that the bent rim is shared out."""
    middle = inner[1:-1, 1:-1]
    for _ in range(4):
        around = places[:, :-2, 1:-1] + places[:, 2:, 1:-1] + places[:, 1:-1, :-2] + places[:, 1:-1, 2:]
        places[:, 1:-1, 1:-1] = np.where(middle, 0.25 * around, places[:, 1:-1, 1:-1])
    return places


def _unfold(home: Field, places: Field, cells: Mask, step: float) -> Field:
    """Takes corners back towards their place in the grid until every cell can be cut into two sound triangles."""
    shift = places - home
    for attempt in range(40):
        x, y = home + shift
        bad = cells & (_smaller_half(x, y) < _SMALLEST * step**2)
        if not bad.any():
            break
        around = np.pad(bad, 1)
        touched = around[:-1, :-1] | around[:-1, 1:] | around[1:, :-1] | around[1:, 1:]
        shift[:, touched] *= 0.7 if attempt < 30 else 0.0
    result: Field = home + shift
    return result


def _smaller_half(x: Field, y: Field) -> Field:
    """Per cell, the area of the smaller triangle when it is cut along the better diagonal; negative if folded."""
    corners = [np.stack([v[r : v.shape[0] - 1 + r, c : v.shape[1] - 1 + c] for v in (x, y)]) for r, c in _AROUND]

    def area(p: Field, q: Field, r: Field) -> Field:
        (ax, ay), (bx, by) = q - p, r - p
        result: Field = (by * ax - bx * ay) / -2  # rows run down, so counter-clockwise is negative
        return result

    a, b, c, d = corners
    return np.maximum(np.minimum(area(a, b, c), area(a, c, d)), np.minimum(area(a, b, d), area(b, c, d)))


def open_edges(cells: Mask) -> list[tuple[Places, Places, tuple[int, int], tuple[int, int]]]:
    """Per side of a cell: rows and columns of the cells that are open there, and the side's two corners.

    The corners come as (row, column) steps from the cell's top left, in the order in which the front runs.
    """
    around = np.pad(cells, 1)
    open_sides = (
        (cells & ~around[1:-1, :-2], (0, 0), (1, 0)),
        (cells & ~around[2:, 1:-1], (1, 0), (1, 1)),
        (cells & ~around[1:-1, 2:], (1, 1), (0, 1)),
        (cells & ~around[:-2, 1:-1], (0, 1), (0, 0)),
    )
    result = []
    for side, start, end in open_sides:
        rows, columns = np.nonzero(side)
        result.append((rows, columns, start, end))
    return result


def _loops(cells: Mask) -> tuple[Places, Places, Places]:
    """(corner, the one before it, the one behind it) on the outline, as flat indices of the corner grid."""
    width = cells.shape[1] + 1
    starts, ends = [], []
    for rows, columns, start, end in open_edges(cells):
        starts.append((rows + start[0]) * width + columns + start[1])
        ends.append((rows + end[0]) * width + columns + end[1])
    start_of, end_of = np.concatenate(starts), np.concatenate(ends)
    before = np.empty((cells.shape[0] + 1) * width, np.intp)
    before[end_of] = start_of
    return start_of, before[start_of], end_of
