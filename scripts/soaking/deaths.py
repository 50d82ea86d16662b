"""Who was killed when, and which jobs that may have touched."""

import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_HEARD_SECONDS = 2.0  # in which the stand-in for Blender hears what its worker tells, on a busy machine


class Deaths:
    """Watches the records, and remembers how they were when somebody was killed."""

    def __init__(self, jobs: Path) -> None:
        self.count: Counter[str] = Counter()
        self._jobs = jobs
        self._seen: dict[str, float] = {}  # when each job's folder was there for the last time
        self._desks: list[float] = []
        self._ordering: set[str] = set()

    def watch(self) -> None:
        """See which jobs are there."""
        now = time.monotonic()
        self._seen.update((path.name, now) for path in self._jobs.iterdir() if path.is_dir())

    def note(self, who: str) -> None:
        """Remember who was killed just now: worker, desk (the stand-in for Blender) or both."""
        self.count[who] += 1
        if who != "desk":
            self._ordering.update(self.ordering())
        if who != "worker":
            self._desks.append(time.monotonic())

    def ordering(self) -> Iterator[str]:
        """Give the jobs whose orders are out, by their records."""
        for path in self._jobs.glob("job*/job.json"):
            with contextlib.suppress(OSError, ValueError):  # one that is spoilt says nothing
                job = json.loads(path.read_text("utf-8"))["job"]
                if job.get("state") == "submitting":
                    yield path.parent.name

    def while_ordering(self, job_id: str) -> bool:
        """Whether a worker was killed while this job's order was out."""
        return job_id in self._ordering

    def unheard(self, job_id: str) -> bool:
        """Whether the one who would have heard of this job's end was killed just then."""
        return any(abs(died - self._seen.get(job_id, 0.0)) < _HEARD_SECONDS for died in self._desks)
