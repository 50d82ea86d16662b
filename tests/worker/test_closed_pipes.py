"""The worker's pipes closed at each moment of a job: it is bought once, and the next worker brings it in."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.job import Job
from tripo_blender.core.recovery import Way, resumed
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

from .course import downloads, orders, wait_for
from .processes import Worker

MakeJob = Callable[..., Job]


def polls(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    return [entry for entry in simulator.requests() if entry["method"] == "GET" and "/task/" in entry["path"]]


# What the simulator plays so that a job stands still for a moment, and how it is seen that it does.
MOMENTS: dict[str, tuple[dict[str, Any], Callable[[SimulatorProcess], Any]]] = {
    "upload": ({"on": "upload", "do": "delay", "seconds": 0.4}, SimulatorProcess.requests),
    "order": ({"on": "create", "do": "delay", "seconds": 0.4}, orders),
    "generation": ({"on": "poll", "do": "delay", "seconds": 0.4}, polls),
    "download": ({"on": "download", "do": "delay", "seconds": 0.4}, downloads),
}


@pytest.mark.parametrize("both", [False, True], ids=["orders", "orders and events"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_pipe_closes(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    start_worker: Callable[..., Worker],
    folder: Path,
    moment: str,
    both: bool,
) -> None:
    rule, arrived = MOMENTS[moment]
    simulator.play([rule])
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    wait_for(lambda: arrived(simulator), f"the {moment}")
    (worker.handle.close if both else worker.handle.end)()
    wait_for(lambda: not worker.handle.alive, "its end")
    assert worker.handle._process.returncode == 0, worker.log
    assert "Traceback" not in worker.log
    recorded = Journal(folder).record_of(job.id)
    assert recorded is not None
    found = Journal(folder).unfinished(recorded)
    assert found is not None
    assert (found.way is Way.ORDER) == (moment == "upload"), found
    if found.way is not Way.TAKE_IN:
        simulator.play([])
        another = start_worker()
        another.run(resumed(found))
        assert another.until_ended(found.job).state is JobState.READY
    assert len(orders(simulator)) == len(simulator.creates()) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows closes no descriptor of another process")
def test_its_log_cannot_be_written(simulator: SimulatorProcess, make_job: MakeJob, tmp_path: Path) -> None:
    """A disk that is full for the log alone changes nothing."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is full")
    log = tmp_path / "worker.log"
    log.symlink_to("/dev/full")
    worker = Worker(tmp_path / "jobs", log)
    simulator.play([{"on": "poll", "do": "close", "times": 2}])
    job = make_job(simulator.url)
    worker.run(job)
    assert worker.until_ended(job).state is JobState.READY
    worker.handle.close(10)
    assert worker.handle._process.returncode == 0
