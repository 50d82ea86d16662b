"""Any image of Blender or picture file becomes the file that is sent: as the eye sees it, within the limits."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import socket
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.process import SimulatorProcess
from simulator.sculpture.png import SIGNATURE, read_png, write_png

pytestmark = pytest.mark.every_version("image formats and colour management differ")

MOST_BYTES = 20_000_000
LINEAR = np.linspace(0.0, 1.0, 64)
WORLD = (0.5, 0.25, 0.1)

Pixels = NDArray[np.uint8]


# -- what is there and what came out ------------------------------------------------------------------------------


def state_of(part: Any, name: str) -> dict[str, Any]:
    """Give every value below a part of the data by its path, down to other data-blocks."""
    found: dict[str, Any] = {}
    for key, entry in part.bl_rna.properties.items():
        value, path = getattr(part, key), f"{name}.{key}"
        if key == "rna_type" or value is None or isinstance(value, bpy.types.ID):
            continue
        if entry.type == "POINTER":
            found |= state_of(value, path)
        elif entry.type == "COLLECTION":
            for number, item in enumerate(value):
                found |= state_of(item, f"{path}[{number}]")
        else:
            found[path] = tuple(value) if getattr(entry, "is_array", False) else value
    return found


def state_of_file() -> dict[str, Any]:
    """Give what an artist would miss or find too much."""
    found: dict[str, Any] = {"scene": bpy.context.scene.name, "dirty": bpy.data.is_dirty}
    for name in ("scenes", "images", "collections", "objects", "worlds"):
        found[name] = [block.name for block in getattr(bpy.data, name)]
    for image in bpy.data.images:
        for name in ("is_dirty", "filepath", "source", "alpha_mode", "users"):
            found[f"{image.name}.{name}"] = getattr(image, name)
        found[f"{image.name}.size"] = tuple(image.size)
        found[f"{image.name}.colorspace"] = image.colorspace_settings.name
    for scene in bpy.data.scenes:
        for name in ("view_settings", "display_settings"):
            found |= state_of(getattr(scene, name), f"{scene.name}.{name}")
        found |= state_of(scene.render.image_settings, f"{scene.name}.image_settings")
        found[f"{scene.name}.filepath"] = scene.render.filepath
        # Blender 5 fills this one in when a format is first chosen, and takes no empty name back.
        found.pop(f"{scene.name}.image_settings.linear_colorspace_settings.name", None)
    return found


@contextmanager
def untouched() -> Iterator[None]:
    """What happens inside leaves the artist's scene and data as they were."""
    before = state_of_file()
    yield
    assert state_of_file() == before


class Sender:
    """Saves pictures as they would be sent, each into a folder of its own, and watches what it leaves behind."""

    def __init__(self, pictures: ModuleType, folder: Path) -> None:
        self.pictures = pictures
        self._refusal = pictures.TripoError
        self._folder = folder
        self._count = 0

    def __call__(self, picture: bpy.types.Image | Path, scene: bpy.types.Scene | None = None) -> Path:
        folder = self._new_folder()
        with untouched():
            sent = self._save(picture, folder, scene)
        assert list(folder.iterdir()) == [sent]
        assert 0 < sent.stat().st_size <= MOST_BYTES
        return sent

    def refused(self, picture: bpy.types.Image | Path, scene: bpy.types.Scene | None = None) -> str:
        """Give the sentence of the refusal."""
        folder = self._new_folder()
        with untouched(), pytest.raises(self._refusal) as caught:
            self._save(picture, folder, scene)
        assert caught.value.failure.kind == "picture"
        assert list(folder.iterdir()) == []
        return str(caught.value)

    def _save(self, picture: bpy.types.Image | Path, folder: Path, scene: bpy.types.Scene | None) -> Path:
        if isinstance(picture, Path):
            return Path(self.pictures.save_file(picture, folder))
        return Path(self.pictures.save_image(picture, folder, scene or bpy.context.scene))

    def _new_folder(self) -> Path:
        self._count += 1
        folder = self._folder / f"sent {self._count}"
        folder.mkdir()
        return folder


@pytest.fixture
def send(module: Callable[[str], ModuleType], tmp_path: Path) -> Sender:
    return Sender(module("scene.capture.image"), tmp_path)


