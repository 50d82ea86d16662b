"""How the worker's process ends: told to, killed, or left alone."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.events import Delayed, Imported, TaskCreated, model_downloaded
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Cancel, Configure, Ended, Run
from tripo_blender.core.recovery import Way, resumed
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.handle import WorkerHandle

from .course import check_folder, orders, record_of, wait_for
from .processes import Worker, alive

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")


@posix
def test_killed(simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker) -> None:
    worker = start_worker()
    simulator.play([{"on": "create", "do": "delay", "seconds": 0.5}])
    job = make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: orders(simulator), "the order")
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not worker.handle.alive, "the end")
    for _ in range(3):
        worker.handle.receive()
        assert not worker.handle.send(Cancel(job.id))
    worker.handle.log_tail()
    worker.handle.close()
    assert worker.handle.receive() == []


@posix
def test_ctrl_c_in_the_terminal_is_not_for_it(start_worker: StartWorker) -> None:
    worker = start_worker()
    assert os.getsid(worker.handle.pid) != os.getsid(0)


def test_it_ends_at_once_when_it_has_nothing_to_do(start_worker: StartWorker) -> None:
    start_worker().end()


def test_closed_before_it_was_configured(tmp_path: Path) -> None:
    handle = WorkerHandle(tmp_path / "worker.log")
    handle.close(10)
    assert not handle.alive
    assert handle.log_tail() == ""
    handle.close()


def test_closed_while_it_orders(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """What was sent is written down, though nobody listens any more; what waits is not begun."""
    simulator.play([{"on": "create", "do": "delay", "seconds": 0.5, "times": None}])
    worker = start_worker(at_once=1)
    job, waiting = make_job(simulator.url), make_job(simulator.url)
    for each in (job, waiting):
        worker.run(each)
    wait_for(lambda: orders(simulator), "the order")
    worker.handle.close()
    assert worker.handle.alive
    assert not simulator.creates()
    wait_for(lambda: not worker.handle.alive, "its own end")
    record = record_of(folder, job.id)
    assert (record["state"], record["task_id"]) == ("generating", simulator.creates()[0]["answer"]["task_id"])
    assert len(orders(simulator)) == 1
    assert Path(waiting.picture).is_file()
    worker.check_end()


def test_refused_when_nobody_listens_any_more(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Blender ended while the order was out, so no user has read why it failed: it waits for the next start."""
    simulator.play([{"on": "create", "do": ["delay", "status"], "seconds": 0.5, "status": 401, "body": {}}])
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: orders(simulator), "the order")
    worker.handle.close()
    wait_for(lambda: not worker.handle.alive, "its own end")
    assert record_of(folder, job.id)["state"] == "failed"
    found = Journal(folder).unfinished(Journal(folder).read()[0])
    assert found is not None
    assert (found.way, found.waits) == (Way.ORDER, True)
    again = start_worker()
    again.run(resumed(found))
    assert again.until_ended(found.job).state is JobState.READY
    assert len(orders(simulator)) == 2


def test_failed_when_nobody_listens_though_orders_come(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """A dead Blender's orders are still in the pipe: none of them is begun, and what failed is not forgotten."""
    simulator.play([{"on": "upload", "do": ["delay", "status"], "seconds": 0.3, "status": 401, "body": {}}])
    worker = start_worker()
    job, late = make_job(simulator.url), make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: any("/upload" in entry["path"] for entry in simulator.requests()), "the upload")
    worker.handle._process.stdout.close()
    wait_for(lambda: not Journal(folder).ownership.elsewhere(job.id), "the refusal")
    worker.run(late)
    worker.handle.end()
    wait_for(lambda: not worker.handle.alive, "its own end")
    assert record_of(folder, job.id)["state"] == "failed"
    assert not orders(simulator)
    assert not (folder / late.id / "job.json").exists()


