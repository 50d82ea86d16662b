"""Images of words, and images that are repainted by words: of the same words always the same."""

import colorsys
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from simulator.sculpture.picture import Pixels
from simulator.sculpture.png import write_png
from simulator.sculpture.raster import Field, Mask, resize
from simulator.sculpture.source import roughly_subject_of, seen_pixels
from simulator.sculpture.textures import brightness, painted

SIDE = 512  # px, of what is made of words, and the longest of what is made of an image
GROUND = (225, 225, 225)  # behind a subject
_HALF = SIDE // 2  # painted at this, then doubled: it takes a quarter of the time
_MOST_IMAGES = 8  # that are shown of a list

COLORS = {
    "red": (200, 40, 35),
    "orange": (230, 125, 30),
    "yellow": (220, 190, 40),
    "green": (45, 150, 60),
    "blue": (40, 80, 200),
    "purple": (130, 60, 170),
    "pink": (230, 110, 165),
    "brown": (125, 80, 45),
    "black": (40, 40, 40),
}
Color = tuple[int, int, int]


def color_of(words: str) -> Color:
    """Return the color that the words name first; that of their sum where they name none."""
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in COLORS:
            return COLORS[word]
    red, green, blue = colorsys.hsv_to_rgb(_sum(words) % 360 / 360, 0.75, 0.75)
    return round(255 * red), round(255 * green), round(255 * blue)


@lru_cache(maxsize=32)
def paint(words: str) -> bytes:
    """Return a PNG of a rounded shape in the words' color, lighter towards the right; its form is that of their sum."""
    shade = np.linspace(0.7, 1.0, _HALF) * _grain(words, _HALF, _HALF)
    shape = np.where(_form(words)[:, :, None], shade[:, :, None] * color_of(words), GROUND)
    return write_png(_doubled(shape))


@lru_cache(maxsize=32)
def repaint(image: bytes, words: str) -> bytes:
    """Return a PNG of an image whose subject, or the whole if none stands out, is in the words' color."""
    return write_png(_doubled(_repainted(image, words, _HALF)))


def repaint_all(images: Sequence[bytes], words: str) -> bytes:
    """Return a PNG of several images next to each other, repainted."""
    if len(images) == 1:
        return repaint(images[0], words)
    small = [_repainted(image, words, _HALF // 2) for image in images[:_MOST_IMAGES]]
    height = max(len(image) for image in small)
    row = [np.pad(image, [(0, height - len(image)), (0, 0), (0, 0)], constant_values=GROUND[0]) for image in small]
    return write_png(_doubled(np.concatenate(row, axis=1)))


def _repainted(image: bytes, words: str, longest: int) -> Field:
    pixels = seen_pixels(image)
    shrink = longest / max(pixels.shape[:2])
    height, width = (max(8, round(side * shrink)) for side in pixels.shape[:2])
    small = np.stack([resize(pixels[:, :, i].astype(np.float64), height, width) for i in range(4)], axis=2)
    alpha = small[:, :, 3:] / 255
    shown = small[:, :, :3] * alpha + np.array(GROUND) * (1 - alpha)
    mask = roughly_subject_of(image)
    inside = np.ones((height, width)) if mask is None else np.clip(resize(mask.astype(float), height, width), 0, 1)
    shade = (0.3 + 0.7 * brightness(shown.astype(np.uint8))) * _grain(words, height, width)
    color = np.clip(1.3 * shade[:, :, None] * color_of(words), 0, 255)
    result: Field = color * inside[:, :, None] + shown * (1 - inside[:, :, None])
    return result


def _form(words: str) -> Mask:
    """Return a diamond, a disc or a box, more or less, in the middle."""
    number = _sum(words)
    power = (1.2, 2.0, 3.0, 6.0)[number % 4]
    half_width, half_height = 0.2 + 0.18 * (number >> 2 & 255) / 255, 0.2 + 0.18 * (number >> 10 & 255) / 255
    y, x = (np.mgrid[0:_HALF, 0:_HALF] + 0.5) / _HALF - 0.5
    form: Mask = np.abs(x / half_width) ** power + np.abs(y / half_height) ** power <= 1
    return form


def _grain(words: str, height: int, width: int) -> Field:
    """Return waves that are the words' own, up to 1."""
    waves = resize(brightness(painted(words, 128)), height, width)
    result: Field = waves / waves.max()
    return result


def _doubled(pixels: Field) -> Pixels:
    result: Pixels = np.clip(pixels + 0.5, 0, 255).astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    return result


def _sum(words: str) -> int:
    return zlib.crc32(words.encode())
