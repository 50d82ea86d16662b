"""How a model arrives: place, size, facing, shading, collection, selection, textures; by local files, without a key."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest
from mathutils import Vector

from fixtures.catalogue import write_all
from fixtures.glb_document import Document
from simulator.options import SMALL_MODELS
from simulator.sculpture.relief import SIDE
from simulator.sculpture.sculptor import Commission, sculpt

pytestmark = pytest.mark.every_version("importers, collections and the undo steps of versions differ")

IDENTITY = "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def chair(folder: Path, chair_picture: Path) -> Path:
    """A model as the service makes it: facing +X, its names made of ids; 1 m high."""
    made = sculpt(Commission(picture=chair_picture.read_bytes(), face_limit=2000, pbr=False, **SMALL_MODELS), IDENTITY)
    path = folder / "Chair.glb"
    path.write_bytes(made.model)
    return path


@pytest.fixture(scope="module")
def chair_picture(folder: Path) -> Path:
    from .conftest import draw_disc

    return draw_disc(folder / "disc.png")


@pytest.fixture
def shell(module: Any, preferences: Any) -> ModuleType:
    """The scripts' functions; models are imported here, and not in a second Blender."""
    preferences.converts = False
    return module("api")


def box(*objects: bpy.types.Object) -> tuple[Vector, Vector]:
    """The lowest and the highest corner in world space."""
    bpy.context.view_layer.update()
    corners = [obj.matrix_world @ Vector(corner) for obj in objects for corner in obj.bound_box]
    return tuple(Vector([side(corner[axis] for corner in corners) for axis in range(3)]) for side in (min, max))


def base(*objects: bpy.types.Object) -> tuple[float, float, float]:
    low, high = box(*objects)
    return ((low.x + high.x) / 2, (low.y + high.y) / 2, low.z)


def clean(obj: bpy.types.Object) -> bool:
    return (
        tuple(obj.scale) == (1, 1, 1)
        and tuple(obj.rotation_euler) == (0, 0, 0)
        and tuple(obj.location) == pytest.approx(base(obj), abs=1e-4)
    )


def plane(z: float, size: float = 4.0) -> bpy.types.Object:
    bpy.ops.mesh.primitive_plane_add(size=size, location=(0, 0, z))
    return bpy.context.object


@pytest.mark.parametrize(
    ("place", "stands"),
    [
        pytest.param("cursor", (1, 1, 3), id="cursor"),
        pytest.param("ground", (1, 1, 2), id="on what lies below"),
        pytest.param("origin", (0, 0, 0), id="origin"),
    ],
)
def test_base_stands_on_the_place(shell: ModuleType, chair: Path, place: str, stands: tuple[float, ...]) -> None:
    plane(2)
    plane(5)
    bpy.context.scene.cursor.location = (1, 1, 3)
    bpy.context.scene.cursor.rotation_euler = (1, 2, 3)

    main = shell.import_model(chair, place=place)

    assert base(main) == pytest.approx(stands, abs=1e-4)
    assert clean(main)


def test_ground_is_the_floor_where_nothing_lies_below(shell: ModuleType, chair: Path) -> None:
    bpy.context.scene.cursor.location = (1, 1, 3)

    assert base(shell.import_model(chair, place="ground")) == pytest.approx((1, 1, 0), abs=1e-4)


def test_a_cursor_on_a_face_is_on_the_ground(shell: ModuleType, chair: Path) -> None:
    plane(2)
    plane(1)
    bpy.context.scene.cursor.location = (1, 1, 2)

    assert base(shell.import_model(chair, place="ground"))[2] == pytest.approx(2, abs=1e-4)


def test_active_child_of_a_turned_parent_changes_nothing(shell: ModuleType, chair: Path) -> None:
    parent, child = plane(0), plane(1)
    parent.rotation_euler, parent.scale, parent.location = (1, 2, 3), (2, 3, 4), (5, 6, 7)
    child.parent = parent
    bpy.context.view_layer.objects.active = child
    bpy.context.scene.cursor.location = (-1, -2, -3)

    main = shell.import_model(chair)

    assert main.parent is None
    assert base(main) == pytest.approx((-1, -2, -3), abs=1e-4)
    assert clean(main)


