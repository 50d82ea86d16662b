"""The running jobs of this Blender, and the one timer that looks after them.

Jobs live here in plain Python: a file that is opened, an undo or a deleted scene takes none of them along.
Panels and polls read `session.jobs`; nothing here waits for the network, the disk or the worker.
"""

import contextlib
import logging
import time
from pathlib import Path

import bpy

from ..core.account import Credentials
from ..core.errors import Failure, Kind, TripoError
from ..core.events import AnswerLost, Cancelled, Delayed, Event, Failed, Prepared, Started
from ..core.job import Job
from ..core.messages import Cancel, Configure, Ended, Fault, Happened, Learnt, Run, UseAccount
from ..core.recovery import further, not_given_up
from ..core.sentences.text import text
from ..core.services.failures import may_still_be_made
from ..core.services.purchase import lost_answer
from ..core.states import JobState, word_of
from ..scene.deliver import awaited, bring_in
from ..storage.journal import Journal
from ..storage.locks import Ownership
from ..storage.version import addon_version
from ..worker.handle import WorkerHandle
from . import job_list
from .account import Access
from .incremental import redraw
from .on_exit import on_exit

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1  # between two looks at the worker; lower shows progress sooner, higher costs less
_REDRAW_SECONDS = 0.25  # at the least between two redraws of the sidebar
_PREPARING_TICK_SECONDS = 0.01  # while a model is being set up, which is then brought in without delay
_CLOSING_SECONDS = 2.0  # how long switching off waits for the worker; only a purchase under way takes longer
_READ_BUDGET = 0.0003  # s for the events of one tick; what is left over is read in the next


