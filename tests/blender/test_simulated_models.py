"""What the simulator gives by itself, read by Blender: its JPEG files, and a whole model of the real look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.sculpture.jpeg import BLOCK, write_jpeg
from simulator.sculpture.sculptor import Commission, sculpt


def loaded(image: Any) -> NDArray[np.float32]:
    """The pixels of an image from 0 to 1, first row at the top, without alpha."""
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    pixels: NDArray[np.float32] = values.reshape(height, width, 4)[::-1, :, :3]
    return pixels


def smooth(height: int, width: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 17 + phase) * np.cos(y / 23 - phase) for phase in (0, 1, 2)]
    return (127.5 + 127 * np.stack(waves, axis=2)).astype(np.uint8)


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)


CORNERS = np.array([[[r, g, b] for g in (0, 255) for b in (0, 255)] for r in (0, 255)], np.uint8)


@pytest.mark.parametrize(
    "pixels",
    [CORNERS, np.full((1, 1, 3), 90, np.uint8), noise(3, 5), noise(64, 40), smooth(60, 100)],
    ids=["corners of the colour cube", "one square", "a few", "noise", "smooth"],
)
def test_blender_reads_the_jpeg_files(pixels: NDArray[np.uint8], tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(write_jpeg(pixels))
    image = bpy.data.images.load(str(tmp_path / "a.jpg"))
    height, width, _ = pixels.shape
    assert tuple(image.size) == (BLOCK * width, BLOCK * height)
    assert (image.file_format, image.channels) == ("JPEG", 4)
    read = 255 * loaded(image)
    # The levels of the file are rounded, and one of the second is 1.8 of blue.
    for row, column in ((0, 0), (BLOCK // 2, BLOCK // 2), (BLOCK - 1, BLOCK - 1)):
        assert np.abs(read[row::BLOCK, column::BLOCK] - pixels).max() < 2.1


def test_blender_reads_a_model_of_the_real_look(picture: Path, tmp_path: Path) -> None:
    (tmp_path / "model.glb").write_bytes(sculpt(Commission(picture.read_bytes()), "some-id").model)
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "model.glb"))
    (mesh,) = (obj for obj in bpy.data.objects if obj.type == "MESH")
    assert mesh.name == "tripo_node_some-id"
    assert 49_000 < len(mesh.data.polygons) <= 50_000
    images = {image.name: image for image in bpy.data.images if image.users}
    assert set(images) == {f"{name}_some-id" for name in ("Color", "ORM", "NormalGL")}
    assert {tuple(image.size) for image in images.values()} == {(4096, 4096)}
    # The picture is a red disc on white, of which the model keeps the disc, front and back.
    pixels = loaded(images["Color_some-id"])
    uvs = np.empty(2 * len(mesh.data.loops), np.float32)
    mesh.data.uv_layers[0].data.foreach_get("uv", uvs)
    x, y = (uvs.reshape(-1, 2)[::97] * (1, -1) + (0, 1)).T * 4096
    shown = 255 * pixels[y.astype(int), x.astype(int)]
    assert np.median(shown, axis=0) == pytest.approx((230, 26, 26), abs=3)
    assert (shown[:, 0] > shown[:, 2] + 100).mean() > 0.97
