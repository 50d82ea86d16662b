"""Reads what a child process writes, and feeds it, without a thread or a wait: it is done inside Blender."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections import deque
from typing import IO

_READ_BYTES = 65_536
_PEEK_SECONDS = 0.01  # between two looks at a pipe of Windows, which cannot be waited for


class Lines:
    """The lines of a pipe, as they come."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._rest = b""
        self.ended = False  # nothing will come any more
        if sys.platform != "win32":
            os.set_blocking(pipe.fileno(), False)

    def read(self, seconds: float = 0.0) -> list[bytes]:
        """Return the whole lines that came since; wait for the first bytes `seconds` at the most."""
        if self._pipe.closed or self.ended or not _readable(self._pipe.fileno(), seconds):
            return []
        data = os.read(self._pipe.fileno(), _READ_BYTES)
        self.ended = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        return lines


class Feed:
    """Lines for a pipe: what finds no room in it is kept, in order, until there is room again."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._rest: deque[bytes] = deque()
        self._ends = False
        if sys.platform != "win32":
            os.set_blocking(pipe.fileno(), False)

    @property
    def unwritten(self) -> bool:
        """Whether some of it is kept still."""
        return bool(self._rest)

    def put(self, line: bytes) -> bool:
        """Take one more line; False when the reader is gone."""
        if self._ends or self._pipe.closed:
            return False
        self._rest.append(line)
        return self.flush()

    def flush(self) -> bool:
        """Write as much as there is room for; False when the reader is gone."""
        try:
            while self._rest:
                written = _written(self._pipe.fileno(), self._rest[0])
                if written < len(self._rest[0]):
                    self._rest[0] = self._rest[0][written:]
                    break
                self._rest.popleft()
        except (OSError, ValueError):
            return False
        if self._ends and not self._rest:
            self.close()
        return True

    def end(self) -> None:
        """Close the pipe as soon as all of it is written."""
        self._ends = True
        self.flush()

    def close(self) -> None:
        """Close the pipe now."""
        self._ends = True
        with contextlib.suppress(OSError):
            self._pipe.close()


if sys.platform == "win32":
    import _winapi
    import msvcrt

    _PIPE_NOWAIT = 1
    _WHOLE_BYTES = 4096  # that a pipe which must not wait takes whole or not at all
    _FULL = (errno.ENOSPC, errno.EAGAIN)  # a full pipe, as Python up to 3.11 and since 3.12 calls it

    def _readable(descriptor: int, seconds: float) -> bool:
        """Whether something came, or the end did: pipes of Windows know no non-blocking mode before Python 3.12."""
        until = time.monotonic() + seconds
        while True:
            try:
                waiting = _winapi.PeekNamedPipe(msvcrt.get_osfhandle(descriptor), 0)[0]
            except OSError:  # the process is gone, which the read finds as well
                return True
            if waiting or time.monotonic() >= until:
                return bool(waiting)
            time.sleep(_PEEK_SECONDS)

    def _written(descriptor: int, data: bytes) -> int:
        """Write what there is room for, and return the count; raises `OSError` when the reader is gone."""
        _winapi.SetNamedPipeHandleState(msvcrt.get_osfhandle(descriptor), _PIPE_NOWAIT, None, None)
        written = 0
        while written < len(data):
            try:
                written += os.write(descriptor, data[written : written + _WHOLE_BYTES])
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                break
        return written

else:
    import select

    def _readable(descriptor: int, seconds: float) -> bool:
        """Whether something came, or the end did."""
        poll = select.poll()  # not `select`, which knows the first 1024 descriptors alone
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _written(descriptor: int, data: bytes) -> int:
        """Write what there is room for, and return the count; raises `OSError` when the reader is gone."""
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            return 0