class Session:
    """All jobs since Blender started, by id, in the order in which they were asked for."""

    def __init__(self, jobs: dict[str, Job] | None = None) -> None:
        self.jobs: dict[str, Job] = {} if jobs is None else jobs
        self._folders: dict[str, Path] = {}  # where the records of those lie that are on record
        self._access: dict[str, Access] = {}  # how to reach the service, with the key: while a job needs it
        self._revived: set[str] = set()
        self._learnt: dict[tuple[str, str, str], Learnt] = {}  # by the identity of the account
        self._worker: WorkerHandle | None = None
        self._leaving: list[WorkerHandle] = []  # told to end; a purchase under way may hold them for a while
        self._configured: Configure | None = None  # what the worker knows, and the accounts that it may use
        self._used: dict[tuple[str, str, str], Credentials] = {}
        self._changed = False
        self._redrawn = 0.0

    def start(self, job: Job, access: Access, folder: Path) -> None:
        """Hand a job to the worker. Raises `TripoError`."""
        self._order(job, access, folder)
        self._access[job.id], self._folders[job.id] = access, folder
        self._put(job)
        self._look_after()

    def take_over(self, job: Job, access: Access, folder: Path) -> None:
        """Take a job into the list whose model is on disk already: it comes in as soon as Blender can take it.

        Raises `TripoError`.
        """
        if access.converts:
            self.start(job, access, folder)
            return
        self._put(job)
        self._look_after()

    def _look_after(self) -> None:
        if not bpy.app.timers.is_registered(tick):
            bpy.app.timers.register(tick, first_interval=_TICK_SECONDS, persistent=True)

    def cancel(self, job_id: str, *, gives_up: bool = False) -> None:
        """Stop a job at once; the worker tidies up. The word is on the disk before this returns.

        One that is uncertain ends only where the user `gives_up`: a click on Cancel may come in the instant in which
        the answer to the order is lost, and what was bought is not forgotten for that. Raises `TripoError` where it
        cannot be given up.
        """
        job = self.jobs[job_id]
        if job.final or (job.state is JobState.UNCERTAIN and not gives_up):
            return
        if (folder := self._folders.get(job_id)) is not None:
            journal = Journal(folder)
            if not journal.cancel(job_id) and gives_up:
                raise TripoError.of(not_given_up(job.name, str(journal.path_of(job_id))))
        if self._worker is not None and (job.working or self._is_being_prepared(job)):
            self._worker.send(Cancel(job_id))
        if job.working and job.in_doubt:  # it is uncertain again as soon as the worker says that nothing more was sent
            self._happened(job_id, Delayed(text("job.stopping")))
            return
        self._happened(job_id, Cancelled())
        if not job.working:
            self._end(self.jobs[job_id])

    def send_again(self, job_id: str, access: Access, folder: Path) -> None:
        """Order an uncertain job once more, at the user's word. Raises `TripoError`."""
        job = self.jobs[job_id]
        if job.state is not JobState.UNCERTAIN:
            raise TripoError(Kind.USAGE, text("order.nothing_to_decide", name=job.name, state=word_of(job.state)))
        if not job.account.is_same(access.account):  # the key of one account is not for another
            raise TripoError(Kind.USAGE, text("job.ordered_elsewhere", name=job.name, url=job.base_url))
        self.start(job.after(Started()), access, folder)

    def finished(self, job: Job) -> None:
        """Take note of a job of the list that was carried out to its end without the worker."""
        self._folders.pop(job.id, None)
        self._put(job)

    def replace(self, job_id: str) -> None:
        """Take a job out of the list whose task another one fetches; its record stays."""
        self.cancel(job_id, gives_up=True)
        del self.jobs[job_id]
        self._folders.pop(job_id, None)

    def clear(self) -> None:
        """Take the jobs that have ended out of the list."""
        for job_id in [job.id for job in self.jobs.values() if job.final]:
            del self.jobs[job_id]
        self._folders = {job_id: folder for job_id, folder in self._folders.items() if job_id in self.jobs}

    def step(self) -> bool:
        """Look after the jobs once; True while there is something to look after."""
        self._receive()
        self._deliver()
        self._redraw()
        if any(not job.final and job.state is not JobState.UNCERTAIN for job in self.jobs.values()):
            return True
        self._end_worker()
        return bool(self._leaving) or self._changed

    def close(self, patience: float) -> None:
        """Let the worker end, and wait for that `patience` seconds at the most; no key stays here."""
        self._end_worker()
        for worker in self._leaving:
            worker.close(patience)
        self._leaving = [worker for worker in self._leaving if worker.alive]
        for job_id, folder in self._folders.items():
            Ownership(folder).release(job_id)
        self._folders.clear()
        self._access.clear()

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._leaving.append(self._worker)
        self._forget_worker()
        self._keep_uncertain()

    def _forget_worker(self) -> None:
        """Have no worker, and no key of what it was told."""
        self._worker = self._configured = None
        self._used.clear()

    def _keep_uncertain(self) -> None:
        """Have the uncertain jobs, which no worker has any more: no other Blender shall offer them."""
        for job_id, folder in self._folders.items():
            job = self.jobs.get(job_id)
            if job is not None and job.state is JobState.UNCERTAIN:
                with contextlib.suppress(OSError):
                    Ownership(folder).keep(job_id)

    def _order(self, job: Job, access: Access, folder: Path) -> None:
        configure = Configure(
            str(folder),
            access.converts,
            bpy.app.binary_path,
            addon_version(),
            access.network.proxy,
            access.network.certificates,
            access.limits.memory,
            access.kept,
        )
        if self._worker is not None and not self._worker.alive:
            self._receive()
        try:
            if self._worker is None:
                self._forget_worker()
                self._worker = WorkerHandle(folder.parent / "worker.log")
            if self._configured != configure and self._worker.send(configure):
                if self._configured is None:
                    for learnt in self._learnt.values():
                        self._worker.send(learnt)
                self._configured = configure
            identity = access.account.identity
            if self._used.get(identity) != access.credentials and self._worker.send(UseAccount(access.credentials)):
                self._used[identity] = access.credentials
            Ownership(folder).release(job.id)
            sent = self._worker.send(Run(job))
        except OSError as error:
            raise TripoError(Kind.INTERNAL, text("job.helper_not_started"), detail=str(error)) from error
        if not sent:
            raise TripoError(Kind.INTERNAL, text("job.helper_gone"), detail="broken pipe")

    def _receive(self) -> None:
        until = time.perf_counter() + _READ_BUDGET
        for worker in [*self._leaving, *([self._worker] if self._worker else [])]:
            alive = worker.alive  # asked before the last events are read, so that none is missed
            while messages := worker.receive():
                for message in messages:
                    self._handle(message)
                if time.perf_counter() > until:
                    return
            if not alive:
                self._worker_ended(worker)

    def _handle(self, message: Happened | Learnt | Fault) -> None:
        if isinstance(message, Happened):
            self._happened(message.job_id, message.event)
            if isinstance(message.event, AnswerLost):
                self._keep_uncertain()
        elif isinstance(message, Learnt):
            self._learnt[message.account.identity] = message
        else:
            _log.error("worker: %s", message.text)

    def _worker_ended(self, worker: WorkerHandle) -> None:
        """A worker has ended. If it was not told to, what was paid for goes on with a new one, once."""
        worker.close()
        self._recall_cancelled()
        if worker is not self._worker:
            self._leaving.remove(worker)
            self._keep_uncertain()  # it may have had them until its very end
            return
        self._forget_worker()
        detail = worker.log_tail()[-300:]
        _log.error("the worker ended: %s", detail)
        for job in [job for job in self.jobs.values() if self._is_being_prepared(job)]:
            self._happened(job.id, Prepared(why=text("import.in_place.helper_ended")))
        for job in [self._recalled(job) for job in self.jobs.values() if job.working]:
            access, folder = self._access.get(job.id), self._folders.get(job.id)
            if not (job.working or job.state is JobState.READY):
                continue
            if job.state is JobState.SUBMITTING:
                self._happened(job.id, AnswerLost(lost_answer("the helper process ended while it ordered")))
            elif access is not None and folder is not None and job.id not in self._revived:
                self._revived.add(job.id)
                try:
                    self._order(job, access, folder)
                except TripoError as error:
                    self._happened(job.id, Failed(error.failure))
            else:
                self._happened(job.id, Failed(_worker_died(job, detail)))

    def _recall_cancelled(self) -> None:
        """Say of what was cancelled that it is uncertain, where the answer to its order died with the worker."""
        for job in [job for job in self.jobs.values() if job.state is JobState.CANCELLED and not job.task_id]:
            recorded = self._recorded(job)
            if recorded is not None and recorded.state is JobState.UNCERTAIN and recorded.failure is not None:
                self._happened(job.id, AnswerLost(recorded.failure))

    def _recalled(self, job: Job) -> Job:
        """Give a job of a worker that died by its record, where that says more than was heard."""
        job = further(job, self._recorded(job))
        self._put(job)
        return job

    def _recorded(self, job: Job) -> Job | None:
        if (folder := self._folders.get(job.id)) is not None:
            return Journal(folder).find(job.id)
        return None

    def _deliver(self) -> None:
        """Bring in the first model that is ready, if Blender can take it."""
        ready = next((job for job in self.jobs.values() if self._is_ready(job)), None)
        if ready is None:
            return
        context = bpy.context
        if what := awaited(context):
            if ready.note != (note := text("import.waiting", what=what)):
                self._happened(ready.id, Delayed(note))
            return
        try:
            arrived = bring_in(ready, context)
        except TripoError as error:
            _log.warning("%s %s", error, error.failure.technical())
            self._happened(ready.id, Failed(error.failure))
        except Exception as error:  # noqa: BLE001  # tried once, not again at every tick; the file is kept
            _log.exception("the import of job %s failed", ready.id)
            self._happened(ready.id, Failed(_import_mistake(error)))
        else:
            self._happened(ready.id, arrived.event)
        self._end(self.jobs[ready.id])

    @property
    def expects_model(self) -> bool:
        """Whether a model is being set up in the second Blender."""
        return any(self._is_being_prepared(job) for job in self.jobs.values())

    def _is_ready(self, job: Job) -> bool:
        return job.state is JobState.READY and not self._is_being_prepared(job)

    def _is_being_prepared(self, job: Job) -> bool:
        """Whether the worker will still say that a model is prepared, or why not."""
        access = self._access.get(job.id)
        return job.state is JobState.READY and job.prepared is None and access is not None and access.converts

    def _end(self, job: Job) -> None:
        """Have the end of a job in Blender written down: by the worker, or here where there is none."""
        folder = self._folders.pop(job.id, None)
        if folder is None:  # a local file, of which nothing is on record
            return
        Ownership(folder).release(job.id)
        if self._worker is None or not self._worker.send(Ended(job)):
            Journal(folder).end(job)

    def _happened(self, job_id: str, event: Event) -> None:
        job = self.jobs.get(job_id)
        if job is not None:
            self._put(job.after(event))

    def _put(self, job: Job) -> None:
        if job.final or job.state is JobState.UNCERTAIN:
            self._access.pop(job.id, None)
        if self.jobs.get(job.id) != job:
            self.jobs[job.id] = job
            self._changed = True

    def _redraw(self) -> None:
        now = time.perf_counter()
        if not self._changed or now - self._redrawn < _REDRAW_SECONDS:
            return
        self._changed, self._redrawn = False, now
        redraw("VIEW_3D", "UI")


session = Session(job_list.jobs)


def tick() -> float | None:
    """Blender's timer: the seconds until the next look, or None when there is nothing left to look after.

    A timer that raises is dropped silently, and its jobs would seem to stand still; so nothing gets out of here.
    """
    try:
        if not session.step():
            return None
        return _PREPARING_TICK_SECONDS if session.expects_model else _TICK_SECONDS
    except Exception:  # noqa: BLE001  # whatever it was, the other jobs go on
        _log.exception("the tick failed")
        return _TICK_SECONDS


@on_exit
def _close() -> None:
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    session.close(_CLOSING_SECONDS)
    session.jobs.clear()


def _worker_died(job: Job, detail: str) -> Failure:
    advice = may_still_be_made(job.task_id) if job.task_id else text("job.restart")
    return Failure(Kind.INTERNAL, text("job.helper_ended", advice=advice), detail)


def _import_mistake(error: Exception) -> Failure:
    return Failure(Kind.IMPORT, text("import.mistake"), f"{type(error).__name__}: {error}")
