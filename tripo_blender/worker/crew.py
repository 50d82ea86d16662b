"""Runs several jobs side by side, each in a thread of the worker process; the rest wait their turn."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from ..core.job import Cancelled, Event, Job
from ..core.messages import Configure
from .client import Client
from .journal import Journal
from .runner import Habits, Runner


class ThreadStop:
    """A `Stop` that another thread sets."""

    def __init__(self) -> None:
        self.cancelled = False
        self._event = threading.Event()

    def set(self, *, cancelled: bool) -> None:
        """End the run: for good, by the user, or because the process closes."""
        self.cancelled = self.cancelled or cancelled
        self._event.set()

    def is_set(self) -> bool:
        """Whether the run shall end."""
        return self._event.is_set()

    def wait(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds; True as soon as the run shall end."""
        return self._event.wait(timeout)

    def shielded(self) -> AbstractContextManager[object]:
        """A thread is never torn down, so there is nothing to shield from."""
        return nullcontext()


class Crew:
    """The jobs of one worker: at most `at_once` run, in the order in which they came."""

    def __init__(
        self, configure: Configure, journal: Journal, habits: Habits, emit: Callable[[str, Event], None]
    ) -> None:
        self._key = configure.key
        self._at_once = configure.at_once
        self._journal = journal
        self._habits = habits
        self._emit = emit
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: dict[str, tuple[threading.Thread, ThreadStop]] = {}
        self._closed = False

    def run(self, job: Job) -> None:
        """Run a job as soon as a place is free."""
        with self._lock:
            self._waiting.append(job)
        self._fill()

    def cancel(self, job_id: str) -> None:
        """Stop a job; one that still waits never starts."""
        with self._lock:
            waiting = [job for job in self._waiting if job.id == job_id]
            for job in waiting:
                self._waiting.remove(job)
            running = self._running.get(job_id)
        if running is not None:
            running[1].set(cancelled=True)
        for job in waiting:
            self._journal.forget(job.id)
            self._emit(job.id, Cancelled())

    def resize(self, at_once: int, key: str) -> None:
        """Change how many run at once, and the key of those to come."""
        with self._lock:
            self._at_once, self._key = at_once, key
        self._fill()

    def close(self) -> None:
        """End every run where it is, and wait for a purchase that is under way; records stay to be taken up."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            running = list(self._running.values())
        for _, stop in running:
            stop.set(cancelled=False)
        for thread, _ in running:
            thread.join()

    def _fill(self) -> None:
        with self._lock:
            while self._waiting and len(self._running) < self._at_once and not self._closed:
                job, stop = self._waiting.popleft(), ThreadStop()
                thread = threading.Thread(target=self._work, args=(job, self._key, stop), name=f"job {job.id}")
                self._running[job.id] = (thread, stop)
                thread.start()

    def _work(self, job: Job, key: str, stop: ThreadStop) -> None:
        try:
            with Client(key) as client:
                Runner(job, client, self._journal, stop, lambda event: self._emit(job.id, event), self._habits).run()
        finally:
            with self._lock:
                del self._running[job.id]
            self._fill()
