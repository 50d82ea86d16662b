"""Bursts of Ctrl-C at every moment of a job: it ends, nothing is ordered afterwards, and what was ordered is known."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.job import Job
from tripo_blender.core.recovery import Way
from tripo_blender.core.serialization import from_record
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

from .course import check_kept, downloads, orders, previews, uncertain, wait_for
from .test_foreground import SCRIPT

MakeJob = Callable[..., Job]
StartParent = Callable[[str, dict[str, Any]], "subprocess.Popen[str]"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")
PRESSES = 15
GAP_SECONDS = 0.004  # between two presses; a key that is held down repeats every 30 ms
FULL = {"code": 2000, "message": "You have exceeded the limit of generation", "suggestion": ""}


@dataclass(frozen=True)
class Moment:
    """What the simulator plays so that a job stands still there, and how it is seen that it does."""

    rule: dict[str, Any] | None
    arrived: Callable[[SimulatorProcess], Any]
    ordered: bool = True


def polled(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    return [entry for entry in simulator.requests() if entry["method"] == "GET" and "/task/" in entry["path"]]


MOMENTS = {
    "upload": Moment({"on": "upload", "do": "delay", "seconds": 60}, SimulatorProcess.requests, ordered=False),
    "full quota": Moment(
        {"on": "create", "do": "status", "status": 429, "body": FULL, "headers": {"Retry-After": "60"}, "times": None},
        orders,
        ordered=False,
    ),
    "order": Moment({"on": "create", "do": "delay", "seconds": 0.5}, orders),
    "order, its answer lost": Moment(
        {"on": "create", "do": "hang", "process": True, "seconds": 0.5}, SimulatorProcess.creates
    ),
    "generation": Moment({"on": "poll", "do": "task", "fields": {"status": "running"}, "times": None}, polled),
    "a poll that hangs": Moment({"on": "poll", "do": "hang", "seconds": 60, "times": None}, polled),
    "download": Moment({"on": "download", "do": "slow", "rate": 10, "times": None}, downloads),
    "preview": Moment({"on": "preview", "do": "delay", "seconds": 60}, previews),
}


@pytest.mark.parametrize("again", [False, True], ids=["", "sent again"])
@pytest.mark.parametrize("name", MOMENTS)
def test_ctrl_c_again_and_again(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    folder: Any,
    start_parent: StartParent,
    name: str,
    again: bool,
) -> None:
    moment = MOMENTS[name]
    simulator.play([moment.rule] if moment.rule else [])
    job = make_job(simulator.url)
    if again:
        job = uncertain(job, folder)
    script = start_parent(SCRIPT, {"job": job, "folder": str(folder)})
    wait_for(lambda: moment.arrived(simulator), f"the {name}")
    for _ in range(PRESSES):
        script.send_signal(signal.SIGINT)
        time.sleep(GAP_SECONDS)
    out, errors = script.communicate(timeout=20)
    sent = len(orders(simulator))
    if moment.ordered:
        wait_for(simulator.creates, "the task, which the service makes all the same")
    bought = [entry["answer"]["task_id"] for entry in simulator.creates()]
    assert len(bought) == moment.ordered
    journal = Journal(folder)
    recorded = journal.record_of(job.id)
    found = journal.unfinished(recorded) if recorded is not None else None
    assert found is None or found.way not in (Way.ORDER, Way.FOLLOW), "offered although it was cancelled"
    if bought and (recorded is None or recorded.task_id != bought[0]):
        assert found is not None, errors
        assert found.way is Way.DECIDE
    elif not bought and again:
        check_kept(folder, job)
    elif not bought:
        assert recorded is None, "nothing was ordered, and yet it is offered"
    if script.returncode == 0:
        ended = from_record(Job, json.loads(out.splitlines()[-1])["job"])
        assert ended.state in (JobState.CANCELLED, JobState.UNCERTAIN)
        assert ended.state is JobState.UNCERTAIN or ended.task_id == "".join(bought)
    assert len(orders(simulator)) == sent, "ordered after it was cancelled"
