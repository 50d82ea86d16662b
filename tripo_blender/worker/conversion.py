"""The converter as the worker sees it: a second, windowless Blender that sets models up, one at a time."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

from ..core import plan
from ..core.errors import Failure, Kind
from ..core.job import Event, Failed, Job, Prepared
from ..core.messages import Configure, Convert, Converted, Fault, decode, encode
from ..core.records import RecordError
from ..core.services.gateway import NAME as SERVICE_NAME
from .journal import Journal
from .runner import Stop

_log = logging.getLogger(__name__)

_PROCESS = Path(__file__).resolve().parent.parent / "process.py"
_LOOK_SECONDS = 0.05  # between two looks at the end of a run
_OF_ARTIST = ("BLENDER_USER_", "PYTHON")  # what would bring in an artist's settings, add-ons and start-up scripts
_BLEND = "model.blend"
_HOME = "converter"  # the folder of its own settings, below that of the jobs


class Converter:
    """One process for all jobs: started when a model is on its way, kept for the next, ended with the worker."""

    def __init__(self, configure: Configure, journal: Journal) -> None:
        self._configure = configure
        self._journal = journal
        self._folder = Path(configure.folder)
        self._turn = threading.Lock()  # whose job is being set up
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Converted | None] = queue.SimpleQueue()
        self._up = threading.Event()
        self._failed_starts = 0

    def warm(self) -> None:
        """Start the process, so that it is up when a model comes."""
        with self._starting:
            if self._process is None and self._failed_starts < plan.CONVERTER_STARTS:
                self._start()

    def prepare(self, job: Job, stop: Stop) -> Event | None:
        """Set a job's model up, and give what came of it; None when the run was told to end.

        Where it could not be done, the model is to be imported in place, unless that is dangerous: then the job fails.
        """
        while not self._turn.acquire(timeout=_LOOK_SECONDS):
            if stop.is_set():
                return None
        try:
            size = Path(job.model_path).stat().st_size
            if 0 <= _available_memory() < plan.memory_needed(size):
                return Prepared(why="Imported in place: there is little memory left")
            if not self._wait_until_up(stop):
                return (
                    None if stop.is_set() else Prepared(why="Imported in place: a second Blender could not be started")
                )
            return self._convert(job, size, stop)
        except OSError as error:
            _log.warning("job %s: %s", job.id, error)
            return Prepared(why="Imported in place: the disk cannot hold a second copy")
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.kill()  # it holds nothing that is not on the disk
            process.wait()

    def _wait_until_up(self, stop: Stop) -> bool:
        """Have the process up; False where it does not start, or the run was told to end."""
        self.warm()
        until = time.monotonic() + plan.CONVERTER_START_SECONDS
        while self._process is not None and not self._up.wait(_LOOK_SECONDS):
            if stop.is_set():
                return False
            if self._process.poll() is not None or time.monotonic() > until:
                self._failed_starts += 1
                self.close()
        return self._process is not None

    def _convert(self, job: Job, size: int, stop: Stop) -> Event | None:
        blend = self._journal.folder_of(job.id) / _BLEND
        if not self._send(Convert(job, str(blend), SERVICE_NAME, self._configure.addon_version)):
            self.close()
            return Prepared(why="Imported in place: the second Blender had ended")
        until = time.monotonic() + plan.conversion_deadline(size)
        while not stop.is_set() and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=_LOOK_SECONDS)
                if answer is None:
                    self.close()
                    return _dangerous("Blender crashed in the background on this model file")
                return answer.prepared or _not_prepared(answer.failure)
        self.close()  # it is still at it
        return None if stop.is_set() else _dangerous("Setting this model up in the background took too long")

    def _send(self, message: Convert) -> bool:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(encode(message))
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def _start(self) -> None:
        home = self._folder.parent / _HOME
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OF_ARTIST)}
        environment["BLENDER_USER_RESOURCES"] = str(home)
        self._up.clear()
        self._answers = queue.SimpleQueue()
        try:
            home.mkdir(parents=True, exist_ok=True)
            with (self._folder.parent / "converter.log").open("wb") as log:
                self._process = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=environment,
                    cwd=str(home),
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError as error:
            _log.warning("no converter: %s", error)
            self._failed_starts += 1
            return
        listener = threading.Thread(target=self._listen, args=(self._process, self._answers, self._up), daemon=True)
        listener.start()

    def _command(self) -> list[str]:
        blender = self._configure.blender
        if not blender:  # the bpy module: Python itself
            return [sys.executable, "-I", str(_PROCESS), "converter"]
        quiet = ["--background", "--factory-startup", "--offline-mode", "-noaudio", "--disable-autoexec"]
        return [blender, *quiet, "--python-exit-code", "1", "--python", str(_PROCESS), "--", "converter"]

    def _listen(
        self,
        process: subprocess.Popen[bytes],
        answers: queue.SimpleQueue[Converted | None],
        up: threading.Event,
    ) -> None:
        assert process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            for line in process.stdout:
                try:
                    answer = decode(line)
                except RecordError as error:
                    answer = Fault(str(error))
                if not isinstance(answer, Converted):
                    _log.warning("converter: %s", answer)
                elif answer.job_id:
                    answers.put(answer)
                else:
                    up.set()
        answers.put(None)


def _not_prepared(failure: Failure | None) -> Event:
    """What a failed set-up means: a bad file fails the job as it would in place; our mistake is tried there."""
    if failure is not None and failure.kind is not Kind.INTERNAL:
        return Failed(failure)
    _log.warning("converter: %s", failure)
    return Prepared(why="Imported in place: it could not be set up in the background")


def _dangerous(what: str) -> Failed:
    sentence = f"{what}, so it was kept away from this one. Save your work before you import it all the same"
    return Failed(Failure(Kind.MODEL_DANGEROUS, sentence))


def _available_memory() -> int:
    """Give the bytes that are free for programs; -1 where the system does not tell in a file."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return -1
