"""Reads what a child process writes, line by line and without a thread, so that it can be done inside Blender."""

from __future__ import annotations

import os
import sys
import time
from typing import IO

_READ_BYTES = 65_536
_PEEK_SECONDS = 0.01  # between two looks at a pipe of Windows, which cannot be waited for


class Lines:
    """The lines of a pipe, as they come."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._rest = b""
        self.ended = False  # nothing will come any more
        if os.name != "nt":
            os.set_blocking(pipe.fileno(), False)

    def read(self, seconds: float = 0.0) -> list[bytes]:
        """Return the whole lines that came since; wait for the first bytes `seconds` at the most."""
        if self._pipe.closed or self.ended or not _readable(self._pipe.fileno(), seconds):
            return []
        data = os.read(self._pipe.fileno(), _READ_BYTES)
        self.ended = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        return lines


if sys.platform == "win32":
    import _winapi
    import msvcrt

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

else:
    import select

    def _readable(descriptor: int, seconds: float) -> bool:
        """Whether something came, or the end did."""
        poll = select.poll()  # not `select`, which knows the first 1024 descriptors alone
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
