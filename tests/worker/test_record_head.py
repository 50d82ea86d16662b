"""The short look at a record says what its reader says."""

import json
from pathlib import Path

import pytest

from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.record_head import RecordHead, head_of

from .processes import ROOT

WRITTEN = ROOT / "tests" / "data" / "records-0.1.0"


@pytest.mark.parametrize("name", sorted(folder.name for folder in WRITTEN.iterdir() if folder.is_dir()))
def test_a_record_has_the_head_of_its_job(name: str) -> None:
    job = Journal(WRITTEN).record_of(name)
    assert job is not None
    state = "" if job.state is JobState.QUEUED else job.state
    assert head_of(WRITTEN / name) == RecordHead(state, job.task_id, job.name)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"job": []}', '{"job": 7}', '{"job": null}', "[" * 400_000, json.dumps({"job": {}})],
    ids=["empty", "cut", "list", "no job", "a list", "a number", "nothing", "deep", "no state"],
)  # fmt: skip
def test_what_cannot_be_read_has_no_state(text: str, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(text)
    assert head_of(tmp_path) == RecordHead()


def test_a_record_that_was_not_written_to_its_end_cannot_be_read(tmp_path: Path) -> None:
    assert head_of(tmp_path) is None
    (tmp_path / "job.part").write_text("{")
    assert head_of(tmp_path) == RecordHead()
