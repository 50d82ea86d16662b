"""Records: what is written is read back the same, and what does not fit is said, not guessed."""

import json
from typing import Any

import pytest
from hypothesis import given

from tripo_blender.core.account import Account
from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.events import (
    AnswerLost,
    Downloaded,
    Event,
    Generated,
    Imported,
    Prepared,
    Progressed,
    Submitting,
    model_downloaded,
)
from tripo_blender.core.inspection import Inspection
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.options.import_options import Arrival
from tripo_blender.core.placement import Box, Spot
from tripo_blender.core.sentences.text import text
from tripo_blender.core.serialization import Record, RecordError, from_record, to_record
from tripo_blender.core.states import JobState
from tripo_blender.core.task import Artifact, ImageFile, Request, Role, TaskType

from .strategies import EVENTS, JSON_VALUES, RECORDED_JOBS

JOB: Record = {
    "id": "job-1",
    "name": "Chair",
    "request": {"inputs": {"image": {"is": "image file", "path": "/pictures/chair.png"}}, "options": {"quad": True}},
    "account": {"base_url": "https://api.example.test"},
    "created": 1_790_000_000.5,
}


@given(RECORDED_JOBS)
def test_a_job_comes_back_from_its_record(job: Job) -> None:
    assert from_record(Job, json.loads(json.dumps(to_record(job)))) == job


def test_a_job_that_says_all_comes_back_from_its_record() -> None:
    job = image_job(
        "job-1",
        "Chair",
        "/jobs/chair.png",
        Settings(quad=True),
        "https://api.example.test",
        1_790_000_000.5,
        source="chair.png",
        arrival=Arrival("origin", "box", 2.5, True, "-x", "angle", 45.0, False, "files", "own", False),
        spot=Spot(1.0, -2.5, 0.25, Box(0.0, -1.0, 0.5, 1.0, 1.0, 2.0), "Crate", 0.01, 25, 1.001, 7),
        prepared=Prepared("/jobs/model.blend", "Chair", Inspection(10), None),
        inspection=Inspection(10, 9, 12, 2, 3, 0.25, True, "Base Color,Normal", "a.png"),
        warnings=(text("model.few_quads", share=0.9), text("model.no_pbr")),
        sha256="ab12",
        model_seed=2**40,
        texture_seed=0,
        artifacts=(
            Artifact(Role.MODEL, "/jobs/model.glb", "glb", "cd34"),
            Artifact(Role.PREVIEW, "/jobs/preview.webp"),
        ),
    )
    fields = [name for name in Job.__dataclass_fields__ if getattr(job, name) != Job.__dataclass_fields__[name].default]
    record = to_record(job)
    assert list(record) == fields
    assert record["spot"]["box"]["low_y"] == -1.0
    assert from_record(Job, json.loads(json.dumps(record))) == job


@given(EVENTS)
def test_an_event_comes_back_from_its_record(event: Event) -> None:
    assert from_record(type(event), json.loads(json.dumps(to_record(event)))) == event


def test_fields_at_their_default_take_no_room() -> None:
    assert to_record(from_record(Job, JOB)) == JOB


def test_what_a_record_leaves_out_means_what_it_meant_when_it_was_written() -> None:
    request = Request(TaskType.IMAGE_TO_MODEL, {"image": ImageFile("/pictures/chair.png", "")}, {"quad": True})
    job = Job("job-1", "Chair", request, Account("modelstream", "https://api.example.test"), 1_790_000_000.5)
    arrival = Arrival("cursor", "own", 1.0, False, "auto", "auto", 30.0, True, "packed", "tripo", True)
    spot = Spot(0.0, 0.0, 0.0, None, "", 1.0, 24, 1.0, 1)
    late = (arrival, spot, None, None, (), -1, -1)
    rest = (JobState.QUEUED, 0.0, -1, -1.0, None, "", "", -1.0, (), "", None, "", *late)
    assert from_record(Job, JOB) == Job(job.id, job.name, job.request, job.account, job.created, *rest)
    assert from_record(Inspection, {}) == Inspection(0, 0, 0, 0, 0, 0.0, False, "", "")
    assert from_record(Submitting, {}) == Submitting({})
    assert from_record(Progressed, {"percent": 1.0}) == Progressed(1.0, -1, -1.0)
    assert from_record(Generated, {}) == Generated(-1.0, -1, -1)
    downloaded = {"artifacts": [{"role": "model", "path": "/m.glb", "format": "glb"}]}
    assert from_record(Downloaded, downloaded) == model_downloaded("/m.glb", "glb", "")
    assert from_record(Imported, {"object_name": "Chair"}) == Imported("Chair", None, ())


