"""Stands in for Blender: takes up whatever is on record as the add-on does, and hears what the worker tells.

It may be killed at any time, as its worker may; the next one takes up what is left.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tripo_blender.core.job import Job, JobState  # noqa: E402
from tripo_blender.core.messages import Configure, Happened, Run  # noqa: E402
from tripo_blender.core.records import to_record  # noqa: E402
from tripo_blender.core.unfinished import Way, resumed  # noqa: E402
from tripo_blender.worker.handle import WorkerHandle  # noqa: E402
from tripo_blender.worker.journal import Journal  # noqa: E402

_LOOK_SECONDS = 0.02
_PATIENCE = 180.0  # s for a worker that finishes a purchase
_ELSEWHERE_SECONDS = 0.2


def take_up(journal: Journal) -> tuple[list[Job], bool]:
    """Give the jobs to be carried out, as for a user who resumes every one, and whether another process has some.

    What is ready stays so, as in a Blender that renders; what is uncertain waits for a user who looks.
    """
    jobs, elsewhere = [], False
    for job in journal.read():
        found = journal.unfinished(job)
        if found is not None and found.way in (Way.ORDER, Way.FOLLOW):
            jobs.append(resumed(found))
        elsewhere = elsewhere or (found is None and job.working)
    return jobs, elsewhere


def carry_out(order: dict[str, Any], place: Path, jobs: list[Job]) -> None:
    """Until all have ended, or the worker has."""
    ownership = Journal(place / "jobs").ownership
    worker = WorkerHandle(place / "worker.log")
    with (place / "workers").open("a") as file:
        file.write(f"{worker.pid}\n")
    worker.send(Configure(order["key"], str(place / "jobs"), order["at_once"]))
    live = {job.id: job for job in jobs}
    ended: dict[str, Job] = {}
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
                        told.write(json.dumps(to_record(ended.setdefault(job.id, live.pop(job.id)))) + "\n")
                        told.flush()
            if not alive and not messages:
                break
            time.sleep(_LOOK_SECONDS)
    worker.close(_PATIENCE)
    for job in ended.values():
        if job.state is JobState.UNCERTAIN:  # no other Blender shall offer it
            ownership.take(job.id, tries=1)


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
    journal = Journal(place / "jobs")
    while True:
        jobs, elsewhere = take_up(journal)
        if jobs:
            carry_out(order, place, jobs)
        elif elsewhere:
            time.sleep(_ELSEWHERE_SECONDS)
        else:
            journal.ownership.release_all()
            carry_out(order, place, [])  # another day: what the killed ones left is tidied up
            return 0


if __name__ == "__main__":
    sys.exit(main())
