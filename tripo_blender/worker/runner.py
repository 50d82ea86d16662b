"""Carries one job from queued to ready: in a thread of the worker, or in the foreground for scripts."""

from __future__ import annotations

import base64
import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ..core import plan
from ..core.errors import Failure, Kind, TripoError
from ..core.job import (
    AnswerLost,
    Cancelled,
    Delayed,
    Downloaded,
    Event,
    Failed,
    Generated,
    Job,
    JobState,
    Progressed,
    Started,
    Submitting,
    TaskCreated,
)
from ..core.picture_file import HEAD_BYTES, LARGEST_FILE, MIME_TYPES, read_head
from ..core.services import modelstream as service
from ..core.services.wire import (
    Created,
    HttpRequest,
    Refused,
    RouteMissing,
    TaskReport,
    TaskStatus,
    Unclear,
    Uploaded,
)
from .client import Client, NoAnswer, NotSent
from .journal import Journal
from .transfer import fetch, keep

_log = logging.getLogger(__name__)

_PROGRESS_SECONDS = 0.2  # between two reports of a download; lower shows more steps, higher sends fewer messages
_FRESH_LINKS = 2  # how often the task is asked for another link


@dataclass
class Habits:
    """What was learnt of a gateway, for as long as the process lives.

    `rung` is how a local picture travels (empty: not known yet), `pinned` that the user chose it, `with_model` that
    a create needs the `model` field.
    """

    rung: str = ""
    pinned: bool = False
    with_model: bool = False

    def rungs(self) -> tuple[str, ...]:
        """Give the ways to try, in order: the pinned one alone, or from the one that worked last on."""
        if self.pinned:
            return (self.rung,)
        return service.RUNGS[service.RUNGS.index(self.rung) :] if self.rung in service.RUNGS else service.RUNGS


