"""A job's record as text: older ones are read, newer and broken ones are told of."""

import json
import re
import time
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.job import Job
from tripo_blender.core.serialization import RecordError, strangers
from tripo_blender.core.states import JobState
from tripo_blender.storage.record import half_written, read_text, record_text, unreadable

from .strategies import JSON_VALUES, RECORDED_JOBS

# As the first version wrote it, before names, places, seeds and previews were kept.
OLDEST = {
    "id": "job-1",
    "name": "Chair",
    "picture": "/jobs/job-1/picture.png",
    "settings": {"model_version": "v3.1-20260211"},
    "base_url": "https://api.example.test",
    "created": 1_790_000_000,
    "state": "generating",
    "task_id": "task-1",
}


DEEP = (
    '{"format": 3, "job": {"request": {"options": {}}, "note": '
    + 300 * '{"key": "a", "parameters": {"a": '
    + '"a"'
    + 300 * "}}"
    + "}}"
)


def text(job: Any, **more: Any) -> str:
    return json.dumps({"format": 1, "job": job} | more)


@given(RECORDED_JOBS)
def test_it_comes_back(job: Job) -> None:
    read = read_text(record_text(job), job.id)
    assert read == replace(job, name=read.name, source=read.source)
    assert read_text(record_text(read), job.id) == read


@given(RECORDED_JOBS)
def test_names_come_back_as_text(job: Job) -> None:
    """Those of the first version may hold what no encoding, no terminal and no name in Blender takes."""
    read = read_text(record_text(job), job.id)
    for recorded, name in ((job.name, read.name), (job.source, read.source)):
        name.encode()
        assert name.isprintable() or not recorded.isascii()
        assert name == recorded or not recorded.isprintable() or recorded != " ".join(recorded.split())


def test_one_of_an_older_version_is_read() -> None:
    job = read_text(text(OLDEST), "job-1")
    assert (job.state, job.task_id, job.spot.fps, job.arrival.place) == (JobState.GENERATING, "task-1", 24, "cursor")


def test_the_words_of_older_ones_stay_as_they_were_written() -> None:
    said = {"kind": "uncertain", "sentence": "The order was sent. {Look} at your account", "detail": "cut", "code": "7"}
    of_2 = {
        "id": "job-1",
        "name": "Chair",
        "request": {"options": {}},
        "account": {},
        "created": 1.0,
        "failure": said,
        "unsettled": said | {"kind": "busy"},
        "note": "Waits for Object Mode",
        "warning": "Quads were ordered. A texture was, too",
        "prepared": {"why": "Imported in place: there is little memory left"},
    }
    job = read_text(text(of_2, format=2), "job-1")
    for failure in (job.failure, job.unsettled):
        assert failure is not None
        assert (failure.sentence, failure.detail, failure.code) == (said["sentence"], "cut", "7")
    assert job.note is not None
    assert job.note.english() == of_2["note"]
    assert [warning.english() for warning in job.warnings] == [of_2["warning"]]
    assert job.prepared is not None
    assert job.prepared.why is not None
    assert job.prepared.why.english() == "Imported in place: there is little memory left"
    assert read_text(record_text(job), "job-1") == job


@pytest.mark.parametrize("left_out", ["failure", "unsettled", "note", "warning", "prepared"])
def test_what_older_ones_did_not_say_is_not_said(left_out: str) -> None:
    empty = {"note": "", "warning": "", "prepared": {"path": "/m.blend"}, "failure": None, "unsettled": None}
    job = read_text(text(OLDEST | {name: value for name, value in empty.items() if name != left_out}), "job-1")
    assert (job.note, job.warnings, job.failure, job.unsettled) == (None, (), None, None)
    assert job.prepared is None or job.prepared.why is None


@pytest.mark.parametrize(
    "newer",
    [
        text(OLDEST, format=4),
        text(OLDEST | {"colour": "red"}),
        text(OLDEST | {"spot": {"x": 1.0, "turned": 90}}),
        text(OLDEST | {"spot": {"box": {"low_x": 0.0, "round": True}}}),
        text({"task_id": "task-1", "all": "else"}, format=7),
    ],
)
def test_one_of_a_newer_version_says_to_update(newer: str) -> None:
    with pytest.raises(
        RecordError, match=r"newer version .* Update the add-on .* or download its task task-1 by its ID"
    ):
        read_text(newer, "job-1")


def test_a_newer_one_of_which_nothing_is_known() -> None:
    with pytest.raises(RecordError, match=r"to continue it$"):
        read_text('{"format": 9}', "job-1")


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "{}",
        '{"format": "1"}',
        '{"format": 1}',
        "[" * 100_000,
        text(OLDEST)[:30],
        text(OLDEST | {"state": "paused"}),
        text(OLDEST | {"settings": None}),
        text(OLDEST | {"failure": "no"}),
        text(OLDEST | {"failure": {"kind": "busy"}}),
        text(OLDEST | {"note": ["busy"]}),
        pytest.param(DEEP, id="texts without end"),
    ],
)
def test_a_broken_one_is_told_of(broken: str) -> None:
    with pytest.raises(RecordError, match=r"The record of job job-1 cannot be read and is left as it is\. "):
        read_text(broken, "job-1")


def test_one_in_another_s_folder_is_none() -> None:
    with pytest.raises(RecordError, match="job job-2 cannot be read"):
        read_text(text(OLDEST), "job-2")


def test_the_task_of_a_broken_one_is_told_where_it_can_be_seen() -> None:
    assert "Its task task-1 can be downloaded by its ID" in unreadable("job-1", text(OLDEST)[:-1]).english()
    assert "If your account shows a task of that time" in unreadable("job-1").english()


def test_what_was_not_even_written_was_not_ordered() -> None:
    assert "Nothing was ordered for it" in half_written("job-1").english()


def test_strange_fields_are_found_in_records_alone() -> None:
    assert strangers(Job, None) == []
    assert strangers(Job, {"name": "Chair", "spot": 7, "failure": {"cause": 1}, "age": 1}) == ["cause", "age"]


@given(RECORDED_JOBS, st.sampled_from([field.name for field in fields(Job)]), JSON_VALUES)
def test_whatever_stands_in_a_field_is_a_job_or_a_sentence(job: Job, name: str, value: Any) -> None:
    record = json.loads(record_text(job))
    record["job"][name] = value
    sentence, found = "", None
    try:
        found = read_text(json.dumps(record), job.id)
    except RecordError as error:
        sentence = str(error)
    if found is None:
        assert re.search("cannot be read|newer version", sentence)
    else:
        assert read_text(record_text(found), found.id) == found
        time.gmtime(found.created)


@pytest.mark.parametrize("created", ["-Infinity", "Infinity", "NaN", "1e400", "-1", "1e15", "9" * 5000, '"now"', "[]"])
def test_one_of_no_time_at_all(created: str) -> None:
    changed = text(OLDEST).replace("1790000000", created)
    with pytest.raises(RecordError, match=r"cannot be read and is left as it is"):
        read_text(changed, "job-1")
