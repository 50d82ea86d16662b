"""Bounds how long an answer may take to come in, however it drips, and how many lines it may have beside its body.

A time-out of sockets is for each byte anew, and the lines after a body in chunks are counted by nobody else.
"""

from __future__ import annotations

import functools
import io
import socket
import time
from http.client import HTTPException, HTTPResponse
from typing import Any

_LEAST_BYTES = 16 * 1024  # of a file in the time allowed; a line that is slower has broken off
_MOST_LINES = 500  # one after the other; an answer has about twenty, and the standard library takes a hundred headers
_LONGEST_LINE = 65_537  # bytes; one more than the standard library takes


@functools.cache  # or each connection would leave classes behind, which only the search for garbage takes away
def timed(pool: type, seconds: float, *, files: bool) -> type:
    """Give a pool of connections (of urllib3's) whose answers must come in within `seconds` from their first byte on.

    With `files` this holds for the head of an answer, and then for every 16 KB.
    """

    class Response(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp.close()
            self._clock = _Clock(sock, seconds)
            self.fp = _Lines(self._clock)

        def begin(self) -> None:
            super().begin()
            self._clock.renewed = files
            # urllib3 logs lines that are no headers, and with them the address and its signature.
            self.headers.defects.clear()
            self.headers.set_payload("")

        def _read_status(self) -> tuple[str, int, str]:
            """Return the status line of the answer itself; the standard library takes 102 and 103 for one."""
            while True:
                version, status, reason = super()._read_status()  # type: ignore[misc]
                if not 100 <= status < 200 or status == 101:
                    return version, status, reason
                while self.fp.readline().strip():
                    pass
                self._clock.wait_on()

    usual: type = pool.ConnectionCls  # type: ignore[attr-defined]
    # It prints no headers, also where a script has switched that on for every connection of its process.
    connection = type(usual.__name__, (usual,), {"response_class": Response, "debuglevel": 0})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class _Lines(io.BufferedReader):
    """Reads lines and other bytes; raises `HTTPException` where nothing but lines comes."""

    _lines = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        self._lines += 1
        if self._lines > _MOST_LINES:
            raise HTTPException("lines without an end")
        line = super().readline(_LONGEST_LINE if size is None or size < 0 else size)
        if len(line) >= _LONGEST_LINE:
            raise HTTPException("a line without an end")
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        self._lines = 0
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self._lines = 0
        return super().readinto(buffer)


class _Clock(io.RawIOBase):
    """Reads from a socket; raises `TimeoutError` once the time is up that runs from the first byte on."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._seconds = seconds
        self._until = 0.0  # 0: nothing has come yet
        # What comes in the meantime and is no answer wins no more than the time that the first byte of one has.
        self._latest = time.monotonic() + seconds + (sock.gettimeout() or 0.0)
        self._bytes = 0  # since the time was set
        self.renewed = False  # whether enough bytes win more time

    def wait_on(self) -> None:
        """Wait for the answer still: what came announced it."""
        self._until = self._latest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        patience = self._socket.gettimeout()
        if self._until:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer came too slowly")
            self._socket.settimeout(left if patience is None else min(patience, left))
        try:
            count = self._raw.readinto(buffer)
        finally:
            self._socket.settimeout(patience)
        self._bytes += count or 0
        if not self._until or (self.renewed and self._bytes >= _LEAST_BYTES):
            self._until, self._bytes = time.monotonic() + self._seconds, 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
