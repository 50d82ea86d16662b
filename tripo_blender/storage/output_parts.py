"""Remembers the temporary files beside the outputs, so that they go although the process that made them was killed."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..core.part_names import files_of, line_of, parts_in
from .locks import LockedList, lock, opened

_log = logging.getLogger(__name__)

_LISTS = ".saving"  # the folder of the lists, one of each process that saves


@contextlib.contextmanager
def remembered(folder: Path, parts: Sequence[Path]) -> Iterator[None]:
    """Keep the names of files that are about to be made on the disk, below the jobs' folder, until they are gone.

    What killed processes left goes at the same time. Where no list can be written the outputs are worth more.
    """
    remove_left(folder)
    names = None
    try:
        names = LockedList(folder / _LISTS)
        for part in parts:
            names.put(line_of(str(part)))
        names.sync()
    except OSError as error:
        _log.warning("what is saved is on no list: %s", error)
    try:
        yield
    finally:
        if names is not None:
            names.close()


def remove_left(folder: Path) -> None:
    """Remove the files that processes were writing when they were killed, and their lists."""
    try:
        with os.scandir(folder / _LISTS) as entries:
            lists = [Path(entry.path) for entry in entries]
    except OSError:  # nobody has saved anything here
        return
    for path in lists:
        with contextlib.suppress(OSError):
            if _remove_of(path):
                path.unlink()
    with contextlib.suppress(OSError):
        (folder / _LISTS).rmdir()


def _remove_of(path: Path) -> bool:
    """Remove what a list names; False while its process lives, or something of it cannot be removed."""
    with opened(path) as file:
        if not lock(file):
            return False
        file.seek(0)
        lines = file.read().decode("utf-8", "replace").splitlines()
    for part in parts_in(line.removeprefix("+") for line in lines):
        for left in files_of(part):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                Path(left).unlink()
    return True
