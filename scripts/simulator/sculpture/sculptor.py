"""From what a task asks for to the file it gives."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from simulator.sculpture.atlas import cut
from simulator.sculpture.fbx import write_fbx
from simulator.sculpture.glb import write_glb
from simulator.sculpture.outline import LONGEST_SIDE, find_subject, rounded_plate
from simulator.sculpture.picture import Pixels, decode, picture_format, picture_size
from simulator.sculpture.png import write_png
from simulator.sculpture.raster import Mask, resize
from simulator.sculpture.relief import Relief, carve
from simulator.sculpture.textures import Textures, brightness, laid_out, painted, pbr_textures

# What real files have, looked into in 2026.
DEFAULT_TRIANGLES = 50_000
TEXTURE_SIZE = 4096  # px
DEFAULT_QUADS = 10_000  # the documentation's, for quad without a face_limit


@dataclass(frozen=True)
class Commission:
    """What to make: from a picture's bytes, or from words when there is none."""

    picture: bytes | None = None
    words: str = ""
    face_limit: int | None = None  # triangles in a GLB, quads in an FBX
    texture: bool = True
    pbr: bool = True
    quad: bool = False
    triangles: int = DEFAULT_TRIANGLES  # where there is no face_limit
    texture_size: int = TEXTURE_SIZE  # px a side of a GLB's pictures, in steps of 8


@dataclass(frozen=True)
class Sculpture:
    """The model's file and a preview of it as a PNG."""

    model: bytes
    suffix: Literal["glb", "fbx"]
    preview: bytes


def sculpt(commission: Commission, identity: str) -> Sculpture:
    """Makes the model; identity goes into the names of its node, mesh, material and images."""
    picture, words = commission.picture, commission.words
    textured = commission.texture or commission.pbr
    if commission.quad:
        most_quads = commission.face_limit or min(DEFAULT_QUADS, commission.triangles // 2)
        textures = _textures(picture, words, commission.pbr) if textured else None
        model = write_fbx(_relief(picture, most_quads), textures, identity)
    else:
        most_quads = (commission.face_limit or commission.triangles) // 2
        look = _look(picture, words, most_quads, commission.texture_size, commission.pbr) if textured else None
        relief, textures = look or (_relief(picture, most_quads), None)
        model = write_glb(relief, textures, identity)
    return Sculpture(model, "fbx" if commission.quad else "glb", _preview(picture, words))


@lru_cache(maxsize=2)
def ready_made(path: str) -> Sculpture:
    """A model file of the disk; its preview is grey."""
    suffix: Literal["glb", "fbx"] = "fbx" if path.endswith(".fbx") else "glb"
    return Sculpture(Path(path).read_bytes(), suffix, write_png(np.full((16, 16, 3), 128, np.uint8)))


# One job's picture comes back at every try, and fifty jobs may share one; a relief of 250,000 quads takes 0.3 s.
@lru_cache(maxsize=8)
def _relief(picture: bytes | None, most_quads: int) -> Relief:
    pixels = decode(picture) if picture else None
    if pixels is not None:
        mask = _subject(picture)
        if mask is None:
            shrink = LONGEST_SIDE / max(pixels.shape[:2])
            mask = rounded_plate(max(8, round(pixels.shape[0] * shrink)), max(8, round(pixels.shape[1] * shrink)))
        return carve(mask, resize(brightness(pixels), *mask.shape), most_quads)
    width, height = picture_size(picture) if picture else (1, 1)
    shrink = LONGEST_SIDE / max(width, height)
    mask = rounded_plate(max(8, round(height * shrink)), max(8, round(width * shrink)), power=2.4 if picture else 8.0)
    return carve(mask, np.full(mask.shape, 0.5), most_quads)


@lru_cache(maxsize=8)
def _subject(picture: bytes | None) -> Mask | None:
    pixels = decode(picture) if picture else None
    return None if pixels is None else find_subject(pixels)


@lru_cache(maxsize=8)
def _look(picture: bytes | None, words: str, most_quads: int, texture_size: int, pbr: bool) -> tuple[Relief, Textures]:
    """A GLB's mesh with seams, and the pictures that fit it. Without pixels the picture goes on as it came."""
    relief = _relief(picture, most_quads)
    if picture and decode(picture) is None and picture_format(picture) != "webp":
        return relief, _textures(picture, words, pbr)
    relief, layout = cut(relief)
    return relief, laid_out(_pixels(picture, words), layout, texture_size, pbr)


@lru_cache(maxsize=8)
def _textures(picture: bytes | None, words: str, pbr: bool) -> Textures:
    pixels = _pixels(picture, words)
    # glTF and FBX readers know PNG and JPEG; a WebP picture is rewritten from its pixels.
    known = picture is not None and picture_format(picture) in ("png", "jpeg")
    colour = picture if picture is not None and known else write_png(pixels[:, :, :3])
    return pbr_textures(colour, pixels) if pbr else Textures(colour)


def _pixels(picture: bytes | None, words: str) -> Pixels:
    found = decode(picture) if picture else None
    return painted(words) if found is None else found


@lru_cache(maxsize=8)
def _preview(picture: bytes | None, words: str) -> bytes:
    """The picture at no more than 256 px with its surroundings greyed out where the subject is known."""
    pixels = _pixels(picture, words)
    shrink = min(1.0, 256 / max(pixels.shape[:2]))
    height, width = max(8, round(pixels.shape[0] * shrink)), max(8, round(pixels.shape[1] * shrink))
    small = np.stack([resize(pixels[:, :, i].astype(np.float64), height, width) for i in range(3)], axis=2)
    mask = _subject(picture)
    if mask is not None:
        inside = np.clip(resize(mask.astype(np.float64), height, width), 0, 1)[:, :, None]
        small = small * inside + 90 * (1 - inside)
    return write_png(small.astype(np.uint8))
