"""Starts, feeds, hears and ends the worker process: what the shell holds. Never waits for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

from ..core.messages import Fault, Happened, Learnt, Message, decode, encode
from ..core.serialization import RecordError
from ..core.services.credentials import is_key_variable
from .pipes import Feed, Lines

_PROCESS = Path(__file__).resolve().parent.parent / "process.py"
_AT_ONCE = 4  # messages; each takes about 50 microseconds of the tick, the change of its job included
_ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}  # glibc would keep one for each thread of ten, and free pages in all of them
_CLOSING_TICK_SECONDS = 0.01
_LONGEST_LOG = 1_000_000  # bytes; the workers of all Blenders write to one file, each line whole


class WorkerHandle:
    """One worker process. Its orders and events are lines of JSON on its stdin and stdout."""

    def __init__(self, log: Path) -> None:
        """Start the process; `log` is the file for what it writes to stderr. Raises `OSError`."""
        # The key reaches the worker by its pipe alone: other users of the machine can read an environment.
        environment = {name: value for name, value in os.environ.items() if not is_key_variable(name)}
        environment |= _ONE_HEAP
        with log.open("ab" if log.exists() and log.stat().st_size < _LONGEST_LOG else "wb") as log_file:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(_PROCESS), "worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                bufsize=0,  # what is given is in the pipe, or still kept
                env=environment,
                cwd=str(log.parent),
                start_new_session=True,  # Ctrl-C in Blender's terminal is not for it
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._log = log
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders = Feed(self._process.stdin)
        self._events = Lines(self._process.stdout)
        self._lines: deque[bytes] = deque()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, message: Message) -> bool:
        """Give an order, without waiting; False when the process is gone.

        A pipe holds some forty jobs, and the process takes milliseconds for each: what finds no room in it follows, in
        order, whenever the process is heard.
        """
        return self._orders.put(encode(message))

    def receive(self) -> list[Happened | Learnt | Fault]:
        """Give some of what has come and was not given yet, without waiting; nothing when there is no more."""
        if self._orders.unwritten:
            self._orders.flush()
        if not self._lines:
            self._lines.extend(self._events.read())
        messages: list[Happened | Learnt | Fault] = []
        for line in [self._lines.popleft() for _ in range(min(_AT_ONCE, len(self._lines)))]:
            try:
                message = decode(line)
            except RecordError as error:
                message = Fault(f"an event could not be read: {error}")
            if isinstance(message, Happened | Learnt | Fault):
                messages.append(message)
        return messages

    def log_tail(self) -> str:
        """Give the end of the process's log."""
        try:
            return self._log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        except OSError:
            return ""

    def end(self) -> None:
        """Give no more orders: the process finishes a purchase under way and ends. It can still be heard.

        It is never killed: an order that was sent must be written down.
        """
        self._orders.end()

    def close(self, patience: float = 0.0) -> None:
        """Give no more orders and hear no more events; wait for the end `patience` seconds at the most.

        What finds no room in that time is never given.
        """
        until = time.monotonic() + patience
        self._orders.end()
        while self._orders.unwritten and self.alive and time.monotonic() < until:
            time.sleep(_CLOSING_TICK_SECONDS)
            self._orders.flush()
        self._orders.close()
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdout.close()
        if patience:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(until - time.monotonic(), 0))
