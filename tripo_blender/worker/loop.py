"""The worker's main loop: orders in, events out, one line each; ends when the orders end."""

from __future__ import annotations

import logging
import threading
import time
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO

from ..core.messages import Cancel, Configure, Ended, Fault, Happened, Learnt, Run, decode, encode
from ..core.serialization import RecordError
from ..storage import cleanup
from ..storage.journal import Journal
from .pool import Crew

_PRUNE_SECONDS = 60.0  # between two looks at all that is kept: each reads every record


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


class _Pruning:
    """Keeps what is kept within its limit: after the first job that ends, then once a while, and at the end."""

    def __init__(self) -> None:
        self.limit = 0  # bytes
        self._last = 0.0
        self._due = False

    def after_a_job(self, journal: Journal) -> None:
        self._due = True
        if not self._last or time.monotonic() - self._last > _PRUNE_SECONDS:
            self.now(journal)

    def now(self, journal: Journal) -> None:
        if self._due:
            journal.prune(self.limit)
            self._last, self._due = time.monotonic(), False


def serve(orders: BinaryIO, pipe: RawIOBase) -> None:
    """Carry out the orders until their pipe closes, then end the jobs where they are."""
    events = _Events(pipe)
    pruning = _Pruning()
    crew: Crew | None = None
    journal: Journal | None = None
    for line in orders:
        try:
            order = decode(line)
        except RecordError as error:
            events.tell(Fault(f"an order could not be read: {error}"))
            continue
        if not events.heard and not isinstance(order, Ended | Cancel):  # it has no user any more, but their last word
            continue
        if isinstance(order, Configure):
            pruning.limit = order.kept
            if crew is None or journal is None:
                journal = Journal(Path(order.folder))
                cleanup.remove(journal, time.time())
                crew = Crew(order, journal, events.tell)
            else:
                crew.configure(order)
        elif isinstance(order, Learnt) and crew is not None:
            crew.learn(order)
        elif isinstance(order, Run) and crew is not None:
            crew.run(order.job)
        elif isinstance(order, Cancel) and crew is not None:
            crew.cancel(order.job_id)
        elif isinstance(order, Ended) and journal is not None:
            journal.end(order.job)
            pruning.after_a_job(journal)
    if crew is not None and journal is not None:
        crew.close()
        pruning.now(journal)
