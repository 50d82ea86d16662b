"""A picture becomes a model: the formats, and the shapes in which gateways answer."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.events import Downloaded, Generated, Started, Submitting, TaskCreated
from tripo_blender.core.formats.model import ModelFormat, check
from tripo_blender.core.job import Job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.states import JobState

from .conftest import Run
from .course import KEY, SMALL, downloads, orders, record_of

MakeJob = Callable[..., Job]


@pytest.mark.parametrize(
    ("settings", "model_format"),
    [
        (SMALL, ModelFormat.GLB),
        (replace(SMALL, quad=True), ModelFormat.FBX),
        (replace(SMALL, texture=False), ModelFormat.GLB),
        (Settings(model_version="P1-20260311", face_limit=60), ModelFormat.GLB),
        (Settings(model_version="v2.5-20250123", face_limit=1000, pbr=False), ModelFormat.GLB),
    ],
    ids=["triangles", "quads", "untextured", "low poly", "without pbr"],
)
def test_model(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    run: Run,
    folder: Path,
    png: bytes,
    settings: Settings,
    model_format: ModelFormat,
) -> None:
    course = run(make_job(simulator.url, settings))
    job = course.job
    assert job.state is JobState.READY
    assert job.model_format is model_format
    assert check(Path(job.model_path).read_bytes()) is model_format
    (bought,) = simulator.creates()
    assert job.task_id == bought["answer"]["task_id"]
    assert len(orders(simulator)) == 1
    assert job.credits > 0
    kinds = [type(event) for event in course.events]
    assert [kind for kind in kinds if kind in (Started, Submitting, TaskCreated, Generated, Downloaded)] == [
        Started,
        Submitting,
        TaskCreated,
        Generated,
        Downloaded,
    ]
    (sent,) = course.has(Submitting)
    assert sent == Submitting({"image": hashlib.sha256(png).hexdigest()})
    record = record_of(folder, job.id)
    assert record["request"]["inputs"]["image"]["sha256"] == hashlib.sha256(png).hexdigest()
    assert (record["state"], record["task_id"], record["artifacts"][0]["path"]) == (
        "ready",
        job.task_id,
        job.model_path,
    )
    assert {path.name for path in (folder / job.id).iterdir()} == {
        "job.json",
        "picture.png",
        "preview.png",
        f"model.{model_format}",
    }


def test_untextured_says_so_twice(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    run(make_job(simulator.url, replace(SMALL, texture=False, auto_size=True, texture_quality="detailed")))
    (create,) = orders(simulator)
    assert {name for name in create["body"] if name != "file"} == {
        "type",
        "model_version",
        "texture",
        "pbr",
        "face_limit",
    }
    assert create["body"]["texture"] is create["body"]["pbr"] is False


@pytest.mark.parametrize("errors", ["native", "gateway"])
@pytest.mark.parametrize("answers", ["native", "wrapped"])
def test_shapes_of_answer(simulator: SimulatorProcess, make_job: MakeJob, run: Run, answers: str, errors: str) -> None:
    simulator.options(answers=answers, errors=errors)
    job = run(make_job(simulator.url)).job
    assert job.state is JobState.READY
    assert job.task_id == simulator.creates()[0]["answer"]["task_id"]
    assert job.task_id.startswith("task_") == (answers == "wrapped")
    assert job.trace_id


@pytest.mark.parametrize("answers", ["native", "wrapped"])
@pytest.mark.parametrize("settings", [SMALL, replace(SMALL, model_seed=7, texture_seed=8)], ids=["any", "asked for"])
def test_the_seeds_that_the_service_took(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path, answers: str, settings: Settings
) -> None:
    simulator.options(answers=answers)
    job = run(make_job(simulator.url, settings)).job
    (task,) = [task for task in simulator.tasks() if task["task_id"] == job.task_id]
    assert (job.model_seed, job.texture_seed) == (task["input"]["model_seed"], task["input"]["texture_seed"])
    if settings.model_seed:
        assert (job.model_seed, job.texture_seed) == (7, 8)
    record = record_of(folder, job.id)
    assert (record["model_seed"], record["texture_seed"]) == (job.model_seed, job.texture_seed)


def test_percent_never_falls(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    job = make_job(simulator.url)
    course = run(job)
    percents = []
    for event in course.events:
        job = job.after(event)
        percents.append(job.percent)
    assert percents == sorted(percents)
    assert job == course.job


def test_the_key_goes_to_the_api_alone(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    run(make_job(simulator.url))
    for entry in simulator.requests():
        keys = [value for value in entry["headers"].values() if KEY in value]
        assert keys == ([f"Bearer {KEY}"] if entry["server"] == "api" else [])
        assert "Authorization" not in entry["headers"] or entry["server"] == "api"
    assert downloads(simulator)


def test_a_kept_connection_that_the_server_has_closed(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    # Whole answers, but each connection is closed behind them without a word.
    simulator.play([{"on": kind, "do": "wrong_length", "by": 0, "times": None} for kind in ("upload", "poll")])
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY
    assert len(orders(simulator)) == 1
