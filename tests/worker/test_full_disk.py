"""A disk that is full at each write of a job in turn: nothing is ordered that could not be remembered, or forgotten."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.recovery import Way
from tripo_blender.core.serialization import from_record, to_record
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

from .course import KEY, SMALL, check_kept, check_sentence, orders, record_of, uncertain
from .processes import ROOT

MakeJob = Callable[..., Job]
MOST_WRITES = 16  # more than any job has
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to a process's files")

# Runs jobs, each with a disk that has no room from its n-th opening of a file for writing on: for that one, or for all.
SCRIPT = """
import json, os, resource, sys
sys.path.insert(0, sys.argv[1])
from dataclasses import replace
from pathlib import Path
from tripo_blender.core import retry as plan
from tripo_blender.core.account import Credentials
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record, to_record
from tripo_blender.worker import foreground

order = json.load(sys.stdin)
plan.retry_wait = lambda *_: 0.01
plan.poll_wait = lambda *_: 0.02
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
opened = full_at = 0

def opens(event, arguments):
    global opened
    if event != "open" or not full_at or not str(arguments[0]).startswith(order["folder"]):
        return
    mode, flags = arguments[1:]
    if set(mode or "") & set("wax+") if mode else flags & (os.O_WRONLY | os.O_RDWR):
        opened += 1
        full = opened == full_at or (order["stays"] and opened > full_at)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0 if full else hard, hard))

sys.addaudithook(opens)
ends = []
for number, record in enumerate(order["jobs"], 1):
    opened, full_at, events = 0, number, []
    job = from_record(Job, record)
    job = foreground.run(job, Credentials(job.account, order["key"]), Path(order["folder"]), events.append)
    reached, full_at = opened >= full_at, 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    told = [getattr(event, "task_id", "") for event in events]
    ends.append({"job": to_record(job), "reached": reached, "tasks": [task for task in told if task]})
print(json.dumps(ends))
"""


@pytest.mark.parametrize("stays", [False, True], ids=["for a moment", "for good"])
@pytest.mark.parametrize("again", [False, True], ids=["ordered", "sent again"])
def test_the_disk_is_full_at_each_write(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, again: bool, stays: bool
) -> None:
    jobs = [make_job(simulator.url, replace(SMALL, model_seed=number)) for number in range(1, MOST_WRITES + 1)]
    if again:
        jobs = [uncertain(job, folder) for job in jobs]
    order = {"jobs": [to_record(job) for job in jobs], "key": KEY, "folder": str(folder), "stays": stays}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT)],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ends = json.loads(done.stdout)
    assert 6 <= sum(end["reached"] for end in ends) < MOST_WRITES
    for end in ends:
        check(simulator, folder, from_record(Job, end["job"]), end["tasks"], again=again)
    assert len(orders(simulator)) == len(simulator.creates()) <= len(jobs)
    whole = [end for end in ends if not end["reached"]]
    assert all(end["job"]["state"] == "ready" for end in whole)


def check(simulator: SimulatorProcess, folder: Path, job: Job, told: list[str], *, again: bool) -> None:
    """What is true of one of them, however it went."""
    bought = [entry["answer"]["task_id"] for entry in simulator.creates() if made_for(entry, job)]
    assert len(bought) <= 1
    assert told == bought
    if job.failure is not None:
        check_sentence(job.failure)
        assert job.failure.kind in (Kind.DISK, Kind.UNCERTAIN), job.failure
    journal = Journal(folder)
    recorded = journal.record_of(job.id)  # whole, or not there
    found = journal.unfinished(recorded) if recorded is not None else None
    if bought:
        assert job.task_id == bought[0]
        assert found is not None, recorded
        assert found.job.task_id == bought[0] or found.way is Way.DECIDE, "bought, and ordered again at the next start"
        assert record_of(folder, job.id)["state"] not in ("queued", "uploading", "uncertain"), "it was not written down"
    elif again:
        check_kept(folder, job)
    else:
        assert job.state is JobState.FAILED
        assert found is None or found.way is Way.ORDER


def made_for(entry: dict[str, Any], job: Job) -> bool:
    return bool(entry["body"].get("model_seed") == job.settings.model_seed)
