"""Who carries a job out: a lock of the system beside its folder, which a process that dies gives back by itself."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

_log = logging.getLogger(__name__)

_TRIES = 5  # someone who only looks has the lock for microseconds
_TRY_SECONDS = 0.01
_SUFFIX = ".lock"  # beside the folder, not in it: Windows removes no folder with an open file

_held: dict[Path, BinaryIO] = {}  # of this process: two openings of one file would lock each other out


class Ownership:
    """The owners of the jobs in a folder. A process that has a job keeps it until it gives it back or ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, job_id: str, tries: int = _TRIES) -> bool:
        """Make a job this process's own; False while another process has it.

        Where the disk knows no locks, or has no room for one, there is nobody to be kept away.
        """
        path = self._path(job_id)
        if path in _held:
            return True
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in reversed(range(tries)):
                file = path.open("ab")
                if _lock(file) and _is_at(file, path):
                    _held[path] = file
                    return True
                file.close()
                if left:
                    time.sleep(_TRY_SECONDS)
        except OSError as error:
            _log.warning("job %s cannot be locked: %s", job_id, error)
            return True
        return False

    def release(self, job_id: str) -> None:
        """Give a job back; one that is not held is left alone."""
        path = self._path(job_id)
        file = _held.pop(path, None)
        if file is None:
            return
        if os.name == "nt":  # which removes no open file
            file.close()
        with contextlib.suppress(OSError), file:
            path.unlink()

    def release_all(self) -> None:
        """Give every job of this folder back."""
        for path in [path for path in _held if path.parent == self._folder]:
            self.release(path.stem)

    def elsewhere(self, job_id: str) -> bool:
        """Whether another process has a job."""
        path = self._path(job_id)
        if path in _held:
            return False
        try:
            with path.open("r+b") as file:
                return not _lock(file, looks=True)
        except OSError:
            return False

    def tidy(self) -> None:
        """Remove the locks that died with their processes."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if path not in _held and self.take(path.stem, tries=1):
                self.release(path.stem)

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}{_SUFFIX}"


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Whether a locked file is still the one of that name: who gives a job back removes its file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO, *, looks: bool = False) -> bool:  # noqa: ARG001  # no shared locks here
        try:
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _lock(file: BinaryIO, *, looks: bool = False) -> bool:
        """Lock a file until it is closed; False where another has it. Those who only look share it."""
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if looks else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
