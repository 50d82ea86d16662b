"""A cancel is the user's last word: however the worker ends after it, nothing that was cancelled is ordered later."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.events import (
    AnswerLost,
    Cancelled,
    Delayed,
    Downloaded,
    Started,
    Submitting,
    TaskCreated,
    model_downloaded,
)
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Cancel, Ended
from tripo_blender.core.recovery import Way
from tripo_blender.core.services.purchase import lost_answer
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

from .course import check_folder, downloads, orders, record_of, wait_for
from .processes import Worker
from .test_purchases import answer, native, on_create

pytestmark = pytest.mark.oldest_requests("how its connections are closed under it")

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
StartSimulator = Callable[..., SimulatorProcess]
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")

AT: dict[str, list[dict[str, Any]]] = {
    "queued": [{"on": "upload", "do": "hang", "seconds": 60}],
    "uploading": [{"on": "upload", "do": "hang", "seconds": 60}],
    "refused": on_create(answer(429, native(1007), headers={"Retry-After": "60"}, times=None)),
    "submitting": on_create({"do": "delay", "seconds": 1}),
    "generating": [{"on": "poll", "do": "hang", "seconds": 60}],
    "downloading": [{"on": "download", "do": "hang", "seconds": 60}],
    "ready": [],
}


def polls(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    return [entry for entry in simulator.requests() if entry["method"] == "GET" and "/task/" in entry["path"]]


def arrived(state: str, worker: Worker, simulator: SimulatorProcess, job: Job) -> None:
    """Wait until the job is where it is to be cancelled: in a call that hangs, as a rule."""
    conditions: dict[str, Callable[[], Any]] = {
        "queued": simulator.requests,
        "uploading": simulator.requests,
        "refused": lambda: worker.of(job, Delayed),
        "submitting": lambda: orders(simulator),
        "generating": lambda: polls(simulator),
        "downloading": lambda: downloads(simulator),
        "ready": lambda: worker.of(job, Downloaded),
    }
    worker.until(conditions[state], state)


def check_never_ordered(folder: Path, job: Job, simulator: SimulatorProcess, *, lost: bool = False) -> None:
    """What the next session finds: nothing, or an order of which nobody knows what became, to be decided about."""
    journal = Journal(folder)
    recorded = journal.record_of(job.id)
    found = journal.unfinished(recorded) if recorded else None
    if lost:
        assert found is not None
        assert found.way is Way.DECIDE
    else:
        assert found is None, found
        assert recorded is None or recorded.state is JobState.CANCELLED
        bought = [entry["answer"]["task_id"] for entry in simulator.creates()]
        assert recorded is None or recorded.task_id == "".join(bought)


def minutes_ago(folder: Path, job: Job) -> None:
    """Have the job's cancel be an old one: nobody is about to hear it any more."""
    os.utime(folder / job.id / "cancelled", (time.time() - 100,) * 2)


@pytest.mark.parametrize("end", ["closed", "pipe closed", "killed"])
@pytest.mark.parametrize("state", AT)
def test_the_worker_ends_right_after(
    start_simulator: StartSimulator,
    make_job: MakeJob,
    start_worker: StartWorker,
    folder: Path,
    state: str,
    end: str,
) -> None:
    if end == "killed" and sys.platform == "win32":
        pytest.skip("Windows has no such signal")
    simulator = start_simulator(seconds=0.1)
    simulator.play(AT[state])
    worker = start_worker(at_once=1)
    job = make_job(simulator.url)
    if state == "queued":
        worker.run(make_job(simulator.url))
    worker.run(job)
    arrived(state, worker, simulator, job)

    Journal(folder).cancel(job.id)  # as Blender does, before it says so to the worker
    worker.handle.send(Cancel(job.id))
    if end == "killed":  # together with Blender, before either could do any more about it
        os.kill(worker.handle.pid, signal.SIGKILL)
        wait_for(lambda: not worker.handle.alive, "its end")
    elif end == "pipe closed":
        worker.handle.close(10)
        worker.check_end()
    else:  # Blender goes on and hears the worker to its end
        worker.handle.end()
        wait_for(lambda: not worker.handle.alive, "its end")
        worker.check_end()
        raw = folder / job.id / "job.json"
        assert not raw.exists() or record_of(folder, job.id)["state"] == "cancelled"
    check_never_ordered(folder, job, simulator, lost=state == "submitting" and end == "killed")


