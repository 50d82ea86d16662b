"""Every kind of task through the runner and the worker's process: the call as it arrives, and the files that come."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from tripo_blender.core.account import Account
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import Failed, Imported, Prepared, TaskCreated
from tripo_blender.core.job import Job
from tripo_blender.core.options.generation import Settings, as_options
from tripo_blender.core.recovery import Way
from tripo_blender.core.services.base import HttpRequest
from tripo_blender.core.services.responses import complaint_of, read_json
from tripo_blender.core.states import JobState
from tripo_blender.core.task import (
    VIEWS_IN_ORDER,
    ImageFile,
    ImageUrl,
    Input,
    OutputOf,
    Request,
    Role,
    TaskType,
    Words,
    copy_stem,
)
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.http.client import Client

from .conftest import Run
from .course import KEY, SERVICE, SMALL, orders, record_of
from .processes import Worker

T = TaskType
Make = Callable[..., Job]
COLORS = {
    "image": (200, 40, 30),
    "image_2": (30, 40, 200),
    **{str(view): (40 * number, 200, 60) for number, view in enumerate(VIEWS_IN_ORDER)},
}


def image_of(slot: str) -> bytes:
    """A square, by the slot of another color: no two are the same file."""
    pixels = np.full((64, 64, 3), 128, np.uint8)
    pixels[16:48, 16:48] = COLORS[slot]
    return write_png(pixels)


@pytest.fixture
def make(folder: Path, simulator: SimulatorProcess) -> Make:
    """A job of any kind; a slot that is given no input has its own copy of an image, as the add-on makes one."""
    made: list[Job] = []

    def build(task: TaskType, *slots: str, settings: Settings = SMALL, **inputs: Input) -> Job:
        job_id = f"job{len(made) + 1}"
        for slot in slots:
            path = Journal(folder).folder_of(job_id) / f"{copy_stem(slot)}.png"
            path.write_bytes(image_of(slot))
            inputs[slot] = ImageFile(str(path))
        request = Request(task, inputs, as_options(settings))
        job = Job(job_id, job_id.title(), request, Account(base_url=simulator.url), time.time())
        made.append(job)
        return job

    return build


def known(simulator: SimulatorProcess, *tasks: TaskType) -> None:
    """Skip a test of a kind of task that this simulator does not play."""
    with Client(KEY) as client:
        for task in tasks:
            answer = client.call(HttpRequest("POST", f"{simulator.url}/task", body={"type": str(task)}))
            complaint = complaint_of(read_json(answer.body))
            if complaint is not None and complaint.code in ("2002", "2016"):
                pytest.skip(f"the simulator does not know {task}")
    simulator.forget()


def body_sent(simulator: SimulatorProcess) -> dict[str, Any]:
    """The one order that arrived, with the hash of what was uploaded for each token."""
    (order,) = orders(simulator)
    body: dict[str, Any] = order["body"]
    return body


def hashes_sent(simulator: SimulatorProcess) -> list[str]:
    return [entry["body"]["file"]["sha256"] for entry in simulator.requests() if "/upload" in entry["path"]]


def check_given(job: Job, *roles: Role) -> None:
    """Of each role there is a file, whole and named after it; a preview besides, only of a model."""
    assert job.state is JobState.READY, job.failure
    given = [each for each in job.artifacts if each.role is not Role.PREVIEW]
    assert tuple(each.role for each in given) == roles
    for each in given:
        path = Path(each.path)
        assert path.name == f"{each.role}.{each.format}"
        assert path.stat().st_size > 0
    assert (job.model_path != "") is (Role.MODEL in roles)
    price = SERVICE.price(job.request) if job.ordered else None
    assert price is None or price.least <= job.credits <= price.most
    if Role.MODEL not in roles:
        assert job.preview_path == ""


FIELDS = {"model_version": SMALL.model_version, "texture": True, "pbr": True, "texture_quality": "standard"}
FIELDS |= {"face_limit": SMALL.face_limit}

# -- one after the other ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", ["native", "wrapped"])
def test_a_model_of_words(simulator: SimulatorProcess, make: Make, run: Run, answers: str) -> None:
    simulator.options(answers=answers)
    settings = replace(SMALL, image_seed=5)
    words = {"prompt": Words("a small chair, tilted"), "negative_prompt": Words("rust")}
    job = run(make(T.TEXT_TO_MODEL, settings=settings, **words)).job
    check_given(job, Role.MODEL)
    assert job.preview_path
    assert hashes_sent(simulator) == []
    assert body_sent(simulator) == {
        "type": "text_to_model",
        "prompt": "a small chair, tilted",
        "negative_prompt": "rust",
        "image_seed": 5,
        **FIELDS,
    }


@pytest.mark.parametrize("slots", [("front", "back"), ("front", "left", "back", "right"), ("right", "front")], ids=str)
def test_a_model_of_views(simulator: SimulatorProcess, make: Make, run: Run, slots: tuple[str, ...]) -> None:
    job = run(make(T.MULTIVIEW_TO_MODEL, *slots)).job
    check_given(job, Role.MODEL)
    sent = {slot: hashlib.sha256(image_of(slot)).hexdigest() for slot in slots}
    assert hashes_sent(simulator) == list(sent.values())
    assert {slot: each.sha256 for slot, each in job.request.inputs.items() if isinstance(each, ImageFile)} == sent
    body = body_sent(simulator)
    files = body.pop("files")
    assert body == {"type": "multiview_to_model", **FIELDS}
    assert [sorted(file) for file in files] == [
        ["file_token", "type"] if str(view) in slots else [] for view in VIEWS_IN_ORDER
    ]
    assert len({file["file_token"] for file in files if file}) == len(slots)


def test_views_may_lie_on_the_web_and_on_the_disk(simulator: SimulatorProcess, make: Make, run: Run) -> None:
    address = "https://images.example.test/back.png"
    job = run(make(T.MULTIVIEW_TO_MODEL, "front", back=ImageUrl(address))).job
    check_given(job, Role.MODEL)
    assert body_sent(simulator)["files"][2] == {"type": "png", "url": address}
    assert len(hashes_sent(simulator)) == 1


def test_views_travel_inside_the_order_where_nothing_else_is_taken(
    simulator: SimulatorProcess, make: Make, run: Run
) -> None:
    simulator.options(uploads=[])
    check_given(run(make(T.MULTIVIEW_TO_MODEL, "front", "left")).job, Role.MODEL)
    urls = [file.get("url", "")[:22] for file in body_sent(simulator)["files"]]
    assert urls == ["data:image/png;base64,", "data:image/png;base64,", "", ""]


def test_an_image_of_words(simulator: SimulatorProcess, make: Make, run: Run) -> None:
    known(simulator, T.TEXT_TO_IMAGE)
    job = run(make(T.TEXT_TO_IMAGE, prompt=Words("a lamp"), negative_prompt=Words("shade"))).job
    check_given(job, Role.IMAGE)
    assert body_sent(simulator) == {"type": "text_to_image", "prompt": "a lamp", "negative_prompt": "shade"}


@pytest.mark.parametrize("slots", [(), ("image",), ("image", "image_2")], ids=str)
def test_an_image_with_references(simulator: SimulatorProcess, make: Make, run: Run, slots: tuple[str, ...]) -> None:
    known(simulator, T.GENERATE_IMAGE)
    settings = replace(SMALL, t_pose=True)
    job = run(make(T.GENERATE_IMAGE, *slots, settings=settings, prompt=Words("a knight"))).job
    check_given(job, Role.IMAGE)
    assert hashes_sent(simulator) == [hashlib.sha256(image_of(slot)).hexdigest() for slot in slots]
    body = body_sent(simulator)
    files = body.pop("files") if len(slots) > 1 else [body.pop("file")] if slots else []
    assert len(files) == len(slots)
    assert body == {"type": "generate_image", "prompt": "a knight", "t_pose": True}
    if slots:  # its copy is not taken for what the task gave
        assert Path(job.request.files["image"]).read_bytes() == image_of("image")


def test_four_views_of_an_image_edited_and_made_a_model(simulator: SimulatorProcess, make: Make, run: Run) -> None:
    known(simulator, T.GENERATE_MULTIVIEW_IMAGE, T.EDIT_MULTIVIEW_IMAGE)
    views = run(make(T.GENERATE_MULTIVIEW_IMAGE, "image")).job
    check_given(views, *VIEWS_IN_ORDER)
    assert set(body_sent(simulator)) == {"type", "file"}
    assert len({Path(each.path).read_bytes() for each in views.artifacts}) > 1

    simulator.forget()
    of_task = OutputOf(Role.VIEWS, task_id=views.task_id)
    edited = run(make(T.EDIT_MULTIVIEW_IMAGE, views=of_task, edit_back=Words("a zip"))).job
    check_given(edited, *VIEWS_IN_ORDER)
    assert body_sent(simulator) == {
        "type": "edit_multiview_image",
        "original_task_id": views.task_id,
        "prompts": [{"view": "back", "prompt": "a zip"}],
    }

    simulator.forget()
    check_given(run(make(T.MULTIVIEW_TO_MODEL, views=OutputOf(Role.VIEWS, task_id=edited.task_id))).job, Role.MODEL)
    assert body_sent(simulator) == {"type": "multiview_to_model", "original_task_id": edited.task_id, **FIELDS}


def test_a_draft_is_refined_or_refused_for_what_it_is(simulator: SimulatorProcess, make: Make, run: Run) -> None:
    known(simulator, T.REFINE_MODEL)
    draft = run(make(T.TEXT_TO_MODEL, prompt=Words("a chair"))).job
    simulator.forget()
    course = run(make(T.REFINE_MODEL, draft=OutputOf(Role.MODEL, task_id=draft.task_id)))
    assert body_sent(simulator) == {"type": "refine_model", "draft_model_task_id": draft.task_id}
    if course.job.state is JobState.FAILED:  # this one is of a version that made no drafts
        assert (course.failure.kind, course.job.task_id) == (Kind.REFUSED, "")
    else:
        check_given(course.job, Role.MODEL)


# -- what is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "inputs", "said"),
    [
        (T.TEXT_TO_MODEL, {}, "The prompt is missing"),
        (T.TEXT_TO_MODEL, {"prompt": Words("a \U0001f600")}, "U+1F600 (grinning face) at place 3"),
        (T.IMAGE_TO_MODEL, {}, "The image is missing"),
        (T.MULTIVIEW_TO_MODEL, {"front": ImageUrl("https://a.example.test/f.png")}, "Choose at least 2 of these"),
        (T.EDIT_MULTIVIEW_IMAGE, {"views": OutputOf(Role.VIEWS, task_id="task-1")}, "Choose at least 1 of these"),
        (T.REFINE_MODEL, {"draft": OutputOf(Role.MODEL, task_id="../x")}, "Paste it again"),
    ],
    ids=str,
)
def test_nothing_is_sent_of_what_cannot_be_ordered(
    simulator: SimulatorProcess, make: Make, run: Run, task: TaskType, inputs: dict[str, Input], said: str
) -> None:
    course = run(make(task, **inputs))
    assert (course.job.state, course.failure.kind) == (JobState.FAILED, Kind.USAGE)
    assert said in course.failure.sentence
    assert course.failure.sentence.endswith("Nothing was sent")
    assert simulator.requests() == []


def test_a_prompt_that_only_the_service_minds_is_refused_by_it(
    simulator: SimulatorProcess, make: Make, run: Run
) -> None:
    course = run(make(T.TEXT_TO_MODEL, prompt=Words("a chair, 45° tilted")))
    assert (course.failure.kind, course.failure.code) == (Kind.REFUSED, "2009")
    assert course.failure.sentence.startswith("The prompt has a character that the service does not take")
    assert simulator.creates() == []


def test_two_views_that_hold_the_same_are_found_before_they_travel(
    simulator: SimulatorProcess, make: Make, run: Run
) -> None:
    job = make(T.MULTIVIEW_TO_MODEL, "front", "left", "back")
    Path(job.request.files["back"]).write_bytes(image_of("left"))
    course = run(job)
    assert "The left image and the back image are the same" in course.failure.sentence
    assert simulator.requests() == []


@pytest.mark.parametrize("spoil", ["cut", "gone"])
def test_a_view_that_cannot_be_read_keeps_the_others_from_travelling(
    simulator: SimulatorProcess, make: Make, run: Run, spoil: str
) -> None:
    job = make(T.MULTIVIEW_TO_MODEL, "front", "back")
    path = Path(job.request.files["back"])
    if spoil == "cut":
        path.write_bytes(image_of("back")[:-20])
    else:
        path.unlink()
    course = run(job)
    assert (course.job.state, course.failure.kind) == (JobState.FAILED, Kind.PICTURE)
    assert simulator.requests() == []


# -- taken up, fetched, kept --------------------------------------------------------------------------------------


def test_what_went_well_keeps_the_copies_of_all_its_files(make: Make, run: Run, folder: Path) -> None:
    ready = run(make(T.MULTIVIEW_TO_MODEL, "front", "back")).job
    journal = Journal(folder)
    assert journal.end(ready.after(Imported("Chair")))
    names = {path.name for path in (folder / ready.id).iterdir()}
    assert {"picture-front.png", "picture-back.png", Path(ready.model_path).name, "job.json"} <= names

    failed = run(make(T.MULTIVIEW_TO_MODEL, "front", "back")).job
    assert ready.task_id != failed.task_id
    recorded = journal.record_of(ready.id)
    assert recorded is not None
    assert recorded.request == ready.request


@pytest.mark.parametrize("left", ["uploading", "generating", "downloading"])
def test_a_job_of_several_files_goes_on_from_its_record(
    simulator: SimulatorProcess, make: Make, run: Run, folder: Path, left: str
) -> None:
    whole = run(make(T.MULTIVIEW_TO_MODEL, "front", "back")).job
    fresh = replace(whole, state=JobState(left), artifacts=(), percent=1.0)
    if left == "uploading":
        fresh = replace(fresh, task_id="")
    journal = Journal(folder)
    journal.write(fresh)
    journal.ownership.release(fresh.id)
    simulator.forget()
    recorded = journal.record_of(fresh.id)
    assert recorded is not None
    found = journal.unfinished(recorded)
    assert found is not None
    assert found.way is (Way.ORDER if left == "uploading" else Way.FOLLOW)
    check_given(run(found.job).job, Role.MODEL)
    assert len(orders(simulator)) == (left == "uploading")


def test_images_that_are_ready_wait_for_the_next_blender(
    simulator: SimulatorProcess, make: Make, run: Run, folder: Path
) -> None:
    known(simulator, T.GENERATE_MULTIVIEW_IMAGE)
    ready = run(make(T.GENERATE_MULTIVIEW_IMAGE, "image")).job
    journal = Journal(folder)
    journal.ownership.release(ready.id)
    found = journal.unfinished(ready)
    assert found is not None
    assert found.way is Way.TAKE_IN
    Path(ready.artifacts[2].path).unlink()
    found = journal.unfinished(ready)
    assert found is not None
    assert found.way is Way.FOLLOW
    check_given(run(found.job).job, *VIEWS_IN_ORDER)
    assert len(orders(simulator)) == 1


@pytest.mark.parametrize("task", [T.TEXT_TO_MODEL, T.TEXT_TO_IMAGE, T.GENERATE_MULTIVIEW_IMAGE])
def test_a_task_is_fetched_by_its_id_alone_whatever_it_gives(
    simulator: SimulatorProcess, make: Make, run: Run, task: TaskType
) -> None:
    known(simulator, task)
    inputs = {} if task is T.GENERATE_MULTIVIEW_IMAGE else {"prompt": Words("a lamp")}
    made = run(make(task, *(["image"] if not inputs else []), **inputs)).job
    simulator.forget()
    fetched = run(make(T.IMAGE_TO_MODEL).after(TaskCreated(made.task_id))).job
    check_given(fetched, *(each.role for each in made.artifacts if each.role is not Role.PREVIEW))
    assert not fetched.ordered
    assert orders(simulator) == []


# -- in the worker's process --------------------------------------------------------------------------------------


def test_views_become_a_model_in_a_chain(
    simulator: SimulatorProcess, make: Make, start_worker: Callable[..., Worker], folder: Path
) -> None:
    known(simulator, T.GENERATE_MULTIVIEW_IMAGE)
    views = replace(make(T.GENERATE_MULTIVIEW_IMAGE, "image"), delivers=False)
    model = make(T.MULTIVIEW_TO_MODEL, views=OutputOf(Role.VIEWS, views.id))
    worker = start_worker(at_once=2)
    for job in (views, model):
        worker.run(job)
    check_given(worker.until_ended(model), Role.MODEL)
    task_id = record_of(folder, views.id)["task_id"]
    assert record_of(folder, model.id)["request"]["inputs"]["views"]["task_id"] == task_id
    assert [order["body"].get("original_task_id") for order in orders(simulator)] == [None, task_id]


def test_one_view_becomes_a_model_in_a_chain(
    simulator: SimulatorProcess, make: Make, start_worker: Callable[..., Worker], folder: Path
) -> None:
    known(simulator, T.GENERATE_MULTIVIEW_IMAGE)
    views = replace(make(T.GENERATE_MULTIVIEW_IMAGE, "image"), delivers=False)
    model = make(T.MULTIVIEW_TO_MODEL, "left", front=OutputOf(Role.FRONT, views.id))
    worker = start_worker(at_once=2)
    for job in (views, model):
        worker.run(job)
    check_given(worker.until_ended(model), Role.MODEL)
    front = next((folder / views.id).glob("front.*"))
    recorded = record_of(folder, model.id)["request"]["inputs"]["front"]
    assert recorded["sha256"] == hashlib.sha256(front.read_bytes()).hexdigest()


def test_an_image_is_not_set_up_as_a_model(
    simulator: SimulatorProcess, make: Make, start_worker: Callable[..., Worker]
) -> None:
    """A window waits for the word that a ready job is set up."""
    known(simulator, T.TEXT_TO_IMAGE)
    worker = start_worker(converts=True)
    job = make(T.TEXT_TO_IMAGE, prompt=Words("a lamp"))
    worker.run(job)
    worker.until(lambda: worker.of(job, Prepared, Failed), "its being set up")
    assert worker.of(job, Prepared, Failed) == [Prepared()]
