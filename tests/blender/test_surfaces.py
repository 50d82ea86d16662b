"""A GLB that is imported without its normals, which are taken from the file, comes as one that Blender reads whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from fixtures.catalogue import LARGE, NAMES, write_all
from fixtures.glb_document import Document

pytestmark = pytest.mark.every_version("meshes keep their normals differently since 4.5")

SAME_NORMAL = 0.02  # what is left to Blender's own normals may be a degree off
# Moved by bones or keys, or compressed: the importer alone knows what these mean. And with a face over another.
WHOLE = {"glb_draco", "glb_draco_by_hand", "glb_meshopt", "glb_shape_keys", "glb_skinned", "glb_degenerate_faces"}


@pytest.fixture
def both(module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, Any, bool]]:
    """Set a file up by its surfaces and without: what is seen of the meshes, and whether the first way was gone."""
    importing, prepare, job = module("converter.importing"), module("converter.prepare"), module("core.job")

    def by_both(path: Path, **arrival: Any) -> tuple[Any, Any, bool]:
        found, gone = [], []
        for reads in (True, False):
            bpy.ops.wm.read_homefile(use_empty=True)
            with monkeypatch.context() as patch:
                stock = importing.compat.import_glb
                patch.setattr(
                    importing.compat,
                    "import_glb",
                    lambda *given, stock=stock, **how: (gone.append(how.get("normals", True)), stock(*given, **how)),
                )
                if not reads:
                    patch.setattr(importing, "read_surfaces", lambda _path: [])
                chosen = module("core.options.import_options").asked(**arrival)
                ready = job.image_job(
                    "a", "A", "", module("core.options.generation").Settings(), "", 0.0, arrival=chosen
                )
                ready = ready.after(
                    module("core.events").model_downloaded(str(path), module("core.formats.model").ModelFormat.GLB, "")
                )
                prepare.prepare(ready, "", "")
            found.append(sorted((each.name, seen(each)) for each in {obj.data for obj in meshes()}))
        assert gone[-1], "without surfaces the importer sets the normals"
        return found[0], found[1], gone[:-1] == [False]

    return by_both


def meshes() -> list[bpy.types.Object]:
    return [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]


def assert_same(first: Any, second: Any) -> None:
    """The same, but that a degree more or less is no custom normal, and that flat faces are so by their normals."""
    assert [name for name, _ in first] == [name for name, _ in second]
    for (_, ours), (_, theirs) in zip(first, second, strict=True):
        normals = [np.nan_to_num(np.array(each.pop("normals"))) for each in (ours, theirs)]
        assert np.linalg.norm(normals[0] - normals[1], axis=1).max(initial=0) < SAME_NORMAL
        for each in (ours, theirs):
            del each["custom"]
            each["edges"] = [(ends, loose) for ends, _sharp, loose in each["edges"]]
            each["faces"] = [
                (corners, (slot, tuple(item for item in own if item[0] not in {"sharp_face", "material_index"})))
                for corners, (slot, own) in each["faces"]
            ]
        assert ours == theirs


def numbers(attribute: Any) -> list[tuple[float, ...]]:
    field = {"FLOAT_COLOR": "color", "BYTE_COLOR": "color_srgb", "FLOAT2": "vector", "FLOAT_VECTOR": "vector"}.get(
        attribute.data_type, "value"
    )
    values = [getattr(item, field) for item in attribute.data]
    return [tuple(value) if hasattr(value, "__len__") else (float(value),) for value in values]


def seen(mesh: bpy.types.Mesh) -> dict[str, Any]:
    """All that can be seen of a mesh, in an order of its own."""
    where = [tuple(vertex.co) for vertex in mesh.vertices]
    shown = [item for item in mesh.attributes if not item.name.startswith(".") and item.name != "custom_normal"]
    of_corners = {item.name: numbers(item) for item in shown if item.domain == "CORNER"}
    of_faces = {item.name: numbers(item) for item in shown if item.domain == "FACE"}
    faces, normals = [], []
    for polygon in mesh.polygons:
        corners = [
            (where[mesh.loops[at].vertex_index], tuple((name, of_corners[name][at]) for name in sorted(of_corners)), at)
            for at in polygon.loop_indices
        ]
        start = corners.index(min(corners))
        corners = corners[start:] + corners[:start]
        own = (polygon.material_index, tuple((name, of_faces[name][polygon.index]) for name in sorted(of_faces)))
        faces.append((tuple(corner[:2] for corner in corners), own))
        normals.append([tuple(mesh.corner_normals[corner[2]].vector) for corner in corners])
    order = sorted(range(len(faces)), key=lambda at: faces[at])
    edges = [
        (tuple(sorted(where[at] for at in edge.vertices)), edge.use_edge_sharp, edge.is_loose) for edge in mesh.edges
    ]
    return {
        "vertices": sorted(where),
        "edges": sorted(edges),
        "faces": [faces[at] for at in order],
        "normals": [normal for at in order for normal in normals[at]],
        "custom": mesh.has_custom_normals,
        "uvs": sorted((layer.name, layer.active, layer.active_render) for layer in mesh.uv_layers),
        "colours": (mesh.color_attributes.active_color_name, mesh.color_attributes.default_color_name),
    }


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("glb_") and name != LARGE])
def test_every_sample(name: str, merge: bool, both: Callable[..., Any], tmp_path: Path) -> None:
    written = write_all(tmp_path, [name])
    version = "{}.{}".format(*bpy.app.version)
    if not written or written[0].expected.refused_in(version):
        pytest.skip("this Blender cannot write or read it")
    ours, theirs, gone = both(written[0].file, merge=merge)
    assert gone == (name not in WHOLE)
    assert_same(ours, theirs)


def bumpy(seed: int, *, hard: float, width: str = "<u4", indexed: bool = True, parts: int = 1) -> Document:
    """A closed surface whose vertices are split at random, some of them with another normal, in several primitives."""
    random = np.random.default_rng(seed)
    side = 14
    polar, around = np.meshgrid(np.linspace(0.2, 2.9, side), np.linspace(0, 2 * np.pi, side, endpoint=False))
    radius = 1 + 0.1 * random.random(polar.shape)
    places = np.stack(
        (radius * np.sin(polar) * np.cos(around), radius * np.sin(polar) * np.sin(around), radius * np.cos(polar)), -1
    ).reshape(-1, 3)
    ids = np.arange(side * side).reshape(side, side)
    next_round = np.roll(ids, -1, 0)
    one = np.stack((ids[:, :-1], next_round[:, :-1], next_round[:, 1:]), -1).reshape(-1, 3)
    other = np.stack((ids[:, :-1], next_round[:, 1:], ids[:, 1:]), -1).reshape(-1, 3)
    corners = np.concatenate((one, other)).reshape(-1)
    normals = places / np.linalg.norm(places, axis=1, keepdims=True)
    split = random.random(len(corners)) < 0.3
    places = np.concatenate((places, places[corners[split]]))
    turned = normals[corners[split]] + (random.random(split.sum()) < hard)[:, None] * random.normal(0, 0.6, (1, 3))
    normals = np.concatenate((normals, turned / np.linalg.norm(turned, axis=1, keepdims=True)))
    corners[split] = np.arange(side * side, len(places))

    made = Document()
    arrays = {"POSITION": places, "NORMAL": normals, "TEXCOORD_0": random.random((len(places), 2))}
    primitives = []
    for part in np.array_split(corners.reshape(-1, 3), parts):
        chosen = part.reshape(-1)
        rows = slice(None) if indexed else chosen
        own = {name: made.add_accessor(array[rows].astype("<f4")) for name, array in arrays.items()}
        indices = {"indices": made.add_accessor(chosen.reshape(-1, 1).astype(width))} if indexed else {}
        primitives.append({"attributes": own, **indices, "material": made.add("materials", name=f"m{len(primitives)}")})
    made.add_node("bumpy", mesh=made.add("meshes", name="bumpy", primitives=primitives))
    return made


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize(
    "made",
    [
        {"hard": 0.0},
        {"hard": 0.4},
        {"hard": 0.4, "width": "<u2", "parts": 3},
        {"hard": 0.0, "indexed": False},
        {"hard": 0.4, "indexed": False, "parts": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", range(2))
def test_split_surfaces(seed: int, made: dict[str, Any], merge: bool, both: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "bumpy.glb"
    path.write_bytes(bumpy(seed, **made).write())
    ours, theirs, gone = both(path, merge=merge)
    assert gone
    assert_same(ours, theirs)
    ((_, mesh),) = ours
    assert (len(mesh["vertices"]) == 14 * 14) == merge


UP = (0.0, 0.0, 1.0)


def part_of(made: Document, places: Any, corners: Any, normals: Any = UP, **more: Any) -> dict[str, Any]:
    """A primitive; `normals` is one for all vertices, one for each, or none."""
    attributes = {"POSITION": made.add_accessor(np.array(places, "<f4").reshape(-1, 3))}
    if normals is not None:
        each = np.broadcast_to(np.array(normals, "<f4"), (len(places), 3))
        attributes["NORMAL"] = made.add_accessor(np.ascontiguousarray(each))
        for bound in ("min", "max"):
            del made.json["accessors"][-1][bound]  # may be no number, which JSON does not have
    indices = made.add_accessor(np.array(corners, "<u2").reshape(-1, 1))
    return {"attributes": attributes, "indices": indices, **more}


def triangles(places: Any, corners: Any, normals: Any = UP, **more: Any) -> Document:
    made = Document()
    part = part_of(made, places, corners, normals, **more)
    made.add_node("t", mesh=made.add("meshes", name="t", primitives=[part]))
    return made


def several(*parts: tuple[Any, ...], nodes: tuple[int, ...] = ()) -> Document:
    """Meshes of one primitive each, and the nodes that show them: each one, unless `nodes` says otherwise."""
    made = Document()
    for number, part in enumerate(parts):
        made.add("meshes", name=f"t{number}", primitives=[part_of(made, *part)])
    for node, mesh in enumerate(nodes or range(len(parts))):
        made.add_node(f"n{node}", mesh=mesh)
    return made


SQUARE = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
ROW = [(x + 2 * at, y, z) for at in range(6) for x, y, z in SQUARE]
ODD: dict[str, tuple[Document, bool, bool]] = {  # whether the first way goes, merged and not
    "a square": (triangles(SQUARE, range(6)), True, True),
    "without area by places": (triangles(SQUARE, [*range(6), 1, 3, 4]), True, True),
    "without area by indices": (triangles(SQUARE, [*range(6), 1, 1, 4]), True, True),
    "a vertex that no triangle has": (triangles([*SQUARE, (5, 5, 5)], range(6)), True, True),
    "two triangles at one place": (triangles(SQUARE[:3] * 2, range(6)), False, True),
    "one triangle twice": (triangles(SQUARE, [*range(6), 0, 1, 2]), False, False),
    "a strip": (triangles(SQUARE, [0, 1, 2, 4], mode=5), False, False),
    "lines": (triangles(SQUARE, [0, 1, 2, 4], mode=1), False, False),
    "without normals": (triangles(SQUARE, range(6), None), True, True),
    "a normal that is none": (triangles(SQUARE, range(6), [UP] * 5 + [(0, 0, 0)]), False, False),
    "a normal that is no number": (triangles(SQUARE, range(6), [UP] * 5 + [(np.nan, 0, 1)]), False, False),
    "a normal without an end": (triangles(SQUARE, range(6), [UP] * 5 + [(0, 0, np.inf)]), False, False),
    "long and short normals": (triangles(SQUARE, range(6), [UP] * 5 + [(0, 0, 9.0)]), True, True),
    "zeros of both signs": (triangles([*SQUARE[:3], (1, -0.0, 0), (1, 1, 0), (-0.0, 1, 0)], range(6)), True, True),
    "two meshes": (several((SQUARE, range(6)), (SQUARE[:3], range(3))), True, True),
    "two of the same triangles": (several((SQUARE, range(6)), (SQUARE, range(6))), True, True),
    "two that only normals tell apart": (several((SQUARE, range(6)), (SQUARE, range(6), (0.6, 0, 0.8))), False, False),
    "two that one place in the middle tells apart": (
        several((ROW, range(36)), ([*ROW[:15], (1, 1, 9), *ROW[16:]], range(36), (0.6, 0, 0.8))),
        False,
        False,
    ),
    "a mesh under several nodes": (several((SQUARE, range(6)), nodes=(0, 0, 0)), True, True),
    "a mesh that no node shows": (several((SQUARE, range(6)), (SQUARE[:3], range(3)), nodes=(1,)), True, True),
}


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("name", ODD)
def test_odd_ones(name: str, merge: bool, both: Callable[..., Any], tmp_path: Path) -> None:
    made, *goes = ODD[name]
    if name == "lines":  # no model: there has to be a face as well
        primitives = made.json["meshes"][0]["primitives"]
        face = made.add_accessor(np.array([[0], [1], [2]], "<u2"))
        primitives.append({**primitives[0], "mode": 4, "indices": face})
    path = tmp_path / "odd.glb"
    path.write_bytes(made.write())
    ours, theirs, gone = both(path, merge=merge)
    assert gone == goes[not merge]
    assert_same(ours, theirs)


def test_thousands_of_parts_are_matched_at_once(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is looked at once or twice, not once for each other."""
    surfaces = module("converter.surfaces")
    looks: list[int] = []
    fitted = surfaces.Surface.fitted
    monkeypatch.setattr(surfaces.Surface, "fitted", lambda *given: (looks.append(1), fitted(*given))[1])
    square = np.array(SQUARE, np.float32)
    parts, made = [], []
    for number in range(2000):
        mesh = bpy.data.meshes.new("part")
        mesh.from_pydata((square + number).tolist(), [], [(0, 1, 2), (3, 4, 5)])
        made.append(mesh)
        parts.append(surfaces.Surface(square + np.float32(number), np.tile(np.float32(UP), (6, 1)), np.arange(6)))
    found = surfaces.match(made, parts[::-1], merged=False)
    assert found is not None
    assert len(found) == len(looks) == 2000


