"""The files of scripts/fixtures are what they say: the stock importers give it too, but for what these lose."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import bpy
import pytest

from fixtures import blender_exports
from fixtures.catalogue import NAMES, Fixture, write_all
from fixtures.description import BASE, METAL, PBR, Expected
from fixtures.measure import measure

pytestmark = pytest.mark.every_version("the importers of versions differ")

VERSION = "{}.{}".format(*bpy.app.version)
HAS_FBX_IN_C = "fbx_import" in dir(bpy.ops.wm)
IMPORTERS = {
    "glTF": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    "FBX in C++": lambda path: bpy.ops.wm.fbx_import(filepath=path),
    "FBX in Python": lambda path: bpy.ops.import_scene.fbx(filepath=path),
}
# What the importers are known to get wrong: the fields as they come. A later version that gets one right is found here.
WRONG: dict[tuple[str, str], dict[str, Any]] = {
    # A mesh that bones are drawn with stands in the scene, in a collection that is left out of the view layer.
    ("glTF", "glb_skinned"): {"meshes": 2, "faces": 324, "size": (1.902, 2.0, 2.05)},
    # ReflectionFactor is metal to it only in files whose creator is Blender.
    ("FBX in C++", "fbx_separate_maps"): {"maps": PBR - {METAL}, "pictures": 3},
    ("FBX in C++", "fbx_packed_maps"): {"maps": PBR - {METAL}, "packed": False},
    ("FBX in Python", "fbx_packed_maps"): {"packed": False},
    ("FBX in C++", "fbx_maya_names"): {"maps": frozenset(), "pictures": 0},
    ("FBX in Python", "fbx_maya_names"): {"maps": frozenset(), "pictures": 0},
}
if VERSION in ("4.5", "5.0"):
    # Of an object's own animation it takes the first and the last key only.
    WRONG["FBX in C++", "fbx_animated"] = {"moves": False}


def importers(name: str) -> list[str]:
    if name.startswith("glb_"):
        return ["glTF"]
    return ["FBX in C++", "FBX in Python"] if HAS_FBX_IN_C else ["FBX in Python"]


def write(folder: Path, name: str) -> Fixture:
    written = write_all(folder, [name])
    if not written:
        pytest.skip(f"this Blender cannot write {name}")
    return written[0]


@pytest.mark.parametrize(("name", "importer"), [(name, importer) for name in NAMES for importer in importers(name)])
def test_the_stock_importer_gives_what_is_described(name: str, importer: str, tmp_path: Path) -> None:
    fixture = write(tmp_path, name)
    magic = b"glTF" if name.startswith("glb_") else b"Kaydara FBX Binary  \0"
    assert fixture.file.read_bytes().startswith(magic)
    assert not bpy.data.objects
    assert not bpy.data.images
    expected = fixture.expected
    if expected.refused_in(VERSION) and name != "glb_empty_scene":
        with pytest.raises(RuntimeError, match=expected.refused):
            IMPORTERS[importer](str(fixture.file))
        return
    assert IMPORTERS[importer](str(fixture.file)) == {"FINISHED"}  # of an empty scene it says nothing either
    judge(expected, WRONG.get((importer, name), {}), has_dead_ends=name == "fbx_missing_textures")


def judge(expected: Expected, wrong: dict[str, Any], *, has_dead_ends: bool) -> None:
    found = measure()
    wanted = asdict(expected) | wrong
    for field in ("refused", "unreadable_in"):
        del wanted[field]
    size = wanted.pop("size")
    assert found.size == pytest.approx(size, abs=2e-3)
    front = wanted["front"]
    if "meshes" in wrong:
        del wanted["front"]  # of the chair and what else came in
    assert {field: getattr(found, field) for field in wanted} == wanted
    if expected.uv_maps:
        assert found.painted_front == front
    assert not found.inside_out
    assert not found.wrong_space
    # The importers connect a picture that is nowhere, and the model is pink.
    assert found.missing == ({BASE} if has_dead_ends else frozenset())


def test_every_recipe_of_an_exporter_has_a_name() -> None:
    assert {name for name in NAMES if name in blender_exports.RECIPES} == set(blender_exports.RECIPES)
    assert len(set(NAMES)) == len(NAMES)


def test_the_same_names_give_the_same_bytes(tmp_path: Path) -> None:
    names = ["glb_pbr", "glb_service_names", "glb_skinned", "fbx_packed_maps", "glb_meshopt"]
    first, second = (write_all(tmp_path / folder, names) for folder in ("first", "second"))
    assert [made.name for made in first] == names
    assert [made.file.read_bytes() for made in first] == [made.file.read_bytes() for made in second]
