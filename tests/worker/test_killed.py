"""A worker that is killed at every point of a job's way, and the job taken up by the next: bought once, never lost."""

import os
import signal
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import TripoError
from tripo_blender.core.events import Event, Started, Submitting, TaskCreated
from tripo_blender.core.job import Job
from tripo_blender.core.recovery import Unfinished, Way, resumed
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.worker import handle

from .conftest import Run
from .course import SERVICE, SMALL, downloads, orders, record_of, wait_for
from .processes import Worker

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")


def on_record(folder: Path, job: Job) -> Unfinished:
    """The job as the next Blender finds it."""
    recorded = Journal(folder).record_of(job.id)
    assert recorded is not None
    found = Journal(folder).unfinished(recorded)
    assert found is not None, recorded
    return found


def check_taken_up(found: Unfinished, worker: Worker, simulator: SimulatorProcess) -> None:
    """Another worker brings it to its end, with one create; or it says that it does not know, and waits for a word."""
    if found.way is Way.DECIDE:
        with pytest.raises(TripoError, match="paste the task's ID, generate it again, or discard it"):
            resumed(found)
        job = resumed(found, task_id=simulator.creates()[0]["answer"]["task_id"])
    else:
        job = resumed(found)
    worker.run(job)
    ended = worker.until_ended(job)
    assert ended.state is JobState.READY, ended.failure
    assert Path(ended.model_path).is_file()
    assert ended.name == "Disc"
    assert len(simulator.creates()) == 1
    assert ended.task_id == simulator.creates()[0]["answer"]["task_id"]


@pytest.mark.parametrize(
    ("state", "way"),
    [
        (JobState.QUEUED, None),
        (JobState.UPLOADING, Way.ORDER),
        (JobState.SUBMITTING, Way.ORDER),
        (JobState.GENERATING, Way.DECIDE),
        (JobState.DOWNLOADING, Way.FOLLOW),
        (JobState.READY, Way.FOLLOW),
    ],
)
def test_killed_before_it_is_written_down(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    start_worker: StartWorker,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: JobState,
    way: Way | None,
) -> None:
    job = make_job(simulator.url)
    monkeypatch.setenv("TRIPO_TEST_DIES_AT", state)
    with monkeypatch.context() as patch:
        patch.setattr(handle, "_PROCESS", Path(__file__).with_name("dying_worker.py"))
        dying = start_worker()
    dying.run(job)
    wait_for(lambda: not dying.handle.alive, "its end")
    assert dying.handle._process.returncode == -signal.SIGKILL
    if way is None:  # nothing had begun
        assert Journal(folder).read() == []
        assert not simulator.requests()
        return
    found = on_record(folder, job)
    assert found.way is way
    assert len(orders(simulator)) == (0 if way is Way.ORDER else 1)
    check_taken_up(found, start_worker(), simulator)


@pytest.mark.parametrize("during", ["upload", "order", "generation", "download", "ready"])
def test_killed_while_it_is_at_it(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    start_worker: StartWorker,
    folder: Path,
    during: str,
) -> None:
    simulator = start_simulator(seconds=2 if during == "generation" else 0.1)
    faults: dict[str, dict[str, Any]] = {
        "upload": {"on": "upload", "do": "hang", "seconds": 60},
        "order": {"on": "create", "do": ["delay", "lost"], "seconds": 1},
        "download": {"on": "download", "do": "hang", "seconds": 60},
    }
    simulator.play([faults[during]] if during in faults else [])
    job = make_job(simulator.url)
    worker = start_worker()
    worker.run(job)
    arrived: dict[str, Callable[[], Any]] = {
        "upload": simulator.requests,
        "order": lambda: orders(simulator),
        "generation": lambda: [entry for entry in simulator.requests() if entry["method"] == "GET"],
        "download": lambda: downloads(simulator),
        "ready": lambda: (folder / job.id / "job.json").exists() and record_of(folder, job.id).get("state") == "ready",
    }
    wait_for(arrived[during], f"the {during}")
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not worker.handle.alive, "its end")
    wait_for(lambda: during == "upload" or simulator.creates(), "the task, which the service makes all the same")

    found = on_record(folder, job)
    ways = {"upload": Way.ORDER, "order": Way.DECIDE, "ready": Way.TAKE_IN}
    assert found.way is ways.get(during, Way.FOLLOW)
    asked = len(simulator.requests())
    if during == "ready":
        Journal(folder).ownership.release(job.id)
        another = start_worker(key="")
        another.run(found.job)
        another.until(lambda: another.events, "that it may come in")
        assert len(simulator.requests()) == asked
        return
    check_taken_up(found, start_worker(), simulator)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.DOWNLOADING])
