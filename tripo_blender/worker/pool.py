"""Runs several jobs side by side, each in a thread of the worker process; the rest wait their turn."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from ..core.account import Credentials
from ..core.errors import Failure, TripoError
from ..core.events import Cancelled, Delayed, Event, Failed, Prepared, TaskCreated
from ..core.formats.limits import Limits
from ..core.job import Job
from ..core.messages import Configure, Happened, Learnt
from ..core.network import Network
from ..core.recovery import elsewhere, too_many_files, without_account
from ..core.sentences.text import text
from ..core.serialization import RecordError
from ..core.services.registry import DEFAULT, SERVICES, unknown_service
from ..core.states import JobState
from ..storage.journal import Journal
from ..storage.model_check import check_model
from . import hedging
from .conversion import Converter
from .gateway_profile import ProfileBook
from .http.client import Client
from .runner import Runner
from .waiting_list import WaitingList

_CLOSING_SECONDS = 0.2  # that a run has to write down where it is when the process closes
_LOOK_SECONDS = 0.05  # between two looks at the end of a run, while something brief is waited for

_log = logging.getLogger(__name__)

T = TypeVar("T")


class ThreadStop:
    """A `Stop` that another thread sets."""

    def __init__(self) -> None:
        self.cancelled = False
        self.buying = False
        self._event = threading.Event()

    def set(self, *, cancelled: bool) -> None:
        """End the run: for good, by the user, or because the process closes."""
        self.cancelled = self.cancelled or cancelled
        self._event.set()

    def is_set(self) -> bool:
        """Whether the run shall end."""
        return self._event.is_set()

    def wait(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds; True as soon as the run shall end."""
        return self._event.wait(timeout)

    def aside(self, work: Callable[[], T], seconds: float, /) -> Callable[[], T | None]:
        """Do `work` in a thread of its own, which is left to itself when it is given up: no socket can hold that up."""
        results: list[T] = []
        thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
        thread.start()
        until = time.monotonic() + seconds

        def finish() -> T | None:
            while thread.is_alive() and not self._event.is_set() and (left := until - time.monotonic()) > 0:
                thread.join(min(left, _LOOK_SECONDS))
            return results[0] if results else None

        return finish

    def hedged(self, ask: hedging.Ask[T], good: Callable[[T], bool], seconds: float, /) -> T | None:
        """Ask, and once more beside it where no answer has come after `seconds`; None: the run shall end."""
        return hedging.side_by_side(ask, good, seconds, self._event.is_set)

    def interruptible(self) -> AbstractContextManager[None]:
        """Change nothing: nobody presses Ctrl-C here."""
        return nullcontext()

    uninterrupted = interruptible

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Say that a purchase is under way: the process waits for it."""
        self.buying = True
        try:
            yield
        finally:
            self.buying = False


@dataclass(frozen=True)
class _Place:
    """A job that runs: its thread, what stops it, and what carries it out."""

    thread: threading.Thread
    stop: ThreadStop
    runner: Runner


class Pool:
    """The jobs of one worker, in the order in which they came: of each account as many at once as it may have."""

    def __init__(self, configure: Configure, journal: Journal, tell: Callable[[Happened | Learnt], bool]) -> None:
        """`tell` gives whether somebody listens still."""
        self._configure = configure
        self._journal = journal
        self._tell = tell
        self._book = ProfileBook()
        self._converter = Converter(configure, journal) if configure.converts else None
        self._lock = threading.Lock()
        self._waiting = WaitingList(journal)
        self._accounts: dict[tuple[str, str, str], Credentials] = {}  # by their identity
        self._credentials: dict[str, Credentials] = {}  # of each waiting job, as they were when it came
        self._running: dict[str, _Place] = {}
        self._closed = False

    def configure(self, configure: Configure) -> None:
        """Change what is preferred for the jobs to come."""
        with self._lock:
            self._configure = configure
            if configure.converts and self._converter is None:
                self._converter = Converter(configure, self._journal)

    def use(self, credentials: Credentials) -> None:
        """Take over how an account is used: its limit at once, its key for later orders only."""
        with self._lock:
            self._accounts[credentials.account.identity] = credentials
        self._fill()

    def learn(self, learnt: Learnt) -> None:
        """Take over what an earlier worker learnt of an account's gateway."""
        self._book.of(learnt.account).learn(learnt.upload_method, learnt.dialect)

    def run(self, job: Job) -> None:
        """Run a job as soon as a place is free; one that is here already is not taken a second time."""
        with self._lock:
            if job.id in self._running or job.id in self._waiting:
                return
        # Its message is still on the way, or died with Blender. Of one in doubt the user has decided since.
        if not job.in_doubt and self._journal.is_cancelled(job.id):
            self._end_cancelled(job)
            return
        failure, credentials = None, self._accounts.get(job.account.identity)
        if job.working:  # what is on the disk already asks nothing of its service
            failure = unknown_service(job.account.service) or (without_account(job) if credentials is None else None)
        if (failure := failure or self._journal.begin(job)) is not None:
            self._tell(Happened(job.id, Failed(failure)))
            return
        # Before any other thread can start it: two writers of one record would take it from each other.
        if job.working:  # a model that is on the disk already has cost nothing here
            with contextlib.suppress(OSError):  # where it cannot be written, the job's start says so
                self._journal.write(job)
        self._journal.ownership.keep(job.id)
        with self._lock:
            self._waiting.add(job)
            self._credentials[job.id] = credentials or Credentials(job.account, "")
        self._fill()

    def cancel(self, job_id: str) -> None:
        """Stop a job; one that still waits never starts. Its record says so when this returns, or its order is out."""
        with self._lock:
            waiting = self._waiting.pop(job_id)
            if waiting is not None:
                self._credentials.pop(job_id)
                self._waiting.left(waiting.after(Cancelled()))
            running = self._running.get(job_id)
        if running is not None:
            running.stop.set(cancelled=True)
            running.runner.cancel()
        if waiting is not None:
            self._end_cancelled(waiting)
            self._fill()
        elif running is None:  # it got ready before its user's word came
            with contextlib.suppress(OSError, RecordError):
                self._journal.write_cancelled(job_id)

    def _end_cancelled(self, job: Job) -> None:
        """Write down that a job was stopped before it ran."""
        self._journal.end(job.after(Cancelled()))
        self._tell(Happened(job.id, Cancelled()))

    def close(self) -> None:
        """End every run where it is, and wait for a purchase that is under way; records stay to be taken up."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            running = list(self._running.values())
        for place in running:
            place.stop.set(cancelled=False)
        for place in running:
            place.thread.join(_CLOSING_SECONDS)
            while place.thread.is_alive() and place.stop.buying:  # an upload or a download ends with the process
                place.thread.join(_CLOSING_SECONDS)
            if place.stop.cancelled:  # while its order was out, which is answered now
                place.runner.cancel()
        if self._converter is not None:
            self._converter.close()
        self._journal.ownership.release_all()

    def _fill(self) -> None:
        refused: list[tuple[Job, Failure]] = []
        hopeless: list[tuple[Job, Failure]] = []
        with self._lock:
            while not self._closed:
                running = {job_id: place.runner.job for job_id, place in self._running.items()}
                found = self._waiting.first(running, self._limit)
                if found is None:
                    break
                job, start = found
                if isinstance(start, Failure):
                    hopeless.append((self._give_up(job, start), start))
                    continue
                failure = None
                try:
                    if not self._journal.ownership.take(job.id):
                        failure = elsewhere(job.name)
                except OSError as error:
                    if self._running:
                        break  # until one of them gives its files back
                    failure = too_many_files(str(error))
                self._waiting.pop(job.id)
                credentials = self._credentials.pop(job.id)
                if failure is not None:
                    refused.append((job, failure))
                    continue
                place = self._place(start, credentials)
                self._running[job.id] = place
                place.thread.start()
        for job, failure in refused:
            self._journal.ownership.release(job.id)
            self._tell(Happened(job.id, Failed(failure)))
        for job, failure in hopeless:
            self._journal.end(job)
            self._tell(Happened(job.id, Failed(failure)))
        with self._lock:
            news = self._waiting.news()
        for job_id, note in news.items():
            self._tell(Happened(job_id, Delayed(note)))

    def _limit(self, job: Job) -> int:
        """Return how many jobs of a job's account may run at once, as it was said last."""
        return self._accounts.get(job.account.identity, self._credentials[job.id]).at_once

    def _give_up(self, job: Job, failure: Failure) -> Job:
        """Take a job out that can never start, and have those that need it know."""
        self._waiting.pop(job.id)
        self._credentials.pop(job.id)
        failed = job.after(Failed(failure))
        self._waiting.left(failed)
        return failed

    def _place(self, job: Job, credentials: Credentials) -> _Place:
        configure = self._configure
        service = SERVICES.get(job.account.service, SERVICES[DEFAULT])  # a ready job asks nothing of it
        profile = self._book.of(job.account, credentials.upload_method)
        converter = self._converter if configure.converts else None
        limits = Limits(memory=configure.model_memory)
        stop = ThreadStop()

        def emit(event: Event) -> None:
            if isinstance(event, TaskCreated):  # told before, so that it is known before the job ends
                method = "" if profile.pinned else profile.upload_method
                self._tell(Learnt(job.account, method, profile.dialect))
                if converter is not None and runner.may_give_model:  # its start takes seconds, the model a minute
                    converter.warm()
            if not self._tell(Happened(job.id, event)):
                stop.set(cancelled=False)  # its record stays, for who comes next

        network = Network(configure.proxy, configure.certificates)
        client = Client(credentials.key, credentials.account.base_url, network)
        runner = Runner(job, service, client, self._journal, stop, emit, profile, limits)

        def work() -> None:
            unseen = job.state is JobState.READY  # a file that is here already: what comes down is checked then
            try:
                with client:
                    runner.run()
                if runner.job.state is JobState.READY and not stop.is_set():
                    # The preference was switched off after the job was asked for, or it gives no model.
                    if converter is None or not runner.job.model_path:
                        runner.prepared(Prepared())
                    else:
                        runner.prepared(Delayed(text("import.preparing")))
                        failed = _bad_file(job, limits) if unseen else None
                        if (outcome := failed or converter.prepare(runner.job, stop)) is not None:
                            runner.prepared(outcome)
            finally:
                self._leave(runner.job)

        return _Place(threading.Thread(target=work, name=f"job {job.id}", daemon=True), stop, runner)

    def _leave(self, job: Job) -> None:
        if job.final or job.state is JobState.UNCERTAIN:
            self._journal.ownership.release(job.id)
        else:  # a ready one is kept until it is in the scene
            self._journal.ownership.keep(job.id)
        with self._lock:
            del self._running[job.id]
            self._waiting.left(job)
        self._fill()


def _bad_file(job: Job, limits: Limits) -> Failed | None:
    """Give why a ready job's model must not reach an importer; None where it may."""
    try:
        check_model(job, limits)
    except TripoError as error:
        return Failed(error.failure)
    except OSError as error:
        _log.info("job %s: %s", job.id, error)  # it is gone, which the importer finds as well
    return None
