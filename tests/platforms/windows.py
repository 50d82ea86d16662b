"""Windows as far as the add-on meets it, on real files and pipes: its locks, its pipes, its open files.

Each behaves as its manual says, by means of this system, and keeps an account of how it was called. Modules are loaded
anew beside those that other tests use, so that they decide again on which system they run.
"""

from __future__ import annotations

import errno
import fcntl
import importlib.util
import os
import select
import struct
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

_HANDLE = 10_000  # what a handle is more than its descriptor: who takes one for the other is found out
_OFD_SETLK = 37  # locks of Linux that hold for an opening of a file, as those of Windows do


class Msvcrt(SimpleNamespace):
    """The C library of Windows: locks of bytes, from the file's place on, that hold others off at once."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__(locked=[])

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert mode == self.LK_NBLCK, "the others wait ten seconds"
        at = os.lseek(descriptor, 0, os.SEEK_CUR)
        self.locked.append((at, count))
        wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, at, count, 0)
        try:
            fcntl.fcntl(descriptor, _OFD_SETLK, wanted)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    def get_osfhandle(self, descriptor: int) -> int:
        os.fstat(descriptor)
        return descriptor + _HANDLE


class Winapi(SimpleNamespace):
    """What Python itself knows of the pipes of Windows."""

    def PeekNamedPipe(self, handle: int, size: int) -> tuple[int, int]:
        assert size == 0
        descriptor = handle - _HANDLE
        there = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))[0]
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not there and any(event & select.POLLHUP for _, event in poll.poll(0)):
            raise BrokenPipeError(errno.EPIPE, "The pipe has been ended")
        return there, 0

    def SetNamedPipeHandleState(self, handle: int, mode: int, most: None, wait: None) -> None:
        assert (mode, most, wait) == (1, None, None), "1 is PIPE_NOWAIT"
        os.set_blocking(handle - _HANDLE, False)


class System:
    """`os` as a module on Windows has it: nothing that only POSIX knows, and a full pipe is called something else."""

    def __init__(self, full: int = errno.ENOSPC) -> None:
        self._full = full

    def __getattr__(self, name: str) -> Any:
        if name in {"set_blocking", "O_NONBLOCK", "fchmod", "getuid", "fork"}:
            raise AttributeError(name)
        return getattr(os, name)

    def write(self, descriptor: int, data: bytes) -> int:
        assert len(data) <= 4096, "a pipe that must not wait takes more in parts on Windows, or not at all"
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            raise OSError(self._full, os.strerror(self._full)) from None

    def open(self, path: Path | str, flags: int, mode: int = 0o777) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return os.open(path, flags, mode)


def is_open(path: Path) -> bool:
    """Whether this process has a file open."""
    return any(link.exists() and link.samefile(path) for link in Path("/proc/self/fd").iterdir())


def only_closed(do: Callable[..., Any], which: int) -> Callable[..., Any]:
    """What removes or renames files, as Windows has it: not one that is open. `which` names the path among several."""

    def checked(*paths: Any, **more: Any) -> Any:
        if Path(paths[which]).exists() and is_open(Path(paths[which])):
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(paths[which]))
        return do(*paths, **more)

    return checked


class Sys:
    """`sys` of another system; all else is this one's."""

    def __init__(self, platform: str) -> None:
        self.platform = platform

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


def load(module: ModuleType, msvcrt: Msvcrt | None = None, full: int = errno.ENOSPC, on: str = "win32") -> Any:
    """Give a fresh copy of a module that finds itself on Windows; what it imports of ours stays as it is."""
    stand_ins = {"msvcrt": msvcrt or Msvcrt(), "_winapi": Winapi()}
    before = {name: sys.modules.get(name) for name in stand_ins}
    assert module.__spec__ is not None
    spec = importlib.util.find_spec(module.__spec__.name)
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    platform, sys.platform = sys.platform, on
    sys.modules.update(stand_ins)  # type: ignore[arg-type]
    try:
        spec.loader.exec_module(fresh)
    finally:
        sys.platform = platform
        for name, old in before.items():
            sys.modules.pop(name)
            if old is not None:
                sys.modules[name] = old
    for name, stand_in in (("sys", Sys(on)), ("os", System(full))):
        if hasattr(fresh, name) and (name == "sys" or on == "win32"):
            setattr(fresh, name, stand_in)
    return fresh