def test_closed_before_the_order_is_sent_again(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """It was surely refused and waits: nothing about it is uncertain."""
    full = {"code": 2000, "message": "no", "suggestion": ""}
    simulator.play([{"on": "create", "do": "status", "status": 429, "body": full, "headers": {"Retry-After": "60"}}])
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    worker.until(lambda: any("busy" in event.note.english() for event in worker.of(job, Delayed)), "the refusal")
    worker.end(5)
    found = Journal(folder).unfinished(Journal(folder).read()[0])
    assert found is not None
    assert found.way is Way.ORDER


def test_closed_while_it_generates(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator = start_simulator(seconds=60)
    worker = start_worker()
    jobs = [make_job(simulator.url) for _ in range(3)]
    for job in jobs:
        worker.run(job)
    for job in jobs:
        worker.until(lambda job=job: worker.of(job, TaskCreated), "its task")
    worker.end(2)
    assert {record_of(folder, job.id)["state"] for job in jobs} == {"generating"}


def test_nobody_reads_for_a_while(simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker) -> None:
    """Blender renders: its events pile up in the pipe, and come when it reads again."""
    worker = start_worker(at_once=3)
    jobs = [make_job(simulator.url) for _ in range(3)]
    for job in jobs:
        worker.run(job)
    wait_for(lambda: len([entry for entry in simulator.requests() if entry["server"] == "files"]) >= 3, "the models")
    assert [worker.until_ended(job).state for job in jobs] == [JobState.READY] * 3


PARENT = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Configure, Run, UseAccount
from tripo_blender.core.account import Credentials
from tripo_blender.core.serialization import from_record
from tripo_blender.worker.handle import WorkerHandle
order = json.loads(sys.stdin.readline())
handle = WorkerHandle(Path(order["log"]))
job = from_record(Job, order["job"])
handle.send(Configure(order["folder"]))
handle.send(UseAccount(Credentials(job.account, order["key"])))
handle.send(Run(job))
print(handle.pid, flush=True)
while True:
    handle.receive()
    time.sleep(0.01)
"""


@posix
@pytest.mark.parametrize("during", ["order", "generation"])
def test_its_parent_is_killed(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    folder: Path,
    tmp_path: Path,
    start_parent: Callable[[str, dict[str, Any]], Any],
    during: str,
) -> None:
    simulator = start_simulator(seconds=60)
    simulator.play([{"on": "create", "do": "delay", "seconds": 0.5 if during == "order" else 0}])
    job = make_job(simulator.url)
    parent = start_parent(PARENT, {"job": job, "log": str(tmp_path / "worker.log"), "folder": str(folder)})
    pid = int(parent.stdout.readline())
    assert alive(pid)
    wait_for(lambda: orders(simulator) if during == "order" else simulator.creates(), "the order")
    parent.kill()
    parent.wait()
    wait_for(lambda: not alive(pid), "the worker's own end", 10)
    record = record_of(folder, job.id)
    assert (record["state"], record["task_id"]) == ("generating", simulator.creates()[0]["answer"]["task_id"])
    assert len(orders(simulator)) == 1
    check_folder(folder)


def test_messages_need_a_configuration_first(start_worker: StartWorker, make_job: MakeJob, tmp_path: Path) -> None:
    handle = WorkerHandle(tmp_path / "another.log")
    assert handle.send(Run(make_job("https://a.test")))
    assert handle.send(Configure(str(tmp_path / "elsewhere")))
    handle.close(10)
    assert not handle.alive


def test_an_end_that_was_told_is_written_down_though_nobody_listens_any_more(
    make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """Blender brought the model in, said so, and was closed."""
    worker = start_worker()
    job = make_job("https://a.test", task_id="task-1", state=JobState.DOWNLOADING)
    model = folder / job.id / "model.glb"
    model.write_bytes(b"x")
    job = job.after(model_downloaded(str(model), ModelFormat.GLB))
    Journal(folder).write(job)
    worker.handle._process.stdout.close()
    assert worker.handle._process.stdin is not None
    worker.handle._process.stdin.write(b"no order\n")  # what it says of that is heard by nobody
    assert worker.handle.send(Ended(job.after(Imported("Disc"))))
    worker.handle.end()
    wait_for(lambda: not worker.handle.alive, "the worker's end")
    assert record_of(folder, job.id)["state"] == "done"