@pytest.mark.parametrize("content", [b"", b"glTF", bumpy(0, hard=0).write()[:-50], bumpy(0, hard=0).write()[:300]])
def test_a_broken_file_has_no_surfaces(content: bytes, module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    path = tmp_path / "broken.glb"
    path.write_bytes(content)
    assert module("converter.surfaces").read_surfaces(path) == []
    path.unlink()  # nothing holds it


def test_an_array_that_is_none_has_no_surfaces(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    path = tmp_path / "broken.glb"
    for change in ({"count": 7}, {"bufferView": 99}, {"type": "VEC9"}, {"componentType": 1}):
        made = triangles(SQUARE, range(6))
        made.json["accessors"][0] |= change
        path.write_bytes(made.write())
        assert module("converter.surfaces").read_surfaces(path) == []


def test_the_second_import_finds_the_scene_as_it_was(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing of the first is left: no name is taken, and the artist's selection stays."""
    path = tmp_path / "odd.glb"
    path.write_bytes(ODD["one triangle twice"][0].write())
    importing, model_format = module("converter.importing"), module("core.formats.model").ModelFormat.GLB
    scenes = []
    for reads in (True, False):
        bpy.ops.wm.read_homefile(use_empty=True)
        for at in range(2):
            bpy.ops.mesh.primitive_cube_add(location=(at, 0, 0))
        cube = bpy.context.object
        if not reads:
            monkeypatch.setattr(importing, "read_surfaces", lambda _path: [])
        importing.import_model(path, model_format, merge=True, advice="")
        names = {name: sorted(block.name for block in blocks) for name, blocks in importing._all_data()}
        selected = sorted(obj.name for obj in bpy.context.selected_objects)
        scenes.append((names, selected, bpy.context.view_layer.objects.active.name, cube.name))
    assert scenes[0] == scenes[1]


def test_what_the_importer_does_not_say_is_found(
    both: Callable[..., Any], module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An importer that came to put vertices elsewhere, or corners in another order, is not trusted with normals."""
    path = tmp_path / "bumpy.glb"
    path.write_bytes(bumpy(0, hard=0.4).write())
    surfaces = module("converter.surfaces")
    read = surfaces.points
    monkeypatch.setattr(surfaces, "points", lambda mesh: read(mesh) + np.float32(1e-4))
    ours, theirs, gone = both(path)
    assert not gone
    assert_same(ours, theirs)
    monkeypatch.setattr(surfaces, "points", read)
    corners = surfaces.corner_vertices
    monkeypatch.setattr(surfaces, "corner_vertices", lambda mesh: corners(mesh)[::-1])
    ours, theirs, gone = both(path)
    assert not gone
    assert_same(ours, theirs)
