"""Records: what is written is read back the same, and what does not fit is said, not guessed."""

import json
from typing import Any

import pytest
from hypothesis import given

from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.job import AnswerLost, Event, Generated, Job, JobState, Progressed
from tripo_blender.core.records import Record, RecordError, from_record, to_record
from tripo_blender.core.request import Settings

from .strategies import EVENTS, JOBS, JSON_VALUES

JOB: Record = {
    "id": "job-1",
    "name": "Chair",
    "picture": "/pictures/chair.png",
    "settings": {},
    "base_url": "https://api.example.test",
    "created": 1_790_000_000.5,
}


@given(JOBS)
def test_a_job_comes_back_from_its_record(job: Job) -> None:
    assert from_record(Job, json.loads(json.dumps(to_record(job)))) == job


@given(EVENTS)
def test_an_event_comes_back_from_its_record(event: Event) -> None:
    assert from_record(type(event), json.loads(json.dumps(to_record(event)))) == event


def test_fields_at_their_default_take_no_room() -> None:
    assert to_record(from_record(Job, JOB)) == JOB


def test_what_a_record_leaves_out_means_what_it_meant_when_it_was_written() -> None:
    settings = Settings(
        "v3.1-20260211", True, True, "standard", "standard", 0, False, False, 0, 0, "original_image", "default", False
    )
    job = Job("job-1", "Chair", "/pictures/chair.png", settings, "https://api.example.test", 1_790_000_000.5)
    rest = (JobState.QUEUED, 0.0, -1, -1.0, "", "", "", -1.0, "", None, "", None)
    assert from_record(Job, JOB) == Job(job.id, job.name, job.picture, settings, job.base_url, job.created, *rest)
    assert from_record(Progressed, {"percent": 1.0}) == Progressed(1.0, -1, -1.0)
    assert from_record(Generated, {}) == Generated(-1.0)


def test_a_newer_versions_fields_are_passed_over() -> None:
    assert from_record(Settings, {"quad": True, "colour_of_the_sky": "blue"}) == Settings(quad=True)


def test_a_whole_number_does_for_a_fraction() -> None:
    assert from_record(Progressed, {"percent": 5}) == Progressed(5.0)


def test_none_does_for_what_may_be_missing() -> None:
    assert from_record(Job, JOB | {"failure": None, "model_format": None}).failure is None


def test_a_failure_inside_a_job_is_read_as_one() -> None:
    job = from_record(Job, JOB | {"state": "failed", "failure": {"kind": "busy", "sentence": "Wait a minute"}})
    assert job.state is JobState.FAILED
    assert job.failure == Failure(Kind.BUSY, "Wait a minute")


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        (Job, None),
        (Job, []),
        (Job, "job"),
        (Job, {}),
        (Job, {name: value for name, value in JOB.items() if name != "base_url"}),
        (Job, JOB | {"settings": "standard"}),
        (Job, JOB | {"settings": {"quad": 1}}),
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
