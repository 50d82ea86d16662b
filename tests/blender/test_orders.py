"""Orders of every kind of task: from what a door asks for to what comes into the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.images.painting import color_of
from simulator.process import SimulatorProcess

from .conftest import draw_disc

Module = Callable[[str], ModuleType]
pytestmark = pytest.mark.every_version("images are packed, named and read by each in its own way")


class Door:
    """Orders as a door makes them, carried out beside or to the end."""

    def __init__(self, module: Module, jobs: SimpleNamespace) -> None:
        self.submit, self.blocking, self.task = module("app.submit"), module("app.blocking"), module("core.task")
        self.settings = module("core.options.generation").Settings(face_limit=2000)
        self.through = module("core.expansion").Through
        self.access = module("app.account").access(bpy.context)
        self.jobs = jobs

    def order(self, task: str, **sources: Any) -> Any:
        return self.submit.Order(self.task.TaskType(task), sources, self.settings)

    def words(self, text: str) -> Any:
        return self.task.Words(text)

    def beside(self, order: Any) -> list[Any]:
        """The jobs at their end, carried out by the worker."""
        started, folder = self.submit.order(order, self.access, bpy.context.scene)
        for job in started:
            self.jobs.session.start(job, self.access, folder)
        self.jobs.pump(lambda: all(self.jobs.session.jobs[job.id].final for job in started))
        ended = [self.jobs.session.jobs[job.id] for job in started]
        assert [(str(job.state), job.failure) for job in ended] == [("done", None)] * len(ended)
        return ended

    def to_the_end(self, order: Any) -> list[tuple[Any, Any]]:
        """The jobs and what they brought, carried out in the foreground."""
        started, folder = self.submit.order(order, self.access, bpy.context.scene)
        done: list[tuple[Any, Any]] = self.blocking.finish_all(started, self.access, folder)
        return done


@pytest.fixture
def door(module: Module, jobs: SimpleNamespace, preferences: Any) -> Door:
    preferences.converts = False
    return Door(module, jobs)


def bought(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    return [entry["body"] for entry in simulator.creates()]


def types_bought(simulator: SimulatorProcess) -> list[str]:
    return [body["type"] for body in bought(simulator)]


def middle_of(image: bpy.types.Image) -> tuple[float, ...]:
    width, height = image.size
    at = 4 * (height // 2 * width + width // 2)
    return tuple(image.pixels[at : at + 3])


def test_an_image_of_words_is_painted_and_comes_into_the_file(door: Door, simulator: SimulatorProcess) -> None:
    (job,) = door.beside(door.order("text_to_image", prompt=door.words("a green chest of drawers by the sea")))
    image = bpy.data.images[job.object_name]
    assert image.name == "a green chest of drawers"
    assert image.packed_file is not None
    red, green, blue = middle_of(image)
    assert green > max(red, blue), (red, green, blue, color_of("a green chest"))
    assert image["tripo_prompt"] == "a green chest of drawers by the sea"
    assert types_bought(simulator) == ["text_to_image"]
    assert not bpy.data.objects


def test_a_model_of_words(door: Door, simulator: SimulatorProcess) -> None:
    (job,) = door.beside(
        door.order("text_to_model", prompt=door.words("a red ball"), negative_prompt=door.words("gold"))
    )
    assert bpy.data.objects[job.object_name].type == "MESH"
    (body,) = bought(simulator)
    assert (body["prompt"], body["negative_prompt"]) == ("a red ball", "gold")


def test_four_views_of_an_image_and_a_model_of_them(door: Door, simulator: SimulatorProcess, picture: Path) -> None:
    ((views, brought),) = door.to_the_end(door.order("generate_multiview_image", image=picture))
    assert [image.name for image in brought.images.values()] == [
        "Red Disc Front", "Red Disc Left", "Red Disc Back", "Red Disc Right",
    ]  # fmt: skip
    taken = door.task.OutputOf(door.task.Role.VIEWS, task_id=views.task_id)
    ((model, arrived),) = door.to_the_end(door.order("multiview_to_model", views=taken))
    assert arrived.main.type == "MESH"
    assert model.name == "Model"
    assert bought(simulator)[-1]["original_task_id"] == views.task_id


def test_a_model_of_images_in_slots(door: Door, simulator: SimulatorProcess, tmp_path: Path) -> None:
    pictures = {slot: draw_disc(tmp_path / f"{slot}.png", size) for slot, size in (("front", 96), ("back", 128))}
    (job,) = door.beside(door.order("multiview_to_model", **pictures))
    assert job.name == "front"
    files = bought(simulator)[-1]["files"]
    assert [bool(each) for each in files] == [True, False, True, False]


@pytest.mark.parametrize("through", ["image", "views"])
def test_a_chain_from_words_in_one_press(door: Door, simulator: SimulatorProcess, through: str) -> None:
    order = replace(door.order("text_to_model", prompt=door.words("a blue vase")), through=door.through(through))
    ended = door.beside(order)
    views = ["generate_multiview_image"] if through == "views" else []
    last = "multiview_to_model" if views else "image_to_model"
    assert types_bought(simulator) == ["text_to_image", *views, last]
    assert [obj.type for obj in bpy.data.objects] == ["MESH"]
    assert len([image for image in bpy.data.images if "tripo_role" in image]) == (5 if views else 1)
    assert len({job.group for job in ended}) == 1


def test_a_chain_in_a_script(door: Door, simulator: SimulatorProcess, picture: Path) -> None:
    order = replace(door.order("image_to_model", image=picture), through=door.through("views"))
    done = door.to_the_end(order)
    assert [str(job.state) for job, _ in done] == ["done", "done"]
    assert types_bought(simulator) == ["generate_multiview_image", "multiview_to_model"]


@pytest.mark.parametrize("how", ["beside", "to_the_end"])
def test_variations(door: Door, simulator: SimulatorProcess, picture: Path, how: str) -> None:
    order = replace(door.order("image_to_model", image=picture), count=4)
    getattr(door, how)(order)
    seeds = [body["model_seed"] for body in bought(simulator)]
    assert len(set(seeds)) == 4
    places = sorted(round(obj.matrix_world.translation.x, 3) for obj in bpy.data.objects)
    assert len(set(places)) == 4
    bpy.context.view_layer.objects.active = bpy.data.objects[0]
    assert bpy.ops.tripo.keep_variation(others="HIDE") == {"FINISHED"}
    assert sum(obj.visible_get() for obj in bpy.data.objects) == 1
    assert len(simulator.creates()) == 4


def test_a_price_is_that_of_all(door: Door, picture: Path) -> None:
    def price(order: Any) -> str:
        return str(door.submit.price_of(order, door.access))

    words = door.order("text_to_model", prompt=door.words("a vase"))
    assert price(words) == "20"
    assert price(replace(words, through=door.through("image"))) == "35"  # 5 for the image, 30 for its model
    assert price(replace(words, through=door.through("views"))) == "45"
    assert price(replace(door.order("image_to_model", image=picture), count=4)) == "120"
    edit = door.order(
        "edit_multiview_image", views=door.task.OutputOf(), edit_front=door.words("a"), edit_back=door.words("b")
    )
    assert price(edit) == "10"


@pytest.mark.parametrize(
    ("task", "sources", "says"),
    [
        ("text_to_model", {}, "prompt is missing"),
        ("text_to_model", {"prompt": "a" * 1025}, "1,024"),
        ("text_to_model", {"prompt": "a \U0001f600 face"}, "grinning face"),
        ("multiview_to_model", {"back": "disc", "left": "disc"}, "front"),
        ("multiview_to_model", {"front": "disc"}, "at least 2"),
        ("edit_multiview_image", {"views": "task-1"}, "edit"),
    ],
)
def test_what_cannot_be_asked_leaves_nothing(
    door: Door,
    module: Module,
    simulator: SimulatorProcess,
    picture: Path,
    task: str,
    sources: dict[str, str],
    says: str,
) -> None:
    views = door.task.OutputOf(door.task.Role.VIEWS, task_id="11111111-2222-4333-8444-555555555555")
    given: dict[str, Any] = {
        slot: picture if text == "disc" else views if slot == "views" else door.words(text)
        for slot, text in sources.items()
    }
    before = list(door.submit.jobs_folder().iterdir())
    with pytest.raises(module("core.errors").TripoError, match=says):
        door.submit.order(door.order(task, **given), door.access, bpy.context.scene)
    assert list(door.submit.jobs_folder().iterdir()) == before
    assert simulator.requests() == []
