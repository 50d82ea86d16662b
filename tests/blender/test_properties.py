"""Custom properties of files: never on a scene, never under our names, a few plain ones on what artists look at."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from fixtures.catalogue import write_all
from fuzzing.fbx_tree import FbxTree, Node
from fuzzing.seeds import rich_glb

pytestmark = pytest.mark.every_version("what importers do with them differs")

HOSTILE = {
    "tripo": {"face_limit": 7, "quad": True, "source": 1, "filepath": "/etc/passwd", "texture": False},
    "tripo_task_id": "of another",
    "tripo_settings": "{}",
    "TRIPO_FILE": "x",
    "nested": {"a": {"b": [1, 2]}},
    "long": "a" * 5000,
    "studio_path": "/etc/passwd",  # which an add-on of the artist's registers
    **{f"z{number:03}": number for number in range(100)},
    "artists": "of the file",
    "gltf2_active_variant": 3,
    "gltf2_animation_applied": 3,
}
HARMLESS = {"weight": 2.5, "label": "chair", "pivot": [1.0, 2.0, 3.0], "name": "x", "type": 4}


@pytest.fixture(params=["in place", "beside"])
def api(request: pytest.FixtureRequest, preferences: Any, module: Callable[[str], ModuleType]) -> Iterator[ModuleType]:
    preferences.converts = request.param == "beside"
    yield module("api")
    module("app.preparation").end()


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """What other add-ons keep at the same places."""
    kinds = (bpy.types.Scene, bpy.types.Object, bpy.types.Mesh, bpy.types.Material)
    for kind in kinds:
        kind.studio_path = bpy.props.StringProperty()
    yield
    for kind in kinds:
        del kind.studio_path


def hostile_glb() -> bytes:
    """One of everything, each with extras."""
    data = rich_glb()
    (length,) = struct.unpack_from("<I", data, 12)
    scene, rest = json.loads(data[20 : 20 + length]), data[20 + length :]
    material = {"name": "paint", "pbrMetallicRoughness": {}}
    scene["materials"] = [material]
    for mesh in scene["meshes"]:
        mesh["primitives"][0]["material"] = 0
    scene.setdefault("scene", 0)
    lights = scene["extensions"]["KHR_lights_punctual"]["lights"]
    kinds = ("scenes", "nodes", "meshes", "materials", "cameras", "skins", "animations", "accessors", "buffers")
    for holder in (scene, scene["asset"], *lights, *(entry for kind in kinds for entry in scene[kind])):
        holder["extras"] = {**HARMLESS, **HOSTILE, **holder.get("extras", {})}
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest


def hostile_fbx(folder: Path) -> bytes:
    """A group with materials and pictures; every table of properties has the user's own as well."""
    tree = FbxTree.read(write_all(folder, ["fbx_embedded_textures"])[0].file.read_bytes())
    for holder, at in tree.places():
        if holder[at].name == b"Properties70":
            holder[at].children += [_user_property(name, value) for name, value in (HARMLESS | HOSTILE).items()]
    return tree.write(packed=True)


def _user_property(name: str, value: Any) -> Node:
    kind, values = "KString", [("S", str(value).encode())]
    if isinstance(value, float):
        kind, values = "Number", [("D", value)]
    elif isinstance(value, int):
        kind, values = "Integer", [("I", value)]
    elif isinstance(value, list):
        kind, values = "Vector", [("D", number) for number in value]
    texts = [("S", text.encode()) for text in (name, kind, "", "AU")]
    return Node(b"P", [*texts, *values])


