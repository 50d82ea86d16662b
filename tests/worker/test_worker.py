"""The worker's process through its handle: orders in, events out."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.account import Account
from tripo_blender.core.events import Cancelled, Downloaded, Imported, Started, TaskCreated
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Cancel, Ended, Learnt
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

from .course import DEADLINE, KEY, SERVICE, check_folder, orders, record_of, wait_for
from .processes import Worker

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")


def test_one_job(simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path) -> None:
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    job = worker.until_ended(job)
    assert job.state is JobState.READY
    assert Path(job.model_path).is_file()
    assert record_of(folder, job.id)["state"] == "ready"
    worker.end()
    check_folder(folder)


def test_after_the_import(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    job = worker.until_ended(job).after(Imported("Disc"))
    worker.handle.send(Ended(job))
    (folder / job.id / "model.part").write_bytes(b"left behind")
    wait_for(lambda: record_of(folder, job.id)["state"] == "done", "the record")
    worker.end()
    # The picture is there for another try, and what the service made of it to be shown and imported again.
    assert {path.name for path in (folder / job.id).iterdir()} == {
        "job.json",
        "model.glb",
        "picture.png",
        "preview.png",
    }


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_at_once_than_asked_for(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, at_once: int
) -> None:
    worker = start_worker(at_once=at_once)
    jobs = [make_job(simulator.url) for _ in range(at_once + 2)]
    for job in jobs:
        worker.run(job)
    assert {worker.until_ended(job).state for job in jobs} == {JobState.READY}
    running, most, order = 0, 0, []
    for job_id, event in worker.events:
        if isinstance(event, Started):
            order.append(job_id)
            running += 1
            most = max(most, running)
        if isinstance(event, Downloaded):
            running -= 1
    assert most == at_once
    assert set(order[:at_once]) == {job.id for job in jobs[:at_once]}
    assert len(simulator.creates()) == len(orders(simulator)) == len(jobs)


def test_more_at_once_from_now_on(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker
) -> None:
    simulator = start_simulator(seconds=60)
    worker = start_worker(at_once=1)
    jobs = [make_job(simulator.url) for _ in range(2)]
    for job in jobs:
        worker.run(job)
    worker.until(lambda: worker.of(jobs[0], TaskCreated), "the first task")
    assert not worker.of(jobs[1], Started)
    worker.configure(at_once=2)
    worker.until(lambda: worker.of(jobs[1], TaskCreated), "the second task")


def test_cancelled(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator = start_simulator(seconds=60)
    worker = start_worker(at_once=1)
    first, second, third = jobs = [make_job(simulator.url) for _ in range(3)]
    for job in jobs:
        worker.run(job)
    worker.until(lambda: worker.of(first, TaskCreated), "the first task")

    worker.handle.send(Cancel(second.id))  # waits its turn
    worker.until(lambda: worker.of(second, Cancelled), "the second to be cancelled", 2)
    assert not (folder / second.id).exists()
    assert not worker.of(first, Cancelled)

    simulator.options(seconds=0.05)
    worker.handle.send(Cancel(first.id))  # is being made
    worker.until(lambda: worker.of(first, Cancelled), "the first to be cancelled", 2)
    assert worker.until_ended(third).state is JobState.READY
    record = record_of(folder, first.id)
    assert (record["state"], record["task_id"]) == ("cancelled", simulator.creates()[0]["answer"]["task_id"])
    assert {path.name for path in (folder / first.id).iterdir()} == {"job.json"}
    assert len(orders(simulator)) == 2
    worker.handle.send(Cancel("nobody"))
    worker.handle.send(Cancel(first.id))
    worker.end()


def test_cancelled_while_it_is_ordered(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator.play([{"on": "create", "do": "delay", "seconds": 0.5}])
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: orders(simulator), "the order")
    worker.handle.send(Cancel(job.id))
    ended = worker.until_ended(job)
    assert ended.state is JobState.CANCELLED
    assert ended.task_id == simulator.creates()[0]["answer"]["task_id"]
    wait_for(lambda: record_of(folder, job.id)["state"] == "cancelled", "the record")
    assert record_of(folder, job.id)["task_id"] == ended.task_id


def test_a_paid_job_that_waits_its_turn_is_cancelled(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """A job of an earlier day, taken up again: its task stays on record."""
    simulator = start_simulator(seconds=60)
    worker = start_worker(at_once=1)
    first = make_job(simulator.url)
    task_id = "11111111-2222-4333-8444-555555555555"
    second = make_job(simulator.url, state=JobState.GENERATING, task_id=task_id)
    Journal(folder).write(second)
    for job in (first, second):
        worker.run(job)
    worker.until(lambda: worker.of(first, TaskCreated), "the first task")
    worker.handle.send(Cancel(second.id))
    worker.until(lambda: worker.of(second, Cancelled), "the second to be cancelled")
    record = record_of(folder, second.id)
    assert (record["state"], record["task_id"]) == ("cancelled", task_id)


@posix
def test_a_worker_that_does_not_read_holds_nobody_up(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Hundreds of jobs are handed over while it stands still: they are taken at once, and reach it in order."""
    worker = start_worker(at_once=1)
    worker.until(lambda: worker.handle.alive, "its start")
    os.kill(worker.handle.pid, signal.SIGSTOP)
    jobs = [make_job(simulator.url) for _ in range(300)]
    for job in jobs[3:]:
        Journal(folder).cancel(job.id)

    def hand_over() -> None:
        for job in jobs:
            worker.run(job)

    thread = threading.Thread(target=hand_over, daemon=True)
    thread.start()
    thread.join(DEADLINE)
    stands_still = thread.is_alive()
    os.kill(worker.handle.pid, signal.SIGCONT)
    assert not stands_still
    assert worker.handle._orders.unwritten
    assert [worker.until_ended(job).state for job in jobs[:3]] == [JobState.READY] * 3
    assert {worker.until_ended(job).state for job in jobs[3:]} == {JobState.CANCELLED}
    started = [job_id for job_id, event in worker.events if isinstance(event, Started)]
    assert started == [job.id for job in jobs[:3]]
    assert len(orders(simulator)) == 3


