"""The pictures on a model: its colour and, for PBR, roughness, metal and surface normals."""

import zlib
from dataclasses import dataclass

import numpy as np

from simulator.sculpture.atlas import Layout, Whole
from simulator.sculpture.jpeg import BLOCK, write_jpeg
from simulator.sculpture.picture import Pixels
from simulator.sculpture.png import write_png
from simulator.sculpture.raster import Field, blur, resize

MAP_SIZE = 512


@dataclass(frozen=True)
class Textures:
    """Whole files: the colour is a PNG or JPEG, the others are PNG. None where the model has no such map."""

    colour: bytes
    metallic_roughness: bytes | None = None  # glTF's packing: green is roughness, blue is metal
    roughness: bytes | None = None
    metallic: bytes | None = None
    normal: bytes | None = None


def brightness(pixels: Pixels) -> Field:
    """Luma from 0 to 1."""
    result: Field = pixels[:, :, :3].astype(np.float64) @ np.array([0.299, 0.587, 0.114]) / 255
    return result


def pbr_textures(colour: bytes, pixels: Pixels) -> Textures:
    """The colour as it is with the maps that go with it, each a PNG."""
    _, rough, none, normal = _maps(pixels, MAP_SIZE)
    return Textures(
        colour=colour,
        metallic_roughness=write_png(np.stack([none, rough, none], axis=2)),
        roughness=write_png(rough),
        metallic=write_png(none),
        normal=write_png(normal),
    )


def laid_out(pixels: Pixels, layout: Layout | Whole, side: int, pbr: bool) -> Textures:
    """The textures of a GLB as the service gives them: JPEG of so many px a side, laid out for the model's islands."""

    squares = max(1, side // BLOCK)

    def jpeg(picture: Pixels) -> bytes:
        return write_jpeg(layout.lay_out(picture, squares))

    colour = jpeg(pixels[:, :, :3])
    if not pbr:
        return Textures(colour)
    shade, rough, metal, normal = _maps(pixels, min(MAP_SIZE, max(2, squares)))
    return Textures(colour, metallic_roughness=jpeg(np.stack([shade, rough, metal], axis=2)), normal=jpeg(normal))


def _maps(pixels: Pixels, side: int) -> tuple[Pixels, Pixels, Pixels, Pixels]:
    """Occlusion, roughness, metal and normals, guessed from brightness: darker is rougher, nothing is metal."""
    luma = resize(brightness(pixels), side, side)
    rough = ((0.85 - 0.4 * luma) * 255).astype(np.uint8)
    height = blur(luma, 1.5 * side / MAP_SIZE)
    shade = ((0.6 + 0.4 * height) * 255).astype(np.uint8)
    slope_y, slope_x = np.gradient(height * 12 * side / MAP_SIZE)
    # Tangent space with green upwards, as glTF wants it; rows run down.
    normal = np.stack([-slope_x, slope_y, np.ones_like(luma)], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    return shade, rough, np.zeros_like(rough), ((normal * 0.5 + 0.5) * 255 + 0.5).astype(np.uint8)


def painted(words: str, size: int = 256) -> Pixels:
    """A picture for a model that was asked for in words, or whose own picture cannot be read: grain in one hue."""
    random = np.random.default_rng(zlib.crc32(words.encode()))
    hue = random.uniform(0.3, 0.85, 3)
    y, x = np.mgrid[0:size, 0:size] / size
    grain = blur(random.random((size, size)), 3) - 0.5
    waves = 0.5 + 0.5 * np.sin(40 * (x + 0.15 * np.sin(5 * y) + grain))
    pixels = np.full((size, size, 4), 255, np.uint8)
    pixels[:, :, :3] = np.clip(hue * (0.65 + 0.35 * waves)[:, :, None] * 255, 0, 255)
    return pixels