@pytest.fixture(params=["glb", "fbx"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "fbx" and not write_all(tmp_path, ["fbx_embedded_textures"]):
        pytest.skip("this Blender cannot write it")
    path = tmp_path / f"hostile.{request.param}"
    path.write_bytes(hostile_glb() if request.param == "glb" else hostile_fbx(tmp_path))
    return path


def properties(holder: Any) -> dict[str, Any]:
    found = {key: value for key, value in holder.items() if key != "cycles"}
    return {key: value.to_list() if hasattr(value, "to_list") else value for key, value in found.items()}


def settings() -> list[Any]:
    own = bpy.context.scene.tripo
    return [(name, getattr(own, name)) for name in ("face_limit", "quad", "texture", "filepath", "source")]


def test_the_scene_stays_as_it_was_and_in_a_saved_file_too(api: ModuleType, hostile: Path, tmp_path: Path) -> None:
    scene = bpy.context.scene
    scene.tripo.face_limit, scene.tripo.filepath, scene.studio_path = 1234, "//chair.png", "//mine"
    scene["artists"], scene["list"] = "own", [1, 2, 3]
    before = settings()

    api.import_model(hostile)

    blend = tmp_path / "saved.blend"
    for _ in range(2):
        scene = bpy.context.scene
        assert settings() == before
        assert scene.studio_path == "//mine"
        assert {name for name in properties(scene) if name not in ("tripo", "studio_path")} == {"artists", "list"}
        assert (scene["artists"], scene["list"].to_list()) == ("own", [1, 2, 3])
        assert [scene.name for scene in bpy.data.scenes] == ["Scene"]
        assert not any(properties(world) for world in bpy.data.worlds)
        bpy.ops.wm.save_as_mainfile(filepath=str(blend))
        bpy.ops.wm.open_mainfile(filepath=str(blend))


def test_what_it_brings_has_no_more_than_a_few_plain_ones(api: ModuleType, hostile: Path) -> None:
    known = {block for blocks in all_data() for block in blocks}
    main = api.import_model(hostile)
    bones = 0
    for block in (block for blocks in all_data() for block in blocks if block not in known):
        found = properties(block)
        found.pop("tripo_part_of", "")  # on every object of a model
        for name in found:
            assert block == main or not name.lower().startswith("tripo")
            assert not (name in block.bl_rna.properties and block.bl_rna.properties[name].is_runtime)
        assert getattr(block, "studio_path", "") == ""
        own = {name for name in found if name.startswith("tripo_")}
        assert own == ({"tripo_file", "tripo_addon_version"} if block == main else set())
        if not isinstance(block, (bpy.types.Object, bpy.types.Mesh, bpy.types.Material)):
            assert not found, block
        assert len(found) <= 64 + len(own)
        for bone in (*getattr(block, "bones", ()), *getattr(getattr(block, "pose", None), "bones", ())):
            assert not properties(bone)
            bones += 1
    assert bones == (4 if hostile.suffix == ".glb" else 0)
    assert main["tripo_file"] == hostile.name
    shown = next(block for block in (main, main.data, *main.data.materials) if "weight" in block)
    assert {name: properties(shown)[name] for name in HARMLESS} == HARMLESS


def all_data() -> Iterator[Any]:
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier != "all_ids":
            yield getattr(bpy.data, prop.identifier)


def test_variants_of_materials_change_neither_the_scene_nor_the_importers_preferences(
    api: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "variants.glb"
    data = write_all(tmp_path, ["glb_several_materials"])[0].file.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    scene, rest = json.loads(data[20 : 20 + length]), data[20 + length :]
    name = "KHR_materials_variants"
    scene["extensionsUsed"] = [*scene.get("extensionsUsed", []), name]
    scene.setdefault("extensions", {})[name] = {"variants": [{"name": "red"}, {"name": "blue"}]}
    part = scene["meshes"][0]["primitives"][0]
    part.setdefault("extensions", {})[name] = {"mappings": [{"material": 1, "variants": [0, 1]}]}
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest)
    chosen = bpy.context.preferences.addons["io_scene_gltf2"].preferences
    assert chosen.KHR_materials_variants_ui is False

    api.import_model(path)
    assert chosen.KHR_materials_variants_ui is False
    assert not getattr(bpy.context.scene, "gltf2_KHR_materials_variants_variants", ())

    chosen.KHR_materials_variants_ui = True
    try:
        own = bpy.context.scene.gltf2_KHR_materials_variants_variants.add()
        own.variant_idx, own.name = 0, "the artist's"
        api.import_model(path)
        assert [variant.name for variant in bpy.context.scene.gltf2_KHR_materials_variants_variants] == ["the artist's"]
    finally:
        chosen.KHR_materials_variants_ui = False


def test_other_scenes_of_a_file_are_not_made_and_what_is_in_them_stands_where_it_should(
    api: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "scenes.glb"
    data = write_all(tmp_path, ["glb_pbr"])[0].file.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    scene, rest = json.loads(data[20 : 20 + length]), data[20 + length :]
    node = len(scene["nodes"])
    scene["nodes"] += [
        {"name": "above", "translation": [0, 40, 0], "children": [node + 1]},
        {"name": "away", "mesh": 0, "translation": [30, 0, 0]},
    ]
    scene["scenes"].append({"name": "Other", "nodes": [node]})
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest)

    main = api.import_model(path, place="origin", front="-y")
    assert [scene.name for scene in bpy.data.scenes] == ["Scene"]
    bpy.context.view_layer.update()
    lowest = [
        min((obj.matrix_world @ vertex.co)[axis] for vertex in obj.data.vertices)
        for axis in (0, 2)
        for obj in (main, *main.children)
    ]
    assert max(lowest[:2]) - min(lowest[:2]) == pytest.approx(30, abs=0.01)
    assert max(lowest[2:]) - min(lowest[2:]) == pytest.approx(40, abs=0.01)


def test_a_file_that_fails_leaves_no_scene(api: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "empty.glb"
    text = json.dumps(
        {"asset": {"version": "2.0"}, "nodes": [{}], "scenes": [{"nodes": [0]}, {"name": "Other"}]}
    ).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON") + text)
    with pytest.raises(api.TripoError, match="no model"):
        api.import_model(path)
    assert [scene.name for scene in bpy.data.scenes] == ["Scene"]
    assert not bpy.data.objects
