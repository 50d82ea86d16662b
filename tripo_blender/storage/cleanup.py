"""Removes what processes left behind that were killed before they could tidy up."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..core.messages import CONVERTER_HOME
from ..core.recovery import ABANDONED_SECONDS, CANCEL_SECONDS, abandoned
from ..core.serialization import RecordError
from .journal import CANCELLED, Journal

_PART = ".part"  # of a record, or of what a task gave


def remove(journal: Journal, now: float) -> None:
    """Take all `steps`."""
    for _ in steps(journal, now):
        pass


def steps(journal: Journal, now: float) -> Iterator[None]:
    """Remove the homes of second Blenders long gone, what `Journal.tidy` finds, folders without a record, half files.

    What was cancelled in the last moment of its process is written down as such; until then its mark says so. The jobs
    that this process has are left alone. `now` is in s since the epoch. One folder is looked at in a step: of one that
    is as it should be, the names alone.
    """
    for home in Path(tempfile.gettempdir()).glob(f"{CONVERTER_HOME}*"):
        with contextlib.suppress(OSError):
            if now - home.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(home)
    journal.tidy()
    for name in journal.names():
        with contextlib.suppress(OSError, RecordError):
            if not journal.ownership.has(name):
                _look_at(journal, name, now)
        yield


def _look_at(journal: Journal, job_id: str, now: float) -> None:
    names = set(os.listdir(journal.path_of(job_id)))  # noqa: PTH208  # `iterdir` takes twice as long
    # A younger word may be for an order that this very process has yet to read: the job would seem to be new.
    if CANCELLED in names and journal.is_cancelled(job_id, now - CANCEL_SECONDS):
        with contextlib.suppress(OSError, RecordError):
            journal.write_cancelled(job_id)
    if "job.json" not in names or any(name.endswith(_PART) for name in names):
        _tidy(journal, job_id, now)


def _tidy(journal: Journal, job_id: str, now: float) -> None:
    folder = journal.path_of(job_id)
    files = {path.name: path.stat().st_mtime for path in folder.iterdir()}
    if abandoned(files, now - max([folder.stat().st_mtime, *files.values()])):
        journal.forget(job_id)
    elif {"job.json", "job.part"} <= files.keys() and journal.ownership.take(job_id, tries=1):
        (folder / "job.part").unlink()  # the whole record beside it is what was last sure to be there
        journal.ownership.release(job_id)
    else:
        journal.settle_ended(job_id)