def test_the_record_says_so_as_soon_as_the_word_is_read(
    start_simulator: StartSimulator, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Also where nobody left a mark, and the run's own thread hangs in a call."""
    simulator = start_simulator(seconds=0.1)
    simulator.play([{"on": "upload", "do": "hang", "seconds": 60}, {"on": "poll", "do": "hang", "seconds": 60}])
    worker = start_worker()
    first, second = make_job(simulator.url), make_job(simulator.url, picture="https://pictures.example.test/cat.png")
    for job in (first, second):
        worker.run(job)
    worker.until(lambda: polls(simulator), "the second to be made")
    for job in (first, second):
        worker.handle.send(Cancel(job.id))
        worker.until(lambda job=job: worker.of(job, Cancelled), "its word")
    assert not (folder / first.id).exists()
    assert record_of(folder, second.id)["state"] == "cancelled"
    worker.end()
    check_folder(folder)


def test_a_mark_stops_an_order_whose_message_never_came(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Blender was killed with its message still in hand."""
    simulator.play([{"on": "upload", "do": "delay", "seconds": 0.4}])
    worker = start_worker(at_once=1)
    job, behind = make_job(simulator.url), make_job(simulator.url)
    for each in (job, behind):
        worker.run(each)
    wait_for(simulator.requests, "the upload")
    for each in (job, behind):
        Journal(folder).cancel(each.id)
    assert worker.until_ended(job).state is JobState.CANCELLED
    assert worker.until_ended(behind).state is JobState.CANCELLED
    assert not orders(simulator)
    wait_for(lambda: Journal(folder).names() == [], "the folders to go, which follows the word")


def test_a_job_that_was_cancelled_before_the_worker_read_of_it(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    worker = start_worker()
    job = make_job(simulator.url)
    Journal(folder).cancel(job.id)
    worker.run(job)
    assert worker.until_ended(job).state is JobState.CANCELLED
    assert not worker.of(job, Started)
    assert not simulator.requests()
    assert not (folder / job.id).exists()


def test_a_job_on_record_that_was_cancelled_before_the_worker_began(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """The new worker tidies up before it reads its orders: the word that is meant for these is not used up by that."""
    job = make_job(simulator.url)
    Journal(folder).write(job)
    Journal(folder).cancel(job.id)
    worker = start_worker()
    worker.run(job)
    assert worker.until_ended(job).state is JobState.CANCELLED
    assert not simulator.requests()
    worker.end()
    assert not (folder / job.id).exists()


@needs_signals
def test_the_next_worker_writes_down_what_was_cancelled(
    start_simulator: StartSimulator, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator = start_simulator(seconds=60)
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    worker.until(lambda: worker.of(job, TaskCreated), "its task")
    Journal(folder).cancel(job.id)
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not worker.handle.alive, "its end")
    assert record_of(folder, job.id)["state"] == "generating"
    minutes_ago(folder, job)
    start_worker().end()
    assert record_of(folder, job.id)["state"] == "cancelled"
    assert {path.name for path in (folder / job.id).iterdir()} == {"job.json"}


def test_the_next_worker_leaves_nothing_of_what_was_cancelled_before_it_cost(
    make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    job = make_job("https://a.test")
    Journal(folder).write(job)
    Journal(folder).cancel(job.id)
    minutes_ago(folder, job)
    start_worker().end()
    assert not (folder / job.id).exists()


@needs_signals
def test_an_order_that_was_out_is_uncertain_and_may_be_sent_again(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """The mark of the old cancel does not stop what the user decides later."""
    simulator.play(on_create({"do": "delay", "seconds": 1}))
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: orders(simulator), "the order")
    Journal(folder).cancel(job.id)
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not worker.handle.alive, "its end")
    recorded = Journal(folder).record_of(job.id)
    assert recorded is not None
    assert recorded.state is JobState.UNCERTAIN
    simulator.play([])
    another = start_worker()
    another.run(recorded.after(Started()))
    assert another.until_ended(recorded).state is JobState.READY
    assert len(orders(simulator)) == 2


def test_the_answer_to_a_cancelled_order_is_lost(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Blender has called it cancelled by then; it is not."""
    simulator.play(on_create({"do": ["delay", "lost"], "seconds": 0.5}))
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: orders(simulator), "the order")
    Journal(folder).cancel(job.id)
    worker.handle.send(Cancel(job.id))
    worker.until(lambda: worker._jobs[job.id].state is JobState.UNCERTAIN, "the end")
    assert record_of(folder, job.id)["state"] == "uncertain"
    assert Path(job.picture).is_file()
    worker.end()
    check_never_ordered(folder, job, simulator, lost=True)


def test_a_cancel_that_comes_too_late_does_not_give_an_order_up(
    make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Its answer was lost a moment before, which the user had not heard: nobody gave up what may be bought."""
    job = make_job("https://a.test")
    for event in (Started(), Submitting(), AnswerLost(lost_answer("the connection broke off"))):
        job = job.after(event)
    Journal(folder).write(job)
    Journal(folder).cancel(job.id)
    minutes_ago(folder, job)
    start_worker().end()
    recorded = Journal(folder).record_of(job.id)
    assert recorded is not None
    assert recorded.state is JobState.UNCERTAIN
    assert Path(job.picture).is_file()


def test_a_model_that_is_set_up_is_cancelled(
    make_job: MakeJob, start_worker: StartWorker, folder: Path, tmp_path: Path
) -> None:
    """Blender says so twice: to stop the second Blender, and how the job ended."""
    worker = start_worker(converts=True, blender=sys.executable)
    job = make_job("https://a.test", task_id="task-1", state=JobState.DOWNLOADING)
    model = folder / job.id / "model.glb"
    model.write_bytes(b"x")
    job = job.after(model_downloaded(str(model), ModelFormat.GLB))
    Journal(folder).write(job)
    worker.run(job)
    worker.handle.send(Cancel(job.id))
    worker.handle.send(Ended(job.after(Cancelled())))
    wait_for(lambda: record_of(folder, job.id)["state"] != "ready", "its end")
    worker.end()
    assert model.is_file()
    assert not Journal(folder).ownership.elsewhere(job.id)


def test_a_cancel_in_the_instant_in_which_a_job_is_forgotten_leaves_no_folder(
    make_job: MakeJob, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, journal, rmdir = make_job("https://a.test"), Journal(folder), os.rmdir
    journal.write(job)
    words: list[bool] = []

    def late(path: Any, **more: Any) -> None:
        if not words:
            words.append(journal.cancel(job.id))
        rmdir(path, **more)

    monkeypatch.setattr(os, "rmdir", late)
    assert journal.forget(job.id)
    assert words == [True]
    assert not (folder / job.id).exists()


@pytest.mark.parametrize("end", ["cancelled", "forgotten"])
def test_what_ended_while_the_others_were_read_is_not_offered(make_job: MakeJob, folder: Path, end: str) -> None:
    job, journal = make_job("https://a.test").after(TaskCreated("task-1")), Journal(folder)
    journal.write(job)
    (read,) = journal.read()
    assert journal.unfinished(read) is not None
    if end == "cancelled":
        Journal(folder).end(job.after(Cancelled()))
    else:
        assert journal.forget(job.id)
    assert journal.unfinished(read) is None
