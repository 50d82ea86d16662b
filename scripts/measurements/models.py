"""Makes the model files of the measurements: like the service's, or of so many triangles and pictures of a size."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.atlas import cut
from simulator.sculpture.fbx import write_fbx
from simulator.sculpture.glb import write_glb
from simulator.sculpture.outline import rounded_plate
from simulator.sculpture.png import write_png
from simulator.sculpture.relief import Relief, carve
from simulator.sculpture.sculptor import DEFAULT_TRIANGLES, TEXTURE_SIZE, Commission, sculpt
from simulator.sculpture.textures import Textures

SEAMS = 0.1  # of the vertices of a GLB lie on a seam between two UV islands, and are there twice
_GRAIN = 8  # px; the noise of a texture is even within such a square, but for its lowest bits
_EVEN = 0.5  # of the pixels: those without a difference in the lowest bits


@dataclass(frozen=True)
class Model:
    """A model to measure with: `triangles`, two pictures of `texture` px a side (0: none), `suffix` glb or fbx.

    One that is `real` is what the simulator gives by itself, like the service's: three JPEG in a mesh with more seams.
    """

    triangles: int
    texture: int
    suffix: str
    real: bool = False

    @property
    def name(self) -> str:
        """Say which it is, shortly."""
        if self.real:
            return "like the service's"
        count = f"{self.triangles / 1e6:g}M" if self.triangles >= 1_000_000 else f"{self.triangles // 1000}k"
        return f"{count} {f'{self.texture} px' if self.texture else 'plain'} {self.suffix.upper()}"


REAL = Model(DEFAULT_TRIANGLES, TEXTURE_SIZE, "glb", real=True)


class Workshop:
    """Makes every model once, in a folder of the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reliefs: dict[int, Relief] = {}
        self._pictures: dict[int, Textures] = {}

    def make(self, model: Model) -> Path:
        """Give the file of a model."""
        path = self._folder / f"{'real-' * model.real}{model.triangles}-{model.texture}.{model.suffix}"
        if not path.exists() and model.real:
            path.write_bytes(sculpt(Commission(words="a pebble"), str(uuid.UUID(int=1, version=4))).model)
        elif not path.exists():
            # An FBX of the service is in quads; each counts as two triangles here, as it does on the graphics card.
            # Its vertices are in it once, whatever their UVs; in a GLB they are once for each island.
            relief, textures = self._relief(model.triangles), self._textures(model.texture)
            made = (
                write_fbx(relief, textures, "fbx")
                if model.suffix == "fbx"
                else write_glb(cut(relief, SEAMS)[0], textures, "glb")
            )
            path.write_bytes(made)
        return path

    def make_heavy(self, megabytes: int) -> Path:
        """Give a GLB file of about so many megabytes, most of them pictures that cannot be compressed."""
        path = self._folder / f"heavy-{megabytes}.glb"
        if not path.exists():
            relief = self._relief(7500 * megabytes)
            vertices = len(relief.positions) * 32 + relief.quads.size * 6
            side = round(((megabytes * 1e6 - vertices) / 9) ** 0.5)
            maps = [
                _file_of(np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)) for seed in range(3)
            ]
            path.write_bytes(write_glb(relief, Textures(maps[0], metallic_roughness=maps[1], normal=maps[2]), "heavy"))
        return path

    def make_picture(self) -> Path:
        """Give the picture that the jobs send: a disc."""
        path = self._folder / "Disc.png"
        if not path.exists():
            y, x = np.mgrid[0:96, 0:96] - 47.5
            inside = (x**2 + y**2 < 38**2)[:, :, None]
            path.write_bytes(write_png(np.where(inside, (230, 25, 25), (255, 255, 255)).astype(np.uint8)))
        return path

    def _relief(self, triangles: int) -> Relief:
        if triangles not in self._reliefs:
            self._reliefs.clear()  # the largest takes 100 MB
            plate = rounded_plate(320, 320)
            grain = np.random.default_rng(1).random(plate.shape)
            self._reliefs[triangles] = carve(plate, grain, triangles // 2)
        return self._reliefs[triangles]

    def _textures(self, size: int) -> Textures | None:
        if not size:
            return None
        if size not in self._pictures:
            self._pictures[size] = Textures(_file_of(_noise(size, 1)), normal=_file_of(_noise(size, 2)))
        return self._pictures[size]


def _noise(size: int, seed: int) -> NDArray[np.uint8]:
    """Give pixels that a PNG compresses to about a half, as it does a painted texture."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 248, (size // _GRAIN, size // _GRAIN, 3), np.uint8)
    fine = random.integers(0, 8, (size, size, 1), np.uint8)
    fine[random.random(fine.shape) < _EVEN] = 0
    pixels: NDArray[np.uint8] = np.repeat(np.repeat(coarse, _GRAIN, axis=0), _GRAIN, axis=1) + fine
    return pixels


def _file_of(pixels: NDArray[np.uint8]) -> bytes:
    return write_png(pixels)