def decoded(path: Path) -> Pixels:
    """Give the pixels of a sent PNG, first row at the top, without Blender's help."""
    assert path.suffix == ".png"
    pixels = read_png(path.read_bytes(), most_bytes=MOST_BYTES)
    assert pixels is not None, "not an 8-bit PNG"
    return pixels


def shown(image: bpy.types.Image) -> Pixels:
    """Give the pixels of an 8-bit image in Blender, first row at the top."""
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    return np.round(values.reshape(height, width, 4)[::-1] * 255).astype(np.uint8)


def differ(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Give the greatest difference, in steps of 1/255."""
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).max())


def srgb(linear: Any) -> NDArray[np.float64]:
    """Give the sRGB curve (IEC 61966-2-1) in steps of 1/255."""
    value = np.clip(np.asarray(linear, float), 0.0, 1.0)
    return 255 * np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)


# -- what is picked ------------------------------------------------------------------------------------------------


def noise(height: int, width: int, channels: int, seed: int = 1) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def file_of(path: Path, pixels: Pixels) -> Path:
    path.write_bytes(write_png(pixels))
    return path


def file_by_blender(path: Path, file_format: str, width: int = 40, height: int = 24) -> Path:
    """A picture without hard edges, so that JPEG and WebP hold it well."""
    image = bpy.data.images.new("source", width, height)
    y, x = np.mgrid[:height, :width]
    ramps = np.stack([x / width, y / height, 0 * x + 0.5, 0 * x + 1.0], axis=-1).astype(np.float32)
    image.pixels.foreach_set(ramps.ravel())
    image.filepath_raw, image.file_format = str(path), file_format
    image.save()
    bpy.data.images.remove(image)
    return path


def generated(values: NDArray[Any], name: str = "Made", *, is_float: bool = False) -> bpy.types.Image:
    """An image that was never saved, of (height, width, 4) values, first row at the top."""
    height, width = values.shape[:2]
    image = bpy.data.images.new(name, width, height, alpha=True, float_buffer=is_float)
    image.pixels.foreach_set(values[::-1].astype(np.float32).ravel())
    return image


def ramp(alpha: float = 1.0) -> NDArray[np.float64]:
    """Grey from black to white, 24 rows high."""
    values = np.ones((24, len(LINEAR), 4))
    values[..., :3] = LINEAR[None, :, None]
    values[..., 3] = alpha
    return values


def png_16(path: Path, values: NDArray[np.uint16]) -> Path:
    """A PNG of 16 bits a channel, RGBA."""
    height, width = values.shape[:2]

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    path.write_bytes(SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def turned(jpeg: Path, orientation: int) -> Path:
    """The photograph with an EXIF block that asks for a turn."""
    entry = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    data = jpeg.read_bytes()
    jpeg.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    return jpeg


# -- files and file images pass as they are ------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_png_passes_byte_for_byte_as_path_image_and_packed(send: Sender, tmp_path: Path, channels: int) -> None:
    path = file_of(tmp_path / "picture.png", noise(24, 40, channels))
    data = path.read_bytes()
    image = bpy.data.images.load(str(path))

    assert send(path).read_bytes() == data
    assert send(image).read_bytes() == data

    image.pack()
    path.unlink()
    sent = send(image)
    assert (sent.suffix, sent.read_bytes()) == (".png", data)


@pytest.mark.parametrize(("file_format", "suffix"), [("JPEG", ".jpg"), ("WEBP", ".webp")])
def test_jpeg_and_webp_pass_under_their_true_suffix(
    send: Sender, tmp_path: Path, file_format: str, suffix: str
) -> None:
    path = file_by_blender(tmp_path / "picture.dat", file_format)

    for picture in (path, bpy.data.images.load(str(path))):
        sent = send(picture)
        assert sent.suffix == suffix
        assert sent.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("file_format", ["TIFF", "BMP", "TARGA"])
def test_other_formats_become_png(send: Sender, tmp_path: Path, file_format: str) -> None:
    path = file_by_blender(tmp_path / "picture.dat", file_format)
    image = bpy.data.images.load(str(path))

    for sent in (send(path), send(image)):
        assert differ(decoded(sent), shown(image)) <= 1


def test_a_photograph_with_exif_turn_goes_as_blender_shows_it(send: Sender, tmp_path: Path) -> None:
    path = turned(file_by_blender(tmp_path / "photo.jpg", "JPEG"), 6)
    image = bpy.data.images.load(str(path))
    assert tuple(image.size) == (40, 24)

    pixels = decoded(send(image))

    assert pixels.shape[:2] == (24, 40)
    assert differ(pixels, shown(image)) <= 1
    assert b"Exif" not in send(image).read_bytes()
    assert send(path).read_bytes() == path.read_bytes()  # a file's own viewers turn it, and so does the service


def test_sixteen_bits(send: Sender, tmp_path: Path) -> None:
    values = np.random.default_rng(2).integers(0, 65536, (24, 40, 4), dtype=np.uint16)
    values[..., 3] = 65535
    values[:12, :, 3] = 40_000
    path = png_16(tmp_path / "deep.png", values)

    assert send(path).read_bytes() == path.read_bytes()
    pixels = decoded(send(bpy.data.images.load(str(path))))
    assert differ(pixels, values / 257) <= 1.5


# -- what only Blender holds ---------------------------------------------------------------------------------------


def test_a_painted_file_image_sends_the_paint(send: Sender, tmp_path: Path) -> None:
    path = file_of(tmp_path / "picture.png", noise(24, 40, 3))
    image = bpy.data.images.load(str(path))
    painted = noise(24, 40, 4, seed=3)
    painted[..., 3] = 255
    image.pixels.foreach_set((painted[::-1] / 255).astype(np.float32).ravel())
    assert image.is_dirty

    assert differ(decoded(send(image)), painted) == 0

    image.pack()  # the paint is in the file then
    assert differ(decoded(send(image))[..., :3], painted[..., :3]) == 0


def test_an_image_whose_file_is_gone_is_sent_from_memory(send: Sender, tmp_path: Path) -> None:
    pixels = noise(24, 40, 3)
    path = file_of(tmp_path / "picture.png", pixels)
    image = bpy.data.images.load(str(path))
    assert image.pixels[0] >= 0  # Blender reads a file when its pixels are first needed
    path.unlink()

    assert differ(decoded(send(image))[..., :3], pixels) == 0


@pytest.mark.parametrize("view", ["AgX", "Filmic", "Standard"])
def test_generated_images_keep_their_colours_whatever_the_scenes_look(send: Sender, view: str) -> None:
    bpy.context.scene.view_settings.view_transform = view
    bpy.context.scene.view_settings.exposure = 2.0
    plain = bpy.data.images.new("Plain", 32, 24)
    plain.generated_color = (0.2, 0.5, 0.8, 1.0)

    assert differ(decoded(send(plain))[..., :3], np.array([51, 127.5, 204])) <= 1
    assert differ(decoded(send(generated(ramp())))[0, :, 0], LINEAR * 255) <= 1


def test_float_images_take_the_srgb_curve(send: Sender, tmp_path: Path) -> None:
    image = generated(ramp(), is_float=True)
    path = tmp_path / "light.exr"
    choose_output("OPEN_EXR", color_depth="32")  # Image > Save writes the sRGB curve into an EXR; a render's is linear
    image.save_render(str(path), scene=bpy.context.scene)
    bright = ramp()
    bright[..., :3] *= 4

    for picture in (image, bpy.data.images.load(str(path)), path):
        assert differ(decoded(send(picture))[0, :, 0], srgb(LINEAR)) <= 1
    assert differ(decoded(send(generated(bright, is_float=True)))[0, :, 0], srgb(4 * LINEAR)) <= 1


def test_alpha_is_kept_straight(send: Sender) -> None:
    values = np.zeros((24, 64, 4))
    values[..., :3] = 0.25, 0.5, 0.75
    values[..., 3] = LINEAR
    expected = values * 255
    visible = values[..., 3] > 0.05

    pixels = decoded(send(generated(values)))
    assert differ(pixels[visible], expected[visible]) <= 1
    assert differ(pixels[..., 3], expected[..., 3]) <= 1

    light = values.copy()
    light[..., :3] *= values[..., 3:]  # float images hold colour times alpha
    expected[..., :3] = srgb([0.25, 0.5, 0.75])
    pixels = decoded(send(generated(light, is_float=True)))
    assert differ(pixels[visible], expected[visible]) <= 2
    assert differ(pixels[..., 3], expected[..., 3]) <= 1


@pytest.mark.parametrize("alpha_mode", ["STRAIGHT", "CHANNEL_PACKED", "NONE"])
def test_alpha_modes_of_a_file_image(send: Sender, tmp_path: Path, alpha_mode: str) -> None:
    pixels = noise(24, 40, 4)
    image = bpy.data.images.load(str(file_of(tmp_path / "picture.png", pixels)))
    image.alpha_mode = alpha_mode

    sent = decoded(send(image))

    assert differ(sent[..., :3], pixels[..., :3]) == 0
    assert differ(sent[..., 3], 255 + 0 * pixels[..., 3] if alpha_mode == "NONE" else pixels[..., 3]) == 0


def test_a_non_color_image_keeps_its_values(send: Sender, tmp_path: Path) -> None:
    pixels = noise(24, 40, 3)
    image = bpy.data.images.load(str(file_of(tmp_path / "normals.png", pixels)))
    image.colorspace_settings.name = "Non-Color"

    assert differ(decoded(send(image))[..., :3], pixels) <= 1


def test_an_image_of_tiles_is_refused(send: Sender) -> None:
    image = bpy.data.images.new("Body", 32, 24, tiled=True)
    image.tiles.new(1002)
    assert image.source == "TILED"

    sentence = send.refused(image)
    assert "'Body'" in sentence
    assert "tiles" in sentence


def test_view_as_render_shows_the_scenes_look(send: Sender, tmp_path: Path) -> None:
    pixels = noise(24, 40, 3)
    image = bpy.data.images.load(str(file_of(tmp_path / "picture.png", pixels)))
    image.use_view_as_render = True
    view = bpy.context.scene.view_settings

    view.view_transform, view.exposure = "Standard", 1.0
    linear = (pixels / 255 <= 0.04045) * pixels / 255 / 12.92 + (pixels / 255 > 0.04045) * (
        (pixels / 255 + 0.055) / 1.055
    ) ** 2.4
    assert differ(decoded(send(image))[..., :3], srgb(2 * linear)) <= 1

    view.view_transform, view.look = "AgX", "AgX - Punchy"
    sent = decoded(send(image))
    assert differ(sent, as_saved_by_the_artist(image, tmp_path)) <= 1
    assert differ(sent[..., :3], pixels) > 20


def as_saved_by_the_artist(image: bpy.types.Image, folder: Path) -> Pixels:
    """Give what Image > Save As writes with "Save as Render", as PNG."""
    choose_output("PNG", color_mode="RGBA", color_depth="8")
    image.save_render(str(folder / "reference.png"), scene=bpy.context.scene)
    return decoded(folder / "reference.png")


def choose_output(file_format: str, **more: Any) -> None:
    """Set how the scene writes its renders."""
    settings = bpy.context.scene.render.image_settings
    if hasattr(settings, "media_type"):
        kinds = {"OPEN_EXR_MULTILAYER": "MULTI_LAYER_IMAGE", "FFMPEG": "VIDEO"}
        settings.media_type = kinds.get(file_format, "IMAGE")
    settings.file_format = file_format
    for name, value in more.items():
        setattr(settings, name, value)


# -- renders -------------------------------------------------------------------------------------------------------


@pytest.fixture
def studio() -> bpy.types.Scene:
    """A scene that renders an even colour in no time."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.render.dither_intensity = 1, False, 0.0
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 48, 32, 100
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    scene.world = bpy.data.worlds.new("World")
    if scene.world.node_tree is None:
        scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (*WORLD, 1.0)
    return scene


@pytest.fixture
def rendered(studio: bpy.types.Scene, send: Sender) -> bpy.types.Image:
    assert send.pictures.render_result() is None  # nothing was rendered yet
    bpy.ops.render.render()
    image = send.pictures.render_result()
    assert isinstance(image, bpy.types.Image)
    return image


def test_a_render_takes_the_scenes_look(
    studio: bpy.types.Scene, rendered: bpy.types.Image, send: Sender, tmp_path: Path
) -> None:
    view = studio.view_settings
    view.view_transform = "Standard"
    pixels = decoded(send(rendered))
    assert pixels.shape == (32, 48, 4)
    assert differ(pixels, np.array([*srgb(WORLD), 255])) <= 1

    view.exposure = 0.5
    assert differ(decoded(send(rendered))[..., :3], srgb(np.array(WORLD) * 2**0.5)) <= 1

    looks = []
    for transform, look in (("AgX", "None"), ("AgX", "AgX - Punchy"), ("Filmic", "None")):
        view.view_transform, view.look = transform, look
        looks.append(decoded(send(rendered)))
        assert differ(looks[-1], as_saved_by_the_artist(rendered, tmp_path)) <= 1
    assert all(differ(one, other) > 3 for one, other in itertools.combinations(looks, 2))


@pytest.mark.parametrize(
    ("file_format", "more"),
    [
        ("PNG", {"color_depth": "16", "color_mode": "BW", "compression": 77}),
        ("JPEG", {"quality": 33}),
        ("OPEN_EXR", {"color_depth": "16", "exr_codec": "DWAA", "color_mode": "RGB"}),
        ("OPEN_EXR_MULTILAYER", {}),
        ("FFMPEG", {}),
    ],
)
def test_a_render_leaves_the_scenes_output_settings(
    studio: bpy.types.Scene, rendered: bpy.types.Image, send: Sender, file_format: str, more: dict[str, Any]
) -> None:
    studio.view_settings.view_transform = "Standard"
    choose_output(file_format, **more)
    assert differ(decoded(send(rendered)), np.array([*srgb(WORLD), 255])) <= 1


def test_an_output_look_of_its_own_is_neither_sent_nor_lost(
    studio: bpy.types.Scene, rendered: bpy.types.Image, send: Sender
) -> None:
    studio.view_settings.view_transform = "Standard"
    output = studio.render.image_settings
    output.color_management = "OVERRIDE"
    output.view_settings.view_transform, output.view_settings.exposure = "AgX", 1.5
    output.view_settings.look = "AgX - Punchy"

    # The screen shows the scene's own; the untouched() around it sees that the output's is still there.
    assert differ(decoded(send(rendered)), np.array([*srgb(WORLD), 255])) <= 1


def test_a_transparent_render_keeps_its_alpha(studio: bpy.types.Scene, send: Sender) -> None:
    studio.render.film_transparent = True
    bpy.ops.render.render()

    assert differ(decoded(send(send.pictures.render_result()))[..., 3], np.array([0])) == 0


def test_a_render_that_is_too_wide_is_shrunk_in_its_own_colours(studio: bpy.types.Scene, send: Sender) -> None:
    studio.view_settings.view_transform = "AgX"
    studio.render.resolution_x, studio.render.resolution_y = 6100, 32
    bpy.ops.render.render()
    wide = decoded(send(send.pictures.render_result()))
    studio.render.resolution_x = 48
    bpy.ops.render.render()

    assert wide.shape[:2] == (31, 6000)
    assert differ(wide, decoded(send(send.pictures.render_result()))[0, 0]) <= 1


def test_a_render_that_is_too_small_is_refused(studio: bpy.types.Scene, send: Sender) -> None:
    studio.render.resolution_x = 19
    bpy.ops.render.render()

    assert "19 x 32 px" in send.refused(send.pictures.render_result())


def test_without_a_render_there_is_a_sentence(rendered: bpy.types.Image, send: Sender, preferences: Any) -> None:
    assert "Render an image first (F12)" in send.refused(rendered, bpy.data.scenes.new("Never Rendered"))

    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.tripo.source = "RENDER"
    with pytest.raises(RuntimeError, match=r"Render an image first \(F12\)"):
        bpy.ops.tripo.generate()


# -- limits --------------------------------------------------------------------------------------------------------


def test_the_longest_side_is_shrunk_to_6000(send: Sender, tmp_path: Path) -> None:
    pixels = np.full((40, 6100, 3), 128, np.uint8)
    path = file_of(tmp_path / "wide.png", pixels)
    allowed = file_of(tmp_path / "allowed.png", pixels[:, :6000])

    assert decoded(send(path)).shape[:2] == (39, 6000)
    sent = decoded(send(generated(np.full((6100, 40, 4), 0.5))))
    assert sent.shape[:2] == (6000, 39)
    assert differ(sent, np.array([127.5, 127.5, 127.5, 127.5])) <= 1
    assert send(allowed).read_bytes() == allowed.read_bytes()


def test_an_opaque_picture_over_20_mb_becomes_a_jpeg_of_the_same_size(send: Sender, tmp_path: Path) -> None:
    pixels = noise(2700, 2600, 3)
    path = file_of(tmp_path / "noise.png", pixels)
    assert path.stat().st_size > MOST_BYTES

    sent = send(path)

    assert sent.suffix == ".jpg"
    assert sent.read_bytes().startswith(b"\xff\xd8\xff")
    came = bpy.data.images.load(str(sent))
    assert tuple(came.size) == (2600, 2700)
    luma = np.array([0.299, 0.587, 0.114])  # JPEG blurs the colour of noise, but not its brightness
    assert np.abs(shown(came)[..., :3] @ luma - pixels @ luma).mean() < 10


def test_a_transparent_picture_over_20_mb_stays_a_png_and_gets_smaller(send: Sender) -> None:
    pixels = noise(2500, 2400, 4)
    pixels[:1250, :, 3] = 255

    sent = send(generated(pixels / 255))

    assert sent.suffix == ".png"
    came = bpy.data.images.load(str(sent))
    width, height = came.size
    assert 1200 <= width < 2400
    assert width / height == pytest.approx(2400 / 2500, rel=0.01)
    alpha = shown(came)[..., 3]
    assert alpha[: height // 2 - 2].min() == 255
    assert alpha[height // 2 + 2 :].std() > 10


@pytest.mark.parametrize(("width", "height"), [(19, 40), (40, 19), (1, 1)])
def test_under_20_px_is_refused(send: Sender, tmp_path: Path, width: int, height: int) -> None:
    path = file_of(tmp_path / "small.png", noise(height, width, 3))
    for picture in (path, bpy.data.images.load(str(path)), generated(np.ones((height, width, 4)))):
        assert f"{width} x {height} px" in send.refused(picture)
    assert send(generated(np.ones((20, 20, 4)))).stat().st_size


def test_what_is_under_20_px_after_shrinking_is_refused(send: Sender, tmp_path: Path) -> None:
    path = file_of(tmp_path / "ribbon.png", np.full((21, 7000, 3), 90, np.uint8))
    for picture in (path, bpy.data.images.load(str(path))):
        assert "px" in send.refused(picture)


# -- no picture ----------------------------------------------------------------------------------------------------


def test_files_that_are_no_pictures(send: Sender, tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("not a picture, whatever its name says")
    empty = tmp_path / "empty.png"
    empty.touch()

    assert "'text.png' is not an image" in send.refused(text)
    assert "'empty.png' is empty" in send.refused(empty)
    assert f"There is no image at '{tmp_path / 'missing.png'}'" in send.refused(tmp_path / "missing.png")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _socket(path: Path) -> Path:
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
    return path


def _circle(path: Path) -> Path:
    path.symlink_to(path.name)
    return path


def _secret(path: Path) -> Path:
    file_of(path, noise(24, 40, 3))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    return path


# What lies at a path, and the words that say why it cannot be read.
UNREADABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a folder": (_folder, "is a folder"),
    "a pipe": (_pipe, "is a pipe"),
    "a socket": (_socket, "is a socket"),
    "a device": (lambda _path: Path("/dev/zero"), "is a device"),
    "a file whose disk fails": (lambda _path: Path("/proc/self/mem"), "input/output error"),
    "a circle of links": (_circle, "too many"),
    "a file of another user": (_secret, "permission denied"),
    "a name that is too long": (lambda path: path.with_name("x" * 300 + ".png"), "file name too long"),
    "a path below a file": (lambda path: Path(__file__) / path.name, "not a directory"),
    "a path with a zero in it": (lambda path: path.with_name("a\0b.png"), "There is no image at"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="files of these kinds")
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_told_from_a_full_disk(
    send: Sender, module: Callable[[str], ModuleType], preferences: Any, tmp_path: Path, name: str
) -> None:
    make, words = UNREADABLE[name]
    path = make(tmp_path / "picture.png")

    sentence = send.refused(path)

    assert words in sentence
    assert len(sentence) < 200 + len(str(tmp_path))
    ordering, given = module("app.submit"), module("app.account").access(bpy.context)
    wanted = ordering.of_image(path, module("core.options.generation").Settings())
    with pytest.raises(send.pictures.TripoError) as caught:  # and nothing else is said of it above
        ordering.order(wanted, given, bpy.context.scene)
    assert (caught.value.failure.kind, str(caught.value)) == ("picture", sentence)
    # Nothing here may ask Blender for the image's size: it would read the pipe to its end.
    image = bpy.data.images.new("Painted", 32, 32)
    image.source, image.filepath = "FILE", str(path).replace("\0", "")
    if image.filepath == str(path) != "/proc/self/mem":
        with pytest.raises(send.pictures.TripoError, match=words):
            send.pictures.save_image(image, tmp_path, bpy.context.scene)
    bpy.data.images.remove(image)


def test_images_that_hold_nothing(send: Sender, tmp_path: Path) -> None:
    missing = bpy.data.images.new("Missing", 32, 32)
    missing.source, missing.filepath = "FILE", str(tmp_path / "missing.png")
    text = tmp_path / "text.png"
    text.write_text("not a picture")

    assert "The file of the image 'Missing' is not there" in send.refused(missing)
    assert "Blender cannot read the image 'text.png'" in send.refused(bpy.data.images.load(str(text)))


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_a_file_whose_name_is_no_text_is_sent(send: Sender, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    file_of(path, noise(24, 40, 3))

    for picture in (path, bpy.data.images.load(str(path))):
        assert send(picture).read_bytes() == path.read_bytes()
    deep = png_16(path.with_suffix(".tif"), np.zeros((7000, 24, 4), np.uint16))
    assert decoded(send(deep)).shape[:2] == (6000, 21)


# -- at the press of the button ------------------------------------------------------------------------------------


def paint(image: bpy.types.Image, colour: tuple[float, float, float]) -> None:
    width, height = image.size
    image.pixels.foreach_set(np.tile(np.array([*colour, 1.0], np.float32), width * height))
    image.update()


def sent_pictures(simulator: SimulatorProcess) -> list[str]:
    """Give the digests of the uploaded files, in order."""
    uploads = [entry for entry in simulator.requests() if "/upload" in entry["path"]]
    return [entry["body"]["file"]["sha256"] for entry in uploads if entry["answer"]["status"] == 200]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_repainting_while_a_job_waits_does_not_change_what_is_sent(
    jobs: SimpleNamespace, preferences: Any, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    preferences.at_once = 1
    file = file_of(tmp_path / "file.png", noise(48, 48, 3))
    painted = bpy.data.images.new("Painted", 48, 48)
    paint(painted, (1, 0, 0))
    settings = bpy.context.scene.tripo
    settings.source, settings.texture, settings.face_limit = "IMAGE", False, 1000
    picked = []
    for image in (painted, bpy.data.images.load(str(file))):
        settings.image = image
        job = jobs.start(bpy.context)
        picked.append(digest(Path(job.picture)))
    assert differ(decoded(Path(jobs.list()[0].picture))[0, 0], np.array([255, 0, 0, 255])) == 0
    assert picked[1] == digest(file)

    paint(painted, (0, 0, 1))
    paint(settings.image, (0, 1, 0))
    file_of(file, noise(48, 48, 3, seed=9))
    bpy.data.images.remove(painted)
    jobs.pump(lambda: all(job.final for job in jobs.list()))

    assert [str(job.state) for job in jobs.list()] == ["done", "done"]
    assert sent_pictures(simulator) == picked


def test_a_refused_picture_leaves_nothing_and_asks_nothing(
    api: ModuleType, module: Callable[[str], ModuleType], simulator: SimulatorProcess
) -> None:
    folder = module("app.submit").jobs_folder()
    before = sorted(folder.rglob("*"))
    small = bpy.data.images.new("Small", 19, 19)

    with untouched(), pytest.raises(api.TripoError, match="at least 20 px"):
        api.generate(small)

    assert sorted(folder.rglob("*")) == before
    assert simulator.requests() == []
