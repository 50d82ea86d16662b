"""A picture becomes a model: what lands in the scene, by the API and by the operator."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest
from mathutils import Vector

from simulator.process import SimulatorProcess

TEXTURED = {"pbr": False}
WAYS = [
    pytest.param({"quad": quad, **wanted}, id=("quads" if quad else "triangles") + name)
    for quad in (False, True)
    for name, wanted in (("-pbr", {}), ("-texture", TEXTURED), ("-plain", {"texture": False}))
]


def linked_images(material: bpy.types.Material, socket: str) -> list[bpy.types.Image]:
    """Give the images that reach a socket of the material's Principled BSDF, through whatever nodes."""
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    images, nodes = [], [link.from_node for link in shader.inputs[socket].links]
    while nodes:
        node = nodes.pop()
        if node.type == "TEX_IMAGE" and node.image is not None:
            images.append(node.image)
        nodes += [link.from_node for entry in node.inputs for link in entry.links]
    return images


@pytest.mark.every_version("the main job, from the picture to the object")
@pytest.mark.parametrize("wanted", WAYS)
def test_model_lands_as_asked(api: ModuleType, picture: Path, wanted: dict[str, Any]) -> None:
    bpy.context.scene.cursor.location = (3, -2, 1)

    main = api.generate(picture, face_limit=2000, **wanted)

    assert main.name == "Red Disc"
    assert main.select_get()
    assert bpy.context.view_layer.objects.active == main
    assert [collection.name for collection in main.users_collection] == ["Tripo"]
    corners = [main.matrix_world @ Vector(corner) for corner in main.bound_box]
    low = [min(corner[axis] for corner in corners) for axis in range(3)]
    high = [max(corner[axis] for corner in corners) for axis in range(3)]
    assert (low[0] + high[0]) / 2 == pytest.approx(3, abs=1e-4)
    assert (low[1] + high[1]) / 2 == pytest.approx(-2, abs=1e-4)
    assert low[2] == pytest.approx(1, abs=1e-4)
    assert max(high[axis] - low[axis] for axis in range(3)) == pytest.approx(1, abs=0.1)

    assert tuple(main.location) == (3, -2, 1)  # the origin is the base
    assert main.rotation_mode == "XYZ"
    assert tuple(main.rotation_euler) == (0, 0, 0)
    assert tuple(main.scale) == (1, 1, 1)
    assert {obj.type for obj in bpy.data.objects} == {"MESH"}
    normals = {tuple(round(part) for part in corner.vector) for corner in main.data.corner_normals}
    assert {(0, -1, 0), (0, 1, 0)} <= normals  # the relief looks to the front and to the back

    corners_of_faces = [polygon.loop_total for polygon in main.data.polygons]
    assert 0 < len(corners_of_faces) <= 2000
    assert set(corners_of_faces) == {4 if wanted["quad"] else 3}

    textured, pbr = wanted.get("texture", True), wanted.get("pbr", True) and wanted.get("texture", True)
    assert bool(bpy.data.images) is textured
    for image in bpy.data.images:
        assert image.packed_file is not None
        assert image.name.startswith("Red Disc ")
    assert [material.name for material in bpy.data.materials] == ["Red Disc"]
    assert [mesh.name for mesh in bpy.data.meshes] == ["Red Disc"]
    if textured:
        material = main.data.materials[0]
        assert linked_images(material, "Base Color")
        for socket in ("Metallic", "Roughness", "Normal"):
            assert bool(linked_images(material, socket)) is pbr, socket


def test_object_says_where_it_came_from(api: ModuleType, simulator: SimulatorProcess, picture: Path) -> None:
    main = api.generate(picture, face_limit=1500, model_seed=7)

    task = simulator.tasks()[-1]
    assert main["tripo_task_id"] == task["task_id"]
    assert main["tripo_service"] == "ModelStream"
    settings = json.loads(main["tripo_settings"])
    assert (settings["face_limit"], settings["model_seed"], settings["quad"]) == (1500, 7, False)
    assert main["tripo_addon_version"].count(".") == 2


def test_two_models_of_one_picture_stand_side_by_side_in_one_collection(api: ModuleType, picture: Path) -> None:
    first, second = api.generate(picture, texture=False), api.generate(picture, texture=False)

    assert first.name != second.name
    assert {obj.name for obj in bpy.data.collections["Tripo"].objects} == {first.name, second.name}
    assert second.select_get()
    assert not first.select_get()


def test_api_takes_an_image_of_blender_and_a_text_path(api: ModuleType, picture: Path) -> None:
    image = bpy.data.images.load(str(picture))
    image.pack()

    assert api.generate(image, texture=False).name == "Red Disc"
    assert api.generate(str(picture), texture=False).name == "Red Disc.001"


