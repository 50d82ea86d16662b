"""A job after its run, and what must be true of it however it went."""

import json
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Failure
from tripo_blender.core.events import AnswerLost, Delayed, Event, Started, Submitting
from tripo_blender.core.job import Job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.recovery import Way, resumed
from tripo_blender.core.serialization import to_record
from tripo_blender.core.services.modelstream import ModelStream
from tripo_blender.core.services.purchase import lost_answer
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

KEY = "sk-of-the-tests-5d1c0a"
SERVICE = ModelStream()
SECRET = "Signature="  # every signed link of the file host holds it
SMALL = Settings(face_limit=1000)  # made, sent and checked in milliseconds
DEADLINE = 20.0  # s; a test that waits longer has failed


def wait_for(condition: Callable[[], Any], what: str, seconds: float = DEADLINE) -> Any:
    """The condition's first true value."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"waited {seconds:g} s for {what}"
        time.sleep(0.01)
    return value


@dataclass
class Course:
    """A job after its run, and what was told on the way."""

    job: Job
    events: list[Event] = field(default_factory=list)

    @property
    def failure(self) -> Failure:
        assert self.job.failure is not None, self.events
        return self.job.failure

    @property
    def notes(self) -> list[str]:
        return [event.note.english() for event in self.events if isinstance(event, Delayed)]

    def has(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def check_course(course: Course, folder: Path) -> None:
    """What holds however a run went: nothing secret is told, nothing needless is left, what was paid is on record."""
    told = json.dumps([{"event": type(event).__name__} | to_record(event) for event in course.events])
    for secret in (KEY, SECRET):
        assert secret not in told
    job = course.job
    check_folder(folder / job.id)
    if job.failure is not None:
        check_sentence(job.failure)
    if job.final:
        home = folder / job.id
        expected = {"job.json"} if job.task_id else set()
        expected |= {Path(each.path).name for each in job.artifacts}  # what came, though it is refused
        assert {path.name for path in home.glob("*")} == expected
        if job.task_id:
            assert record_of(folder, job.id)["task_id"] == job.task_id
            assert record_of(folder, job.id)["state"] == job.state
        else:
            assert not home.exists()
    if job.state is JobState.READY:
        assert job.artifacts
        assert all(Path(each.path).is_file() for each in job.artifacts)
        previews = [str(path) for path in Path(job.artifacts[0].path).parent.glob("preview.*") if path.is_file()]
        assert previews == [job.preview_path] * bool(job.preview_path)
        assert not list((folder / job.id).glob("*.part"))


def check_folder(folder: Path) -> None:
    """No half-written record, and no key and no signed link in any file."""
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    for path in files:
        assert path.name != "job.part"
        data = path.read_bytes()
        for secret in (KEY, SECRET):
            assert secret.encode() not in data, f"{secret} in {path.name}"


def check_sentence(failure: Failure) -> None:
    """A sentence for an artist: begins like one, and holds no markup, no code and no address of ours."""
    sentence = failure.sentence
    assert sentence[:1].isupper(), sentence
    assert not sentence.endswith("."), sentence
    assert len(sentence) < 300, sentence
    for technical in ("<", "{", "Error", "Exception", "None", "://127.0.0.1", ".. ", ". ."):
        assert technical not in sentence, sentence


def record_of(folder: Path, job_id: str) -> Mapping[str, Any]:
    """The job as its record on disk says."""
    record: Mapping[str, Any] = json.loads((folder / job_id / "job.json").read_text("utf-8"))["job"]
    return record


def check_kept(folder: Path, job: Job) -> None:
    """A job in doubt waits for the user's word: the next Blender asks for it, and its files are there."""
    recorded = Journal(folder).record_of(job.id)
    assert recorded is not None
    found = Journal(folder).unfinished(recorded)
    assert found is not None
    assert found.way is Way.DECIDE
    assert all(Path(path).is_file() for path in job.request.files.values())


def uncertain(job: Job, folder: Path) -> Job:
    """A job whose first order's answer was lost on an earlier day, as the user's word sends it again."""
    for event in (Started(), Submitting({"image": "0" * 64}), AnswerLost(lost_answer("the connection broke off"))):
        job = job.after(event)
    journal = Journal(folder)
    journal.write(job)
    found = journal.unfinished(job)
    assert found is not None
    return resumed(found, send_again=True)


def orders(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    """Every create that reached the gateway, also those that it refused or that had no effect."""
    return [entry for entry in simulator.requests() if entry["method"] == "POST" and entry["path"].endswith("/task")]


def downloads(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    """Every request for a model that reached the file host."""
    return [entry for entry in simulator.requests() if entry["server"] == "files" and "/rendered_" not in entry["path"]]


def previews(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    """Every request for the service's picture of a model that reached the file host."""
    return [entry for entry in simulator.requests() if entry["server"] == "files" and "/rendered_" in entry["path"]]


def glb(scene: dict[str, Any]) -> bytes:
    """A model file that holds nothing but this JSON."""
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON") + text