@pytest.mark.parametrize(("unit", "own"), [(1.0, 1.0), (0.01, 100.0), (1000.0, 0.001)])
@pytest.mark.parametrize("suffix", ["glb", "fbx"])
def test_own_size_is_in_metres(
    shell: ModuleType, folder: Path, chair_picture: Path, suffix: str, unit: float, own: float
) -> None:
    path = folder / f"Sized.{suffix}"
    made = sculpt(
        Commission(picture=chair_picture.read_bytes(), face_limit=500, quad=suffix == "fbx", **SMALL_MODELS), IDENTITY
    )
    path.write_bytes(made.model)
    bpy.context.scene.unit_settings.scale_length = unit

    low, high = box(shell.import_model(path))

    assert max(high - low) == pytest.approx(SIDE * own, rel=1e-3)
    assert bpy.context.scene.unit_settings.scale_length == pytest.approx(unit)


def test_size_is_height_or_longest_side_in_scene_units(shell: ModuleType, chair: Path) -> None:
    bpy.context.scene.unit_settings.scale_length = 0.01
    low, high = box(tall := shell.import_model(chair, fit="height", size=1.8))
    assert (high - low).z == pytest.approx(1.8, rel=1e-4)
    assert clean(tall)

    low, high = box(shell.import_model(chair, size=7))
    assert max(high - low) == pytest.approx(7, rel=1e-4)


def test_fills_the_box_of_the_selected_object_and_replaces_it(shell: ModuleType, chair: Path) -> None:
    bpy.ops.mesh.primitive_cube_add(size=2, location=(3, 4, 5))
    cube = bpy.context.object
    cube.scale = (1, 0.1, 2)

    main = shell.import_model(chair, fit="box", replace=True)

    low, high = box(main)
    cube_low, cube_high = box(cube)
    assert base(main) == pytest.approx((3, 4, 3), abs=1e-4)
    assert all(low[axis] >= cube_low[axis] - 1e-4 and high[axis] <= cube_high[axis] + 1e-4 for axis in range(3))
    assert min(abs((high - low)[axis] - (cube_high - cube_low)[axis]) for axis in range(3)) < 1e-3, (
        "it touches two sides"
    )
    assert not cube.visible_get()
    assert cube.hide_render
    assert clean(main)


def test_box_of_nothing_is_refused_before_anything_happens(shell: ModuleType, chair: Path) -> None:
    with pytest.raises(shell.TripoError, match="Select the object"):
        shell.import_model(chair, fit="box")
    assert not bpy.data.objects


def test_a_click_cannot_be_asked_of_a_script(shell: ModuleType, chair: Path) -> None:
    with pytest.raises(shell.TripoError, match="Nothing was clicked"):
        shell.import_model(chair, place="mouse")


@pytest.mark.parametrize(("front", "depth_axis"), [("auto", 1), ("+x", 1), ("-x", 1), ("-y", 0), ("+y", 0)])
def test_the_service_s_models_are_turned_to_the_front(
    shell: ModuleType, chair: Path, front: str, depth_axis: int
) -> None:
    low, high = box(main := shell.import_model(chair, front=front))

    assert min(range(3), key=lambda axis: (high - low)[axis]) == depth_axis
    assert clean(main)


def test_local_models_of_others_stay_as_they_are(shell: ModuleType, folder: Path) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.scale = (1, 2, 3)
    path = folder / "Other.glb"
    bpy.ops.export_scene.gltf(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)

    low, high = box(main := shell.import_model(path))

    assert tuple(high - low) == pytest.approx((2, 4, 6), rel=1e-4)
    assert main.name == "Other"


@pytest.fixture(scope="module")
def hard_and_round(folder: Path) -> Path:
    """A cylinder: round side, hard rims, UV seams; as GLB the vertices of both are split."""
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.mesh.primitive_cylinder_add(vertices=32)
    bpy.context.object.data.shade_smooth()
    bpy.context.object.data.set_sharp_from_angle(angle=math.radians(40))
    path = folder / "Cylinder.glb"
    bpy.ops.export_scene.gltf(filepath=str(path))
    return path


