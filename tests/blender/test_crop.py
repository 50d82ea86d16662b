"""An image of the camera view, cropped to what is selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from simulator.sculpture.png import read_png, write_png

from .unchanged import unchanged

pytestmark = pytest.mark.every_version("cameras and instances differ")

WIDTH, HEIGHT = 200, 100


@pytest.fixture
def crop(module: Callable[[str], ModuleType]) -> ModuleType:
    return module("scene.capture.crop")


@pytest.fixture
def error(module: Callable[[str], ModuleType]) -> type[Exception]:
    return module("core.errors").TripoError


@pytest.fixture
def scene() -> bpy.types.Scene:
    """A camera 10 m above the ground that sees 20 by 10 m of it; a cube of 2 m at the left of its middle."""
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 20
    scene.camera.location = (0, 0, 10)
    scene.collection.objects.link(scene.camera)
    bpy.ops.mesh.primitive_cube_add(location=(-5, 0, 0))
    return scene


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Each pixel says where it is: red is its column, green its row from the bottom."""
    rows, columns = np.mgrid[HEIGHT - 1 : -1 : -1, :WIDTH]
    pixels = np.stack([columns, rows, 0 * rows, 0 * rows + 255], axis=-1).astype(np.uint8)
    path = tmp_path / "camera.png"
    path.write_bytes(write_png(pixels))
    return path


def corners(path: Path) -> tuple[int, int, int, int]:
    """Left, bottom, right, top of the cropped part in the whole image."""
    pixels = read_png(path.read_bytes(), most_bytes=20_000_000)
    assert pixels is not None
    assert (pixels[..., 3] == 255).all()
    return (int(pixels[-1, 0, 0]), int(pixels[-1, 0, 1]), int(pixels[0, -1, 0]) + 1, int(pixels[0, -1, 1]) + 1)


def cropped(crop: ModuleType, scene: bpy.types.Scene, picture: Path, margin: float = 0.0) -> tuple[int, int, int, int]:
    bpy.context.view_layer.update()
    with unchanged():
        areas = crop.selection_in_camera(bpy.context, scene)
        path = crop.crop_image(picture, areas, margin=margin)
    assert list(picture.parent.iterdir()) == [path]
    return corners(path)


@pytest.mark.parametrize(
    ("margin", "expected"), [(0.0, (40, 40, 60, 60)), (0.25, (35, 35, 65, 65)), (9.0, (0, 0, 200, 100))]
)
def test_a_selected_object(
    crop: ModuleType, scene: bpy.types.Scene, picture: Path, margin: float, expected: tuple[int, ...]
) -> None:
    assert cropped(crop, scene, picture, margin) == pytest.approx(expected, abs=1)


def test_a_parent_counts_with_its_children_and_instances(
    crop: ModuleType, scene: bpy.types.Scene, picture: Path
) -> None:
    cube = bpy.context.object
    collection = bpy.data.collections.new("Library")
    collection.objects.link(bpy.data.objects.new("Part", cube.data))
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    instance.location = (4, 2, 0)
    scene.collection.objects.link(instance)
    root = bpy.data.objects.new("Root", None)
    scene.collection.objects.link(root)
    cube.parent = instance.parent = root
    cube.select_set(False)
    root.select_set(True)

    assert cropped(crop, scene, picture) == pytest.approx((40, 40, 150, 80), abs=1)


def test_in_perspective_the_nearer_side_counts(crop: ModuleType, scene: bpy.types.Scene, picture: Path) -> None:
    scene.camera.data.type, scene.camera.data.angle = "PERSP", 2 * np.arctan(1)  # as wide as far
    bpy.context.object.location = (0, 0, 0)

    # The top of the cube is 9 m away, where the camera sees 18 m: 2 of them are 22.2 of 200 px.
    assert cropped(crop, scene, picture) == pytest.approx((89, 39, 111, 61), abs=1)


def test_a_border_that_renders_are_cut_to(crop: ModuleType, scene: bpy.types.Scene, picture: Path) -> None:
    output = scene.render
    output.use_border = output.use_crop_to_border = True
    output.border_min_x, output.border_max_x, output.border_min_y, output.border_max_y = 0, 0.5, 0, 1

    assert cropped(crop, scene, picture) == pytest.approx((80, 40, 120, 60), abs=1)


def test_pixels_that_are_no_squares(crop: ModuleType, scene: bpy.types.Scene, picture: Path) -> None:
    scene.render.resolution_y, scene.render.pixel_aspect_y = 50, 2.0

    assert cropped(crop, scene, picture) == pytest.approx((40, 40, 60, 60), abs=1)


@pytest.mark.parametrize("place", [(50, 0, 0), (-5, 0, 20)], ids=["beside the image", "behind the camera"])
def test_what_is_not_in_the_image_is_a_sentence(
    crop: ModuleType,
    scene: bpy.types.Scene,
    picture: Path,
    error: type[Exception],
    place: tuple[float, float, float],
) -> None:
    bpy.context.object.location = place
    before = picture.read_bytes()
    bpy.context.view_layer.update()

    with unchanged(), pytest.raises(error, match="not in the image"):
        crop.crop_image(picture, crop.selection_in_camera(bpy.context, scene))

    assert picture.read_bytes() == before


def test_a_crop_that_is_too_small_leaves_the_image(
    crop: ModuleType, scene: bpy.types.Scene, picture: Path, error: type[Exception]
) -> None:
    bpy.context.object.scale = (0.1, 0.1, 0.1)
    before = picture.read_bytes()
    bpy.context.view_layer.update()

    with unchanged(), pytest.raises(error, match="at least 20 px"):
        crop.crop_image(picture, crop.selection_in_camera(bpy.context, scene))

    assert list(picture.parent.iterdir()) == [picture]
    assert picture.read_bytes() == before


def test_nothing_selected_is_a_sentence(crop: ModuleType, scene: bpy.types.Scene, error: type[Exception]) -> None:
    bpy.context.object.select_set(False)

    with unchanged(), pytest.raises(error, match="Nothing is selected"):
        crop.selection_in_camera(bpy.context, scene)


def test_only_what_has_a_surface_counts(
    crop: ModuleType, scene: bpy.types.Scene, picture: Path, error: type[Exception]
) -> None:
    bpy.context.object.select_set(False)
    bpy.ops.object.light_add()

    with pytest.raises(error, match="not in the image"):
        crop.crop_image(picture, crop.selection_in_camera(bpy.context, scene))


def test_cameras_that_cannot_be_asked(crop: ModuleType, scene: bpy.types.Scene, error: type[Exception]) -> None:
    scene.camera.data.type = "PANO"
    with pytest.raises(error, match="panorama"):
        crop.selection_in_camera(bpy.context, scene)
    scene.camera = None
    with pytest.raises(error, match="no camera"):
        crop.selection_in_camera(bpy.context, scene)
