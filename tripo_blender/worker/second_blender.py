"""The process of the second, windowless Blender: its command, its surroundings, its pipes and its end."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import IO

from ..core.errors import Failure, Kind
from ..core.messages import CONVERTER_HOME, Convert, Converted, Fault, decode, encode
from ..core.sentences.text import text
from ..core.serialization import RecordError
from ..core.services.credentials import is_key_variable
from .pipes import Lines

_log = logging.getLogger(__name__)

_PROCESS = Path(__file__).resolve().parent.parent / "process.py"
# What would bring in an artist's or a studio's settings, add-ons and start-up scripts.
_OF_ARTIST = ("BLENDER_USER_", "BLENDER_SYSTEM_SCRIPTS", "BLENDER_SYSTEM_EXTENSIONS", "PYTHON")
_OF_WORKER = ("MALLOC_ARENA_MAX",)  # Blender allocates in many threads at once
_LAST_WORDS = 500  # characters of the log
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")  # as the systems call the folder for temporary files


class SecondBlender:
    """One running process. It may end at any time: by a file that kills it, by the user, by the system."""

    def __init__(self, blender: str, log: Path | None = None) -> None:
        """Start it; `blender` is the program, empty for the bpy module in this Python. Raises `OSError`.

        Without a file for it, the log lies in the home, and goes with it.
        """
        # Settings, temporary files and all: a killed Blender does not tidy up.
        self.home = Path(tempfile.mkdtemp(prefix=CONVERTER_HOME))
        self._log = log or self.home / "log.txt"
        try:
            with self._log.open("wb") as log_file:
                self._process = subprocess.Popen(
                    _command(blender),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log_file,
                    env=_environment(str(self.home)),
                    cwd=self.home,
                    start_new_session=True,  # Ctrl-C is for whoever waits for it, who ends it
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError:
            shutil.rmtree(self.home, ignore_errors=True)
            raise
        self.up = False  # as far as its lines were read
        self.lost_track = False  # it said something else than what came of its order
        assert self._process.stdout is not None
        self._lines = Lines(self._process.stdout)
        self._answers: deque[Converted] = deque()
        self._ordered = ""  # the job of the last order

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def finished(self) -> bool:
        """Whether no answer will come any more."""
        return self._lines.ended and not self._answers

    def send(self, order: Convert) -> bool:
        """Give an order; False when the process is gone."""
        self._ordered = order.job.id
        try:
            self._orders.write(encode(order))
            self._orders.flush()
        except (OSError, ValueError):
            return False
        return True

    def receive(self, seconds: float) -> Converted | None:
        """Return the next answer to an order, waiting `seconds` at the most; None where none came."""
        if not self._answers:
            for line in self._lines.read(seconds):
                self._take(line)
        return self._answers.popleft() if self._answers else None

    def log_tail(self) -> str:
        """Return the end of the log."""
        with contextlib.suppress(OSError):
            return self._log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:].strip()
        return ""

    def end(self) -> None:
        """End the process: it holds nothing that is not on the disk."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def _orders(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _take(self, line: bytes) -> None:
        try:
            answer = decode(line)
        except RecordError as error:
            answer = Fault(str(error))
        if self._ordered and isinstance(answer, Converted) and answer.job_id == self._ordered:
            self._answers.append(answer)
        elif self._ordered:  # whatever else it says now means that no answer comes
            _log.warning("converter, of job %s: %s", self._ordered, answer)
            self.lost_track = True
            failure = Failure(Kind.INTERNAL, text("import.not_told"), str(answer))
            self._answers.append(Converted(self._ordered, failure=failure))
        elif isinstance(answer, Converted):
            self.up = True
        else:
            _log.info("converter: %s", answer)  # such as what Blender prints before it runs our script


def _command(blender: str) -> list[str]:
    if not blender:
        return [sys.executable, "-I", str(_PROCESS), "converter"]
    quiet = ["--background", "--factory-startup", "--offline-mode", "-noaudio", "--disable-autoexec"]
    return [blender, *quiet, "--python-exit-code", "1", "--python", str(_PROCESS), "--", "converter"]


def _environment(home: str) -> dict[str, str]:
    # The worker has no key there as a rule, but scripts start it too. A proxy's login is nothing for it: it is offline.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OF_ARTIST + _OF_WORKER)
        and not is_key_variable(name)
        and not name.upper().endswith("_PROXY")
    }
    return environment | {"BLENDER_USER_RESOURCES": home} | dict.fromkeys(_TEMPORARY, home)