def corner_normals(mesh: bpy.types.Mesh) -> dict[tuple[float, ...], set[tuple[float, ...]]]:
    """The normals that meet at each place."""
    found: dict[tuple[float, ...], set[tuple[float, ...]]] = {}
    for loop, normal in zip(mesh.loops, mesh.corner_normals, strict=True):
        place = tuple(round(part, 4) + 0.0 for part in mesh.vertices[loop.vertex_index].co)
        found.setdefault(place, set()).add(tuple(round(part, 2) + 0.0 for part in normal.vector))
    return found


def test_merging_loses_no_seam_and_no_hard_edge(shell: ModuleType, hard_and_round: Path) -> None:
    split = shell.import_model(hard_and_round, merge=False).data
    merged = shell.import_model(hard_and_round).data

    assert len(split.vertices) > len(merged.vertices) == 64
    assert len(merged.polygons) == len(split.polygons)
    assert corner_normals(merged) == corner_normals(split)
    uvs = [
        sorted(tuple(round(part, 5) for part in uv.vector) for uv in mesh.uv_layers[0].uv) for mesh in (split, merged)
    ]
    assert uvs[0] == uvs[1]


def test_merging_keeps_faces_that_lie_on_each_other(shell: ModuleType, folder: Path) -> None:
    """Cloth is often made of two sides at the same place: joined, one of them would be lost."""
    mesh = bpy.data.meshes.new("cloth")
    corners = [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)]
    mesh.from_pydata([*corners, *corners], [], [(0, 1, 2, 3), (7, 6, 5, 4)])
    bpy.context.collection.objects.link(bpy.data.objects.new("cloth", mesh))
    path = folder / "Cloth.glb"
    bpy.ops.export_scene.gltf(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)

    assert len(shell.import_model(path).data.polygons) == 4


def test_an_edge_of_three_faces_is_sharp_where_they_differ(shell: ModuleType, folder: Path) -> None:
    mesh = bpy.data.meshes.new("fan")
    outer = [(math.cos(angle), math.sin(angle), z) for angle in (0, 2, 4) for z in (0, 1)]
    mesh.from_pydata([(0, 0, 0), (0, 0, 1), *outer], [], [(0, at, at + 1, 1) for at in (2, 4, 6)])
    bpy.context.collection.objects.link(bpy.data.objects.new("fan", mesh))
    path = folder / "Fan.glb"
    bpy.ops.export_scene.gltf(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)

    fan = shell.import_model(path).data

    ends = [{tuple(round(part, 4) for part in fan.vertices[at].co[:2]) for at in edge.vertices} for edge in fan.edges]
    sharp = [places for edge, places in zip(fan.edges, ends, strict=True) if edge.use_edge_sharp]
    assert len(fan.vertices) == 8
    assert len(sharp) == 1, "the edge in the middle alone"
    assert len(sharp[0]) == 1
    assert sorted(map(len, corner_normals(fan).values())) == [1, 1, 1, 1, 1, 1, 3, 3]


@pytest.mark.parametrize(("shading", "at_rim", "on_side"), [("auto", 2, 1), ("angle", 2, 1), ("flat", 3, 2)])
def test_shading(shell: ModuleType, hard_and_round: Path, shading: str, at_rim: int, on_side: int) -> None:
    mesh = shell.import_model(hard_and_round, shading=shading).data
    met = corner_normals(mesh)

    assert {len(normals) for normals in met.values()} == {at_rim}
    sides = [{normal for normal in normals if abs(normal[2]) < 0.1} for normals in met.values()]
    assert {len(normals) for normals in sides} == {on_side}


def test_smooth_angle_decides_what_is_sharp(shell: ModuleType, hard_and_round: Path) -> None:
    mesh = shell.import_model(hard_and_round, shading="angle", smooth_angle=120).data

    assert {len(normals) for normals in corner_normals(mesh).values()} == {1}


