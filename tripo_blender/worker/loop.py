"""The worker's main loop: orders in, events out, one line each; ends when the orders end."""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path
from typing import BinaryIO

from ..core.job import Event
from ..core.messages import Cancel, Configure, Ended, Fault, Happened, Run, decode, encode
from ..core.records import RecordError
from .crew import Crew
from .journal import KEPT_RESULTS, Journal
from .runner import Habits


def serve(orders: BinaryIO, events: BinaryIO) -> None:
    """Carry out the orders until their pipe closes, then end the jobs where they are."""
    lock = threading.Lock()

    def tell(line: bytes) -> None:
        try:
            with lock:
                events.write(line)
                events.flush()
        except OSError:  # Blender is gone; the end of the orders follows
            logging.getLogger(__name__).info("nobody listens any more")

    def emit(job_id: str, event: Event) -> None:
        tell(encode(Happened(job_id, event)))

    crew: Crew | None = None
    journal: Journal | None = None
    habits = Habits()
    for line in orders:
        try:
            order = decode(line)
        except RecordError as error:
            tell(encode(Fault(f"an order could not be read: {error}")))
            continue
        if isinstance(order, Configure):
            habits.rung, habits.pinned = (order.rung, True) if order.rung else (habits.rung, False)
            if crew is None or journal is None:
                journal = Journal(Path(order.folder))
                crew = Crew(order, journal, habits, emit)
            else:
                crew.resize(order.at_once, order.key)
        elif isinstance(order, Run) and crew is not None:
            crew.run(order.job)
        elif isinstance(order, Cancel) and crew is not None:
            crew.cancel(order.job_id)
        elif isinstance(order, Ended) and journal is not None:
            with contextlib.suppress(OSError):  # the model is in the scene; a record that says less is harmless
                journal.write(order.job)
                journal.settle(order.job)
                journal.prune(KEPT_RESULTS)
    if crew is not None:
        crew.close()
