"""Operations on pixel grids: blurring, sampling, connected parts."""

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]
Mask = NDArray[np.bool_]


def blur(field: Field, radius: float, passes: int = 3) -> Field:
    """Repeated box blur along both axes; near a Gaussian of sigma = radius. Edges are continued."""
    half = max(1, round(radius * (3 / passes) ** 0.5)) if radius > 0 else 0
    if not half:
        return field
    for _ in range(passes):
        for axis in (0, 1):
            pads = [(0, 0)] * field.ndim
            pads[axis] = (half + 1, half)
            total = np.cumsum(np.pad(field, pads, mode="edge"), axis=axis)
            length = field.shape[axis]
            upper = np.take(total, np.arange(2 * half + 1, 2 * half + 1 + length), axis=axis)
            lower = np.take(total, np.arange(length), axis=axis)
            field = (upper - lower) / (2 * half + 1)
    return field


def sample(field: Field, x: Field, y: Field) -> Field:
    """Bilinear values at pixel coordinates where (0.5, 0.5) is the centre of the first pixel."""
    height, width = field.shape
    column = np.clip(x - 0.5, 0, width - 1.000001)
    row = np.clip(y - 0.5, 0, height - 1.000001)
    c0, r0 = column.astype(np.intp), row.astype(np.intp)
    c1, r1 = np.minimum(c0 + 1, width - 1), np.minimum(r0 + 1, height - 1)
    fx, fy = column - c0, row - r0
    top = field[r0, c0] * (1 - fx) + field[r0, c1] * fx
    bottom = field[r1, c0] * (1 - fx) + field[r1, c1] * fx
    result: Field = top * (1 - fy) + bottom * fy
    return result


def resize(field: Field, height: int, width: int) -> Field:
    """The field at another size, blurred first when it shrinks."""
    ratio = max(field.shape[0] / height, field.shape[1] / width)
    if ratio > 1.5:
        field = blur(field, ratio / 2)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return sample(field, x * field.shape[1] / width, y * field.shape[0] / height)


def parts(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(label of each cell, 0 outside; size of each label): parts connected by edges, by runs of rows."""
    height, width = mask.shape
    flat = np.zeros((height, width + 2), np.int8)
    flat[:, 1:-1] = mask
    change = np.diff(flat, axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    parent = list(range(len(rows)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    first = np.searchsorted(rows, np.arange(height + 1)).tolist()
    start, end = starts.tolist(), ends.tolist()
    for row in range(1, height):
        upper, lower = first[row - 1], first[row]
        while upper < first[row] and lower < first[row + 1]:
            if start[upper] < end[lower] and start[lower] < end[upper]:
                parent[root(lower)] = root(upper)
            if end[upper] < end[lower]:
                upper += 1
            else:
                lower += 1
    roots = np.array([root(run) for run in range(len(rows))], np.int64)
    _, names = np.unique(roots, return_inverse=True)
    names = names.reshape(-1) + 1
    # Paint the runs by their differences: +name where one starts, -name behind its end.
    paint = np.zeros((height, width + 1), np.int64)
    np.add.at(paint, (rows, starts), names)
    np.add.at(paint, (rows, ends), -names)
    labels = np.cumsum(paint, axis=1)[:, :width]
    return labels, np.bincount(labels.reshape(-1))


def largest_part(mask: Mask) -> Mask:
    """Only the part with the most cells."""
    labels, sizes = parts(mask)
    if len(sizes) < 2:
        return mask
    largest: Mask = labels == 1 + int(np.argmax(sizes[1:]))
    return largest


def fill_holes(mask: Mask, smaller_than: float) -> Mask:
    """The mask with those enclosed gaps filled that have fewer cells."""
    gaps = np.pad(~mask, 1, constant_values=True)
    labels, sizes = parts(gaps)
    small = (sizes < smaller_than) & (np.arange(len(sizes)) != labels[0, 0])
    small[0] = False
    filled: Mask = mask | small[labels][1:-1, 1:-1]
    return filled
