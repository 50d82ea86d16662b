"""What is read out of an image, once: its pixels, where its subject is, and the relief of that."""

import zlib
from functools import lru_cache

import numpy as np

from simulator.sculpture.outline import LONGEST_SIDE, find_subject, rounded_plate
from simulator.sculpture.picture import Pixels, decode, picture_size
from simulator.sculpture.raster import Field, Mask, resize
from simulator.sculpture.relief import Relief, carve
from simulator.sculpture.textures import brightness, painted


def pixels_of(picture: bytes | None, words: str = "") -> Pixels:
    """Return the pixels of an image; painted ones where there is none or it cannot be read."""
    found = decode(picture) if picture else None
    return painted(words) if found is None else found


def seen_pixels(picture: bytes) -> Pixels:
    """Return the pixels of an image; of two that cannot be read, different ones."""
    return pixels_of(picture, f"{zlib.crc32(picture):x}")


@lru_cache(maxsize=8)
def subject_of(picture: bytes | None) -> Mask | None:
    """Return where the subject is, None when nothing stands out or the image cannot be read."""
    pixels = decode(picture) if picture else None
    return None if pixels is None else find_subject(pixels)


@lru_cache(maxsize=32)
def roughly_subject_of(picture: bytes) -> Mask | None:
    """Return the same in a coarse grid, in 0.04 s instead of 0.3 s for 512 px."""
    pixels = decode(picture)
    step = 1 if pixels is None else max(1, max(pixels.shape[:2]) // 128)
    return None if pixels is None else find_subject(pixels[::step, ::step])


def shape_of(picture: bytes | None) -> tuple[Mask, Field]:
    """Return the mask that a relief is carved from, and the brightness of the image in its size."""
    pixels = decode(picture) if picture else None
    if pixels is not None:
        mask = subject_of(picture)
        if mask is None:
            shrink = LONGEST_SIDE / max(pixels.shape[:2])
            mask = rounded_plate(max(8, round(pixels.shape[0] * shrink)), max(8, round(pixels.shape[1] * shrink)))
        return mask, resize(brightness(pixels), *mask.shape)
    width, height = picture_size(picture) if picture else (1, 1)
    shrink = LONGEST_SIDE / max(width, height)
    mask = rounded_plate(max(8, round(height * shrink)), max(8, round(width * shrink)), power=2.4 if picture else 8.0)
    return mask, np.full(mask.shape, 0.5)


# One job's picture comes back at every try, and fifty jobs may share one; a relief of 250,000 quads takes 0.3 s.
@lru_cache(maxsize=8)
def relief_of(picture: bytes | None, most_quads: int) -> Relief:
    """Return the relief of an image's subject."""
    mask, shade = shape_of(picture)
    return carve(mask, shade, most_quads)
