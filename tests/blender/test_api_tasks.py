"""Every kind of task in Python: what the functions of `api` ask for, and what they give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess

from .conftest import draw_disc

VIEWS = ["front", "left", "back", "right"]
SMALL = {"texture": False, "face_limit": 1000}


@pytest.fixture(autouse=True)
def quickly(quick: None, preferences: Any) -> None:
    preferences.converts = False  # the start of a second Blender takes longer than all else here


def bought(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    return [entry["body"] for entry in simulator.creates()]


def test_a_model_of_words(api: ModuleType, simulator: SimulatorProcess) -> None:
    main = api.generate(prompt="a red ball", negative_prompt="gold", image_seed=3, **SMALL)
    assert (main.name, main.type) == ("a red ball", "MESH")
    (body,) = bought(simulator)
    assert (body["type"], body["prompt"], body["negative_prompt"]) == ("text_to_model", "a red ball", "gold")
    assert body["image_seed"] == 3


def test_a_model_of_words_through_an_image(api: ModuleType, simulator: SimulatorProcess) -> None:
    main = api.generate(prompt="a red ball", through="image", **SMALL)
    assert main.name == "a red ball"
    assert [body["type"] for body in bought(simulator)] == ["text_to_image", "image_to_model"]
    assert [image["tripo_role"] for image in bpy.data.images if "tripo_role" in image] == ["image"]


def test_a_model_of_images_of_its_sides(api: ModuleType, simulator: SimulatorProcess, tmp_path: Path) -> None:
    front, back = draw_disc(tmp_path / "front.png"), bpy.data.images.load(str(draw_disc(tmp_path / "b.png", 128)))
    main = api.generate(front=front, back=back, **SMALL)
    assert main.name == "front"
    assert [bool(file) for file in bought(simulator)[0]["files"]] == [True, False, True, False]


def test_variations(api: ModuleType, simulator: SimulatorProcess, picture: Path) -> None:
    mains = api.generate_all(picture, variations=3, model_seed=7, **SMALL)
    assert [main.name for main in mains] == ["Red Disc", "Red Disc.001", "Red Disc.002"]
    assert [body["model_seed"] for body in bought(simulator)] == [7, 8, 9]
    places = [main.location.x for main in mains]
    assert places == sorted(set(places))
    assert api.generate(picture, variations=2, **SMALL).name == "Red Disc.003"


def test_views_are_made_changed_and_made_a_model_of(
    api: ModuleType, simulator: SimulatorProcess, picture: Path
) -> None:
    views = api.views(picture)
    assert list(views) == VIEWS
    assert [image.name for image in views.values()] == [f"Red Disc {view.title()}" for view in VIEWS]
    assert all(image.packed_file for image in views.values())
    changed = api.edit_views(views["front"]["tripo_task_id"], {"front": "green", "left": "blue"})
    assert list(changed) == VIEWS
    main = api.generate(views=changed["back"]["tripo_task_id"], **SMALL)
    assert main.type == "MESH"
    tasks = [entry["answer"]["task_id"] for entry in simulator.creates()]
    assert [body.get("original_task_id") for body in bought(simulator)] == [None, *tasks[:2]]
    assert bought(simulator)[1]["prompts"] == [
        {"view": "front", "prompt": "green"},
        {"view": "left", "prompt": "blue"},
    ]


def test_an_image_of_words_and_of_references(api: ModuleType, simulator: SimulatorProcess, tmp_path: Path) -> None:
    image = api.image("a red house by the sea", negative_prompt="fog")
    assert (image.name, bool(image.packed_file)) == ("a red house by the", True)
    references = [draw_disc(tmp_path / "a.png"), bpy.data.images.load(str(draw_disc(tmp_path / "b.png", 128)))]
    again = api.image("as image 1", references=references, image_model="gpt_4o", t_pose=True)
    assert again.name == "as image 1"
    first, second = bought(simulator)
    assert first == {"type": "text_to_image", "prompt": "a red house by the sea", "negative_prompt": "fog"}
    assert (second["type"], second["model_version"], second["t_pose"]) == ("generate_image", "gpt_4o", True)
    assert len({file["file_token"] for file in second["files"]}) == 2


def test_a_draft_is_refined(api: ModuleType, simulator: SimulatorProcess) -> None:
    simulator.options(draft_versions="v1.4-20240625")
    draft = api.generate(prompt="a box", model_version="v1.4-20240625", texture=False)
    main = api.refine(draft["tripo_task_id"], place="origin")
    simulator.options(draft_versions="none")
    assert len(main.data.polygons) > len(draft.data.polygons)
    assert bought(simulator)[-1] == {"type": "refine_model", "draft_model_task_id": draft["tripo_task_id"]}


@pytest.mark.every_version("renders and evaluated geometry differ")
def test_a_model_of_an_object(api: ModuleType, simulator: SimulatorProcess) -> None:
    bpy.ops.mesh.primitive_cube_add(location=(4, 0, 2))
    block = bpy.context.object
    block.name = "Block"
    main = api.generate(turntable="Block", fit="box", replace=True, **SMALL)
    assert block.hide_render
    assert main.location.x == pytest.approx(4, abs=0.01)
    assert len(bought(simulator)[0]["files"]) == 4
    assert len(bpy.data.scenes) == 1
    assert not [image for image in bpy.data.images if image.type == "IMAGE"]
    with pytest.raises(api.TripoError, match="not in this view layer") as caught:
        api.generate(turntable=bpy.data.objects.new("Nothing", None))
    assert caught.value.failure.kind == "usage"
    assert len(bought(simulator)) == 1


def test_prices(api: ModuleType, simulator: SimulatorProcess, picture: Path) -> None:
    assert api.price(picture) == "about 30 credits"
    assert api.price(picture, variations=4, texture=False) == "about 80 credits"
    assert api.price(prompt="a vase") == "about 20 credits"
    assert api.price(prompt="a vase", through="views") == "about 45 credits"
    with pytest.raises(api.TripoError, match="Quad Mesh is not offered"):
        api.price(picture, quad=True, model_version="P1-20260311")
    assert simulator.requests() == []


def test_images_are_fetched_and_gone_on_with_like_models(
    api: ModuleType, simulator: SimulatorProcess, picture: Path, module: Callable[[str], ModuleType]
) -> None:
    views = api.views(picture)
    task_id = views["front"]["tripo_task_id"]
    fetched = api.fetch(task_id)
    assert list(fetched) == VIEWS
    simulator.play([{"on": "download", "do": "replace", "text": "<html>", "times": None}])
    with pytest.raises(api.TripoError):
        api.image("a red ball")
    simulator.play([])
    found = next(each for each in api.jobs() if each.job.name == "a red ball")
    assert list(api.resume(found.job.id)) == ["image"]
    assert len(simulator.creates()) == 2


@pytest.mark.parametrize("named", [{"front_axis": "-x"}, {"front": "-x"}], ids=["front_axis", "front"])
def test_which_side_of_the_file_is_the_front(
    api: ModuleType, module: Callable[[str], ModuleType], picture: Path, named: dict[str, str]
) -> None:
    """It was `front` before that was an image."""
    main = api.generate(picture, **named, **SMALL)
    journal = module("storage.journal").Journal(module("app.submit").jobs_folder())
    (job,) = [job for job in journal.read() if job.task_id == main["tripo_task_id"]]
    assert job.arrival.front == "-x"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({}, "what the model is made of: an image"),
        ({"picture": "a.png", "prompt": "a vase"}, "by one of these alone"),
        ({"prompt": ""}, "The prompt is empty"),
        ({"prompt": "a" * 1025}, "1,024"),
        ({"prompt": "a vase", "through": "image", "image_seed": 1}, "Image Seed does nothing"),
        ({"views": "no id"}, "not a task ID"),
        ({"turntable": "Nothing"}, "There is no object 'Nothing'"),
        ({"prompt": "a vase", "variations": 9}, "Choose 1 to 8 variations"),
        ({"prompt": "a vase", "colour": "red"}, "There is no setting 'colour'"),
    ],
    ids=str,
)
def test_what_cannot_be_ordered_is_raised_before_anything_is_sent(
    api: ModuleType, simulator: SimulatorProcess, wanted: dict[str, Any], says: str
) -> None:
    with pytest.raises(api.TripoError, match=says) as caught:
        api.generate(**wanted)
    assert caught.value.failure.kind == "usage"
    assert simulator.requests() == []


def test_an_unknown_view_is_raised(api: ModuleType, simulator: SimulatorProcess) -> None:
    with pytest.raises(api.TripoError, match="There is no view 'top'"):
        api.edit_views("11111111-2222-4333-8444-555555555555", {"top": "red"})
    assert simulator.requests() == []
