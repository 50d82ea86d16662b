"""What the scene's camera sees, at a chosen size, with the scene's own settings; and the scene as before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.sculpture.png import read_png

from .unchanged import rendered, unchanged

pytestmark = pytest.mark.every_version("renders, slots and the compositor differ")

Pixels = NDArray[np.uint8]


@pytest.fixture
def camera(module: Callable[[str], ModuleType]) -> ModuleType:
    return module("scene.capture.camera")


@pytest.fixture
def studio() -> bpy.types.Scene:
    """A red world with a black cube at the image's left, rendered in no time."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.render.dither_intensity = 1, False, 0.0
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 160, 80, 50
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 8
    scene.camera.location = (0, 0, 5)
    scene.collection.objects.link(scene.camera)
    bpy.ops.mesh.primitive_cube_add(location=(-2, 0, 0))
    bpy.context.object.data.materials.append(black())
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (1, 0, 0)
    for node in scene.world.node_tree.nodes if scene.world.node_tree else ():
        if node.type == "BACKGROUND":
            node.inputs[0].default_value = (1, 0, 0, 1)
    return scene


def black() -> bpy.types.Material:
    material = bpy.data.materials.new("Black")
    material.diffuse_color = (0, 0, 0, 1)
    for node in material.node_tree.nodes if material.node_tree else ():
        if node.type == "BSDF_PRINCIPLED":
            node.inputs["Base Color"].default_value = (0, 0, 0, 1)
            node.inputs["Specular IOR Level"].default_value = 0
    return material


@pytest.fixture
def see(camera: ModuleType, studio: bpy.types.Scene, tmp_path: Path) -> Callable[..., Pixels]:
    """Render what the camera sees, with a proof that nothing else changed."""

    def seen(*, size: int = 64, transparent: bool = False, by_steps: bool = False) -> Pixels:
        folder = tmp_path / "seen"
        folder.mkdir(exist_ok=True)
        with unchanged():
            if by_steps:
                with pytest.raises(StopIteration) as ended:
                    next(camera.camera_view_steps(studio, folder, size=size, transparent=transparent))
                path = ended.value.value
            else:
                path = camera.render_camera_view(studio, folder, size=size, transparent=transparent)
        assert list(folder.iterdir()) == [path]
        pixels = read_png(path.read_bytes(), most_bytes=20_000_000)
        assert pixels is not None
        return pixels

    return seen


@pytest.fixture
def refused(camera: ModuleType, module: Callable[[str], ModuleType], tmp_path: Path) -> Callable[..., str]:
    error = module("core.errors").TripoError

    def sentence(scene: bpy.types.Scene, *, size: int = 64, transparent: bool = False, kind: str = "picture") -> str:
        folder = tmp_path / "refused"
        folder.mkdir(exist_ok=True)
        with unchanged(), pytest.raises(error) as caught:
            camera.render_camera_view(scene, folder, size=size, transparent=transparent)
        assert caught.value.failure.kind == kind
        assert list(folder.iterdir()) == []
        return str(caught.value)

    return sentence


@pytest.mark.parametrize("by_steps", [False, True])
def test_the_camera_view_in_the_scenes_proportions(see: Callable[..., Pixels], by_steps: bool) -> None:
    image = see(by_steps=by_steps)

    assert image.shape == (32, 64, 4)
    assert (image[16, 16] == (0, 0, 0, 255)).all()
    assert (image[16, 48] == (255, 0, 0, 255)).all()


@pytest.mark.parametrize(
    ("width", "height", "across", "up", "expected"),
    [(80, 160, 1, 1, (64, 32)), (100, 100, 2, 1, (32, 64)), (4000, 20, 1, 50, (16, 64))],
)
def test_pixels_that_are_no_squares_keep_the_view(
    studio: bpy.types.Scene,
    see: Callable[..., Pixels],
    width: int,
    height: int,
    across: float,
    up: float,
    expected: tuple[int, int],
) -> None:
    studio.render.resolution_x, studio.render.resolution_y = width, height
    studio.render.pixel_aspect_x, studio.render.pixel_aspect_y = across, up

    if min(expected) < 20:
        expected = (expected[0] * 2, expected[1] * 2)
        assert see(size=128).shape[:2] == expected
    else:
        assert see().shape[:2] == expected


