"""Scripts of an artist's beside Blender, each with one job, and the artist who presses Ctrl-C, often more than once."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from soaking.words import CANCEL, Words
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import to_record

_AT_ONCE = 2
_INTERRUPTED_SHARE = 0.6
_GAP_SECONDS = 0.03  # between two presses, at the most
_MOST_PRESSES = 4
_ENDS_SECONDS = 60.0  # after Ctrl-C, however busy the machine: an order that is out is waited for
_CODES = (0, 1, 130, -signal.SIGINT)


def hears_ctrl_c() -> None:
    """Be as started from a terminal: what a shell starts in the background, as soak and tests may be, ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class _Console:
    job: Job
    process: "subprocess.Popen[bytes]"
    presses: list[float] = field(default_factory=list)  # when Ctrl-C is pressed; of the first, seconds from its start
    pressed: float = 0.0


class Consoles:
    """All of them, two at a time."""

    def __init__(self, place: Path, jobs: list[Job], key: str, chance: random.Random, words: Words) -> None:
        self._place = place
        self._waiting = list(jobs)
        self._key = key
        self._chance = chance
        self._words = words
        self._running: list[_Console] = []
        self.violations: list[str] = []
        self.presses = 0

    @property
    def ended(self) -> bool:
        """Whether none runs and none is to come."""
        return not self._waiting and not self._running

    def look(self) -> None:
        """Start those to come, press Ctrl-C where it is time, and see who has ended."""
        while self._waiting and len(self._running) < _AT_ONCE:
            self._running.append(self._start(self._waiting.pop(0)))
        for console in list(self._running):
            self._press(console)
            self._see_its_end(console)

    def close(self) -> None:
        """End those that still run."""
        for console in self._running:
            console.process.kill()
            console.process.communicate()

    def _start(self, job: Job) -> _Console:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("console.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._place / "temporary")),
            preexec_fn=hears_ctrl_c,  # noqa: PLW1509  # there is no other thread
        )
        assert process.stdin is not None
        order = {"job": to_record(job), "key": self._key, "place": str(self._place)}
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.close()
        process.stdin = None
        if self._chance.random() >= _INTERRUPTED_SHARE:
            return _Console(job, process)
        gaps = [self._chance.uniform(0, _GAP_SECONDS) for _ in range(self._chance.randint(0, _MOST_PRESSES - 1))]
        return _Console(job, process, [self._chance.uniform(0, 2.5), *gaps])

    def _press(self, console: _Console) -> None:
        """Press Ctrl-C as often as it was planned, once the job is on record: from then on the script listens."""
        if not console.presses or not (self._place / "jobs" / console.job.id / "job.json").exists():
            return
        first, *gaps = console.presses
        if not console.pressed:
            console.pressed = time.monotonic() + first
        if time.monotonic() < console.pressed or console.process.poll() is not None:
            return
        self._words.say(console.job.id, CANCEL)
        for gap in (0.0, *gaps):
            time.sleep(gap)
            self.presses += 1
            with contextlib.suppress(ProcessLookupError):
                console.process.send_signal(signal.SIGINT)
        console.presses = []

    def _see_its_end(self, console: _Console) -> None:
        code = console.process.poll()
        if code is None and console.pressed and time.monotonic() > console.pressed + _ENDS_SECONDS:
            self.violations.append(f"{console.job.id}: the script hangs after Ctrl-C")
            console.process.kill()
        if code is None:
            return
        self._running.remove(console)
        errors = console.process.communicate()[1].decode(errors="replace")
        interrupted = console.pressed and "KeyboardInterrupt" in errors
        if code not in _CODES or (code == 1 and not interrupted):
            self.violations.append(f"{console.job.id}: the script ended with code {code}: {errors[-300:]}")
