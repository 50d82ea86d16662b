"""A closed relief in quads, inflated from a mask: as large and as turned as the service's, front to +X and up +Y."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.grid import fit_grid, open_edges
from simulator.sculpture.raster import Field, Mask, blur, sample

Indices = NDArray[np.int32]
Floats = NDArray[np.float32]

SIDE = 0.945  # the longest; 0.94 to 0.95 in the service's files
_MARGIN = 4  # empty cells around the mask, so that every outline closes inside the grid
_ROUNDNESS = 0.48  # thickness against a ball's; 1 would blow a disc up to a sphere
_RIM = 0.006  # half the thickness of the rim, in units of the largest dimension
_DETAIL = 0.05  # how far brightness moves the front, in the same units
_UV_INSET = 0.012  # the outline takes its colour from this far inside, else the background bleeds in


@dataclass(frozen=True)
class Relief:
    """Vertices are shared by all faces that touch them: the index arrays are the topology.

    Those of the front come first, then as many of the back.
    """

    positions: Floats  # (n, 3)
    normals: Floats  # (n, 3), of length 1
    uvs: Floats  # (n, 2), (0, 0) is the picture's top left corner
    quads: Indices  # (m, 4), counter-clockwise from outside

    def triangles(self) -> Indices:
        """Every quad cut along the diagonal that leaves the better smaller half."""
        a, b, c, d = (self.positions[self.quads[:, i]].astype(np.float64) for i in range(4))

        def size(p: Field, q: Field, r: Field) -> Field:
            normal = np.cross(q - p, r - p)
            # Against the quad's own normal: a half that is folded over counts as negative.
            result: Field = np.einsum("ij,ij->i", normal, np.cross(c - a, d - b))
            return result

        along_ac = np.minimum(size(a, b, c), size(a, c, d))
        along_bd = np.minimum(size(a, b, d), size(b, c, d))
        first = np.where((along_ac >= along_bd)[:, None], self.quads[:, [0, 1, 2]], self.quads[:, [0, 1, 3]])
        second = np.where((along_ac >= along_bd)[:, None], self.quads[:, [0, 2, 3]], self.quads[:, [1, 2, 3]])
        return np.stack([first, second], axis=1).reshape(-1, 3).astype(np.int32)


def carve(mask: Mask, brightness: Field, most_quads: int) -> Relief:
    """The relief of the mask's largest part with at most so many quads (never fewer than the 6 of a box).

    brightness has the mask's shape and runs from 0 to 1.
    """
    return carve_apart([mask], brightness, [most_quads])[0]


def carve_apart(masks: Sequence[Mask], brightness: Field, most_quads: Sequence[int]) -> list[Relief]:
    """Return a relief for each mask with at most so many quads each; together they are as large as one.

    The masks and the brightness, which runs from 0 to 1, have one shape.
    """
    solids = [_solid(mask, brightness, most) for mask, most in zip(masks, most_quads, strict=True)]
    low = np.min([points.min(axis=0) for points, _, _ in solids], axis=0)
    high = np.max([points.max(axis=0) for points, _, _ in solids], axis=0)
    reliefs = []
    for points, uvs, quads in solids:
        placed = (points - (low + high) / 2) * (SIDE / float((high - low).max()))
        reliefs.append(Relief(placed.astype(np.float32), _normals(placed, quads), uvs.astype(np.float32), quads))
    return reliefs


def _solid(mask: Mask, brightness: Field, most_quads: int) -> tuple[Field, Field, Indices]:
    """Return points in pixels, UVs and quads."""
    height, width = mask.shape
    solid = np.pad(mask, _MARGIN)
    shade = np.pad(brightness, _MARGIN, mode="edge")
    thickness = _inflate(solid)
    grid = fit_grid(solid, most_quads)
    corner = grid.corner
    ids = np.full(corner.shape, -1, np.int32)
    count = int(corner.sum())
    ids[corner] = np.arange(count, dtype=np.int32)
    quads = _quads(grid.cells, ids, count)

    px, py, on_rim = grid.x[corner], grid.y[corner], grid.rim[corner]
    size = max(np.ptp(px), np.ptp(py))
    half = np.where(on_rim, 0.0, _ROUNDNESS * sample(thickness, px, py))
    fade = np.clip(half / (0.06 * size), 0, 1)
    relief = blur(shade, 1) - blur(shade, max(height, width) / 14)
    bump = _DETAIL * size * np.clip(sample(relief, px, py) * 1.6, -1, 1) * fade
    edge = _RIM * size
    front = np.maximum(edge, edge + half + bump)
    back = -(edge + 0.7 * half)

    # Seen from +X, the picture's right is -Z.
    points = np.stack([np.concatenate([front, back]), -np.tile(py, 2), -np.tile(px, 2)], axis=1)
    uvs = np.concatenate([_uvs(px, py, solid, (height, width), inset) for inset in (_UV_INSET, 2 * _UV_INSET)])
    return points, uvs, quads


def _inflate(solid: Mask) -> Field:
    """Half the thickness of a balloon with this outline, in cells: the root of a solved Poisson equation.

    A disc becomes a half ball. Unlike a distance transform it has no ridge along the middle.
    """
    pyramid = [solid.astype(np.float64)]
    while min(pyramid[-1].shape) > 20:
        fine = pyramid[-1]
        fine = np.pad(fine, ((0, fine.shape[0] % 2), (0, fine.shape[1] % 2)))
        pyramid.append(fine.reshape(fine.shape[0] // 2, 2, fine.shape[1] // 2, 2).mean(axis=(1, 3)))
    height = np.zeros_like(pyramid[-1])
    for level in reversed(pyramid):
        if height.shape != level.shape:
            # A cell of the coarser grid is twice as wide, so its heights count four times.
            height = 4 * np.repeat(np.repeat(height, 2, axis=0), 2, axis=1)[: level.shape[0], : level.shape[1]]
        inside = level > 0.5
        for _ in range(120 if level.size < 10_000 else 40):
            around = np.zeros_like(height)
            around[1:] += height[:-1]
            around[:-1] += height[1:]
            around[:, 1:] += height[:, :-1]
            around[:, :-1] += height[:, 1:]
            height = np.where(inside, 0.25 * (around + 1), 0.0)
    result: Field = 2 * np.sqrt(height)
    return result


def _quads(cells: Mask, ids: Indices, count: int) -> Indices:
    """Front, back (its corners count higher) and the walls between them."""
    rows, columns = np.nonzero(cells)
    corners = [ids[rows + r, columns + c] for r, c in ((0, 0), (1, 0), (1, 1), (0, 1))]
    front = np.stack(corners, axis=1)
    faces = [front, front[:, ::-1] + count]
    for rows, columns, start, end in open_edges(cells):
        a, b = ids[rows + start[0], columns + start[1]], ids[rows + end[0], columns + end[1]]
        faces.append(np.stack([b, a, a + count, b + count], axis=1))
    return np.concatenate(faces).astype(np.int32)


def _uvs(x: Field, y: Field, solid: Mask, size: tuple[int, int], inset: float) -> Field:
    """The picture projected along X on both sides; points near the outline look a little further inwards."""
    height, width = size
    reach = inset * max(size)
    field = blur(solid.astype(np.float64), max(1.5, reach))
    gradient_y, gradient_x = np.gradient(field, axis=0), np.gradient(field, axis=1)
    gx, gy = sample(gradient_x, x, y), sample(gradient_y, x, y)
    length = np.maximum(np.hypot(gx, gy), 1e-9)
    # The blurred mask is 0.5 on the outline and 1 further inside than its radius.
    move = reach * np.clip((0.98 - sample(field, x, y)) / 0.48, 0, 1.5)
    u = (x + gx / length * move - _MARGIN) / width
    v = (y + gy / length * move - _MARGIN) / height
    return np.clip(np.stack([u, v], axis=1), 0, 1)


def _normals(points: Field, quads: Indices) -> Floats:
    """Per vertex, weighted by area, so that a large face counts more."""
    a, b, c, d = (points[quads[:, i]] for i in range(4))
    face = np.cross(c - a, d - b)
    total = np.stack(
        [sum(np.bincount(quads[:, i], face[:, k], len(points)) for i in range(4)) for k in range(3)], axis=1
    )
    result: Floats = (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return result