def test_without_its_background_where_wished(studio: bpy.types.Scene, see: Callable[..., Pixels]) -> None:
    image = see(transparent=True)

    assert image[16, 16, 3] == 255
    assert image[16, 48, 3] == 0
    studio.render.film_transparent = True
    assert (see() == image).all()


def test_the_scenes_look_and_frame(studio: bpy.types.Scene, see: Callable[..., Pixels]) -> None:
    cube = bpy.data.objects["Cube"]
    for frame, x in ((1, -2), (9, 2)):
        cube.location.x = x
        cube.keyframe_insert("location", frame=frame)
    studio.frame_set(9)
    studio.view_settings.gamma = 2.0
    studio.world.color = (0.25, 0, 0)
    for node in studio.world.node_tree.nodes if studio.world.node_tree else ():
        if node.type == "BACKGROUND":
            node.inputs[0].default_value = (0.25, 0, 0, 1)

    image = see()

    assert (image[16, 48] == (0, 0, 0, 255)).all(), "the cube is where it is at this frame"
    assert image[16, 16, 0] == pytest.approx(255 * 0.537**0.5, abs=2), "0.25 is 0.537 in sRGB; gamma 2 is its root"


def test_edit_mode_shows_what_was_changed_so_far(camera: ModuleType, studio: bpy.types.Scene, tmp_path: Path) -> None:
    import bmesh

    bpy.ops.object.mode_set(mode="EDIT")
    mesh = bmesh.from_edit_mesh(bpy.data.objects["Cube"].data)
    for vertex in mesh.verts:
        vertex.co.x += 4
    bmesh.update_edit_mesh(bpy.data.objects["Cube"].data)

    path = camera.render_camera_view(studio, tmp_path, size=64)

    image = read_png(path.read_bytes(), most_bytes=20_000_000)
    assert image is not None
    assert (image[16, 48] == (0, 0, 0, 255)).all()
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")


# -- the compositor ------------------------------------------------------------------------------------------------


def composited(scene: bpy.types.Scene) -> bpy.types.NodeTree:
    """Give the scene a compositor that inverts its renders."""
    if hasattr(scene, "compositing_node_group"):
        tree = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
        scene.compositing_node_group = tree
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        end = tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        end = tree.nodes.new("CompositorNodeComposite")
    tree.links.new(inverted(tree), end.inputs[0])
    return tree