def test_api_tells_every_event(api: ModuleType, picture: Path) -> None:
    events: list[str] = []
    api.generate(picture, texture=False, on_event=lambda event: events.append(type(event).__name__))

    assert events[:3] == ["Started", "Submitting", "TaskCreated"]
    assert events[-3:] == ["Downloaded", "Delayed", "Imported"]


def test_api_refuses_a_broken_rule_before_anything_is_sent(
    api: ModuleType, simulator: SimulatorProcess, picture: Path
) -> None:
    with pytest.raises(api.TripoError, match="Quad Mesh is not offered by model version P1-20260311"):
        api.generate(picture, quad=True, model_version="P1-20260311")

    assert simulator.requests() == []


def test_a_failure_leaves_the_scene_and_the_folder_as_they_were(
    api: ModuleType, simulator: SimulatorProcess, picture: Path, jobs: SimpleNamespace, module: Any
) -> None:
    simulator.play([{"on": "download", "times": None, "do": "replace", "text": "<html>gone</html>"}])

    with pytest.raises(api.TripoError) as caught:
        api.generate(picture)

    assert caught.value.failure.kind == "model_file"
    assert not bpy.data.objects
    folder = module("app.submit").jobs_folder()
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    # The task was paid for: its id is kept, and what came.
    assert {path.name for path in newest.iterdir()} == {"job.json", "refused.model"}
    assert (newest / "refused.model").read_text() == "<html>gone</html>"


def test_operator_runs_to_the_end_for_scripts(preferences: Any, picture: Path) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.quad, settings.face_limit = "FILE", str(picture), True, 1200

    assert bpy.ops.tripo.generate() == {"FINISHED"}

    main = bpy.context.view_layer.objects.active
    assert main.name == "Red Disc"
    assert {polygon.loop_total for polygon in main.data.polygons} == {4}


def test_operator_raises_for_scripts_with_the_sentence(
    preferences: Any, simulator: SimulatorProcess, picture: Path
) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath = "FILE", str(picture)
    preferences.api_key = "wrong-key"

    with pytest.raises(RuntimeError, match="did not accept the API key"):
        bpy.ops.tripo.generate()

    assert not bpy.data.objects
    assert simulator.creates() == []


def test_greyed_out_settings_of_the_sidebar_are_not_sent(
    preferences: Any, simulator: SimulatorProcess, picture: Path
) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath = "FILE", str(picture)
    settings.texture, settings.pbr, settings.texture_quality, settings.auto_size = False, True, "detailed", True

    bpy.ops.tripo.generate()

    body = simulator.creates()[-1]["body"]
    assert (body["texture"], body["pbr"]) == (False, False)
    assert not {"texture_quality", "auto_size"} & set(body)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"api_key": ""}, "Add your API key to start"),
        ({"base_url": "ftp://example.test"}, "is not a URL"),
        ({"base_url": "http://example.test/v2"}, "not encrypted"),
        ({"base_url": "https://example.test/v2"}, "Online access required"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(
    preferences: Any, api: ModuleType, picture: Path, change: dict[str, str], reason: str, monkeypatch: Any
) -> None:
    monkeypatch.delenv("MODELSTREAM_API_KEY", raising=False)
    bpy.context.preferences.system.use_online_access = False
    for name, value in change.items():
        setattr(preferences, name, value)
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath = "FILE", str(picture)

    with pytest.raises(api.TripoError, match=reason):
        api.generate(picture)
    with pytest.raises(RuntimeError, match=reason):  # poll says why
        bpy.ops.tripo.generate()


def test_a_task_that_was_made_before_is_fetched_without_an_order(
    api: ModuleType, simulator: SimulatorProcess, picture: Path
) -> None:
    simulator.play([{"on": "download", "do": "replace", "text": "<html>", "path": ".glb", "times": None}])
    with pytest.raises(api.TripoError):
        api.generate(picture)
    task_id = simulator.creates()[-1]["answer"]["task_id"]

    simulator.play([])
    main = api.fetch(f" {task_id} ")

    assert main["tripo_task_id"] == task_id
    assert len(simulator.creates()) == 1
    with pytest.raises(api.TripoError, match="not a task ID"):
        api.fetch("../user/balance")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_cursor_that_is_nowhere_is_told_before_anything_is_ordered(
    preferences: Any, simulator: SimulatorProcess, picture: Path, api: ModuleType, value: float
) -> None:
    bpy.context.scene.cursor.location.x = value
    if math.isfinite(bpy.context.scene.cursor.location.x):
        pytest.skip("this Blender keeps the cursor where it can be seen")
    with pytest.raises(api.TripoError, match="3D cursor has a location that is not a number"):
        api.generate(picture)
    assert simulator.requests() == []
    assert api.generate(picture, place="origin", texture=False, face_limit=1000).name