def test_a_file_without_normals_is_smoothed_by_angle(shell: ModuleType, folder: Path) -> None:
    bpy.ops.mesh.primitive_uv_sphere_add()
    path = folder / "Bare.glb"
    bpy.ops.export_scene.gltf(filepath=str(path), export_normals=False)
    bpy.ops.wm.read_homefile(use_empty=True)

    mesh = shell.import_model(path).data

    assert {len(normals) for normals in corner_normals(mesh).values()} == {1}


def test_collections(shell: ModuleType, chair: Path) -> None:
    mine = bpy.data.collections.new("Mine")
    bpy.context.scene.collection.children.link(mine)
    bpy.context.view_layer.active_layer_collection = bpy.context.view_layer.layer_collection.children["Mine"]

    filed = {name: shell.import_model(chair, collection=name).users_collection for name in ("tripo", "active", "own")}

    assert [[found.name for found in each] for each in filed.values()] == [["Tripo"], ["Mine"], ["Chair"]]
    assert "Chair" in bpy.data.collections["Tripo"].children


@pytest.mark.parametrize("how", ["exclude", "hide_viewport", "hide in all layers"])
def test_a_hidden_collection_does_not_swallow_the_model(shell: ModuleType, chair: Path, how: str) -> None:
    shell.import_model(chair)
    layer = bpy.context.view_layer.layer_collection.children["Tripo"]
    if how == "hide in all layers":
        layer.collection.hide_viewport = True
    else:
        setattr(layer, how, True)

    main = shell.import_model(chair)

    assert main.visible_get()
    assert main.select_get()
    assert main.users_collection == (bpy.context.scene.collection,)


def test_selection_is_given_back_when_asked_for(shell: ModuleType, chair: Path) -> None:
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object

    main = shell.import_model(chair, select=False)

    assert bpy.context.view_layer.objects.active == cube
    assert cube.select_get()
    assert not main.select_get()
    assert main.name in bpy.context.view_layer.objects


def test_textures_go_beside_the_file(shell: ModuleType, chair: Path, tmp_path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))

    first = shell.import_model(chair, textures="files")
    second = shell.import_model(chair, textures="files")

    written = sorted(path.name for path in (tmp_path / "textures").iterdir())
    assert written == ["Chair Base Color.001.jpg", "Chair Base Color.jpg"]
    for main in (first, second):
        image = next(node.image for node in main.data.materials[0].node_tree.nodes if node.type == "TEX_IMAGE")
        assert image.packed_file is None
        assert image.filepath.startswith("//textures/")
        assert image.has_data or image.size[0] > 0
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert [image.size[0] for image in bpy.data.images] == [1024, 1024]


