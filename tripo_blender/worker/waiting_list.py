"""The jobs that wait for a place, and which of them can start: a job may need what others give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..core.errors import Failure
from ..core.job import Job
from ..core.needs import Waits, circle, circle_failure, judged
from ..core.sentences.text import Text
from ..storage.journal import Journal


@dataclass
class WaitingList:
    """Jobs in the order in which they came. One that waits has no lock, no file and no thread."""

    journal: Journal
    _jobs: dict[str, Job] = field(default_factory=dict)
    _left: dict[str, Job] = field(default_factory=dict)  # as they were when they left their place
    _notes: dict[str, Text] = field(default_factory=dict)  # what each waits for
    _told: dict[str, Text] = field(default_factory=dict)  # and what of that is known

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._jobs

    def add(self, job: Job) -> None:
        """Put a job at the end."""
        self._jobs[job.id] = job
        self._left.pop(job.id, None)  # it is taken up again

    def pop(self, job_id: str) -> Job | None:
        """Take a job out; None where it does not wait."""
        self._notes.pop(job_id, None)
        self._told.pop(job_id, None)
        job = self._jobs.pop(job_id, None)
        self._left = {other: each for other, each in self._left.items() if self._is_needed(other)}
        return job

    def clear(self) -> None:
        """Take all out."""
        self._jobs.clear()

    def left(self, job: Job) -> None:
        """Remember how a job left its place, where one that waits needs it."""
        if self._is_needed(job.id):
            self._left[job.id] = job

    def first(self, running: Mapping[str, Job], limit: Callable[[Job], int]) -> tuple[Job, Job | Failure] | None:
        """Return the first job that can start, with what it is to be started as, or that never can, and why.

        `running` are those that have a place, as they are now; `limit` returns how many of a job's account
        may have one. None: no such job.
        """
        taken = Counter(job.account.identity for job in running.values())
        ring = circle(self._jobs)
        for job in self._jobs.values():
            free = taken[job.account.identity] < limit(job)
            if not job.request.needs or job.task_id:  # what was ordered needs nothing more
                if free:
                    return job, job
                continue
            if job.id in ring:
                return job, circle_failure(" and ".join(self._jobs[job_id].name for job_id in ring))
            verdict = judged(job, {need: self._now(need, running) for need in job.request.needs})
            if isinstance(verdict, Waits):
                self._notes[job.id] = verdict.note
            elif free or isinstance(verdict, Failure):
                return job, verdict
        return None

    def news(self) -> dict[str, Text]:
        """Return what jobs wait for, by their ids, where that has changed since this was last asked."""
        news = {job_id: note for job_id, note in self._notes.items() if self._told.get(job_id) != note}
        self._told |= news
        return news

    def _is_needed(self, job_id: str) -> bool:
        return any(job_id in each.request.needs for each in self._jobs.values())

    def _now(self, job_id: str, running: Mapping[str, Job]) -> Job | None:
        """Return a job as it is: here, or on record; None of one that is nowhere."""
        for known in (running, self._jobs, self._left):
            if job_id in known:
                return known[job_id]
        return self.journal.find(job_id)
