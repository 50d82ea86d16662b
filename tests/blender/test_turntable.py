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

from .unchanged import rendered, unchanged

pytestmark = pytest.mark.every_version("renders, slots and evaluated geometry differ")

VIEWS = ("front", "left", "back", "right")
GROUND = 243
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
    return np.abs(image[..., :3].astype(int) - GROUND).max(axis=-1) > 6


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
    assert pytest.approx(max(bottoms) - min(tops), abs=3) == 200 / 1.15, "the box fills the image but for its margin"
    assert [found[2] - found[0] for found in boxes] == pytest.approx([156, 55, 156, 55], abs=3)
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


# -- what is seen of an object -------------------------------------------------------------------------------------


def share(image: Pixels) -> float:
    return float(covered(image).mean())


def dark() -> bpy.types.Material:
    return material("Dark", (0.05, 0.05, 0.05))


def _curve() -> bpy.types.Object:
    bpy.ops.curve.primitive_bezier_circle_add()
    bpy.context.object.data.bevel_depth = 0.3
    return bpy.context.object


def _text() -> bpy.types.Object:
    bpy.ops.object.text_add()
    bpy.context.object.data.extrude = 0.2
    return bpy.context.object


def _surface() -> bpy.types.Object:
    bpy.ops.surface.primitive_nurbs_surface_sphere_add()
    return bpy.context.object


def _metaball() -> bpy.types.Object:
    bpy.ops.object.metaball_add()
    return bpy.context.object


def _modified() -> bpy.types.Object:
    bpy.ops.mesh.primitive_plane_add()
    bpy.context.object.modifiers.new("Thick", "SOLIDIFY").thickness = 0.5
    return bpy.context.object