def test_killed_before_it_tidied_up(
    make_job: MakeJob, start_worker: StartWorker, folder: Path, state: JobState
) -> None:
    """The half of a model that nobody will go on with takes no room; one on its way is gone on with."""
    job = make_job("https://a.test", task_id="t", state=state)
    Journal(folder).write(job)
    for name in ("model.part", "model.part.json"):
        (folder / job.id / name).write_bytes(bytes(1000))
    start_worker().end()
    wanted = {"job.json"} if job.final else {"job.json", "model.part", "model.part.json", "picture.png"}
    assert {path.name for path in (folder / job.id).iterdir()} == wanted


def test_sent_again_at_the_user_s_word_alone(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator.play([{"on": "create", "do": "delay", "seconds": 60}])
    job = make_job(simulator.url)
    worker = start_worker()
    worker.run(job)
    wait_for(lambda: orders(simulator), "the order")
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not worker.handle.alive, "its end")
    simulator.play([])
    again = resumed(on_record(folder, job), send_again=True)
    another = start_worker()
    another.run(again)
    assert another.until_ended(again).state is JobState.READY
    assert len(orders(simulator)) == 2


class Full:
    """Has the one write that follows an event fail."""

    def __init__(self, home: Path, before: type[Event] | None) -> None:
        self.part = home / "job.part"
        self.before = before
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if self.part.is_dir():
            self.part.rmdir()
        if self.before is not None and isinstance(event, self.before):
            self.fill()

    def fill(self) -> None:
        """The next record finds no place: where it would be written there is a folder, until the next event."""
        self.part.mkdir()


@pytest.mark.parametrize("before", [None, Started, Submitting, TaskCreated], ids=str)
def test_the_disk_takes_no_record_once(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    folder: Path,
    quick: None,
    before: type[Event] | None,
) -> None:
    from tripo_blender.worker.gateway_profile import GatewayProfile
    from tripo_blender.worker.http.client import Client
    from tripo_blender.worker.pool import ThreadStop
    from tripo_blender.worker.runner import Runner

    from .course import KEY

    job = make_job(simulator.url)
    full = Full(folder / job.id, before)
    if before is None:
        full.fill()
    with Client(KEY) as client:
        ended = Runner(job, SERVICE, client, Journal(folder), ThreadStop(), full, GatewayProfile()).run()
    if before in (None, Started, Submitting):  # what follows is the order, which could not be remembered
        assert ended.state is JobState.FAILED
        assert not orders(simulator)
        return
    assert ended.state is JobState.READY
    told = [event for event in full.events if isinstance(event, TaskCreated)]
    assert [event.task_id for event in told] == [simulator.creates()[0]["answer"]["task_id"]]
    assert record_of(folder, job.id)["task_id"] == ended.task_id, "written as soon as there was room"
    assert len(orders(simulator)) == 1


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_jumps_changes_nothing(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
) -> None:
    simulator = start_simulator(seconds=0.5)
    job = make_job(simulator.url, SMALL)
    real, jump = time.time, cycle([0.0, hours * 3600.0])
    monkeypatch.setattr(time, "time", lambda: real() + next(jump))
    assert run(job).job.state is JobState.READY
    assert len(orders(simulator)) == 1
