"""Carries one job from queued to ready: in a thread of the worker, or in the foreground for scripts."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..core import retry
from ..core.disk_errors import NO_MORE_FILES
from ..core.errors import Failure, Kind, TripoError
from ..core.events import (
    AnswerLost,
    Cancelled,
    Delayed,
    Downloaded,
    Event,
    Failed,
    Generated,
    Kept,
    Progressed,
    Started,
    Submitting,
    TaskCreated,
    TaskFound,
)
from ..core.formats.limits import Limits
from ..core.job import Job
from ..core.recovery import too_many_files
from ..core.request_check import outputs_of_job
from ..core.sentences.text import text
from ..core.services.base import Created, Service, TaskStatus, Unclear, expected_outputs
from ..core.services.failures import lost_task, missing_output, passing, unfinished_task, unreachable_task
from ..core.services.purchase import lost_answer
from ..core.states import JobState
from ..core.task import Artifact, Role
from ..storage.journal import Journal
from .download import Busy, Refused, fetch, forget, is_whole, keep
from .gateway_profile import GatewayProfile
from .http.client import Client, NoAnswer, NotSent
from .polling import Polling
from .preview import Preview
from .stop import Stop, Stopped
from .submit import Sending

_log = logging.getLogger(__name__)

_PROGRESS_SECONDS = 0.2  # between two reports of a download; lower shows more steps, higher sends fewer messages
_RECORDED_STEP = 10.0  # percent between two records of one state; lower tells more after a crash, and writes more
_FRESH_LINKS = 2  # how often the task is asked for another link


class Runner:
    """One job's way. Every event is journalled, where it changes the state, and then told to `emit`."""

    def __init__(
        self,
        job: Job,
        service: Service,
        client: Client,
        journal: Journal,
        stop: Stop,
        emit: Callable[[Event], None],
        profile: GatewayProfile,
        limits: Limits = Limits(),  # noqa: B008  # frozen
    ) -> None:
        self.job = job
        self._client = client
        self._journal = journal
        self._stop = stop
        self._emit = emit
        self._sending = Sending(job, service, client, profile, self._delay, self._before_sending, self._go_on)
        self._polling = Polling(service, client, stop, self._delay)
        self._limits = limits
        self._roles = outputs_of_job(job, service)  # none yet of a task that is fetched by its id alone
        self._links: dict[Role, str] = {}
        self._preview = Preview(client, stop)
        self._recorded = job.percent
        self._unwritten = False  # the record says less than was told
        self._lock = threading.RLock()  # of the job, its record and whether its order is out
        self._over = False  # nothing that comes late changes anything
        self._cancelled = False  # by the mark beside the record; else `stop` says so

    def run(self) -> Job:
        """Carry the job as far as it goes without Blender: ready, uncertain, failed, cancelled, or stopped."""
        phases: dict[JobState, Callable[[], Event]] = {
            JobState.QUEUED: Started,
            JobState.UPLOADING: self._upload,
            JobState.SUBMITTING: self._order,
            JobState.GENERATING: self._follow,
            JobState.DOWNLOADING: self._download,
            **({} if self.job.delivers else {JobState.READY: Kept}),
        }
        while (phase := phases.get(self.job.state)) is not None:
            # Until its answer is written down, a purchase is not broken off.
            buying = self.job.state is JobState.SUBMITTING
            try:
                with self._stop.shielded() if buying else self._stop.interruptible():
                    self._happened(self._outcome(phase))
            except KeyboardInterrupt:
                self._happened(self._interrupted())
            if self._stop.is_set() and not self._is_cancelled:
                self._withdraw()
                return self.job
        with self._lock:
            self._journal.settle(self.job)
        return self.job

    def cancel(self) -> None:
        """Write down that the user has stopped the job: at once, whatever the run waits for in its own thread.

        While an order is out nothing is written: how that ended is known when its answer is read.
        """
        with self._lock:
            if not (self.job.final or self.job.state is JobState.UNCERTAIN or self._order_is_out):
                self._happened(Cancelled())
                self._over = True
                self._journal.settle(self.job)

    def prepared(self, event: Event) -> None:
        """Take note of what came of setting the model up, which lies on the disk."""
        with self._lock:
            self._happened(event)
            self._journal.settle(self.job)

    @property
    def may_give_model(self) -> bool:
        """Whether its task gives a model, as far as is known."""
        return not self._roles or Role.MODEL in self._roles

    @property
    def _is_cancelled(self) -> bool:
        return self._stop.cancelled or self._cancelled

    @property
    def _order_is_out(self) -> bool:
        return self.job.state is JobState.SUBMITTING and self._sending.sent

    def _before_sending(self) -> None:
        """Look for the last time whether the order shall go out, and write down that it is out; raises `OSError`."""
        with self._stop.uninterrupted(), self._lock:
            self._go_on()
            if self._over or self._journal.is_cancelled(self.job.id):
                self._cancelled = True
                raise Stopped
            self._journal.write(self.job)
            self._sending.sent = True

    def _withdraw(self) -> None:
        """Write down that no order is out: it has not been sent yet, or it was surely refused."""
        with self._stop.uninterrupted(), self._lock, contextlib.suppress(OSError):
            if self.job.state is JobState.SUBMITTING and not self._order_is_out:
                self._journal.write(replace(self.job, state=JobState.UPLOADING, note=None))

    def _outcome(self, phase: Callable[[], Event]) -> Event:
        """Run a phase; whatever goes wrong in it becomes an event."""
        try:
            self._go_on()
            return phase()
        except (Stopped, KeyboardInterrupt):
            return self._interrupted()
        except TripoError as error:
            return Failed(error.failure, (error.artifact,) if isinstance(error, Refused) else ())
        except (NotSent, NoAnswer) as error:
            return Failed(error.failure)
        except OSError as error:
            return Failed(_disk_failure(error, self.job.task_id))
        except Exception as error:  # noqa: BLE001  # a mistake of ours must end this job, not the worker and its others
            _log.error("job %s: %s", self.job.id, self._client.masks.words(traceback.format_exc()))
            return self._mistake(type(error).__name__)

    def _mistake(self, what: str) -> Event:
        if self._order_is_out:
            return AnswerLost(lost_answer(what))
        return Failed(Failure(Kind.INTERNAL, text("job.mistake"), what))

    def _interrupted(self) -> Event:
        """The user stops the run; an order that is out and unanswered may have been bought all the same."""
        if self._order_is_out:
            return AnswerLost(lost_answer("interrupted while the order was out"))
        return Cancelled()

    def _happened(self, event: Event) -> None:
        with self._stop.uninterrupted(), self._lock:
            self._record_and_tell(event)

    def _record_and_tell(self, event: Event) -> None:
        if self._over or (isinstance(event, Cancelled) and not self._is_cancelled):
            return  # in the second case the process closes: the record stays as it is
        before, self.job = self.job, self.job.after(event)
        further = self.job.percent - self._recorded >= _RECORDED_STEP
        if self.job.state != before.state or further or self._unwritten:
            try:
                self._journal.write(self.job)
                self._recorded, self._unwritten = self.job.percent, False
            except OSError as error:
                if isinstance(event, Started | Submitting):  # nothing is bought that could not be remembered
                    event = Failed(_disk_failure(error, self.job.task_id))
                    self.job = before.after(event)
                elif not self._unwritten:  # it goes on, and is written with the next event that can be
                    self._unwritten = True
                    _log.warning("the record of job %s could not be written: %s", self.job.id, error)
        self._emit(event)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _delay(self, attempt: int, failure: Failure, retry_after: float = -1.0) -> float:
        """Tell what is in the way, wait before try number `attempt` + 1, and return the seconds."""
        self._go_on()
        seconds = retry.retry_wait(attempt, retry_after, random.random())
        self._withdraw()
        note = text("job.retrying", what=passing(failure), seconds=max(1, round(seconds)))
        self._happened(Delayed(note))
        if self._stop.wait(seconds):
            raise Stopped
        return seconds

    def _upload(self) -> Event:
        self._sending.upload()
        self._go_on()
        return Submitting(self._sending.sha256)

    def _order(self) -> Event:
        meaning = self._sending.order()
        if isinstance(meaning, Created):
            return TaskCreated(meaning.task_id, meaning.trace_id)
        return AnswerLost(meaning.failure) if isinstance(meaning, Unclear) else Failed(meaning.failure)

    def _follow(self) -> Event:
        started = time.monotonic()
        unknown = polls = 0
        pace: retry.Pace | None = None
        while True:
            report = self._polling.report(self.job.base_url, self.job.task_id)
            if report is None:
                raise Stopped
            if self.job.in_doubt and report.status is not TaskStatus.UNKNOWN:
                self._happened(TaskFound())
            if report.failure is not None:
                return Failed(report.failure)
            if report.status is TaskStatus.SUCCESS:
                self._links = dict(report.outputs)
                self._roles = self._roles or expected_outputs(report)
                for role in self._roles:
                    if not self._links.get(role):
                        return Failed(missing_output(self.job.task_id, report, role))
                return Generated(report.credits, report.model_seed, report.texture_seed)
            unknown = unknown + 1 if report.status is TaskStatus.UNKNOWN else 0
            waited = time.monotonic() - started
            if unknown > retry.UNKNOWN_ANSWERS:
                return Failed(lost_task(self.job.task_id, f"{report.status} after {waited:.0f} s"))
            if waited > retry.LONGEST_GENERATION:
                return Failed(unfinished_task(self.job.task_id, f"{report.status} after {waited:.0f} s"))
            self._happened(Progressed(report.percent, report.queue_position, report.seconds_left))
            polls += 1
            pace = pace.after(waited, report.percent) if pace else retry.Pace(waited, report.percent)
            if self._stop.wait(retry.poll_wait(waited, polls, report.seconds_left, pace.left(waited, report.percent))):
                raise Stopped

    def _download(self) -> Event:
        folder = self._journal.folder_of(self.job.id)
        artifacts: list[Artifact] = []
        if not self._roles and not isinstance(outcome := self._follow(), Generated):  # it is taken up from here
            return outcome
        for role in self._roles:
            fetched = self._download_one(role, folder)
            if not isinstance(fetched, Artifact):
                return fetched
            artifacts.append(fetched)
        self._begin_preview()
        return Downloaded((*artifacts, *self._preview.kept(folder)))

    def _download_one(self, role: Role, folder: Path) -> Artifact | Event:
        """Return a file of the task, whole and checked; or the event that ends the job."""
        part = folder / f"{role}.part"
        fresh_links = attempt = 0
        while True:
            if not self._links.get(role):
                outcome = self._follow()  # it has been finished before, so as a rule this takes one question
                if not isinstance(outcome, Generated):
                    return outcome
            try:
                try:
                    fetch(self._client, self._links[role], part, self._download_progress())
                except NoAnswer:
                    if not is_whole(part, role, self._limits):
                        raise
                return keep(part, folder, role, self._limits)
            except (NotSent, NoAnswer) as error:
                attempt += 1
                if attempt > retry.READ_RETRIES:
                    raise TripoError.of(unreachable_task(error.failure, self.job.task_id)) from error
                self._delay(attempt, error.failure, error.retry_after if isinstance(error, Busy) else -1.0)
            except TripoError as error:
                # A file that is no model may be a proxy's page, or have been cut short on its way.
                if error.failure.kind not in (Kind.LINK_EXPIRED, Kind.MODEL_FILE) or fresh_links == _FRESH_LINKS:
                    raise
                fresh_links += 1
                if error.failure.kind is Kind.MODEL_FILE:
                    forget(part)
                    self._delay(fresh_links, error.failure)
                self._links.clear()

    def _begin_preview(self) -> None:
        if Role.MODEL in self._roles:  # an image needs none
            self._preview.begin(self._links)

    def _download_progress(self) -> Callable[[float], None]:
        told = 0.0

        def progress(percent: float) -> None:
            nonlocal told
            self._go_on()
            self._begin_preview()  # beside the model, which has begun to come
            if time.monotonic() - told >= _PROGRESS_SECONDS:
                told = time.monotonic()
                self._happened(Progressed(percent))

        return progress


def _disk_failure(error: OSError, task_id: str) -> Failure:
    detail = f"{type(error).__name__}: {error.strerror or error} {error.filename or ''}".strip()
    if error.errno in NO_MORE_FILES:
        return too_many_files(detail)
    what = text("disk.full_or_read_only_paid") if task_id else text("disk.full_or_read_only")
    return Failure(Kind.DISK, what, detail)
