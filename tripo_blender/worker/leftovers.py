"""Removes what processes left behind that were killed before they could tidy up."""

from __future__ import annotations

import contextlib

from ..core.unfinished import abandoned
from .journal import Journal


def remove(journal: Journal, now: float) -> None:
    """Remove locks that nobody holds, and folders of jobs that came to no record; `now` is in s since the epoch."""
    journal.ownership.tidy()
    for name in journal.names():
        with contextlib.suppress(OSError):
            folder = journal.folder_of(name)
            files = {path.name: path.stat().st_mtime for path in folder.iterdir()}
            if abandoned(files, now - max([folder.stat().st_mtime, *files.values()])):
                journal.forget(name)
