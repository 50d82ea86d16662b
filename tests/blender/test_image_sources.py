"""The images that an artist has in front of them: found without a write, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.options import SMALL_MODELS
from simulator.sculpture.sculptor import Commission, sculpt

from .unchanged import unchanged

pytestmark = pytest.mark.every_version("nodes, cameras and screens differ")


@pytest.fixture
def sources(module: Callable[[str], ModuleType]) -> ModuleType:
    return module("scene.capture.image_sources")


@pytest.fixture
def obj() -> bpy.types.Object:
    """An object whose material has nodes."""
    bpy.ops.mesh.primitive_cube_add()
    made = bpy.data.materials.new("Material")
    if made.node_tree is None:
        made.use_nodes = True
    bpy.context.object.data.materials.append(made)
    return bpy.context.object


def image(name: str) -> bpy.types.Image:
    return bpy.data.images.new(name, 4, 4)


def texture(tree: bpy.types.NodeTree, shown: bpy.types.Image | None, kind: str = "ShaderNodeTexImage") -> Any:
    node = tree.nodes.new(kind)
    node.image, node.select = shown, False
    return node


def chosen(tree: bpy.types.NodeTree, *nodes: bpy.types.Node, active: bpy.types.Node | None = None) -> None:
    for node in tree.nodes:
        node.select = node in nodes
    tree.nodes.active = active


def found(look: Callable[[Any], object], context: Any) -> Any:
    with unchanged():
        return look(context)


# -- nodes ---------------------------------------------------------------------------------------------------------


def test_the_active_node_counts_before_selected_ones(sources: ModuleType, obj: bpy.types.Object) -> None:
    tree = obj.active_material.node_tree
    first, second, third = (texture(tree, image(name)) for name in ("First", "Second", "Third"))

    chosen(tree, second, third, active=third)
    assert found(sources.node_image, bpy.context).name == "Third"
    chosen(tree, second, active=first)
    assert found(sources.node_image, bpy.context).name == "First"
    chosen(tree, second, active=tree.nodes["Principled BSDF"])
    assert found(sources.node_image, bpy.context).name == "Second"
    chosen(tree)
    assert found(sources.node_image, bpy.context) is None


def test_a_node_without_an_image_is_passed_over(sources: ModuleType, obj: bpy.types.Object) -> None:
    tree = obj.active_material.node_tree
    empty, full = texture(tree, None), texture(tree, image("Full"), "ShaderNodeTexEnvironment")

    chosen(tree, full, active=empty)

    assert found(sources.node_image, bpy.context).name == "Full"


def test_groups_are_looked_into(sources: ModuleType, obj: bpy.types.Object) -> None:
    tree = obj.active_material.node_tree
    outer, inner = (bpy.data.node_groups.new(name, "ShaderNodeTree") for name in ("Outer", "Inner"))
    in_tree, in_outer = tree.nodes.new("ShaderNodeGroup"), outer.nodes.new("ShaderNodeGroup")
    in_tree.node_tree, in_outer.node_tree = outer, inner
    chosen(inner, active=texture(inner, image("Inside")))
    chosen(outer, active=in_outer)

    chosen(tree, active=in_tree)
    assert found(sources.node_image, bpy.context).name == "Inside"
    chosen(outer)
    assert found(sources.node_image, bpy.context) is None


def test_the_node_editors_own_tree_counts(sources: ModuleType, obj: bpy.types.Object) -> None:
    group = bpy.data.node_groups.new("Group", "ShaderNodeTree")
    tree = obj.active_material.node_tree
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    chosen(tree, active=texture(tree, image("Outside")))
    chosen(group, active=texture(group, image("Inside")))
    area = bpy.context.window_manager.windows[0].screen.areas[0]
    area.ui_type = "ShaderNodeTree"
    space = area.spaces.active
    space.pin = True
    space.node_tree = tree
    context = SimpleNamespace(space_data=space, object=obj)

    assert found(sources.node_image, context).name == "Outside"
    space.path.append(group, node=node)
    assert found(sources.node_image, context).name == "Inside"
    space.node_tree = None
    assert found(sources.node_image, context) is None


def test_without_object_material_or_nodes_there_is_none(sources: ModuleType, obj: bpy.types.Object) -> None:
    obj.data.materials.clear()
    assert found(sources.node_image, bpy.context) is None
    bpy.ops.object.light_add()
    assert found(sources.node_image, bpy.context) is None
    bpy.context.view_layer.objects.active = None
    assert found(sources.node_image, bpy.context) is None


# -- image editors and cameras -------------------------------------------------------------------------------------


def test_the_image_of_an_image_editor(sources: ModuleType) -> None:
    screen = bpy.context.window_manager.windows[0].screen
    for area in screen.areas:
        area.type = "VIEW_3D"
    context = SimpleNamespace(
        space_data=None, window=bpy.context.window_manager.windows[0], window_manager=bpy.context.window_manager
    )
    assert found(sources.editor_image, context) is None

    areas = sorted(screen.areas, key=lambda area: area.width * area.height)
    small, large = areas[0], areas[-1]
    small.type = "IMAGE_EDITOR"
    assert found(sources.editor_image, context) is None
    small.spaces.active.image = image("Small")
    assert found(sources.editor_image, context).name == "Small"
    large.type = "IMAGE_EDITOR"
    assert found(sources.editor_image, context).name == "Small", "the other one is empty"
    large.spaces.active.image = image("Large")
    assert found(sources.editor_image, context).name == "Large"
    context.space_data = small.spaces.active
    assert found(sources.editor_image, context).name == "Small"
    context.space_data, context.window = None, None
    assert found(sources.editor_image, context).name == "Large"


def test_the_background_image_of_the_camera(sources: ModuleType) -> None:
    scene = bpy.context.scene
    assert found(sources.background_image, scene) is None
    bpy.ops.object.camera_add()
    scene.camera = bpy.context.object
    data = scene.camera.data
    assert found(sources.background_image, scene) is None

    hidden, movie, empty, shown = (data.background_images.new() for _ in range(4))
    hidden.image, hidden.show_background_image = image("Hidden"), False
    movie.source = "MOVIE_CLIP"
    assert empty.image is None
    shown.image = image("Shown")
    data.show_background_images = True
    assert found(sources.background_image, scene).name == "Shown"
    data.show_background_images = False
    assert found(sources.background_image, scene) is None
    bpy.ops.object.light_add()
    scene.camera = bpy.context.object
    assert found(sources.background_image, scene) is None


# -- our own textures ----------------------------------------------------------------------------------------------


def test_the_textures_of_our_models_come_last(
    module: Callable[[str], ModuleType], api: ModuleType, preferences: Any, picture: Path, tmp_path: Path
) -> None:
    preferences.converts = False
    made = sculpt(
        Commission(picture=picture.read_bytes(), face_limit=1000, pbr=True, **SMALL_MODELS),
        "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f",
    )
    path = tmp_path / "Chair.glb"
    path.write_bytes(made.model)
    api.import_model(str(path))
    textures = [each.name for each in bpy.data.images]
    assert textures
    painted, photograph = image("A Painting"), image("Z Photograph")
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.data.materials.append(bpy.data.materials.new("Of the artist"))
    own = module("scene.capture.own_textures")

    with unchanged():
        ordered = own.ours_last(bpy.data.images)
        ours = own.own_textures()

    assert sorted(each.name for each in ours) == textures
    assert [each.name for each in ordered] == [painted.name, photograph.name, *textures]


def test_without_models_of_ours_nothing_moves(module: Callable[[str], ModuleType], obj: bpy.types.Object) -> None:
    texture(obj.active_material.node_tree, image("B"))
    image("A")

    assert [each.name for each in module("scene.capture.own_textures").ours_last(bpy.data.images)] == ["A", "B"]


# -- what needs a window -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "call", "words"),
    [
        (
            "viewport",
            lambda where, folder: where.capture_viewport(bpy.context, folder, size=64),
            "needs Blender's window",
        ),
        ("clipboard", lambda where, _folder: where.paste_image(bpy.context), "has no clipboard for images"),
    ],
    ids=["viewport", "clipboard"],
)
def test_without_a_window_there_is_a_sentence(
    module: Callable[[str], ModuleType],
    tmp_path: Path,
    name: str,
    call: Callable[[ModuleType, Path], object],
    words: str,
) -> None:
    with unchanged(), pytest.raises(module("core.errors").TripoError, match=words):
        call(module(f"scene.capture.{name}"), tmp_path)

    assert list(tmp_path.iterdir()) == []