def _collection_instance() -> bpy.types.Object:
    collection = bpy.data.collections.new("Library")
    mesh = bpy.data.meshes.new("Part")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], [], [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)])
    collection.objects.link(bpy.data.objects.new("Part", mesh))
    empty = bpy.data.objects.new("Instance", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", collection
    bpy.context.scene.collection.objects.link(empty)
    return empty


def _empty_with_a_child() -> bpy.types.Object:
    empty = bpy.data.objects.new("Root", None)
    bpy.context.scene.collection.objects.link(empty)
    child = cube("Child", (0.05, 0.05, 0.05), (3, 0, 0), (1, 1, 1))
    child.parent = empty
    return empty


KINDS = {
    "curve": _curve,
    "text": _text,
    "surface": _surface,
    "metaball": _metaball,
    "a plane made thick by a modifier": _modified,
    "collection instance": _collection_instance,
    "an empty with a child": _empty_with_a_child,
}


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_has_faces_is_seen(take: Take, kind: str) -> None:
    obj = KINDS[kind]()
    if obj.data is not None:
        obj.data.materials.append(dark())
    else:
        for part in (*obj.children, *(obj.instance_collection.objects if obj.instance_collection else ())):
            part.data.materials.clear()
            part.data.materials.append(dark())

    assert all(share(image) > 0.04 for image in take(obj).values())


def test_hair_curves_are_seen(take: Take) -> None:
    ball = cube("Ball", (0.3, 0.3, 0.3), (0, 0, 0), (1, 1, 1))
    bare = box(covered(take(ball)["front"]))
    bpy.ops.object.select_all(action="DESELECT")
    data = bpy.data.hair_curves.new("Hair")
    data.add_curves([2] * 200)
    points = [(x / 200, -0.5, 0.5 + end * 0.5) for x in range(-100, 100) for end in (0, 1)]
    data.attributes["position"].data.foreach_set("vector", np.array(points, np.float32).ravel())
    if data.attributes.get("radius") is None:
        data.attributes.new("radius", "FLOAT", "POINT")
    data.attributes["radius"].data.foreach_set("value", np.full(400, 0.01, np.float32))
    data.materials.append(dark())
    hair = bpy.data.objects.new("Hair", data)
    bpy.context.scene.collection.objects.link(hair)
    hair.parent = ball

    front = take(ball)["front"]

    left, top, right, bottom = box(covered(front))
    assert (bottom - top) > 1.3 * (right - left), "the hair stands up half as high as the cube"
    assert bare[3] - bare[1] == pytest.approx(bare[2] - bare[0], abs=2)


def test_edit_mode_shows_what_was_changed_so_far(take: Take) -> None:
    import bmesh

    obj = cube("Cube", (0.05, 0.05, 0.05), (0, 0, 0), (1, 1, 1))
    bpy.ops.object.mode_set(mode="EDIT")
    edited = bmesh.from_edit_mesh(obj.data)
    for vertex in edited.verts:
        vertex.co.z *= 3
    bmesh.update_edit_mesh(obj.data)

    left, top, right, bottom = box(covered(take(obj)["front"]))

    assert bpy.context.mode == "EDIT_MESH"
    assert (bottom - top) / (right - left) == pytest.approx(3, abs=0.2)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_hidden_children_are_left_out(figure: bpy.types.Object, take: Take) -> None:
    arm, letter = bpy.data.objects["Arm"], bpy.data.objects["Text"]
    arm.hide_render = True
    letter.hide_set(True)

    front = take(figure)["front"]

    assert blue(front).sum() == red(front).sum() == 0
    left, top, right, bottom = box(covered(front))
    assert (bottom - top) / (right - left) == pytest.approx(2, abs=0.1), "the frame fits what is seen"


def test_a_child_in_a_collection_that_renders_do_not_show_is_left_out(figure: bpy.types.Object, take: Take) -> None:
    outer, inner = bpy.data.collections.new("Helpers"), bpy.data.collections.new("Cutters")
    bpy.context.scene.collection.children.link(outer)
    outer.children.link(inner)
    outer.hide_render = True
    arm = bpy.data.objects["Arm"]
    bpy.context.scene.collection.objects.unlink(arm)
    inner.objects.link(arm)

    assert blue(take(figure)["front"]).sum() == 0


def test_others_are_not_seen(figure: bpy.types.Object, take: Take) -> None:
    alone = take(figure)
    cube("Wall", (0.0, 0.8, 0.0), (5, 0, 0), (20, 1, 20))
    bpy.ops.object.light_add(type="SUN", location=(0, 0, 9))

    assert all((image == alone[view]).all() for view, image in take(figure).items())


def test_materials_of_the_object_count_before_those_of_its_mesh(take: Take) -> None:
    obj = cube("Cube", (0.8, 0.0, 0.0), (0, 0, 0), (1, 1, 1))
    other = bpy.data.objects.new("Other", obj.data)
    bpy.context.scene.collection.objects.link(other)
    other.location, other.parent = (2, 0, 0), obj
    other.material_slots[0].link = "OBJECT"
    other.material_slots[0].material = material("Blue", (0.0, 0.0, 0.8))

    front = take(obj)["front"]

    assert red(front).mean() == pytest.approx(blue(front).mean(), rel=0.1)
    assert middle(red(front)) < middle(blue(front))


def test_instances_of_geometry_nodes_and_their_limit(
    take: Take, refused: Callable[..., str], module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    grid, part, scatter, end = (
        tree.nodes.new(name)
        for name in (
            "GeometryNodeMeshGrid",
            "GeometryNodeMeshCube",
            "GeometryNodeInstanceOnPoints",
            "NodeGroupOutput",
        )
    )
    grid.inputs["Size X"].default_value, grid.inputs["Size Y"].default_value = 4, 4
    part.inputs["Size"].default_value = (1, 1, 4)
    tree.links.new(grid.outputs["Mesh"], scatter.inputs["Points"])
    tree.links.new(part.outputs["Mesh"], scatter.inputs["Instance"])
    tree.links.new(scatter.outputs[0], end.inputs[0])
    mesh = bpy.data.meshes.new("Scattered")
    obj = bpy.data.objects.new("Scattered", mesh)
    obj.modifiers.new("Scatter", "NODES").node_group = tree
    bpy.context.scene.collection.objects.link(obj)

    front = take(obj)["front"]
    columns = np.diff(covered(front)[SIZE // 2].astype(int))
    assert (columns == 1).sum() == 3, "three rows of the grid's points"

    monkeypatch.setattr(module("scene.capture.visible_geometry"), "MOST_PARTS", 8)
    assert "'Scattered' has more than 8 children and instances" in refused(obj)


def test_a_linked_object_is_only_read(take: Take, tmp_path: Path) -> None:
    cube("Linked", (0.8, 0.0, 0.0), (0, 0, 0), (1, 1, 1))
    library = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(library))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(library), link=True) as (_there, wanted):
        wanted.objects = ["Linked"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])

    assert all(red(image).mean() > 0.7 for image in take(wanted.objects[0]).values())


# -- what is refused -----------------------------------------------------------------------------------------------


def _added(add: Callable[[], object]) -> Callable[[], bpy.types.Object]:
    def made() -> bpy.types.Object:
        add()
        return bpy.context.object

    return made


def _of_points(*points: tuple[float, float, float]) -> Callable[[], bpy.types.Object]:
    def made() -> bpy.types.Object:
        mesh = bpy.data.meshes.new("Points")
        mesh.from_pydata(points, [], [tuple(range(len(points)))] if points else [])
        obj = bpy.data.objects.new("Points", mesh)
        bpy.context.scene.collection.objects.link(obj)
        return obj

    return made


def _turned_plane() -> bpy.types.Object:
    bpy.ops.mesh.primitive_plane_add(rotation=(0.3, 0.8, 0.5))
    return bpy.context.object


def _cube_hidden(how: Callable[[bpy.types.Object], None]) -> Callable[[], bpy.types.Object]:
    def made() -> bpy.types.Object:
        obj = cube("Cube", (0.5, 0.5, 0.5), (0, 0, 0), (1, 1, 1))
        how(obj)
        return obj

    return made


def _of_no_scene() -> bpy.types.Object:
    return bpy.data.objects.new("Lost", bpy.data.meshes.new("Lost"))


REFUSED = {
    "empty": (_added(bpy.ops.object.empty_add), "has no faces to be seen"),
    "light": (_added(bpy.ops.object.light_add), "has no faces to be seen"),
    "camera": (_added(bpy.ops.object.camera_add), "has no faces to be seen"),
    "armature": (_added(bpy.ops.object.armature_add), "has no faces to be seen"),
    "a mesh without faces": (_of_points(), "has no faces to be seen"),
    "a curve without width": (_added(bpy.ops.curve.primitive_bezier_circle_add), "has no faces to be seen"),
    "all in one point": (_of_points((1, 1, 1), (1, 1, 1), (1, 1, 1)), "is flat"),
    "all in a line": (_of_points((0, 0, 0), (1, 1, 1), (2, 2, 2)), "is flat"),
    "a plane": (_added(bpy.ops.mesh.primitive_plane_add), "is flat"),
    "a turned plane": (_turned_plane, "is flat"),
    "not a number": (_of_points((0, 0, 0), (1, 0, 0), (math.nan, 1, 0)), "has vertices that are nowhere"),
    "infinite": (_of_points((0, 0, 0), (1, 0, 0), (0, 1, math.inf)), "has vertices that are nowhere"),
    "disabled in the viewport": (_cube_hidden(lambda obj: setattr(obj, "hide_viewport", True)), "hidden in the viewp"),
    "hidden by its eye": (_cube_hidden(lambda obj: obj.hide_set(True)), "hidden in the viewport. Show it"),
    "disabled in renders": (_cube_hidden(lambda obj: setattr(obj, "hide_render", True)), "hidden in renders. Show it"),
    "unseen by cameras": (_cube_hidden(lambda obj: setattr(obj, "visible_camera", False)), "hidden in renders"),
    "in no scene": (_of_no_scene, "is not in this view layer"),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning:numpy")
@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_four_sides_is_refused(refused: Callable[..., str], name: str) -> None:
    make, words = REFUSED[name]
    obj = make()

    sentence = refused(obj)

    assert sentence.startswith(repr(obj.name))
    assert words in sentence


def test_sculpt_mode_is_refused(refused: Callable[..., str]) -> None:
    obj = cube("Cube", (0.5, 0.5, 0.5), (0, 0, 0), (1, 1, 1))
    bpy.ops.object.mode_set(mode="SCULPT")

    assert refused(obj) == "Images cannot be taken in Sculpt Mode. Leave it, then try again"
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize("size", [0, 19, 6001])
def test_sizes_that_the_service_does_not_take_are_refused(refused: Callable[..., str], size: int) -> None:
    obj = cube("Cube", (0.5, 0.5, 0.5), (0, 0, 0), (1, 1, 1))

    assert f"An image of {size} px is not possible" in refused(obj, size, "usage")


def test_too_many_triangles_are_refused_before_anything_is_rendered(
    refused: Callable[..., str], module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    bpy.ops.mesh.primitive_uv_sphere_add(segments=50, ring_count=26)  # 2,500 triangles
    geometry = module("scene.capture.visible_geometry")
    assert geometry.MOST_TRIANGLES < 5_000_000
    monkeypatch.setattr(geometry, "MOST_TRIANGLES", 2_499)
    monkeypatch.setattr(module("scene.capture.turntable"), "render", None)

    sentence = refused(bpy.context.object)

    assert "'Sphere' has more than 2,499 triangles" in sentence
    assert "Decimate" in sentence


def test_without_cycles_there_is_a_sentence(
    turntable: ModuleType, module: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    obj = cube("Cube", (0.5, 0.5, 0.5), (0, 0, 0), (1, 1, 1))
    bpy.ops.preferences.addon_disable(module="cycles")
    try:
        with pytest.raises(module("core.errors").TripoError, match="Enable the add-on Cycles Render Engine"):
            turntable.turntable(obj, tmp_path, size=32)
    finally:
        bpy.ops.preferences.addon_enable(module="cycles")

    assert list(tmp_path.iterdir()) == []
    assert [*bpy.data.scenes.keys(), *bpy.data.meshes.keys(), *bpy.data.worlds.keys()] == ["Scene", "Cube"]


# -- the artist's render, and interruptions ------------------------------------------------------------------------


def rendered_once(color: tuple[float, float, float], slot: int) -> None:
    """Render the scene, whose background is of this color, into a slot."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.render.resolution_x = scene.render.resolution_y = 32
    if scene.camera is None:
        scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        scene.collection.objects.link(scene.camera)
        scene.world = bpy.data.worlds.new("World")
    scene.world.color = color
    for node in scene.world.node_tree.nodes if scene.world.node_tree else ():
        if node.type == "BACKGROUND":
            node.inputs[0].default_value = (*color, 1.0)
    for image in bpy.data.images:
        if image.type == "RENDER_RESULT":
            image.render_slots.active_index = slot
    bpy.ops.render.render()


@pytest.mark.parametrize("shown", [0, 1, 2])
def test_the_artists_renders_stay_in_their_slots(figure: bpy.types.Object, take: Take, shown: int) -> None:
    rendered_once((1, 0, 0), 0)
    rendered_once((0, 1, 0), 1)
    bpy.data.images["Render Result"].render_slots.active_index = shown
    assert len(set(rendered().values())) == 2

    take(figure)  # it compares every slot

    rendered_once((0, 0, 1), 2)
    assert len(set(rendered().values())) == 3, "and the next render takes none of theirs"


def test_a_new_scene_has_no_render_of_ours(figure: bpy.types.Object, take: Take) -> None:
    rendered_once((1, 0, 0), 0)
    take(figure)

    for number in range(50):  # one of them gets the place in memory that ours had
        bpy.data.scenes.new(f"New {number}")
    bpy.data.scenes.new("Tripo Turntable")

    assert {scene for _image, scene, _slot in rendered()} == {"Scene"}


def test_between_two_steps_the_file_is_as_before(
    figure: bpy.types.Object, turntable: ModuleType, tmp_path: Path
) -> None:
    bpy.context.view_layer.update()
    with unchanged():
        steps = turntable.turntable_steps(figure, tmp_path, size=32)
        for view in VIEWS:
            with unchanged():
                assert next(steps) == (view, tmp_path / f"{view}.png")
        assert next(steps, None) is None

    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(VIEWS)


def test_steps_that_are_closed_early_leave_nothing(
    figure: bpy.types.Object, turntable: ModuleType, tmp_path: Path
) -> None:
    bpy.context.view_layer.update()
    with unchanged():
        steps = turntable.turntable_steps(figure, tmp_path, size=32)
        next(steps)
        next(steps)
        steps.close()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("what", "words"), [("removed", "was removed"), ("grown", "was changed")])
def test_an_object_that_changes_between_two_steps_is_refused(
    turntable: ModuleType, module: Callable[[str], ModuleType], tmp_path: Path, what: str, words: str
) -> None:
    obj = cube("Cube", (0.5, 0.5, 0.5), (0, 0, 0), (1, 1, 1))
    steps = turntable.turntable_steps(obj, tmp_path, size=32)
    next(steps)
    if what == "removed":
        bpy.data.objects.remove(obj)
    else:
        obj.scale.z = 3
        bpy.context.view_layer.update()

    with unchanged(), pytest.raises(module("core.errors").TripoError, match=words):
        next(steps)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("function", ["render", "save_image"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, MemoryError])
def test_whatever_interrupts_a_render_leaves_nothing(
    figure: bpy.types.Object,
    turntable: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    error: type[BaseException],
) -> None:
    real, calls = getattr(turntable, function), []

    def interrupted(*arguments: object) -> object:
        calls.append(function)
        if len(calls) == 2:  # in the second of four images
            raise error
        return real(*arguments)

    monkeypatch.setattr(turntable, function, interrupted)
    bpy.context.view_layer.update()
    rendered_once((1, 0, 0), 0)

    with unchanged(), pytest.raises(error):
        turntable.turntable(figure, tmp_path, size=32)

    assert list(tmp_path.iterdir()) == []


def test_a_render_that_is_cancelled_leaves_nothing(
    figure: bpy.types.Object,
    turntable: ModuleType,
    module: Callable[[str], ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turntable, "render", lambda _scene: False)  # Ctrl-C in a Blender without a window

    with unchanged(), pytest.raises(module("core.errors").TripoError) as caught:
        turntable.turntable(figure, tmp_path, size=32)

    assert caught.value.failure.kind == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_a_handler_of_another_add_on_that_fails_does_not_matter(
    figure: bpy.types.Object, turntable: ModuleType, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("of another add-on")

    bpy.app.handlers.render_pre.append(fails)  # Blender prints it, and goes on
    try:
        with unchanged():
            paths = turntable.turntable(figure, tmp_path, size=32)
    finally:
        bpy.app.handlers.render_pre.remove(fails)
    assert len(paths) == 4
