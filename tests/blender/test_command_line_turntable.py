"""A model of images of an object of the open file: `tripo generate --turntable`, and what becomes of that file."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import pytest
from mathutils import Vector

from simulator.process import SimulatorProcess

from .console import SMALL, Console

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A file with a block that was modeled roughly, beside things of which no images can be taken."""
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.mesh.primitive_cube_add(location=(4, 0, 2))
    block = bpy.context.object
    block.name, block.scale = "Block", (1, 0.5, 2)
    bpy.ops.mesh.primitive_plane_add()
    bpy.context.object.name = "Card"
    bpy.ops.mesh.primitive_cube_add(location=(9, 9, 9))
    hidden = bpy.context.object
    hidden.name = "Hidden"
    bpy.ops.object.empty_add()
    bpy.ops.object.light_add()
    bpy.context.object.name = "Lamp"
    hidden.hide_set(True)
    path = tmp_path / "scene.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False)
    return path


def box(obj: bpy.types.Object) -> list[tuple[float, float]]:
    corners = [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]
    return [(min(each[axis] for each in corners), max(each[axis] for each in corners)) for axis in range(3)]


def test_a_model_takes_the_place_of_the_object_and_the_file_stays(
    console: Console, simulator: SimulatorProcess, scene: Path, tmp_path: Path
) -> None:
    before = scene.read_bytes()
    words = ("--turntable", "Block", "--fit", "box", "--replace", *SMALL, "--out", "new.blend", "--out", "new.fbx")

    outcome = console("generate", *words, "--json", folder=tmp_path, opened=scene)

    assert outcome.code == 0, outcome.out + outcome.err
    (create,) = simulator.creates()
    assert create["body"]["type"] == "multiview_to_model"
    assert [set(file) for file in create["body"]["files"]] == [{"type", "file_token"}] * 4
    assert len({file["file_token"] for file in create["body"]["files"]}) == 4
    assert outcome.result["outputs"] == [str(tmp_path / "new.blend"), str(tmp_path / "new.fbx")]
    model = outcome.result["object"]
    assert scene.read_bytes() == before

    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "new.blend"), load_ui=False)
    assert {obj.name for obj in bpy.data.objects} == {"Block", "Card", "Hidden", "Empty", "Lamp", model}
    block, made = bpy.data.objects["Block"], bpy.data.objects[model]
    assert (block.hide_get(), block.hide_render) == (True, True)
    assert bpy.data.objects["Hidden"].hide_get()
    room, taken = box(block), box(made)
    assert all(low - 0.01 <= own[0] and own[1] <= high + 0.01 for (low, high), own in zip(room, taken, strict=True))
    assert any(
        math.isclose(own[1] - own[0], high - low, rel_tol=0.02) for (low, high), own in zip(room, taken, strict=True)
    )
    assert taken[2][0] == pytest.approx(room[2][0], abs=0.01)

    bpy.ops.wm.read_homefile(use_empty=True)
    if "fbx_import" in dir(bpy.ops.wm):
        bpy.ops.wm.fbx_import(filepath=str(tmp_path / "new.fbx"))
    else:
        bpy.ops.import_scene.fbx(filepath=str(tmp_path / "new.fbx"))
    assert [obj.type for obj in bpy.data.objects] == ["MESH"], "the model alone"


def test_an_object_of_the_start_up_file_stays_too(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    outcome = console("generate", "--turntable", "Cube", *SMALL, "--no-select", "--json", folder=tmp_path)
    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.result["outputs"] == [str(tmp_path / "Cube.blend")]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "Cube.blend"), load_ui=False)
    assert {obj.name for obj in bpy.data.objects} == {"Cube", "Camera", "Light", outcome.result["object"]}
    assert [obj.name for obj in bpy.context.selected_objects] == ["Cube"], "as it was"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Blok", "There is no object 'Blok' in the scene 'Scene'"),
        ("Empty", "no faces"),
        ("Lamp", "no faces"),
        ("Card", "is flat"),
        ("Hidden", "is hidden in the viewport"),
    ],
)
def test_what_shows_nothing_is_refused_before_anything_is_bought(
    console: Console, simulator: SimulatorProcess, scene: Path, tmp_path: Path, name: str, says: str
) -> None:
    outcome = console("generate", "--turntable", name, "--out", "x.glb", "--json", folder=tmp_path, opened=scene)
    assert (outcome.code, outcome.error["kind"], len(outcome.lines)) == (2, "usage", 1), outcome.out
    assert says in outcome.error["message"]
    assert simulator.requests() == []
    assert [path.name for path in tmp_path.iterdir()] == ["scene.blend"]
    assert console.place.kept() == []


def test_the_open_file_is_replaced_only_at_its_user_s_word(
    console: Console, simulator: SimulatorProcess, scene: Path, tmp_path: Path
) -> None:
    before = scene.read_bytes()
    words = ("generate", "--turntable", "Block", "--out", "scene.blend", "--json")
    outcome = console(*words, folder=tmp_path, opened=scene)
    assert (outcome.code, outcome.error["kind"]) == (2, "usage")
    assert "scene.blend' already exists" in outcome.error["message"]
    assert scene.read_bytes() == before
    assert simulator.requests() == []