@posix
@pytest.mark.parametrize("how", ["end", "close"])
def test_what_was_handed_over_reaches_it_before_the_end(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path, how: str
) -> None:
    worker = start_worker()
    done = [make_job("https://a.test", task_id=f"task-{number}", state=JobState.DONE) for number in range(200)]
    for job in done:
        worker._jobs[job.id] = job
        assert worker.handle.send(Ended(job))
    if how == "close":
        worker.handle.close(DEADLINE)
    else:
        worker.handle.end()
        assert not worker.handle.send(Ended(done[0])), "it takes no more"
        wait_for(lambda: worker.handle.receive() or not worker.handle.alive, "its end")
    worker.check_end()
    assert not worker.handle._orders.unwritten


def test_the_same_job_twice_is_bought_once(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker
) -> None:
    simulator.play([{"on": "create", "do": "delay", "seconds": 0.3, "times": None}])
    worker = start_worker()
    job, other = make_job(simulator.url), make_job(simulator.url)
    for each in (job, job, other):
        worker.run(each)
    assert worker.until_ended(other).state is JobState.READY
    assert worker.until_ended(job).state is JobState.READY
    worker.end()
    assert len(orders(simulator)) == 2


def test_what_one_gateway_taught_is_not_for_another(
    start_simulator: Callable[..., SimulatorProcess],
    simulator: SimulatorProcess,
    make_job: MakeJob,
    start_worker: StartWorker,
) -> None:
    """The user changes the base URL while the worker runs."""
    demanding = start_simulator(uploads=(), model_field="required")
    simulator.options(data_uri="refused", model_field="refused")
    worker = start_worker()
    first, second = make_job(demanding.url), make_job(simulator.url)
    worker.run(first)
    assert worker.until_ended(first).state is JobState.READY
    worker.run(second)
    assert worker.until_ended(second).state is JobState.READY


def test_a_pin_is_taken_out_again(simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker) -> None:
    simulator.options(data_uri="refused")
    worker = start_worker(upload_method="data-uri")
    first, second = make_job(simulator.url), make_job(simulator.url)
    worker.run(first)
    assert worker.until_ended(first).state is JobState.FAILED
    worker.configure(upload_method="")
    worker.run(second)
    assert worker.until_ended(second).state is JobState.READY


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"message": "Dance"}',
        b'{"message": ["Run"]}',
        b'{"event": {}}',
        b'{"message": "Run"}',
        b'{"message": "Run", "job": 7}',
        b'{"message": "Configure", "key": "k", "folder": "f", "at_once": "many"}',
        b'{"job": "job1", "event": "Started"}',
        b"[" * 100_000,
    ],
    ids=lambda line: line[:50].decode("ascii", "replace"),
)
def test_a_line_of_garbage(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, line: bytes
) -> None:
    worker = start_worker()
    assert worker.handle._orders.put(line + b"\n")
    job = make_job(simulator.url)
    worker.run(job)
    worker.until(lambda: worker.of(job, TaskCreated), "the task")
    assert all(KEY not in fault.text for fault in worker.faults)


@needs_proc
def test_the_key_is_in_its_pipe_alone(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVICE.key_variable, KEY)
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    worker.until(lambda: worker.of(job, TaskCreated), "the task")
    process = Path(f"/proc/{worker.handle.pid}")
    environment = (process / "environ").read_bytes()
    assert b"PATH=" in environment
    assert SERVICE.key_variable.encode() not in environment
    for data in (environment, (process / "cmdline").read_bytes()):
        assert KEY.encode() not in data


def test_what_was_learnt_is_told_and_taken_over_by_the_next_worker(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker
) -> None:
    simulator.options(uploads=("upload",), model_field="required")
    first, second = make_job(simulator.url), make_job(simulator.url)
    worker = start_worker()
    worker.run(first)
    assert worker.until_ended(first).state is JobState.READY
    worker.end()
    assert worker.learnt == [Learnt(Account(base_url=simulator.url), "upload", "model field")]
    simulator.forget()

    worker = start_worker()
    worker.handle.send(Learnt(Account(base_url=simulator.url), "upload", "model field"))
    worker.run(second)
    assert worker.until_ended(second).state is JobState.READY
    assert [entry["path"].rsplit("/", 1)[-1] for entry in simulator.requests() if entry["method"] == "POST"] == [
        "upload",
        "task",
    ]


def test_a_job_that_comes_while_another_ends_is_written_down_once(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker
) -> None:
    """The thread of the one that ends takes the next that waits, at the moment at which that one is being added."""
    simulator.options(data_uri="refused")
    worker = start_worker(upload_method="data-uri")
    for _ in range(30):
        job = make_job(simulator.url)
        worker.run(job)
        failure = worker.until_ended(job).failure
        assert failure is not None
        assert failure.kind != "disk", failure
