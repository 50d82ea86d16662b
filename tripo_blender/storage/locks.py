"""Who has a job: locks of the system, which a process that dies gives back by itself.

A job that runs has a lock beside its folder. One that only waits in a process's hands, for its turn, for Blender or for
the user, is a line in that process's list: a lock costs an open file, and hundreds may wait.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
import sys
import threading
import time
from io import FileIO
from pathlib import Path

from ..core.disk_errors import NO_MORE_FILES

_log = logging.getLogger(__name__)

_TRIES = 5  # someone who only looks has the lock for microseconds
_TRY_SECONDS = 0.01
_SUFFIX = ".lock"  # beside the folder, not in it: Windows removes no folder with an open file
_LISTS = ".waiting"  # the folder of the lists, one of each process that has any job to wait
_LOCKED_BYTE = 2**30  # Windows locks bytes and keeps others from reading them: one that no list reaches

_held: dict[Path, FileIO] = {}  # of this process: two openings of one file would lock each other out


class LockedList:
    """Names, in a file that this process keeps locked while it lives; the last word on each counts."""

    def __init__(self, folder: Path) -> None:
        """Begin it; raises `OSError`."""
        self.path = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
        self.names: set[str] = set()
        for _ in range(_TRIES):
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # somebody has just removed the empty folder
                self._file = opened(self.path, create=True)
                try:
                    if lock(self._file) and _is_at(self._file, self.path):
                        return
                except OSError:  # this disk knows no locks
                    self.close()
                    raise
                self._file.close()
            time.sleep(_TRY_SECONDS)
        raise OSError(errno.EAGAIN, "no list could be locked", str(self.path))

    def put(self, name: str) -> None:
        """Add a name; raises `OSError`."""
        line = f"\n+{name}".encode()
        if self._file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self.names.add(name)

    def take_out(self, name: str) -> None:
        """Take a name out again."""
        self.names.discard(name)
        with contextlib.suppress(OSError):
            self._file.write(f"\n-{name}".encode())

    def sync(self) -> None:
        """Wait until all of it is on the disk; raises `OSError`."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Remove it; the folder goes with the last one."""
        _remove(self._file, self.path)
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()


_lists: dict[Path, LockedList] = {}  # of this process, by the folder of the jobs
_at_work = threading.RLock()  # on these two; the worker's threads share them


class Ownership:
    """The owners of the jobs in a folder. A process that has a job keeps it until it gives it back or ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, job_id: str, tries: int = _TRIES) -> bool:
        """Make a job this process's own, by a lock; False while another process has it.

        Where the disk knows no locks, or has no room for one, there is nobody to be kept away. Raises `OSError` where
        no more files can be opened.
        """
        path = self._path(job_id)
        with _at_work:
            if path in _held:
                return True
            if not self._lock(path, tries):
                return False
            if self._waits_elsewhere(job_id):
                self._unlock(path)
                return False
        return True

    def keep(self, job_id: str) -> bool:
        """Make a job this process's own while nothing is done about it, without a lock; False as `take`."""
        with _at_work:
            if not self._is_listed(job_id):
                if not self.take(job_id, tries=1):
                    return False
                try:
                    if self._folder not in _lists:
                        _lists[self._folder] = LockedList(self._folder / _LISTS)
                    _lists[self._folder].put(job_id)
                except OSError as error:
                    _log.warning("job %s stays locked: %s", job_id, error)
                    return True
            self._unlock(self._path(job_id))
        return True

    def release(self, job_id: str) -> None:
        """Give a job back; one that is not this process's own is left alone."""
        with _at_work:
            if self._is_listed(job_id):
                _lists[self._folder].take_out(job_id)
                if not _lists[self._folder].names:
                    _lists.pop(self._folder).close()
            self._unlock(self._path(job_id))

    def release_all(self) -> None:
        """Give every job of this folder back."""
        with _at_work:
            if self._folder in _lists:
                _lists.pop(self._folder).close()
            for path in [path for path in _held if path.parent == self._folder]:
                self._unlock(path)

    def has(self, job_id: str) -> bool:
        """Whether this process has a job, at work on it or waiting."""
        with _at_work:
            return self._path(job_id) in _held or self._is_listed(job_id)

    def elsewhere(self, job_id: str) -> bool:
        """Whether another process has a job, or that cannot be told."""
        path = self._path(job_id)
        if self.has(job_id):
            return False
        try:
            with opened(path) as file:
                if not lock(file, looks=True):
                    return True
        except OSError as error:
            if error.errno in NO_MORE_FILES:
                return True
        return self._waits_elsewhere(job_id)

    def tidy(self) -> None:
        """Remove the locks and lists that died with their processes."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError), _at_work:
                if path not in _held and self._lock(path, tries=1):
                    self._unlock(path)
        with contextlib.suppress(OSError):
            for path in self._lists_of_others():
                with contextlib.suppress(OSError):
                    if _listed(path) is None:
                        path.unlink()
            (self._folder / _LISTS).rmdir()

    def _is_listed(self, job_id: str) -> bool:
        return self._folder in _lists and job_id in _lists[self._folder].names

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}{_SUFFIX}"

    def _lock(self, path: Path, tries: int) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in reversed(range(tries)):
                file = opened(path, create=True)
                if lock(file) and _is_at(file, path):
                    _held[path] = file
                    return True
                file.close()
                if left:
                    time.sleep(_TRY_SECONDS)
        except OSError as error:
            if error.errno in NO_MORE_FILES:
                raise
            _log.warning("%s cannot be locked: %s", path.name, error)
            return True
        return False

    @staticmethod
    def _unlock(path: Path) -> None:
        file = _held.pop(path, None)
        if file is None:
            return
        _remove(file, path)

    def _waits_elsewhere(self, job_id: str) -> bool:
        try:
            return any(job_id in (_listed(path) or ()) for path in self._lists_of_others())
        except OSError as error:
            return error.errno in NO_MORE_FILES  # otherwise none has any that waits, or the disk knows no locks

    def _lists_of_others(self) -> list[Path]:
        mine = _lists.get(self._folder)
        with os.scandir(self._folder / _LISTS) as entries:
            return [Path(entry.path) for entry in entries if mine is None or entry.name != mine.path.name]


def _listed(path: Path) -> set[str] | None:
    """Give the jobs that wait in another process's hands; None where that process has died. Raises `OSError`."""
    with opened(path) as file:
        if lock(file, looks=True):
            return None
        file.seek(0)
        jobs: set[str] = set()
        for line in file.read().decode("utf-8", "replace").splitlines():
            (jobs.add if line.startswith("+") else jobs.discard)(line[1:])
        return jobs


def opened(path: Path, *, create: bool = False) -> FileIO:
    """Open a file to be locked; raises `OSError`, and waits for nothing: a pipe of that name is none."""
    flags = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | (os.O_CREAT | os.O_APPEND if create else 0), 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return FileIO(descriptor, "r+")


def _is_at(file: FileIO, path: Path) -> bool:
    """Whether a locked file is still the one of that name: who gives a job back removes its file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _remove(file: FileIO, path: Path) -> None:
    """Close and remove a locked file: while the lock holds, but Windows removes no open file."""
    if sys.platform == "win32":
        file.close()
    with contextlib.suppress(OSError):
        path.unlink()
    file.close()


if sys.platform == "win32":
    import msvcrt

    def lock(file: FileIO, *, looks: bool = False) -> bool:  # noqa: ARG001  # no shared locks here
        try:
            os.lseek(file.fileno(), _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def lock(file: FileIO, *, looks: bool = False) -> bool:
        """Lock a file until it is closed; False where another has it. Those who only look share it."""
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if looks else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
