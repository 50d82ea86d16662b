"""The second Blender as the worker keeps it: a stand-in in its place, a process like it, that fails in all its ways."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import (
    Cancelled,
    Delayed,
    Downloaded,
    Event,
    Failed,
    Imported,
    Prepared,
    model_downloaded,
)
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.messages import Cancel, Configure, Ended
from tripo_blender.core.sentences.text import text
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.model_check import check_file
from tripo_blender.worker import conversion
from tripo_blender.worker.conversion import Converter
from tripo_blender.worker.pool import ThreadStop

from .course import KEY, check_folder, check_sentence, glb, record_of, wait_for
from .processes import Worker, alive

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")


class StandIn:
    """The program, what it shall do, and its starts so far."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.program = folder / "blender"
        source = Path(__file__).with_name("stand_in.py").read_text("utf-8")
        self.program.write_text(f"#!{sys.executable} -I\n{source}", "utf-8")
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)
        self.does("well")

    def does(self, what: str) -> None:
        (self._folder / "doing").write_text(what, "utf-8")

    @property
    def starts(self) -> list[dict[str, Any]]:
        path = self._folder / "starts"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    @property
    def options(self) -> dict[str, Any]:
        """Of a worker."""
        return {"converts": True, "blender": str(self.program), "addon_version": "1.2.3"}


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path / "program")


@pytest.fixture
def ready_job(make_job: MakeJob, folder: Path) -> Callable[[], Job]:
    """A job whose model was paid for and is on the disk."""

    def make() -> Job:
        job = make_job("https://a.test", task_id="task-1", state=JobState.DOWNLOADING)
        path = folder / job.id / "model.glb"
        path.write_bytes(glb({"asset": {"version": "2.0"}}))
        return job.after(model_downloaded(str(path), ModelFormat.GLB))

    return make


