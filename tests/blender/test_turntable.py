"""Images of an object from its four sides: the right sides in the right order, and the artist's file as before."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.sculpture.png import read_png

from .unchanged import unchanged

pytestmark = pytest.mark.every_version("renders, slots and evaluated geometry differ")

VIEWS = ("front", "left", "back", "right")
GROUND = 196
SIZE = 96
SEEN = Path(__file__).parents[2] / "build" / "turntable" / bpy.app.version_string.split()[0]

Pixels = NDArray[np.uint8]
Take = Callable[..., dict[str, Pixels]]


@pytest.fixture
def turntable(module: Callable[[str], ModuleType]) -> ModuleType:
    return module("scene.capture.turntable")


@pytest.fixture
def take(turntable: ModuleType, tmp_path: Path) -> Take:
    """Take images of an object, with a proof that nothing else changed."""

    def taken(obj: bpy.types.Object, size: int = SIZE) -> dict[str, Pixels]:
        folder = tmp_path / "images"
        folder.mkdir(exist_ok=True)
        with unchanged():
            paths = turntable.turntable(obj, folder, size=size)
        assert tuple(paths) == VIEWS
        assert sorted(folder.iterdir()) == sorted(paths.values())
        images = {view: decoded(path) for view, path in paths.items()}
        assert {image.shape for image in images.values()} == {(size, size, 4)}
        return images

    return taken


@pytest.fixture
def refused(turntable: ModuleType, module: Callable[[str], ModuleType], tmp_path: Path) -> Callable[..., str]:
    """Give the sentence by which images of an object are refused; nothing is left."""
    error = module("core.errors").TripoError

    def sentence(obj: bpy.types.Object, size: int = SIZE, kind: str = "picture") -> str:
        folder = tmp_path / "refused"
        folder.mkdir(exist_ok=True)
        with unchanged(), pytest.raises(error) as caught:
            turntable.turntable(obj, folder, size=size)
        assert caught.value.failure.kind == kind
        assert list(folder.iterdir()) == []
        return str(caught.value)

    return sentence


def decoded(path: Path) -> Pixels:
    assert path.suffix == ".png"
    pixels = read_png(path.read_bytes(), most_bytes=20_000_000)
    assert pixels is not None
    return pixels


def material(name: str, color: tuple[float, float, float]) -> bpy.types.Material:
    """A matte one without nodes: Cycles shows its viewport color."""
    made = bpy.data.materials.new(name)
    if made.node_tree is None:
        made.diffuse_color = (*color, 1.0)
    else:  # from 5.0 on it has nodes from the start
        surface = next(node for node in made.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        surface.inputs["Base Color"].default_value = (*color, 1.0)
        surface.inputs["Specular IOR Level"].default_value = 0.0
    return made


def cube(
    name: str, color: tuple[float, float, float], middle: tuple[float, float, float], size: tuple[float, float, float]
) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(size=1, location=middle)
    obj = bpy.context.object
    obj.name, obj.scale = name, size
    obj.data.materials.append(material(name, color))
    return obj


@pytest.fixture
def figure() -> bpy.types.Object:
    """It faces the front view: an R on its chest, its left arm stretched out, which is to +X."""
    body = cube("Body", (0.3, 0.3, 0.3), (5, 5, 1), (1, 0.6, 2))
    arm = cube("Arm", (0.0, 0.0, 0.8), (5.9, 5, 1.5), (0.8, 0.3, 0.3))
    bpy.ops.object.text_add(location=(4.65, 4.69, 0.8), rotation=(math.pi / 2, 0, 0))
    letter = bpy.context.object
    letter.data.body, letter.data.extrude, letter.data.size = "R", 0.02, 1.2
    letter.data.materials.append(material("Letter", (0.8, 0.0, 0.0)))
    bpy.context.view_layer.update()
    for part in (arm, letter):
        part.parent = body
        part.matrix_parent_inverse = body.matrix_world.inverted()
    return body


def red(image: Pixels) -> NDArray[np.bool_]:
    return (image[..., 0] > 100) & (image[..., 1] < 100) & (image[..., 2] < 100)


def blue(image: Pixels) -> NDArray[np.bool_]:
    return (image[..., 2] > 100) & (image[..., 0] < 100) & (image[..., 1] < 100)


def covered(image: Pixels) -> NDArray[np.bool_]:
    """Where the image shows something before its ground, the blend at edges left out."""
    return np.abs(image[..., :3].astype(int) - GROUND).max(axis=-1) > 40


def box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is set, in px."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def middle(mask: NDArray[np.bool_]) -> float:
    left, _, right, _ = box(mask)
    return (left + right) / 2


def engines() -> list[str]:
    """The engines that come with Blender, by their names in this version."""
    return [
        "CYCLES",
        "BLENDER_WORKBENCH",
        "BLENDER_EEVEE_NEXT" if (4, 2) <= bpy.app.version < (5, 0) else "BLENDER_EEVEE",
    ]


# -- the four sides ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", engines())
def test_four_sides_in_order_and_not_mirrored(figure: bpy.types.Object, take: Take, engine: str) -> None:
    scene = bpy.context.scene
    scene.render.engine = engine
    scene.view_settings.exposure, scene.render.film_transparent = 3.0, True

    images = take(figure)

    front, left, back, right = images.values()
    stem = box(red(front))
    assert red(front)[stem[1] : stem[3], stem[0] + 2].mean() > 0.9, "the R's stem is at its left, so it is not mirrored"
    assert red(front)[stem[1] : stem[3], stem[2] - 3].mean() < 0.5
    assert middle(red(front)) < middle(blue(front)), "its left arm is at the image's right"
    assert middle(red(left)) < middle(blue(left)), "it looks to the image's left"
    assert red(back).sum() == 0
    assert middle(blue(back)) < middle(covered(back)), "its left arm is at the image's left"
    assert blue(right).sum() == 0
    assert middle(red(right)) > middle(covered(right)), "it looks to the image's right"


def test_scale_center_ground_and_light_are_the_same(figure: bpy.types.Object, take: Take) -> None:
    images = take(figure, 200)

    boxes = [box(covered(image)) for image in images.values()]
    tops, bottoms = {found[1] for found in boxes}, {found[3] for found in boxes}
    assert max(tops) - min(tops) <= 1
    assert max(bottoms) - min(bottoms) <= 1
    assert min(tops) + max(bottoms) == pytest.approx(200, abs=2), "centered"
    assert pytest.approx(max(bottoms) - min(tops), abs=2) == 200 / 1.15, "the box fills the image but for its margin"
    assert [found[2] - found[0] for found in boxes] == pytest.approx([156, 55, 156, 55], abs=2)
    for image in images.values():
        edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert (edge == (GROUND, GROUND, GROUND, 255)).all(), "nothing is cut, and the ground is flat and opaque"
    below = [image[160, 100, 0] for image in images.values()]  # of the body, away from arm and letter
    assert max(below) - min(below) <= 3


def test_images_to_be_looked_at(figure: bpy.types.Object, turntable: ModuleType) -> None:
    bpy.ops.mesh.primitive_monkey_add(size=0.9, location=(5, 5, 2.45))
    head = bpy.context.object
    head.modifiers.new("Smooth", "SUBSURF").levels = 2
    head.parent, head.matrix_parent_inverse = figure, figure.matrix_world.inverted()
    SEEN.mkdir(parents=True, exist_ok=True)

    paths = turntable.turntable(figure, SEEN, size=512)

    assert all(covered(decoded(path)).mean() > 0.1 for path in paths.values())


def test_the_objects_own_rotation_does_not_turn_the_views(figure: bpy.types.Object, take: Take) -> None:
    figure.rotation_euler.z = math.pi / 2  # it faces +X now, which the left view sees
    bpy.context.view_layer.update()

    images = take(figure)

    assert red(images["left"]).sum() > 4 * max(red(images[view]).sum() for view in ("front", "back", "right"))


@pytest.mark.parametrize("scale", [1e-3, 1e4])
def test_any_size_fills_the_image(take: Take, scale: float) -> None:
    obj = cube("Cube", (0.1, 0.1, 0.1), (20 * scale, 0, 0), (scale, scale, scale))

    assert all(covered(image).mean() == pytest.approx(1 / 1.15**2, abs=0.03) for image in take(obj).values())
