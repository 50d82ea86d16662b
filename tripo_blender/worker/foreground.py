"""Runs one job in the foreground, for scripts and the command line: no timer, no other process; Ctrl-C cancels."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

from ..core.job import Event, Failed, Job, JobState
from ..core.model_limits import Limits
from ..core.network import Network
from .calls.client import Client
from .habits import HabitBook
from .journal import Journal
from .runner import Runner

_LOOK_SECONDS = 0.1  # between two looks at Ctrl-C while a purchase waits for its next attempt

T = TypeVar("T")


class Interrupt:
    """A `Stop` that Ctrl-C sets.

    It tears the run out of whatever it waits for, except from a purchase: that one is read to its end, so that
    the task's id is known. A second Ctrl-C goes through everywhere.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self._shielded = False

    def is_set(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self.cancelled

    def wait(self, timeout: float) -> bool:
        """Sleep; Ctrl-C raises out of it, or ends it soon while shielded."""
        until = time.monotonic() + timeout
        while not self.cancelled and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
        return self.cancelled

    def aside(self, work: Callable[[], T], _seconds: float, /) -> Callable[[], T | None]:
        """Do `work` when it is waited for: Blender wants no threads, and Ctrl-C tears the run out."""
        return work

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Keep Ctrl-C from interrupting what is done inside."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answer Ctrl-C for as long as this is entered. Only the main thread can; elsewhere nothing is changed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        again, self.cancelled = self.cancelled, True
        if again or not self._shielded:
            raise KeyboardInterrupt


_habits = HabitBook()  # for a script that makes many models


def run(
    job: Job,
    key: str,
    folder: Path,
    rung: str,
    emit: Callable[[Event], None],
    origin: str = "",
    network: Network = Network(),  # noqa: B008  # frozen
    limits: Limits = Limits(),  # noqa: B008
) -> Job:
    """Carry a job as far as it goes without Blender, and give it as it is then; `emit` is told every event.

    A job that is ready stays this process's own until its end is written down.
    """
    stop, journal = Interrupt(), Journal(folder)
    if (failure := journal.begin(job)) is not None:
        emit(Failed(failure))
        return job.after(Failed(failure))
    try:
        with Client(key, origin, network) as client, stop.listening():
            job = Runner(job, client, journal, stop, emit, _habits.of(job.base_url, rung), limits).run()
    finally:
        if job.state is not JobState.READY:
            journal.ownership.release(job.id)
    return job