def test_textures_never_go_over_a_file(shell: ModuleType, chair: Path, tmp_path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    (tmp_path / "textures").mkdir()
    (tmp_path / "textures" / "Chair Base Color.jpg").write_bytes(b"mine")

    shell.import_model(chair, textures="files")

    assert (tmp_path / "textures" / "Chair Base Color.jpg").read_bytes() == b"mine"
    assert (tmp_path / "textures" / "Chair Base Color 1.jpg").is_file()


def test_textures_stay_packed_in_a_file_that_was_never_saved(module: Any, chair: Path) -> None:
    bpy.ops.tripo.import_model(filepath=str(chair))
    job = module("app.submit").import_file(
        chair, module("core.options.import_options").Arrival(textures="files"), module("core.placement").Spot()
    )
    arrived = module("scene.deliver").bring_in(job, bpy.context)

    assert all(image.packed_file is not None for image in bpy.data.images)
    assert [told.key for told in arrived.event.warnings] == ["scene.not_saved"]


def test_a_local_model_tells_where_it_came_from(shell: ModuleType, chair: Path) -> None:
    main = shell.import_model(chair)

    assert main["tripo_file"] == "Chair.glb"
    assert "tripo_task_id" not in main


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"glTF", b"Kaydara FBX Binary  \x00"])
def test_a_bad_local_file_is_refused_in_a_sentence(shell: ModuleType, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.glb").write_bytes(content)

    with pytest.raises(shell.TripoError, match="Choose another file"):
        shell.import_model(tmp_path / "bad.glb")
    with pytest.raises(shell.TripoError, match="There is no model file"):
        shell.import_model(tmp_path / "missing.glb")
    assert not bpy.data.objects


def arrays_of(data: bytes) -> list[tuple[int, int, int]]:
    """Where the packed arrays of an FBX say how long they are; how long, and how many bytes they are packed to."""
    heads = re.finditer(rb"[fdlibc](?=(.{4})\x01\0\0\0(.{4})[\x78\x58])", data, re.DOTALL)
    found = [(head.start() + 1, *(int.from_bytes(number, "little") for number in head.groups())) for head in heads]
    return [(at, length, size) for at, length, size in found if 0 < length < 10**6 and 8 < size < 10**6]


HARM: dict[str, Callable[[int, bytes], tuple[int, bytes]]] = {  # the length, and what is packed
    "longer than it says": lambda length, packed: (length - 3, packed),
    "shorter than it says": lambda length, packed: (length + 3, packed),
    "no archive": lambda length, packed: (length, bytes(len(packed))),
    "broken off": lambda length, packed: (length, packed[: len(packed) // 2].ljust(len(packed), b"\0")),
}


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("name", ["fbx_packed_maps", "fbx_animated"])
def test_a_broken_array_is_told_in_a_sentence(
    shell: ModuleType, module: Any, tmp_path: Path, name: str, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The importer in C++ sees it, the one in Python does not get it."""
    compat = module("converter.compat")
    imports: list[bool] = []
    real = compat.import_fbx
    monkeypatch.setattr(
        compat, "import_fbx", lambda path, in_python: (imports.append(in_python), real(path, in_python=in_python))
    )
    (written,) = write_all(tmp_path, [name])
    data = bytearray(written.file.read_bytes())
    at, length, size = max(arrays_of(data), key=lambda found: found[2])
    length, data[at + 12 : at + 12 + size] = HARM[harm](length, bytes(data[at + 12 : at + 12 + size]))
    struct.pack_into("<I", data, at, length)
    written.file.write_bytes(data)

    with pytest.raises(shell.TripoError, match=r"The FBX is broken\. Choose another file") as caught:
        shell.import_model(written.file)
    assert caught.value.failure.kind == "model_file"
    assert imports == ([] if compat.reads_fbx_in_python(str(written.file)) else [False])
    assert not bpy.data.objects
    assert not bpy.data.meshes


def test_nothing_half_is_left_when_setting_up_fails(
    shell: ModuleType, module: Any, chair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module("converter.inspecting"), "inspect", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        shell.import_model(chair)

    for blocks in (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.images, bpy.data.collections):
        assert not blocks


ELSEWHERE = {"uri": "data:/../../private.png"}  # importers take it for a file's name


def test_a_hostile_local_file_reaches_no_importer(
    shell: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any
) -> None:
    hostile = Document()
    hostile.add("images", **ELSEWHERE)
    (tmp_path / "hostile.glb").write_bytes(hostile.write())
    monkeypatch.setattr(module("converter.compat"), "import_glb", lambda path: pytest.fail("it was imported"))

    with pytest.raises(shell.TripoError, match=r"names files outside itself\. Choose another file") as caught:
        shell.import_model(tmp_path / "hostile.glb")
    assert caught.value.failure.kind == "model_file"


def test_a_model_that_takes_too_much_memory_waits_for_a_higher_limit(
    shell: ModuleType, chair: Path, preferences: Any, module: Any
) -> None:
    usual = module("app.account").access(bpy.context)
    assert usual.limits.memory == 8 * 2**30
    preferences.model_memory = 2
    assert module("app.account").access(bpy.context).limits.memory == 2 * 2**30

    huge = Document()
    huge.add("accessors", count=9_999_999, componentType=5126, type="VEC3")  # without a view: all of them zero
    huge.add("meshes", primitives=[{"attributes": {"POSITION": 0}}] * 2)
    (chair.parent / "huge.glb").write_bytes(huge.write())
    with pytest.raises(shell.TripoError, match=r"more than 2 GB of memory.*raise the limit in the preferences"):
        shell.import_model(chair.parent / "huge.glb")
