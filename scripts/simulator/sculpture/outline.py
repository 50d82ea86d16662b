"""Where in a picture the subject is."""

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.picture import Pixels
from simulator.sculpture.raster import Field, Mask, blur, fill_holes, largest_part, resize

LONGEST_SIDE = 320
_BINS = 14
_LEAST_CONTRAST = 0.05  # from the border's colours, of 1


def find_subject(pixels: Pixels) -> Mask | None:
    """The subject's cells in a grid of at most 320 a side, or None when nothing stands out."""
    shrink = min(1.0, LONGEST_SIDE / max(pixels.shape[:2]))
    height, width = (max(8, round(side * shrink)) for side in pixels.shape[:2])
    small = np.stack([resize(pixels[:, :, i].astype(np.float64), height, width) for i in range(4)], axis=2)
    opaque = small[:, :, 3] > 127
    by_alpha = float(opaque.mean()) < 0.995
    mask = opaque if by_alpha else _by_colour(small[:, :, :3] / 255)
    mask = largest_part(fill_holes(largest_part(mask), 0.02 * mask.size))
    if not 0.01 < float(mask.mean()) < (0.995 if by_alpha else 0.9):
        return None
    return mask


def rounded_plate(height: int, width: int, power: float = 4.0) -> Mask:
    """A superellipse in the middle: what is used when there is no outline. power 2 is an ellipse."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    across = np.abs(x / width * 2 - 1) / 0.9
    along = np.abs(y / height * 2 - 1) / 0.9
    plate: Mask = across**power + along**power <= 1
    return plate


def _by_colour(rgb: Field) -> Mask:
    """Parts the picture by the colours of its border, then lets both sides' colour histograms vote."""
    height, width = rgb.shape[:2]
    red, green, blue = rgb[:, :, 0], rgb[:, :, 1], rgb[:, :, 2]
    # Brightness counts less than hue: a background's shadows and sheen are still background.
    opponent = np.stack([0.5 * (red + green + blue) / 3, (red - green), (0.5 * (red + green) - blue)], axis=2)
    opponent = np.stack([blur(opponent[:, :, i], 1) for i in range(3)], axis=2)
    rim = max(2, round(0.04 * min(height, width)))
    border = np.ones((height, width), np.bool_)
    border[rim:-rim, rim:-rim] = False
    centres = _cluster(opponent[border], 6)
    distance = np.sqrt(((opponent[:, :, None, :] - centres) ** 2).sum(axis=3).min(axis=2))
    y, x = np.mgrid[0:height, 0:width]
    # A subject is framed: what lies near the middle is likelier to belong to it.
    off_centre = np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5)
    prior = 0.6 - 2.6 * off_centre
    if distance.max() < _LEAST_CONTRAST:
        return np.zeros((height, width), np.bool_)
    mask = blur(distance, 2) > _otsu(distance)
    mask &= ~border
    low, high = opponent.min(axis=(0, 1)), opponent.max(axis=(0, 1))
    bins = ((opponent - low) / (high - low + 1e-9) * (_BINS - 1e-6)).astype(np.intp)
    index = (bins[:, :, 0] * _BINS + bins[:, :, 1]) * _BINS + bins[:, :, 2]
    for _ in range(6):
        if not 0.01 < mask.mean() < 0.97:
            break
        inside, outside = _histogram(index[mask]), _histogram(index[~mask])
        vote = np.log((inside[index] + 1e-5) / (outside[index] + 1e-5))
        mask = blur(np.clip(vote, -4, 4), max(1.0, 0.007 * max(height, width))) + prior > 0
    return mask


def _histogram(index: NDArray[np.intp]) -> Field:
    counts = np.bincount(index, minlength=_BINS**3).reshape(_BINS, _BINS, _BINS).astype(np.float64)
    for axis in range(3):
        padded = np.pad(counts, [(1, 1) if i == axis else (0, 0) for i in range(3)])
        length = counts.shape[axis]
        before, after = (np.take(padded, np.arange(length) + shift, axis=axis) for shift in (0, 2))
        counts = 0.5 * counts + 0.25 * (before + after)
    result: Field = counts.reshape(-1) / max(1.0, float(counts.sum()))
    return result


def _cluster(points: Field, count: int) -> Field:
    """k-means, seeded by brightness so that it needs no random numbers."""
    order = np.argsort(points[:, 0], kind="stable")
    centres = points[order[np.linspace(0, len(points) - 1, count).astype(np.intp)]]
    for _ in range(8):
        nearest = ((points[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
        sizes = np.bincount(nearest, minlength=count)
        sums = np.stack([np.bincount(nearest, points[:, i], count) for i in range(3)], axis=1)
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
    return centres


def _otsu(values: Field) -> float:
    """The threshold that parts the values into the two most distinct groups."""
    counts, edges = np.histogram(values, 64)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * middle)
    mean_below = mass / np.maximum(below, 1)
    mean_above = (mass[-1] - mass) / np.maximum(above, 1)
    return float(middle[int(np.argmax(below * above * (mean_below - mean_above) ** 2))])
