"""Stands in for Blender and its user: takes up whatever is on record, hears what the worker tells, decides, cancels.

It may be killed at any time, as its worker may; the next one takes up what is left.
"""

import json
import math
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from simulator.process import SimulatorProcess  # noqa: E402
from soaking.words import AGAIN, CANCEL, GIVE_UP, LEAVE, OFFERED, TASK, Words  # noqa: E402
from soaking.wrong import WRONGS  # noqa: E402
from tripo_blender.core.account import Credentials  # noqa: E402
from tripo_blender.core.events import Cancelled  # noqa: E402
from tripo_blender.core.job import Job  # noqa: E402
from tripo_blender.core.messages import Cancel, Configure, Happened, Run, UseAccount  # noqa: E402
from tripo_blender.core.recovery import Unfinished, Way, resumed  # noqa: E402
from tripo_blender.core.serialization import to_record  # noqa: E402
from tripo_blender.core.states import JobState  # noqa: E402
from tripo_blender.storage.journal import Journal  # noqa: E402
from tripo_blender.worker import handle  # noqa: E402

_LOOK_SECONDS = 0.02
_PATIENCE = 180.0  # s for a worker that finishes a purchase
_ELSEWHERE_SECONDS = 0.2
_MOST_DECISIONS = 3  # of one job, which is left alone then
_CANCELLED_SHARE = 6  # every so many jobs, the user cancels one
_CANCEL_SECONDS = 2.0  # after it has begun, at the latest
_CANCELLED_WAITING = 0.4  # of these jobs, how many before they have begun
# What the user says of an uncertain job, and how often of a hundred times.
_DECISIONS = {AGAIN: 40, TASK: 20, GIVE_UP: 5, LEAVE: 35}


class Desk:
    """One Blender and its user, from its start until nothing is left to be done, or until it is killed."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._place = Path(order["place"])
        self._journal = Journal(self._place / "jobs")
        self._words = Words(self._place / "words")
        self._chance = random.Random(order["seed"])

    def work(self) -> None:
        """Take up and carry out until nothing waits."""
        while True:
            jobs, elsewhere = self._take_up()
            if jobs:
                self._carry_out(jobs)
            elif elsewhere:
                time.sleep(_ELSEWHERE_SECONDS)
            else:
                self._journal.ownership.release_all()
                self._carry_out([])  # another day: what the killed ones left is tidied up
                return

    def _take_up(self) -> tuple[list[Job], bool]:
        """Return the jobs to be carried out, as for a user who resumes every one, and whether another process has some.

        What is ready stays so, as in a Blender that renders.
        """
        jobs, elsewhere = [], False
        for job in self._journal.read():
            found = self._journal.unfinished(job)
            if found is None:
                elsewhere = elsewhere or job.working
            elif found.way is Way.DECIDE:
                jobs += self._decided(found)
            elif found.way in (Way.ORDER, Way.FOLLOW):
                self._words.say(job.id, OFFERED)
                jobs.append(resumed(found))
        return jobs, elsewhere

    def _decided(self, found: Unfinished) -> list[Job]:
        """Return an uncertain job as the user's word has it go on; nothing where it is given up or left alone."""
        job = found.job
        said = [word for word in self._words.of(job.id) if word in _DECISIONS]
        if LEAVE in said:
            return []
        (word,) = self._chance.choices(list(_DECISIONS), list(_DECISIONS.values()))
        tasks = self._tasks(job) if word == TASK else []
        if len(said) >= _MOST_DECISIONS or (word == TASK and not tasks):
            word = LEAVE
        self._words.say(job.id, word)
        if word == AGAIN:
            return [resumed(found, send_again=True)]
        if word == TASK:
            return [resumed(found, task_id=tasks[-1])]
        if word == GIVE_UP and self._journal.ownership.take(job.id, tries=1):
            self._journal.end(job.after(Cancelled()))
        return []

    def _tasks(self, job: Job) -> list[str]:
        """Return the tasks of a job that the user's account shows."""
        account = SimulatorProcess()
        account.url = job.base_url
        seed = job.settings.model_seed
        return [task["task_id"] for task in account.tasks() if task["input"].get("model_seed") == seed]

    def _carry_out(self, jobs: list[Job]) -> None:
        """Until all have ended, or the worker has."""
        worker = handle.WorkerHandle(self._place / "worker.log")
        with (self._place / "workers").open("a") as file:
            file.write(f"{worker.pid}\n")
        worker.send(Configure(str(self._place / "jobs")))
        for account in {job.account for job in jobs}:
            worker.send(UseAccount(Credentials(account, self._order["key"], self._order["at_once"])))
        live = {job.id: job for job in jobs}
        ended: dict[str, Job] = {}
        for job in jobs:
            worker.send(Run(job))
        cancels = self._planned_cancels(jobs)
        while live:
            alive = worker.alive
            messages = worker.receive()
            for message in messages:
                if isinstance(message, Happened) and message.job_id in live:
                    live[message.job_id] = live[message.job_id].after(message.event)
            for job_id in [job_id for job_id, job in live.items() if job.working and self._is_time(cancels, job)]:
                # As the add-on's Cancel does it: the job is over for the user, and its worker may be told to end.
                self._words.say(job_id, CANCEL)
                self._journal.cancel(job_id)
                worker.send(Cancel(job_id))
                live[job_id] = live[job_id].after(Cancelled())
            for job in [job for job in live.values() if not job.working]:
                ended[job.id] = live.pop(job.id)
                tell(self._place, job)
            if not alive and not messages:
                break
            time.sleep(_LOOK_SECONDS)
        worker.close(_PATIENCE)
        for job in ended.values():
            if job.state is JobState.UNCERTAIN:  # no other Blender shall offer it
                self._journal.ownership.take(job.id, tries=1)

    def _planned_cancels(self, jobs: list[Job]) -> dict[str, float]:
        """Return when the user cancels each of some jobs; infinity: once it has begun."""
        now, chosen = time.monotonic(), [job for job in jobs if int(job.id[3:]) % _CANCELLED_SHARE == 2]
        waits = {job.id: self._chance.random() < _CANCELLED_WAITING for job in chosen}
        return {
            job: now + self._chance.uniform(0, _CANCEL_SECONDS) if early else math.inf for job, early in waits.items()
        }

    def _is_time(self, cancels: dict[str, float], job: Job) -> bool:
        """Whether a job is to be cancelled now."""
        if cancels.get(job.id) == math.inf and job.state is not JobState.QUEUED:
            cancels[job.id] = time.monotonic() + self._chance.uniform(0, _CANCEL_SECONDS)
        return cancels.get(job.id, math.inf) < time.monotonic()


def tell(place: Path, job: Job) -> None:
    """Write down how the user sees a job end."""
    with (place / "told").open("a") as told:
        told.write(json.dumps(to_record(job)) + "\n")


def runs(pid: int) -> bool:
    """Whether a process still runs; one that nobody has waited for yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()


if __name__ == "__main__":
    order = json.loads(sys.stdin.readline())
    if order["wrong"]:
        handle._PROCESS = Path(__file__).with_name("wrong.py")  # noqa: SLF001
        os.environ["SOAK_WRONG"] = order["wrong"]
        WRONGS[order["wrong"]]()
    Desk(order).work()
