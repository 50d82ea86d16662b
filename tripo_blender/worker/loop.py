"""The worker's main loop: orders in, events out, one line each; ends when the orders end."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterator
from io import RawIOBase
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from ..core.messages import Cancel, Configure, Ended, Fault, Happened, Learnt, Run, UseAccount, decode, encode
from ..core.serialization import RecordError
from ..storage import cleanup
from ..storage.journal import Journal
from .pipes import Lines
from .pool import Pool

_PRUNE_SECONDS = 60.0  # between two looks at all that is kept: with 10,000 jobs each takes a tenth of a second
_FOLDERS = 20  # that one step of cleaning up looks at, in about a millisecond
_PAUSE_SECONDS = 0.001  # in which a job that has just begun gets its turn, between two such steps
_LONG_SECONDS = 3600.0


class _Events:
    """Tells Blender what happens, as long as it listens."""

    def __init__(self, pipe: RawIOBase) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self.heard = True

    def tell(self, message: Happened | Learnt | Fault) -> bool:
        try:
            with self._lock:
                self._pipe.write(encode(message))
        except OSError:  # Blender is gone; the end of the orders follows
            logging.getLogger(__name__).info("nobody listens any more")
            self.heard = False
        return self.heard


class _Chores:
    """What is done in small steps while no order waits: cleaning up once, and keeping what is kept within its limit.

    That is looked at after the first job that ends, then once a while, and at the end.
    """

    def __init__(self) -> None:
        self.limit = 0  # bytes
        self._journal: Journal | None = None
        self._cleanup: Iterator[None] = iter(())
        self._cleaned = True
        self._pruned = -math.inf
        self._prunes = False

    def begin(self, journal: Journal) -> None:
        self._journal, self._cleanup, self._cleaned = journal, cleanup.steps(journal, time.time()), False

    def job_ended(self) -> None:
        self._prunes = True

    @property
    def seconds(self) -> float:
        """How long an order may be waited for before there is something to do."""
        if not self._cleaned:
            return _PAUSE_SECONDS
        return max(self._pruned + _PRUNE_SECONDS - time.monotonic(), 0.0) if self._prunes else _LONG_SECONDS

    def step(self) -> None:
        """Do a little of what there is."""
        if not self._cleaned:
            self._cleaned = sum(1 for _ in islice(self._cleanup, _FOLDERS)) < _FOLDERS
        elif self._prunes and not self.seconds:
            self.prune()

    def clean(self) -> None:
        """Do what is left of cleaning up."""
        for _ in self._cleanup:
            pass
        self._cleaned = True

    def prune(self) -> None:
        """Keep what is kept within its limit, where a job has ended since."""
        if self._prunes and self._journal is not None:
            self._journal.prune(self.limit)
            self._pruned, self._prunes = time.monotonic(), False


class _Service:
    """Carries out the orders, one line each."""

    def __init__(self, events: _Events, chores: _Chores) -> None:
        self._events = events
        self._chores = chores
        self._pool: Pool | None = None
        self._journal: Journal | None = None

    def take(self, line: bytes) -> None:
        try:
            order = decode(line)
        except RecordError as error:
            self._events.tell(Fault(f"an order could not be read: {error}"))
            return
        # It has no user any more, but their last word.
        if not self._events.heard and not isinstance(order, Ended | Cancel):
            return
        if isinstance(order, Configure):
            self._configure(order)
        elif isinstance(order, UseAccount) and self._pool is not None:
            self._pool.use(order.credentials)
        elif isinstance(order, Learnt) and self._pool is not None:
            self._pool.learn(order)
        elif isinstance(order, Run) and self._pool is not None:
            self._pool.run(order.job)
        elif isinstance(order, Cancel) and self._pool is not None:
            self._pool.cancel(order.job_id)
        elif isinstance(order, Ended) and self._journal is not None:
            self._journal.end(order.job)
            self._chores.job_ended()

    def _configure(self, order: Configure) -> None:
        self._chores.limit = order.kept
        if self._pool is not None:
            self._pool.configure(order)
            return
        self._journal = Journal(Path(order.folder))
        self._pool = Pool(order, self._journal, self._events.tell)
        self._chores.begin(self._journal)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()


def serve(orders: BinaryIO, pipe: RawIOBase) -> None:
    """Carry out the orders until their pipe closes, then end the jobs where they are."""
    chores = _Chores()
    service = _Service(_Events(pipe), chores)
    lines = Lines(orders)
    while not lines.ended:
        came = lines.read(chores.seconds)
        for line in came:
            service.take(line)
        if not came:
            chores.step()
    chores.clean()  # before jobs are given back whose threads still run
    service.close()
    chores.prune()
