"""Stands in for Blender: takes up whatever is on record as the add-on does, and hears what the worker tells.

It may be killed at any time, as its worker may; the next one takes up what is left.
"""

import importlib
import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tripo_blender.core.job import AnswerLost, Job, JobState  # noqa: E402
from tripo_blender.core.messages import Configure, Happened, Run  # noqa: E402
from tripo_blender.core.records import to_record  # noqa: E402
from tripo_blender.core.services.modelstream import lost_answer  # noqa: E402
from tripo_blender.worker.handle import WorkerHandle  # noqa: E402
from tripo_blender.worker.journal import Journal  # noqa: E402

_LOOK_SECONDS = 0.02
_PATIENCE = 180.0  # s for a worker that finishes a purchase
_OWNED = importlib.util.find_spec("tripo_blender.core.unfinished") is not None


def take_up(journal: Journal) -> tuple[list[Job], bool]:
    """Give the jobs to be carried out, and whether another process still has one."""
    jobs, elsewhere = [], False
    for job in journal.read():
        if job.state is JobState.SUBMITTING and not _is_elsewhere(journal, job):
            journal.write(job.after(AnswerLost(lost_answer("the process ended while it ordered"))))
        elif job.working and _is_elsewhere(journal, job):
            elsewhere = True
        elif job.working:
            jobs.append(_resumed(journal, job) if _OWNED else job)
    return jobs, elsewhere


def _is_elsewhere(journal: Any, job: Job) -> bool:
    return _OWNED and bool(journal.ownership.elsewhere(job.id))


def _resumed(journal: Any, job: Job) -> Job:
    """As the add-on's own rules have it, at the word of a user who wants every job."""
    found = journal.unfinished(job)
    return job if found is None else importlib.import_module("tripo_blender.core.unfinished").resumed(found)


def carry_out(order: dict[str, Any], place: Path, jobs: list[Job]) -> None:
    """Until all have ended, or the worker has."""
    worker = WorkerHandle(place / "worker.log")
    with (place / "workers").open("a") as file:
        file.write(f"{worker.pid}\n")
    worker.send(Configure(order["key"], str(place / "jobs"), order["at_once"]))
    live = {job.id: job for job in jobs}
    for job in jobs:
        worker.send(Run(job))
    with (place / "told").open("a") as told:
        while live:
            alive = worker.alive
            messages = worker.receive()
            for message in messages:
                if isinstance(message, Happened) and message.job_id in live:
                    job = live[message.job_id] = live[message.job_id].after(message.event)
                    if not job.working:
                        told.write(json.dumps(to_record(live.pop(job.id))) + "\n")
                        told.flush()
            if not alive and not messages:
                break
            time.sleep(_LOOK_SECONDS)
    worker.close(_PATIENCE)


def wait_for_workers(place: Path) -> None:
    """Where jobs have no owner on record, nobody takes them up while an earlier worker still ends."""
    until = time.monotonic() + _PATIENCE
    pids = [int(line) for line in (place / "workers").read_text().split()] if (place / "workers").exists() else []
    while any(runs(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def runs(pid: int) -> bool:
    """Whether a process still runs; one that nobody has waited for yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def main() -> int:
    order = json.loads(sys.stdin.readline())
    place = Path(order["place"])
    while True:
        if not _OWNED:
            wait_for_workers(place)
        jobs, elsewhere = take_up(Journal(place / "jobs"))
        if jobs:
            carry_out(order, place, jobs)
        elif elsewhere:
            time.sleep(0.2)
        else:
            return 0


if __name__ == "__main__":
    sys.exit(main())
