"""Every fixture arrives with no cell of the table failing; build/arrival has the stock importers' cells beside ours.

What each cell asks, `table` says. Undoing is Blender's own: in the bpy module it works as in a window.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from fixtures.catalogue import NAMES, Fixture, write_all
from fixtures.measure import measure

from . import table

pytestmark = pytest.mark.every_version("the importers of versions differ")

VERSION = "{}.{}.{}".format(*bpy.app.version)
OUT = Path(__file__).parents[2] / "build" / "arrival"
OWN = "Artist's Cube"  # the object, and its mesh, that is in the scene before
ARRIVALS_CHANGE = ("active", "selected", "collections shown", "data")  # of a state
CURSOR = (1.0, 2.0, 0.5)
# Faults of Blender's importers that are left as they are. One that is gone is found here.
import_glb = bpy.ops.import_scene.gltf
import_fbx = bpy.ops.wm.fbx_import if "fbx_import" in dir(bpy.ops.wm) else bpy.ops.import_scene.fbx

Brought = tuple[list[bpy.types.Object], str]  # the objects, and the pictures that are told to be missing


@dataclass
class Book:
    """The rows, ours and the stock importer's, by fixture; and those that could not be had, with the reason."""

    rows: dict[str, tuple[table.Row, table.Row]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    kept = Book()
    yield kept
    if {*kept.rows, *kept.left_out} != set(NAMES):
        return  # a few were asked for by themselves: the table that is there says more
    OUT.mkdir(parents=True, exist_ok=True)
    text = table.page(kept.rows, kept.left_out, f"How models arrive in Blender {VERSION}")
    (OUT / f"{VERSION}.md").write_text(text, encoding="utf-8")


@pytest.fixture
def ours(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, preferences: Any
) -> Callable[[Path], Brought]:
    """Import here, and not in a second Blender: `test_converter` holds the two against each other."""
    preferences.converts = False
    api, arrival = module("api"), module("scene.deliver")
    arrivals = []
    bring_in = arrival.bring_in

    def noted(*given: object) -> object:
        arrivals.append(bring_in(*given))
        return arrivals[-1]

    monkeypatch.setattr(arrival, "bring_in", noted)

    def bring(path: Path) -> Brought:
        try:
            api.import_model(path)
        except api.TripoError as error:
            raise RuntimeError(str(error)) from error
        return arrivals[-1].objects, arrivals[-1].event.inspection.missing

    return bring


def stock(path: Path) -> Brought:
    known = set(bpy.data.objects)
    operator = import_glb if path.suffix == ".glb" else import_fbx
    operator("EXEC_DEFAULT", True, filepath=str(path))  # True: with a step to undo, as from the menu
    bpy.context.view_layer.update()
    return [obj for obj in bpy.context.view_layer.objects if obj not in known and obj.visible_get()], ""


@pytest.mark.parametrize("name", NAMES)
def test_arrives(name: str, book: Book, ours: Callable[[Path], Brought], tmp_path: Path) -> None:
    written = write_all(tmp_path, [name])
    if not written:
        book.left_out[name] = "this Blender cannot write it"
        pytest.skip(book.left_out[name])

    book.left_out[name] = "it ended with an error"
    theirs, poses = arrive(written[0], stock, None)
    row, _ = arrive(written[0], ours, poses)
    book.rows[name] = row, theirs
    del book.left_out[name]

    assert {column: wrong for column, wrong in row.items() if wrong} == {}


def arrive(
    fixture: Fixture, bring: Callable[[Path], Brought], stock_poses: table.Poses | None
) -> tuple[table.Row, table.Poses | None]:
    """Bring a file into an artist's scene; give its cells and how it is posed."""
    set_up()
    expected = fixture.expected
    refused = expected.refused_in(VERSION)
    known, before = blocks(), state()
    try:
        objects, missing = bring(fixture.file)
    except RuntimeError as error:
        objects, missing = [], ""
        told = [] if refused and re.search(expected.refused, str(error)) else [f"refused: {error}"]
    else:
        told = ["taken without a word"] if refused else []
    if refused or told:
        left = differences(state(), before)
        return {"name": told, "orphans": left, "undo": list(left)}, None
    new = {block for kind, found in blocks().items() for block in found - known[kind]}
    found = table.Arrival(fixture.name, expected, objects, new, measure(objects), stock_poses, missing)
    row = table.judge(found)
    # What has lost its movement is no measure.
    poses = table.poses(objects, moves=expected.moves) if found.measured.moves == expected.moves else None
    names = [obj.name for obj in objects]
    after = state()
    row["orphans"] += differences(after, before, but=ARRIVALS_CHANGE)
    bpy.ops.ed.undo()
    row["undo"] += differences(state(), before)
    bpy.ops.ed.redo()
    row["undo"] += [f"redone: {line}" for line in differences(state(), after)]
    remove([bpy.data.objects[name] for name in names])
    left = differences(state(), before, but=("active", "selected"))
    row["orphans"] += [line for line in left if line not in row["orphans"]]
    return row, poses


def set_up() -> None:
    """An artist's file, with names and settings that an importer could trip over."""
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.mesh.primitive_cube_add(location=(-3, 1, 2))
    cube = bpy.context.object
    cube.name = cube.data.name = OWN
    image = bpy.data.images.new("colour", 4, 4)
    image.pack()
    material = bpy.data.materials.new("chair")
    if material.node_tree is None:
        material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeTexImage").image = image
    cube.data.materials.append(material)
    scene = bpy.context.scene
    scene.cursor.location = CURSOR
    scene.render.fps, scene.frame_end = 25, 77
    scene.view_settings.view_transform = "Standard"
    bpy.ops.ed.undo_push(message="Set up")


def remove(objects: list[bpy.types.Object]) -> None:
    """As an artist does it: delete the model, take away its collection, purge what nothing uses."""
    bpy.data.batch_remove(objects)
    for collection in [found for found in bpy.data.collections if found.name == "Tripo" and not found.all_objects]:
        bpy.data.collections.remove(collection)
    bpy.data.orphans_purge(do_recursive=True)
    bpy.context.view_layer.update()


def blocks() -> dict[str, set[bpy.types.ID]]:
    """All that is in the file, by kind."""
    return {name: set(getattr(bpy.data, name)) for name in _kinds()}


def _kinds() -> Iterator[str]:
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier != "all_ids":  # 5.2 brought it: all the others over again
            yield prop.identifier


def state() -> dict[str, Any]:
    """What the file holds and how the scene, the artist's things and the outliner are set: to be compared."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    data = sorted(f"{name} {block.name}" for name, found in blocks().items() for block in found)
    told: dict[str, Any] = {"data": data}
    for name in ("render", "unit_settings", "view_settings", "display_settings", "cursor", "tool_settings"):
        told[f"scene.{name}"] = _values(getattr(scene, name))
    told["scene"] = _values(scene)
    told["active"] = layer.objects.active.name if layer.objects.active else ""
    told["selected"] = sorted(obj.name for obj in layer.objects if obj.select_get())
    told["collections shown"] = list(_shown(layer.layer_collection))
    own = bpy.data.objects[OWN]
    mesh, material = own.data, own.data.materials[0]
    image = next(node.image for node in material.node_tree.nodes if node.type == "TEX_IMAGE")
    for block in (own, mesh, material, image):
        told[f"{type(block).__name__} {block.name}"] = _values(block)
    told["its vertices"] = [tuple(vertex.co) for vertex in mesh.vertices]
    told["its nodes"] = [(node.name, node.type) for node in material.node_tree.nodes]
    told["its links"] = [(link.from_node.name, link.to_socket.name) for link in material.node_tree.links]
    told["its collections"] = [collection.name for collection in own.users_collection]
    return told


def _values(struct: Any) -> dict[str, Any]:
    """Its plain properties that can be set."""
    found = {}
    for prop in struct.bl_rna.properties:
        if (
            prop.type in ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")
            and not prop.is_readonly
            and prop.identifier != "tag"
        ):
            value = getattr(struct, prop.identifier)
            if prop.type != "STRING" and not isinstance(value, (bool, int, float, str, set)):
                value = [tuple(part) if hasattr(part, "__len__") else part for part in value]
            found[prop.identifier] = value
    return found


def _shown(layer: bpy.types.LayerCollection) -> Iterator[tuple[str, bool, bool]]:
    yield layer.name, layer.exclude, layer.hide_viewport
    for child in layer.children:
        yield from _shown(child)


def differences(now: Mapping[str, Any], before: Mapping[str, Any], but: Sequence[str] = ()) -> list[str]:
    """What two states differ in, in a few words."""
    told = []
    for name in [name for name in before if name not in but and before[name] != now.get(name)]:
        old, new = before[name], now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            told += [f"{name}.{key} {new.get(key)}, was {old[key]}" for key in old if new.get(key) != old[key]]
        elif isinstance(old, list) and isinstance(new, list):
            added, gone = [part for part in new if part not in old], [part for part in old if part not in new]
            told.append(f"{name}: {f'more {added}' if added else ''} {f'without {gone}' if gone else ''}".strip())
        else:
            told.append(f"{name} {new}, was {old}")
    return told
