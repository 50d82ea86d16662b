"""The converter as the worker sees it: a second, windowless Blender that sets models up, one at a time."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import retry
from ..core.errors import Failure, Kind
from ..core.events import Event, Failed, Prepared
from ..core.formats.model import FROM_SERVICE
from ..core.job import Job
from ..core.messages import Configure, Convert
from ..core.sentences.text import Text, text
from ..core.services.registry import name_of
from ..storage.journal import Journal
from .second_blender import SecondBlender

if TYPE_CHECKING:
    from .stop import Stop

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.05  # between two looks at the end of a run
_BLEND = "model.blend"


class Converter:
    """One process for all jobs: started when a model is on its way, kept for the next, ended with the worker."""

    def __init__(self, configure: Configure, journal: Journal | None) -> None:
        """What is set up lies with the jobs of `journal`; without one, with the process, and goes with it."""
        self._configure = configure
        self._journal = journal
        self._turn = threading.Lock()  # whose job is being set up; who has it may end the process
        self._starting = threading.Lock()
        self._second: SecondBlender | None = None
        self._failed_starts = 0
        self._closed = False
        self._blends: list[Path] = []

    def warm(self) -> None:
        """Start the process, so that it is up when a model comes."""
        with self._starting:
            if self._second is not None or self._failed_starts >= retry.CONVERTER_STARTS or self._closed:
                return
            log = Path(self._configure.folder).parent / "converter.log" if self._journal is not None else None
            try:
                self._second = SecondBlender(self._configure.blender, log)
            except OSError as error:
                _log.warning("no converter: %s", error)
                self._failed_starts += 1

    def prepare(self, job: Job, stop: Stop) -> Event | None:
        """Set a job's model up, and give what came of it; None when the run was told to end.

        Where it could not be done, the model is to be imported in place, unless that is dangerous: then the job fails.
        """
        while not self._turn.acquire(timeout=_LOOK_SECONDS):
            if stop.is_set():
                return None
        try:
            return self._prepare(job, stop)
        except OSError as error:
            _log.warning("job %s: %s", job.id, error)
            return Prepared(why=text("import.in_place.disk"))
        except Exception:  # noqa: BLE001  # a mistake of ours must not keep a model from the scene
            _log.exception("job %s", job.id)
            return Prepared(why=text("import.in_place.failed"))
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process, and remove what nobody will append any more."""
        with self._starting:
            self._closed = True
        self._end()
        for blend in self._blends:
            with contextlib.suppress(OSError):
                blend.unlink(missing_ok=True)
                blend.parent.rmdir()  # where nothing is on record

    def _end(self) -> None:
        with self._starting:
            second, self._second = self._second, None
        if second is not None:
            second.end()

    def _prepare(self, job: Job, stop: Stop) -> Event | None:
        size = Path(job.model_path).stat().st_size
        if 0 <= _available_memory() < retry.memory_needed(size):
            return Prepared(why=text("import.in_place.memory"))
        second = self._up(stop)
        if stop.is_set():
            return None
        if second is None:
            return Prepared(why=text("import.in_place.no_blender"))
        folder = second.home if self._journal is None else self._journal.folder_of(job.id)
        blend = folder / _BLEND
        outcome = self._convert(
            second, Convert(job, str(blend), name_of(job.account.service), self._configure.addon_version), size, stop
        )
        if isinstance(outcome, Prepared) and outcome.path:
            self._blends.append(blend)
        else:
            for left in blend.parent.glob(f"{blend.stem}.part*"):  # Blender writes beside it first
                left.unlink()
            blend.unlink(missing_ok=True)
        return outcome

    def _up(self, stop: Stop) -> SecondBlender | None:
        """Give the process when it is up; None where it does not start, or the run was told to end."""
        if self._second is not None:
            self._second.receive(0)
            if self._second.up and not self._second.alive:
                self._end()  # since the last job; that says nothing of its start
        self.warm()
        second = self._second
        until = time.monotonic() + retry.CONVERTER_START_SECONDS
        while second is not None and not second.up:
            if stop.is_set():
                return None
            second.receive(_LOOK_SECONDS)
            if not second.up and (second.finished or not second.alive or time.monotonic() > until):
                _log.warning("the converter does not start: %s", second.log_tail())
                self._failed_starts += 1
                self._end()
                return None
        return second

    def _dangerous(self, job: Job, what: Text) -> Failed:
        """Give the failure of a job whose model no importer should see; only an artist can let it come all the same."""
        if self._journal is not None:
            advice = text("import.save_first")
        else:
            advice = FROM_SERVICE if job.task_id else text("import.choose_another")
        return Failed(Failure(Kind.MODEL_DANGEROUS, what.advising(advice)))

    def _convert(self, second: SecondBlender, order: Convert, size: int, stop: Stop) -> Event | None:
        if not second.send(order):
            self._end()
            return Prepared(why=text("import.in_place.blender_ended"))
        until = time.monotonic() + retry.conversion_deadline(size)
        while not stop.is_set() and time.monotonic() < until:
            answer = second.receive(_LOOK_SECONDS)
            if answer is not None and answer.job_id == order.job.id:
                if second.lost_track:
                    self._end()  # nobody knows what it is at now; the next model gets another
                return answer.prepared or _not_prepared(answer.failure)
            if second.finished:
                self._end()
                return None if stop.is_set() else self._dangerous(order.job, text("import.crashed"))
        self._end()  # it is still at it
        return None if stop.is_set() else self._dangerous(order.job, text("import.too_slow"))


def _not_prepared(failure: Failure | None) -> Event:
    """What a failed set-up means: a bad file fails the job as it would in place; our mistake is tried there."""
    if failure is not None and failure.kind is not Kind.INTERNAL:
        return Failed(failure)
    _log.warning("converter: %s", failure)
    return Prepared(why=text("import.in_place.failed"))


def _available_memory() -> int:
    """Give the bytes that are free for programs; -1 where the system does not tell in a file."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return -1