def inverted(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    layers, invert = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("CompositorNodeInvert")
    tree.links.new(layers.outputs["Image"], invert.inputs["Color"])
    return invert.outputs["Color"]


def write_files(tree: bpy.types.NodeTree, folder: Path, source: bpy.types.NodeSocket) -> None:
    node = tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(node, "base_path"):
        node.base_path = str(folder)
    else:
        node.directory, node.file_name = str(folder), "written"
        node.file_output_items.new("RGBA", "Image")
        node.format.media_type = "IMAGE"
    node.format.file_format = "PNG"
    tree.links.new(source, node.inputs[0])


def test_composited_as_the_scene_is_but_no_files_are_written(
    studio: bpy.types.Scene, see: Callable[..., Pixels], tmp_path: Path
) -> None:
    written = tmp_path / "written"
    written.mkdir()
    tree = composited(studio)
    write_files(tree, written, tree.nodes["Render Layers"].outputs["Image"])

    image = see()

    assert (image[16, 48, :3] == (0, 255, 255)).all(), "red, inverted"
    assert list(written.iterdir()) == []
    bpy.ops.render.render()
    assert list(written.iterdir()), "as the artist's own render does"


def test_a_file_output_in_a_group_writes_nothing(
    studio: bpy.types.Scene, see: Callable[..., Pixels], tmp_path: Path
) -> None:
    written = tmp_path / "written"
    written.mkdir()
    tree = composited(studio)
    inner = bpy.data.node_groups.new("Inner", "CompositorNodeTree")
    inner.interface.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    write_files(inner, written, inner.nodes.new("NodeGroupInput").outputs[0])
    group = tree.nodes.new("CompositorNodeGroup")
    group.node_tree = inner
    tree.links.new(tree.nodes["Render Layers"].outputs["Image"], group.inputs[0])

    image = see()

    assert (image[16, 48, :3] == (0, 255, 255)).all()
    assert list(written.iterdir()) == []
    bpy.ops.render.render()
    assert list(written.iterdir()), "as the artist's own render does"


def test_a_compositor_that_only_writes_files_is_left_out(
    studio: bpy.types.Scene, see: Callable[..., Pixels], tmp_path: Path
) -> None:
    written = tmp_path / "written"
    written.mkdir()
    tree = composited(studio)
    write_files(tree, written, tree.nodes["Render Layers"].outputs["Image"])
    for node in list(tree.nodes):
        if node.type in {"COMPOSITE", "GROUP_OUTPUT"}:
            tree.nodes.remove(node)

    assert (see()[16, 48, :3] == (255, 0, 0)).all()
    assert list(written.iterdir()) == []


# -- what stays, and what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [0, 1])
def test_the_artists_renders_stay_in_their_slots(
    studio: bpy.types.Scene, see: Callable[..., Pixels], shown: int
) -> None:
    bpy.ops.render.render()
    slots = bpy.data.images["Render Result"].render_slots
    slots.active_index = 1
    studio.view_settings.exposure = -1
    bpy.ops.render.render()
    slots.active_index = shown
    before = rendered()
    assert len(before) == 2

    see()

    for number in range(50):  # one of them gets the place in memory that ours had
        bpy.data.scenes.new(f"New {number}")
    bpy.data.scenes.new("Tripo Camera View")
    now = rendered()
    assert {key: png for key, png in now.items() if key[1] == "Scene"} == before
    # The image itself holds what is not the last render; that is the same for all scenes.
    assert {slot for _image, scene, slot in now if scene != "Scene"} == {0}, "none of the new scenes has ours"


def test_no_camera(studio: bpy.types.Scene, refused: Callable[..., str]) -> None:
    studio.camera = None

    assert refused(studio) == "The scene 'Scene' has no camera. Add one, or choose another image"


def test_nothing_in_sight(studio: bpy.types.Scene, refused: Callable[..., str]) -> None:
    bpy.data.objects["Cube"].location.x = 50

    assert "The camera sees nothing" in refused(studio, transparent=True)


@pytest.mark.parametrize("size", [19, 6001])
def test_sizes_that_the_service_does_not_take(studio: bpy.types.Scene, refused: Callable[..., str], size: int) -> None:
    assert f"An image of {size} px is not possible" in refused(studio, size=size, kind="usage")


def test_an_image_that_is_too_flat(studio: bpy.types.Scene, refused: Callable[..., str]) -> None:
    studio.render.resolution_x = 1600

    assert "at least 20 px" in refused(studio)


def test_no_view_layer_to_render(studio: bpy.types.Scene, refused: Callable[..., str]) -> None:
    studio.view_layers[0].use = False

    assert refused(studio) == "All view layers of the scene 'Scene' are off in renders. Enable one"


def test_a_scene_that_blender_does_not_render(studio: bpy.types.Scene, refused: Callable[..., str]) -> None:
    studio.render.use_border = True
    studio.render.border_max_x = studio.render.border_min_x

    assert refused(studio).startswith("Blender could not render the camera view: Image too small. Check the scene")


def test_rigid_bodies_must_be_baked(
    studio: bpy.types.Scene, see: Callable[..., Pixels], refused: Callable[..., str]
) -> None:
    bpy.ops.rigidbody.object_add()
    studio.frame_end, studio.frame_start = 4, 1
    bpy.data.objects["Cube"].rigid_body.kinematic = False
    assert see().shape == (32, 64, 4), "at the start they are where the copy has them"
    studio.frame_set(2)

    assert "not baked" in refused(studio)

    cache = studio.rigidbody_world.point_cache
    cache.frame_end = 4
    with bpy.context.temp_override(point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)
    studio.frame_set(2)
    assert see().shape == (32, 64, 4)


@pytest.mark.parametrize("function", ["render", "save_image", "shows_nothing"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_whatever_interrupts_it_leaves_nothing(
    studio: bpy.types.Scene,
    camera: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    error: type[BaseException],
) -> None:
    def interrupted(*_: object) -> object:
        raise error

    monkeypatch.setattr(camera, function, interrupted)
    with unchanged(), pytest.raises(error):
        camera.render_camera_view(studio, tmp_path, size=64)

    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_render(
    studio: bpy.types.Scene, camera: ModuleType, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "render", lambda _scene: False)

    assert refused(studio, kind="cancelled") == "The render of the camera view was cancelled"
