"""From what a task asks for to the file it gives."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from simulator.sculpture.atlas import Whole, cut
from simulator.sculpture.fbx import write_fbx
from simulator.sculpture.four_sides import four_sided
from simulator.sculpture.glb import write_glb, write_parts
from simulator.sculpture.picture import decode, picture_format
from simulator.sculpture.pieces import pieces_of
from simulator.sculpture.png import write_png
from simulator.sculpture.raster import resize
from simulator.sculpture.relief import Relief
from simulator.sculpture.source import pixels_of, relief_of, subject_of
from simulator.sculpture.textures import Textures, laid_out, pbr_textures

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
    views: tuple[bytes | None, ...] = ()  # of the four sides, of which the picture is the first
    parts: bool = False  # several meshes without textures, as a GLB whatever else is asked for
    compress: bool = False  # with meshopt; without effect on an FBX


@dataclass(frozen=True)
class Sculpture:
    """The model's file and a preview of it as a PNG."""

    model: bytes
    suffix: Literal["glb", "fbx"]
    preview: bytes


def sculpt(commission: Commission, identity: str) -> Sculpture:
    """Makes the model; identity goes into the names of its node, mesh, material and images."""
    preview = _preview(commission.picture, commission.words)
    most_quads = (commission.face_limit or commission.triangles) // 2
    if commission.parts:
        parts = pieces_of(commission.picture, most_quads)
        return Sculpture(write_parts(parts, identity, commission.compress), "glb", preview)
    if commission.quad:
        most_quads = commission.face_limit or min(DEFAULT_QUADS, commission.triangles // 2)
        return Sculpture(write_fbx(*_for_fbx(commission, most_quads), identity), "fbx", preview)
    return Sculpture(write_glb(*_for_glb(commission, most_quads), identity, commission.compress), "glb", preview)


@lru_cache(maxsize=2)
def ready_made(path: str) -> Sculpture:
    """A model file of the disk; its preview is grey."""
    suffix: Literal["glb", "fbx"] = "fbx" if path.endswith(".fbx") else "glb"
    return Sculpture(Path(path).read_bytes(), suffix, write_png(np.full((16, 16, 3), 128, np.uint8)))


def _for_fbx(commission: Commission, most_quads: int) -> tuple[Relief, Textures | None]:
    picture, words, pbr = commission.picture, commission.words, commission.pbr
    if not (commission.texture or pbr):
        return relief_of(picture, most_quads), None
    if commission.views:
        relief, pixels = four_sided(commission.views, most_quads)
        colour = write_png(pixels)
        return relief, pbr_textures(colour, pixels) if pbr else Textures(colour)
    return relief_of(picture, most_quads), _textures(picture, words, pbr)


def _for_glb(commission: Commission, most_quads: int) -> tuple[Relief, Textures | None]:
    picture, words, pbr = commission.picture, commission.words, commission.pbr
    if not (commission.texture or pbr):
        return relief_of(picture, most_quads), None
    if commission.views:
        relief, pixels = four_sided(commission.views, most_quads)
        return relief, laid_out(pixels, Whole(), commission.texture_size, pbr)
    return _look(picture, words, most_quads, commission.texture_size, pbr)


@lru_cache(maxsize=8)
def _look(picture: bytes | None, words: str, most_quads: int, texture_size: int, pbr: bool) -> tuple[Relief, Textures]:
    """A GLB's mesh with seams, and the pictures that fit it. Without pixels the picture goes on as it came."""
    relief = relief_of(picture, most_quads)
    if picture and decode(picture) is None and picture_format(picture) != "webp":
        return relief, _textures(picture, words, pbr)
    relief, layout = cut(relief)
    return relief, laid_out(pixels_of(picture, words), layout, texture_size, pbr)


@lru_cache(maxsize=8)
def _textures(picture: bytes | None, words: str, pbr: bool) -> Textures:
    pixels = pixels_of(picture, words)
    # glTF and FBX readers know PNG and JPEG; a WebP picture is rewritten from its pixels.
    known = picture is not None and picture_format(picture) in ("png", "jpeg")
    colour = picture if picture is not None and known else write_png(pixels[:, :, :3])
    return pbr_textures(colour, pixels) if pbr else Textures(colour)


@lru_cache(maxsize=8)
def _preview(picture: bytes | None, words: str) -> bytes:
    """The picture at no more than 256 px with its surroundings greyed out where the subject is known."""
    pixels = pixels_of(picture, words)
    shrink = min(1.0, 256 / max(pixels.shape[:2]))
    height, width = max(8, round(pixels.shape[0] * shrink)), max(8, round(pixels.shape[1] * shrink))
    small = np.stack([resize(pixels[:, :, i].astype(np.float64), height, width) for i in range(3)], axis=2)
    mask = subject_of(picture)
    if mask is not None:
        inside = np.clip(resize(mask.astype(np.float64), height, width), 0, 1)[:, :, None]
        small = small * inside + 90 * (1 - inside)
    return write_png(small.astype(np.uint8))
