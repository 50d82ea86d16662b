"""The process of the second, windowless Blender: its command, its surroundings, its pipes and its end."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from ..core.messages import CONVERTER_HOME, Convert, Converted, Fault, decode, encode
from ..core.records import RecordError
from ..core.services.keys import is_key_variable

_log = logging.getLogger(__name__)

_PROCESS = Path(__file__).resolve().parent.parent / "process.py"
# What would bring in an artist's or a studio's settings, add-ons and start-up scripts.
_OF_ARTIST = ("BLENDER_USER_", "BLENDER_SYSTEM_SCRIPTS", "BLENDER_SYSTEM_EXTENSIONS", "PYTHON")
_OF_WORKER = ("MALLOC_ARENA_MAX",)  # Blender allocates in many threads at once
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")  # as the systems call the folder for temporary files


class SecondBlender:
    """One running process. It may end at any time: by a file that kills it, by the user, by the system."""

    def __init__(self, blender: str, log: Path) -> None:
        """Start it; `blender` is the program, empty for the bpy module in this Python. Raises `OSError`."""
        # Settings, temporary files and all: a killed Blender does not tidy up.
        self._home = tempfile.mkdtemp(prefix=CONVERTER_HOME)
        try:
            with log.open("wb") as log_file:
                self._process = subprocess.Popen(
                    _command(blender),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log_file,
                    env=_environment(self._home),
                    cwd=self._home,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError:
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        self.up = threading.Event()
        self.answers: queue.SimpleQueue[Converted | None] = queue.SimpleQueue()  # None: there will be no more
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def send(self, order: Convert) -> bool:
        """Give an order; False when the process is gone."""
        try:
            self._orders.write(encode(order))
            self._orders.flush()
        except (OSError, ValueError):
            return False
        return True

    def end(self) -> None:
        """End the process: it holds nothing that is not on the disk."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._orders.close()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _orders(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines, contextlib.suppress(OSError):
            for line in lines:
                try:
                    answer = decode(line)
                except RecordError as error:
                    answer = Fault(str(error))
                if not isinstance(answer, Converted):
                    _log.warning("converter: %s", answer)
                elif answer.job_id:
                    self.answers.put(answer)
                else:
                    self.up.set()
        self.answers.put(None)


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
