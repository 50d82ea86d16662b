"""A model in parts: a relief for each piece of the subject that stands apart in one of three bands."""

from itertools import pairwise

import numpy as np

from simulator.sculpture.raster import Mask, parts
from simulator.sculpture.relief import Relief, carve_apart
from simulator.sculpture.source import shape_of

_BANDS = 3
_MOST = 12  # parts
_LEAST_SHARE = 0.01  # of the subject, that a part has
_LEAST_QUADS = 6  # a box


def pieces_of(picture: bytes | None, most_quads: int) -> list[Relief]:
    """Return the parts from the top down, with at most so many quads together. Each is closed."""
    mask, shade = shape_of(picture)
    pieces = _pieces(mask)[: max(1, min(_MOST, most_quads // _LEAST_QUADS))]
    free = most_quads - _LEAST_QUADS * len(pieces)
    total = sum(int(piece.sum()) for piece in pieces)
    budgets = [_LEAST_QUADS + int(free * int(piece.sum()) / total) for piece in pieces]
    return carve_apart(pieces, shade, budgets)


def _pieces(mask: Mask) -> list[Mask]:
    rows = np.flatnonzero(mask.any(axis=1))
    edges = np.linspace(rows[0], rows[-1] + 1, _BANDS + 1).round().astype(int)
    pieces = []
    for top, bottom in pairwise(edges):
        band = np.zeros_like(mask)
        band[top:bottom] = mask[top:bottom]
        labels, sizes = parts(band)
        pieces += [labels == label for label in range(1, len(sizes)) if sizes[label] >= _LEAST_SHARE * mask.sum()]
    return pieces or [mask]
