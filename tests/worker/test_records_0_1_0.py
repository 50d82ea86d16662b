"""The records that version 0.1.0 left, in every state: each is listed, goes on or ends as it did then, and is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.recovery import Way, resumed
from tripo_blender.core.services.base import HttpRequest
from tripo_blender.core.states import JobState
from tripo_blender.core.task import ImageUrl
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.record import read_text
from tripo_blender.worker.http.client import Client

from .processes import ROOT, Worker

WRITTEN = ROOT / "tests" / "data" / "records-0.1.0"

# How a job goes on, None where it has ended; and how many tasks its way to the end buys.
RECORDS: dict[str, tuple[Way | None, int]] = {
    "queued": (Way.ORDER, 1),
    "uploading": (Way.ORDER, 1),
    "failed-unpaid-unheard": (Way.ORDER, 1),
    "submitting": (Way.DECIDE, 0),
    "uncertain": (Way.DECIDE, 0),
    "generating": (Way.FOLLOW, 0),
    "downloading": (Way.FOLLOW, 0),
    "of-an-address": (Way.FOLLOW, 0),
    "fetched-by-id": (Way.FOLLOW, 0),
    "ready": (Way.TAKE_IN, 0),
    "ready-prepared": (Way.TAKE_IN, 0),
    "failed-to-download": (Way.FETCH, 0),
    "failed-refused-file": (Way.FETCH, 0),
    "failed-at-the-service": (None, 0),
    "done": (None, 0),
    "cancelled": (None, 0),
}


@pytest.fixture
def records(folder: Path, simulator: SimulatorProcess) -> Path:
    """The folders as they lie on an artist's disk, with this disk's and this simulator's addresses."""
    shutil.copytree(WRITTEN, folder)
    for record in folder.glob("*/job.json"):
        text = record.read_text(encoding="utf-8")
        text = text.replace("/artist/jobs", folder.as_posix()).replace(
            "http://127.0.0.1:9/tripo/v2/openapi", simulator.url
        )
        record.write_text(text, encoding="utf-8")
    return folder


def made_task(simulator: SimulatorProcess) -> str:
    """The id of a task that the service has."""
    body = {
        "type": "image_to_model",
        "file": {"type": "png", "url": "https://example.test/disc.png"},
        "face_limit": 2000,
    }
    with Client(simulator.key) as client:
        answer = client.call(HttpRequest("POST", f"{simulator.url}/task", {**body, "model_version": "v3.1-20260211"}))
    return str(json.loads(answer.body)["data"]["task_id"])


def test_there_is_one_of_every_state(records: Path) -> None:
    jobs, sentences = Journal(records).look()
    assert not sentences
    assert {job.id for job in jobs} == set(RECORDS)
    assert {job.state for job in jobs} == set(JobState)


@pytest.mark.parametrize("name", RECORDS)
def test_its_words_are_shown_as_they_were_written(records: Path, name: str) -> None:
    written = json.loads((records / name / "job.json").read_text(encoding="utf-8"))["job"]
    job = Journal(records).record_of(name)
    assert job is not None
    assert (job.failure.sentence if job.failure else "") == written.get("failure", {}).get("sentence", "")
    assert (job.note.english() if job.note else "") == written.get("note", "")
    assert [warning.english() for warning in job.warnings] == [
        value for name, value in written.items() if name == "warning"
    ]


@pytest.mark.parametrize("name", RECORDS)
def test_it_goes_on_as_it_did(
    records: Path,
    simulator: SimulatorProcess,
    start_worker: Callable[..., Worker],
    name: str,
) -> None:
    way, bought = RECORDS[name]
    task_id = made_task(simulator)
    record = records / name / "job.json"
    text = record.read_text(encoding="utf-8").replace("3b241101-e2bb-4255-8caf-4136c566a962", task_id)
    record.write_text(text, encoding="utf-8")
    journal = Journal(records)
    job = journal.record_of(name)
    assert job is not None
    found = journal.unfinished(job)
    assert (found.way if found else None) is way
    # What was asked for is all there, also where it was at a default of that version's.
    assert job.settings.model_version == "v3.1-20260211"
    assert (job.settings.texture, job.settings.pbr, job.settings.quad) == (True, True, False)
    if name != "fetched-by-id" and name != "of-an-address":
        assert (job.name, job.source, job.settings.face_limit) == ("Red Disc", "Red Disc.png", 2000)
        assert (job.arrival.fit, job.arrival.size, job.spot.replaced, job.spot.fps) == ("height", 1.2, "Old Chair", 25)
    if found is None:
        journal.clear(name)
        assert (journal.record_of(name) is None) is (name in ("done", "cancelled"))  # one that failed stays on record
        return
    if way is Way.TAKE_IN:
        assert Path(found.job.model_path).is_file()
        return
    worker = start_worker()
    worker.run(resumed(found, task_id=task_id if way is Way.DECIDE else ""))
    ended = worker.until_ended(job)
    assert ended.state is JobState.READY, ended.failure
    assert Path(ended.model_path).read_bytes().startswith(b"glTF")
    assert len(simulator.creates()) == 1 + bought


@pytest.mark.parametrize("address", ["HTTPS://example.test/a.png", "https://example.test/a.png"])
def test_an_address_is_one_however_it_was_typed(address: str) -> None:
    record = {"id": "a", "name": "A", "picture": address, "settings": {}, "base_url": "https://a.test", "created": 1.0}
    job = read_text(json.dumps({"format": 1, "job": record}), "a")
    assert job.request.inputs == {"image": ImageUrl(address)}
