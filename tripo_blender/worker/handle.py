"""Starts, feeds, hears and ends the worker process: what the shell holds. Never waits for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

from ..core.messages import Fault, Happened, Learnt, Message, decode, encode
from ..core.records import RecordError
from ..core.services.keys import is_key_variable
from .lines import Lines

_PROCESS = Path(__file__).resolve().parent.parent / "process.py"
_AT_ONCE = 4  # messages; each takes about 50 microseconds of the tick, the change of its job included
_ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}  # glibc would keep one for each thread of ten, and free pages in all of them
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
                env=environment,
                cwd=str(log.parent),
                start_new_session=True,  # Ctrl-C in Blender's terminal is not for it
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._log = log
        assert self._process.stdout is not None
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
        """Give an order; False when the process is gone. Orders are small and read at once, so this never blocks."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(encode(message))
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def receive(self) -> list[Happened | Learnt | Fault]:
        """Give some of what has come and was not given yet, without waiting; nothing when there is no more."""
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

    def last_words(self) -> str:
        """Give the end of the process's log."""
        try:
            return self._log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        except OSError:
            return ""

    def end(self) -> None:
        """Give no more orders: the process finishes a purchase under way and ends. It can still be heard.

        It is never killed: an order that was sent must be written down.
        """
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def close(self, patience: float = 0.0) -> None:
        """Give no more orders and hear no more events; wait for the end `patience` seconds at the most."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if patience:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