class Stop(Protocol):
    """How a run is ended from outside: asked before every step, waited on instead of sleeping."""

    cancelled: bool  # by the user; otherwise the process closes, and the record stays as it is

    def is_set(self) -> bool:
        """Whether the run shall end."""

    def wait(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds; True as soon as the run shall end."""

    def shielded(self) -> AbstractContextManager[object]:
        """While it is entered the run is not torn down: a purchase is under way."""


class _Stopped(Exception):
    """The run was told to end."""


class Runner:
    """One job's way. Every event is journalled, where it changes the state, and then told to `emit`."""

    def __init__(
        self,
        job: Job,
        client: Client,
        journal: Journal,
        stop: Stop,
        emit: Callable[[Event], None],
        habits: Habits,
    ) -> None:
        self.job = job
        self._client = client
        self._journal = journal
        self._stop = stop
        self._emit = emit
        self._habits = habits
        self._picture: Mapping[str, str] = {}
        self._rung = ""
        self._link = ""

    def run(self) -> Job:
        """Carry the job as far as it goes without Blender: ready, uncertain, failed, cancelled, or stopped."""
        phases: dict[JobState, Callable[[], Event]] = {
            JobState.QUEUED: Started,
            JobState.UPLOADING: self._upload,
            JobState.SUBMITTING: self._create,
            JobState.GENERATING: self._follow,
            JobState.DOWNLOADING: self._download,
        }
        while (phase := phases.get(self.job.state)) is not None:
            try:
                self._happened(self._outcome(phase))
            except KeyboardInterrupt:  # between two phases
                self._happened(Cancelled())
            if self._stop.is_set() and not self._stop.cancelled:
                return self.job
        self._journal.settle(self.job)
        return self.job

    def _outcome(self, phase: Callable[[], Event]) -> Event:
        """Run a phase; whatever goes wrong in it becomes an event."""
        try:
            self._go_on()
            return phase()
        except (_Stopped, KeyboardInterrupt):
            return Cancelled()
        except TripoError as error:
            return Failed(error.failure)
        except (NotSent, NoAnswer) as error:
            return Failed(error.failure)
        except OSError as error:
            return Failed(_disk_failure(error))
        except Exception as error:  # noqa: BLE001  # a mistake of ours must end this job, not the worker and its other jobs
            _log.exception("job %s", self.job.id)
            return Failed(
                Failure(
                    Kind.INTERNAL,
                    "The add-on made a mistake with this job. Please report it with the job's details",
                    f"{type(error).__name__}: {error}",
                )
            )

    def _happened(self, event: Event) -> None:
        if isinstance(event, Cancelled) and not self._stop.cancelled:
            return  # the process closes: the record stays as it is, to be taken up again
        before, self.job = self.job, self.job.after(event)
        if self.job.state != before.state:
            try:
                self._journal.write(self.job)
            except OSError as error:
                if isinstance(event, Started | Submitting):  # nothing is bought that could not be remembered
                    event = Failed(_disk_failure(error))
                    self.job = before.after(event)
                else:
                    _log.warning("the record of job %s could not be written: %s", self.job.id, error)
        self._emit(event)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise _Stopped

    def _delay(self, attempt: int, failure: Failure, retry_after: float = -1.0) -> None:
        seconds = plan.retry_wait(attempt, retry_after, random.random())
        why = {Kind.BUSY: "The service is busy", Kind.NETWORK: "No connection"}.get(
            failure.kind, "The service has a fault"
        )
        self._happened(Delayed(f"{why}; trying again in {max(1, round(seconds))} s"))
        self._wait(seconds)

    # -- the picture goes up ------------------------------------------------------------------------------------

    def _upload(self) -> Event:
        self._picture, self._rung = self._sent_picture()
        return Submitting()

    def _sent_picture(self) -> tuple[Mapping[str, str], str]:
        """Give how the create names the picture, and the rung that took it up."""
        if service.is_url(self.job.picture):
            return {"url": self.job.picture}, ""
        path = Path(self.job.picture)
        for rung in self._habits.rungs():
            if rung == service.RUNG_DATA_URI:
                return {"url": _data_uri(path)}, rung
            request = service.upload(self.job.base_url, rung, str(path), MIME_TYPES[_picture_type(path)])
            meaning = self._uploaded(request)
            if isinstance(meaning, Uploaded):
                self._habits.rung = rung
                return meaning.fields, rung
        raise TripoError(
            Kind.REFUSED,
            "The gateway has no such upload address. Choose another way for pictures in the preferences",
            detail=f"{self._habits.rung} answered 404 or 405",
        )

    def _uploaded(self, request: HttpRequest) -> Uploaded | RouteMissing:
        for attempt in range(1, plan.RETRIES + 2):
            retry_after = -1.0
            try:
                meaning = service.read_upload(self._client.call(request))
            except (NotSent, NoAnswer) as error:
                failure, again = error.failure, True
            else:
                if not isinstance(meaning, Refused):
                    return meaning
                failure, again, retry_after = meaning.failure, meaning.again, meaning.retry_after
            if not again or attempt > plan.RETRIES:
                raise TripoError.of(failure)
            self._delay(attempt, failure, retry_after)
        raise AssertionError("unreachable")

    # -- the purchase -------------------------------------------------------------------------------------------

    def _create(self) -> Event:
        """Buy the task. It is sent again only after it surely did not arrive or was surely refused."""
        if not self._picture:
            self._picture, self._rung = self._sent_picture()
        attempt = 0
        while True:
            meaning = self._order()
            if isinstance(meaning, Created):
                self._habits.rung = self._habits.rung or self._rung
                return TaskCreated(meaning.task_id, meaning.trace_id)
            if isinstance(meaning, Unclear):
                return AnswerLost(meaning.failure)
            if meaning.wants_model and not self._habits.with_model:
                self._habits.with_model = True
                continue
            attempt += 1
            if not meaning.again or attempt > plan.RETRIES:
                return Failed(self._explained(meaning.failure))
            self._delay(attempt, meaning.failure, meaning.retry_after)

    def _order(self) -> Created | Refused | Unclear:
        self._go_on()
        job = self.job
        kind = _picture_type(Path(job.picture)) if not service.is_url(job.picture) else _type_of_url(job.picture)
        request = service.create(job.base_url, job.settings, kind, self._picture, self._habits.with_model)
        with self._stop.shielded():
            try:
                return service.read_create(self._client.call(request, purchase=True))
            except NotSent as error:
                return Refused(error.failure, again=True)
            except NoAnswer as error:
                return Unclear(service.lost_answer(error.failure.detail))

    def _explained(self, failure: Failure) -> Failure:
        """Say what else to try where the gateway offered no upload address and took no picture in the request."""
        if self._rung != service.RUNG_DATA_URI or failure.kind not in (Kind.PICTURE, Kind.REFUSED):
            return failure
        return Failure(
            Kind.PICTURE,
            "This gateway takes no pictures from this computer. Put the picture on the web and give its public address "
            "instead",
            failure.technical(),
            failure.code,
            failure.trace_id,
        )

    # -- the service works --------------------------------------------------------------------------------------

    def _follow(self) -> Event:
        started = time.monotonic()
        unknown = 0
        while True:
            report = self._report()
            if report.status is TaskStatus.SUCCESS and report.model_url:
                self._link = report.model_url
                return Generated(report.credits)
            if report.failure is not None:
                return Failed(report.failure)
            unknown = unknown + 1 if report.status is TaskStatus.UNKNOWN else 0
            waited = time.monotonic() - started
            if unknown > plan.UNKNOWN_ANSWERS or waited > plan.DEADLINES[JobState.GENERATING]:
                return Failed(service.lost_task(self.job.task_id, f"{report.status} after {waited:.0f} s"))
            self._happened(Progressed(report.percent, report.queue_position, report.seconds_left))
            self._wait(plan.poll_wait(waited, report.seconds_left))

    def _report(self) -> TaskReport:
        """Ask how far the task is, through whatever passes; raises `TripoError` when it does not pass."""
        request = service.poll(self.job.base_url, self.job.task_id)
        for attempt in range(1, plan.READ_RETRIES + 1):
            self._go_on()
            retry_after = -1.0
            try:
                report = service.read_poll(self._client.call(request), self.job.task_id)
            except (NotSent, NoAnswer) as error:
                failure, again = error.failure, True
            else:
                if isinstance(report, TaskReport):
                    return report
                failure, again, retry_after = report.failure, report.again, report.retry_after
            if not again or attempt == plan.READ_RETRIES:
                raise TripoError.of(
                    replace(
                        failure,
                        sentence=f"{failure.sentence}. The model may still be made: its task is {self.job.task_id}",
                    )
                )
            self._delay(attempt, failure, retry_after)
        raise AssertionError("unreachable")

    # -- the model travels --------------------------------------------------------------------------------------

    def _download(self) -> Event:
        folder = self._journal.folder_of(self.job.id)
        part = folder / "model.part"
        fresh_links, attempt = 0, 0
        while True:
            self._link = self._link or self._report().model_url
            try:
                fetch(self._client, self._link, part, self._download_progress())
                path, model_format = keep(part, folder)
                return Downloaded(str(path), model_format)
            except (NotSent, NoAnswer) as error:
                attempt += 1
                if attempt > plan.READ_RETRIES:
                    raise
                self._delay(attempt, error.failure)
            except TripoError as error:
                if error.failure.kind is not Kind.LINK_EXPIRED or fresh_links == _FRESH_LINKS:
                    raise
                fresh_links += 1
                self._link = ""

    def _download_progress(self) -> Callable[[float], None]:
        told = 0.0

        def progress(percent: float) -> None:
            nonlocal told
            self._go_on()
            if time.monotonic() - told >= _PROGRESS_SECONDS:
                told = time.monotonic()
                self._happened(Progressed(percent))

        return progress


def _disk_failure(error: OSError) -> Failure:
    return Failure(
        Kind.DISK,
        "The add-on could not write to its folder. Make room on the disk, or make the folder writable, and try again",
        f"{type(error).__name__}: {error.strerror or error} {error.filename or ''}".strip(),
    )


def _picture_type(path: Path) -> str:
    with path.open("rb") as file:
        head = read_head(file.read(HEAD_BYTES))
    return head.format if head is not None else "png"


def _type_of_url(url: str) -> str:
    suffix = url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rsplit(".", 1)[-1].lower()
    return {"jpeg": "jpg"}.get(suffix, suffix if suffix in MIME_TYPES else "jpg")


def _data_uri(path: Path) -> str:
    data = path.read_bytes()[:LARGEST_FILE]
    return f"data:{MIME_TYPES[_picture_type(path)]};base64,{base64.b64encode(data).decode()}"