@pytest.fixture
def convert(folder: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A converter in this process."""
    monkeypatch.setenv("MODELSTREAM_API_KEY", "")
    made = Converter(Configure(str(folder), **stand_in.options), Journal(folder))
    yield made
    made.close()


def run(worker: Worker, job: Job) -> Event:
    """What came of a job whose model is there."""
    worker.run(job)
    return outcome(worker, job)


def outcome(worker: Worker, job: Job) -> Event:
    worker.until(lambda: worker.of(job, Prepared, Failed, Cancelled), f"what comes of {job.id}")
    return worker.of(job, Prepared, Failed, Cancelled)[-1]


def in_place(event: Event) -> str:
    """Why a model is to be imported in place."""
    assert isinstance(event, Prepared)
    assert not event.path
    assert event.why is not None
    why = event.why.english()
    assert why.startswith("Imported in place: ")
    return why.partition(": ")[2]


def test_it_starts_while_the_model_is_made_and_is_kept(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker, stand_in: StandIn
) -> None:
    simulator = start_simulator(seconds=1.5)
    worker = start_worker(**stand_in.options)
    jobs = [make_job(simulator.url) for _ in range(2)]
    worker.run(jobs[0])
    worker.until(lambda: stand_in.starts, "the start")
    assert not worker.of(jobs[0], Downloaded)
    assert isinstance(outcome(worker, jobs[0]), Prepared)
    assert [event.note for event in worker.of(jobs[0], Delayed)] == [text("import.preparing")]
    assert isinstance(run(worker, jobs[1]), Prepared)

    (start,) = stand_in.starts
    worker.end()
    assert not alive(start["pid"])
    assert not Path(start["folder"]).exists()


def test_it_gets_neither_the_key_nor_the_artists_settings(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSTREAM_API_KEY", KEY)
    for name in ("BLENDER_USER_SCRIPTS", "BLENDER_SYSTEM_SCRIPTS", "PYTHONPATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "/home/ada")
    worker = start_worker(**stand_in.options)
    run(worker, ready_job())

    (start,) = stand_in.starts
    assert KEY not in json.dumps(start)
    assert "/home/ada" not in start["environment"].values()
    assert "MALLOC_ARENA_MAX" not in start["environment"]  # the worker's own, which is made of one piece
    for name in ("BLENDER_USER_RESOURCES", "TMPDIR", "TEMP", "TMP"):
        assert start["environment"][name] == start["folder"]
    for word in ("--background", "--factory-startup", "--offline-mode", "--disable-autoexec"):
        assert word in start["words"]
    if Path("/proc/self").exists():
        for name in ("environ", "cmdline"):
            assert KEY.encode() not in Path(f"/proc/{start['pid']}/{name}").read_bytes()


def test_three_at_once_get_each_its_own(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    worker = start_worker(at_once=3, **stand_in.options)
    jobs = [ready_job() for _ in range(3)]
    for job in jobs:
        worker.run(job)
    for job in jobs:
        event = outcome(worker, job)
        assert isinstance(event, Prepared)
        assert Path(event.path).read_text("utf-8") == job.model_path
    assert len(stand_in.starts) == 1


def test_what_was_prepared_goes_when_the_model_is_in_the_scene_or_the_worker_ends(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn, folder: Path, tmp_path: Path
) -> None:
    worker = start_worker(**stand_in.options)
    done, waits, local = ready_job(), ready_job(), ready_job()
    file = Path(local.model_path).rename(tmp_path / "chair.glb")
    (folder / local.id / "picture.png").unlink()
    (folder / local.id).rmdir()
    local = image_job(
        local.id, "chair", "", local.settings, "", 0.0, state=JobState.READY,
        artifacts=model_downloaded(str(file), ModelFormat.GLB).artifacts,
    )  # fmt: skip
    for job in (done, waits, local):
        assert isinstance(run(worker, job), Prepared)
        assert (folder / job.id / "model.blend").is_file()
    assert not (folder / local.id / "job.json").exists()
    worker.handle.send(Ended(done.after(Imported("Disc"))))
    wait_for(lambda: not (folder / done.id / "model.blend").exists(), "the end of what was prepared")
    assert (folder / done.id / "model.glb").is_file()

    worker.end()
    assert not (folder / waits.id / "model.blend").exists()
    assert Path(waits.model_path).is_file()
    assert not (folder / local.id).exists()
    assert file.is_file()


def test_without_the_preference_there_is_no_process(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    worker = start_worker(**{**stand_in.options, "converts": False})
    assert run(worker, ready_job()) == Prepared()
    worker.configure(**stand_in.options)
    event = run(worker, ready_job())
    assert isinstance(event, Prepared)
    assert event.path


def test_switched_off_while_a_job_waits(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    """It was told that its model would be prepared, so it waits for that."""
    worker = start_worker(at_once=1, **stand_in.options)
    stand_in.does("hang")
    first, second = ready_job(), ready_job()
    worker.run(first)
    worker.run(second)
    worker.until(lambda: worker.of(first, Delayed), "the first to begin")
    worker.configure(at_once=1)
    worker.handle.send(Cancel(first.id))
    assert outcome(worker, second) == Prepared()


def test_no_program(ready_job: Callable[[], Job], start_worker: StartWorker, tmp_path: Path) -> None:
    worker = start_worker(converts=True, blender=str(tmp_path / "no blender"))
    for _ in range(3):
        assert in_place(run(worker, ready_job())) == "a second Blender could not be started"
    assert worker.log.count("no converter") == retry.CONVERTER_STARTS


def test_a_program_that_does_not_start(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    stand_in.does("end")
    worker = start_worker(**stand_in.options)
    for _ in range(4):
        assert in_place(run(worker, ready_job())) == "a second Blender could not be started"
    assert len(stand_in.starts) == retry.CONVERTER_STARTS


def test_a_program_that_never_comes_up(
    ready_job: Callable[[], Job], convert: Converter, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.program.write_text(f"#!{sys.executable} -I\nimport time\ntime.sleep(600)\n", "utf-8")
    monkeypatch.setattr(retry, "CONVERTER_START_SECONDS", 0.2)
    event = convert.prepare(ready_job(), ThreadStop())
    assert event is not None
    assert in_place(event) == "a second Blender could not be started"


def test_one_that_ended_between_two_jobs_is_started_anew(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    worker = start_worker(**stand_in.options)
    for number in range(retry.CONVERTER_STARTS + 2):
        event = run(worker, ready_job())
        assert isinstance(event, Prepared)
        assert event.path
        assert len(stand_in.starts) == number + 1
        pid = stand_in.starts[-1]["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid: not alive(pid), "its end")


def test_little_memory(ready_job: Callable[[], Job], convert: Converter, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ready_job()
    needed = retry.memory_needed(Path(job.model_path).stat().st_size)
    for free, enough in ((needed - 1, False), (needed, True), (-1, True)):
        monkeypatch.setattr(conversion, "_available_memory", lambda free=free: free)
        event = convert.prepare(job, ThreadStop())
        assert isinstance(event, Prepared)
        assert event.why == (None if enough else text("import.in_place.memory"))


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="this system does not tell in a file")
def test_free_memory_is_known() -> None:
    assert 10_000_000 < conversion._available_memory() < 2**50


def test_no_room_for_a_second_copy(ready_job: Callable[[], Job], convert: Converter, folder: Path) -> None:
    job = ready_job()
    model = Path(job.model_path).rename(folder / "model.glb")
    job = replace(job, artifacts=model_downloaded(str(model), ModelFormat.GLB).artifacts)
    for path in (folder / job.id).iterdir():
        path.unlink()
    (folder / job.id).rmdir()
    (folder / job.id).write_text("no folder can be made here")
    event = convert.prepare(job, ThreadStop())
    assert event is not None
    assert in_place(event) == "the disk cannot hold a second copy"


def test_a_mistake_of_ours_imports_in_place(
    ready_job: Callable[[], Job],
    convert: Converter,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in.does("fail internal")
    event = convert.prepare(ready_job(), ThreadStop())
    assert event is not None
    assert in_place(event) == "it could not be set up in the background"

    monkeypatch.setattr(retry, "conversion_deadline", lambda size: 1 / 0)
    event = convert.prepare(ready_job(), ThreadStop())
    assert event is not None
    assert in_place(event) == "it could not be set up in the background"


@pytest.mark.parametrize(
    "said",
    [
        '{"message": "Fault", "text": "an order could not be read: Spot.x: nan is no number"}',
        '{"message": "Converted", "job_id": "JOB", "prepared": {"path": "x", "inspection": {"outside": NaN}}}',
        '{"message": "Converted", "job_id": "JOB", "prepared": 7}',
        '{"message": "Converted", "job_id": "JOB", "failure": {"kind": "of a newer version", "text": {"key": ""}}}',
        '{"message": "Converted", "job_id": "another"}',
        '{"message": "Converted", "job_id": ""}',
        '{"job": "JOB", "event": "Cancelled"}',
        "Segmentation fault",
        "[" * 100_000,
        "",
    ],
    ids=lambda said: said[:60],
)
def test_whatever_it_says_of_an_order_is_heard_at_once(
    ready_job: Callable[[], Job],
    convert: Converter,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    said: str,
) -> None:
    """Not at the deadline, after which the file would be taken for dangerous."""
    monkeypatch.setattr(retry, "conversion_deadline", lambda size: 5.0)
    stand_in.does(f"say {said}")
    job = ready_job()
    event = convert.prepare(job, ThreadStop())
    assert event is not None
    assert in_place(event) == "it could not be set up in the background"
    assert {path.name for path in (folder / job.id).iterdir()} == {"picture.png", "model.glb"}

    stand_in.does("well")
    event = convert.prepare(ready_job(), ThreadStop())
    assert isinstance(event, Prepared)
    assert event.path, "the next model has a second Blender again"


def test_a_file_that_holds_no_model_fails_as_it_would_in_place(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn, folder: Path
) -> None:
    stand_in.does("fail import")
    worker = start_worker(**stand_in.options)
    job = ready_job()
    event = run(worker, job)
    assert isinstance(event, Failed)
    assert (event.failure.kind, event.failure.text) == (Kind.IMPORT, text("import.no_mesh"))
    assert record_of(folder, job.id)["state"] == "failed"
    assert Path(job.model_path).is_file()


def test_a_file_that_kills_it_is_kept_away_from_blender(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn, folder: Path
) -> None:
    worker = start_worker(**stand_in.options)
    for number in range(retry.CONVERTER_STARTS + 1):  # which says nothing of the program
        stand_in.does("crash")
        job = ready_job()
        event = run(worker, job)
        assert isinstance(event, Failed)
        assert event.failure.kind is Kind.MODEL_DANGEROUS
        check_sentence(event.failure)
        assert (record_of(folder, job.id)["state"], Path(job.model_path).is_file()) == ("failed", True)
        assert {path.name for path in (folder / job.id).iterdir()} == {"job.json", "model.glb"}

        stand_in.does("well")
        event = run(worker, ready_job())
        assert isinstance(event, Prepared)
        assert event.path
        assert len(stand_in.starts) == number + 2
    check_folder(folder)


def test_a_file_that_hangs_it_is_kept_away_from_blender(
    ready_job: Callable[[], Job], convert: Converter, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(retry, "conversion_deadline", lambda size: 0.5)
    stand_in.does("hang")
    job = ready_job()
    event = convert.prepare(job, ThreadStop())
    assert isinstance(event, Failed)
    assert event.failure.kind is Kind.MODEL_DANGEROUS
    check_sentence(event.failure)
    assert not alive(stand_in.starts[0]["pid"])
    assert not list((folder / job.id).glob("model.part*"))

    stand_in.does("well")
    event = convert.prepare(ready_job(), ThreadStop())
    assert isinstance(event, Prepared)
    assert event.path


def test_cancelled_while_it_is_prepared(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn, folder: Path
) -> None:
    worker = start_worker(at_once=3, **stand_in.options)
    stand_in.does("hang")
    job, waits, last = (ready_job() for _ in range(3))
    worker.run(job)
    wait_for((folder / job.id / "model.part").exists, "its work on the file")
    worker.run(waits)
    worker.until(lambda: worker.of(waits, Delayed), "the next one's turn")
    for each in (waits, job):
        worker.handle.send(Cancel(each.id))
        worker.handle.send(Ended(each.after(Cancelled())))
    (start,) = stand_in.starts
    wait_for(lambda: not alive(start["pid"]), "the end of the work", 1.0)

    stand_in.does("well")
    event = run(worker, last)
    assert isinstance(event, Prepared)
    assert event.path
    assert not worker.of(job, Failed, Prepared)
    assert not worker.of(waits, Failed, Prepared)
    assert {path.name for path in (folder / job.id).iterdir()} == {"job.json", "model.glb"}


def test_closed_while_it_is_prepared(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn, folder: Path
) -> None:
    worker = start_worker(**stand_in.options)
    stand_in.does("hang")
    job = ready_job()
    worker.run(job)
    wait_for((folder / job.id / "model.part").exists, "its work on the file")
    worker.end(5)
    wait_for(lambda: not alive(stand_in.starts[0]["pid"]), "the end of the second Blender")
    assert Path(job.model_path).is_file()
    assert not list((folder / job.id).glob("model.part*"))


def test_closed_for_good(ready_job: Callable[[], Job], convert: Converter, stand_in: StandIn) -> None:
    """A thread that is late starts none that nobody would end."""
    convert.close()
    convert.warm()
    event = convert.prepare(ready_job(), ThreadStop())
    assert event is not None
    assert in_place(event)
    assert stand_in.starts == []


def test_the_workers_end_by_force_ends_it(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    worker = start_worker(**stand_in.options)
    run(worker, ready_job())
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not alive(stand_in.starts[0]["pid"]), "the end of the second Blender")


PARENT = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.messages import Configure, Run, UseAccount
from tripo_blender.core.account import Credentials
from tripo_blender.core.serialization import from_record
from tripo_blender.worker.handle import WorkerHandle
order = json.loads(sys.stdin.readline())
handle = WorkerHandle(Path(order["log"]))
job = from_record(Job, order["job"])
handle.send(Configure(order["folder"], **order["options"]))
handle.send(UseAccount(Credentials(job.account, order["key"])))
handle.send(Run(job))
print(handle.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("doing", ["well", "hang"])
def test_when_blender_is_killed_both_end(
    start_parent: Callable[..., Any],
    ready_job: Callable[[], Job],
    stand_in: StandIn,
    folder: Path,
    tmp_path: Path,
    doing: str,
) -> None:
    stand_in.does(doing)
    order = {"folder": str(folder), "log": str(tmp_path / "parent.log"), "options": stand_in.options}
    parent = start_parent(PARENT, order | {"job": ready_job()})
    worker = int(parent.stdout.readline())
    wait_for(lambda: stand_in.starts, "the second Blender")
    parent.kill()
    wait_for(lambda: not alive(worker), "the worker's end")
    wait_for(lambda: not alive(stand_in.starts[0]["pid"]), "the end of the second Blender")


def test_a_model_over_the_limit_is_kept_and_comes_in_under_a_higher_one(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, stand_in: StandIn
) -> None:
    worker = start_worker(**stand_in.options, model_memory=1_000_000)
    job = make_job(simulator.url)
    failed = run(worker, job)
    assert isinstance(failed, Failed)
    assert failed.failure.kind is Kind.MODEL_FILE
    assert "raise the limit in the preferences" in failed.failure.sentence
    (refused,) = failed.refused
    check_file(Path(refused.path))  # it is whole

    again = replace(job, id="again", task_id="task-1", state=JobState.DOWNLOADING)
    again = again.after(model_downloaded(refused.path, ModelFormat.GLB))
    assert run(worker, again) == Failed(failed.failure)
    worker.configure(**stand_in.options)
    once_more = replace(again, id="once-more")
    assert isinstance(run(worker, once_more), Prepared)


def test_a_hostile_file_never_reaches_it(
    ready_job: Callable[[], Job], start_worker: StartWorker, stand_in: StandIn
) -> None:
    worker = start_worker(**stand_in.options)
    job = ready_job()
    elsewhere = {"uri": "data:/../../private.png"}
    Path(job.model_path).write_bytes(glb({"asset": {"version": "2.0"}, "images": [elsewhere]}))
    stand_in.does("crash")
    failed = run(worker, job)
    assert isinstance(failed, Failed)
    assert failed.failure.kind is Kind.MODEL_FILE