def test_a_newer_versions_fields_are_passed_over() -> None:
    assert from_record(Settings, {"quad": True, "colour_of_the_sky": "blue"}) == Settings(quad=True)


def test_a_whole_number_does_for_a_fraction() -> None:
    assert from_record(Progressed, {"percent": 5}) == Progressed(5.0)


def test_none_does_for_what_may_be_missing() -> None:
    assert from_record(Job, JOB | {"failure": None, "prepared": None}).failure is None


def test_a_failure_inside_a_job_is_read_as_one() -> None:
    job = from_record(Job, JOB | {"state": "failed", "failure": {"kind": "busy", "text": {"key": "service.is_busy"}}})
    assert job.state is JobState.FAILED
    assert job.failure == Failure(Kind.BUSY, text("service.is_busy"))


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        (Job, None),
        (Job, []),
        (Job, "job"),
        (Job, {}),
        (Job, {name: value for name, value in JOB.items() if name != "account"}),
        (Job, JOB | {"request": "standard"}),
        (Job, JOB | {"request": {"task": "image_to_coffee"}}),
        (Job, JOB | {"request": {"inputs": []}}),
        (Job, JOB | {"request": {"inputs": {"image": "/chair.png"}}}),
        (Job, JOB | {"request": {"inputs": {"image": {"path": "/chair.png"}}}}),
        (Job, JOB | {"request": {"inputs": {"image": {"is": "perfume", "path": "/chair.png"}}}}),
        (Job, JOB | {"request": {"inputs": {"image": {"is": "image file", "path": 7}}}}),
        (Job, JOB | {"request": {"options": {"quad": None}}}),
        (Job, JOB | {"request": {"options": {"quad": [True]}}}),
        (Job, JOB | {"artifacts": {"role": "model"}}),
        (Job, JOB | {"artifacts": [{"role": "perfume", "path": "/chair.glb"}]}),
        (Job, JOB | {"state": "sleeping"}),
        (Job, JOB | {"state": ["queued"]}),
        (Job, JOB | {"state": None}),
        (Job, JOB | {"task_id": 7}),
        (Job, JOB | {"queue_position": True}),
        (Job, JOB | {"queue_position": 1.5}),
        (Job, JOB | {"percent": "30%"}),
        (Job, JOB | {"percent": True}),
        pytest.param(Job, JOB | {"percent": 10**400}, id="a number larger than any"),
        (Job, JOB | {"failure": {"kind": "busy"}}),
        (Job, JOB | {"failure": {"kind": "busy", "text": "Wait"}}),
        (Job, JOB | {"failure": {"kind": "busy", "text": {"parameters": {}}}}),
        (Job, JOB | {"note": "busy"}),
        (Job, JOB | {"note": {"key": "job.retrying", "parameters": {"seconds": True}}}),
        (Job, JOB | {"note": {"key": "job.retrying", "parameters": {"what": {"parameters": {}}}}}),
        (Job, JOB | {"note": {"key": "job.retrying", "parameters": {"what": ["busy"]}}}),
        (Job, JOB | {"warnings": {"key": "model.no_pbr"}}),
        (Job, JOB | {"arrival": {"size": "2 m"}}),
        (Job, JOB | {"arrival": {"merge": 1}}),
        (Job, JOB | {"spot": {"box": {"low_x": 0.0}}}),
        (Job, JOB | {"spot": {"box": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]}}),
        (Job, JOB | {"inspection": {"faces": 1.5}}),
        (Job, JOB | {"model_seed": "7"}),
        (AnswerLost, {"failure": None}),
    ],
    ids=str,
)
def test_a_record_that_does_not_fit_is_refused(kind: type[Any], record: Any) -> None:
    with pytest.raises(RecordError):
        from_record(kind, record)


@given(JSON_VALUES)
def test_no_value_in_a_record_does_worse_than_be_refused(value: Any) -> None:
    for name in Job.__dataclass_fields__:
        try:
            job = from_record(Job, JOB | {name: value})
        except RecordError:
            continue
        assert to_record(from_record(Job, to_record(job))) == to_record(job)
