"""The running jobs of this Blender, and the one timer that looks after them.

Jobs live here in plain Python: a file that is opened, an undo or a deleted scene takes none of them along.
Panels and polls read `session.jobs`; nothing here waits for the network, the disk or the worker.
"""

import logging
import time
from pathlib import Path

import bpy
from mathutils import Vector

from ..core.errors import Failure, Kind, TripoError
from ..core.job import AnswerLost, Cancelled, Delayed, Event, Failed, Imported, Job, JobState, Submitting
from ..core.messages import Cancel, Configure, Ended, Fault, Run
from ..core.services.modelstream import lost_answer
from ..worker.handle import WorkerHandle
from .arrival import bring_in, wait_reason
from .preferences import Access

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1  # between two looks at the worker; lower shows progress sooner, higher costs less
_REDRAW_SECONDS = 0.25  # at the least between two redraws of the sidebar
_READ_BUDGET = 0.001  # s for the events of one tick; what is left over is read in the next


class Session:
    """All jobs since Blender started, by id, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self._locations: dict[str, Vector] = {}
        self._worker: WorkerHandle | None = None
        self._leaving: list[WorkerHandle] = []  # told to end; a purchase under way may hold them for a while
        self._configured: Configure | None = None
        self._changed = False
        self._redrawn = 0.0

    def start(self, job: Job, access: Access, folder: Path, location: Vector) -> None:
        """Hand a job to the worker; its model's base will stand on `location`. Raises `TripoError`."""
        self._order(Run(job), access, folder)
        self._locations[job.id] = location.copy()
        self._put(job)
        if not bpy.app.timers.is_registered(tick):
            bpy.app.timers.register(tick, first_interval=_TICK_SECONDS, persistent=True)

    def cancel(self, job_id: str) -> None:
        """Stop a job at once; the worker tidies up."""
        job = self.jobs[job_id]
        if self._worker is not None and job.working:
            self._worker.send(Cancel(job_id))
        self._happened(job_id, Cancelled())
        if not job.working:
            self._end(self.jobs[job_id])

    def send_again(self, job_id: str, access: Access, folder: Path) -> None:
        """Order an uncertain job once more, at the user's word."""
        location = self._locations.get(job_id, Vector())
        self.start(self.jobs[job_id].after(Submitting()), access, folder, location)

    def clear(self) -> None:
        """Take the jobs that have ended out of the list."""
        self.jobs = {job_id: job for job_id, job in self.jobs.items() if not job.final}

    def step(self) -> bool:
        """Look after the jobs once; True while there is something to look after."""
        self._hear()
        self._take_in()
        self._redraw()
        self._leaving = [worker for worker in self._leaving if worker.alive]
        if any(not job.final and job.state is not JobState.UNCERTAIN for job in self.jobs.values()):
            return True
        self._dismiss()
        return bool(self._leaving) or self._changed

    def close(self, patience: float) -> None:
        """Let the worker end, and wait for that `patience` seconds at the most."""
        self._dismiss()
        for worker in self._leaving:
            worker.close(patience)
        self._leaving = [worker for worker in self._leaving if worker.alive]

    def _dismiss(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._leaving.append(self._worker)
        self._worker = self._configured = None

    def _order(self, order: Run, access: Access, folder: Path) -> None:
        configure = Configure(access.key, str(folder), access.at_once, access.rung)
        if self._worker is not None and not self._worker.alive:
            self._bury()
        try:
            if self._worker is None:
                self._worker, self._configured = WorkerHandle(folder.parent / "worker.log"), None
            if self._configured != configure and self._worker.send(configure):
                self._configured = configure
            sent = self._worker.send(order)
        except OSError as error:
            raise TripoError(
                Kind.INTERNAL, "The add-on's helper process could not start. Restart Blender", detail=str(error)
            ) from error
        if not sent:
            raise TripoError(Kind.INTERNAL, "The add-on's helper process has ended. Try again", detail="broken pipe")

    def _hear(self) -> None:
        if self._worker is None:
            return
        alive = self._worker.alive  # asked before the last events are read, so that none is missed
        until = time.perf_counter() + _READ_BUDGET
        while messages := self._worker.receive():
            for message in messages:
                if isinstance(message, Fault):
                    _log.error("worker: %s", message.text)
                else:
                    self._happened(message.job_id, message.event)
            if time.perf_counter() > until:
                return
        if not alive:
            self._bury()

    def _bury(self) -> None:
        """The worker is gone: what it was at ends here, with what is known of it."""
        worker, self._worker, self._configured = self._worker, None, None
        if worker is None:
            return
        detail = worker.last_words()[-500:]
        worker.close()
        self._leaving.append(worker)
        for job in list(self.jobs.values()):
            if job.working:
                lost = job.state is JobState.SUBMITTING
                self._happened(job.id, AnswerLost(lost_answer(detail)) if lost else Failed(_worker_died(job, detail)))

    def _take_in(self) -> None:
        """Bring in the first model that is ready, if Blender can take it."""
        ready = next((job for job in self.jobs.values() if job.state is JobState.READY), None)
        if ready is None:
            return
        context = bpy.context
        if reason := wait_reason(context):
            if ready.note != reason:
                self._happened(ready.id, Delayed(reason))
            return
        try:
            main = bring_in(ready, self._locations.get(ready.id, Vector()), context)
        except TripoError as error:
            _log.warning("%s %s", error, error.failure.technical())
            self._happened(ready.id, Failed(error.failure))
        except Exception as error:  # noqa: BLE001  # tried once, not again at every tick; the file is kept
            _log.exception("the import of job %s failed", ready.id)
            self._happened(ready.id, Failed(_import_mistake(error)))
        else:
            self._happened(ready.id, Imported(main.name))
        self._end(self.jobs[ready.id])

    def _end(self, job: Job) -> None:
        self._locations.pop(job.id, None)
        if self._worker is not None:
            self._worker.send(Ended(job))

    def _happened(self, job_id: str, event: Event) -> None:
        job = self.jobs.get(job_id)
        if job is not None:
            self._put(job.after(event))

    def _put(self, job: Job) -> None:
        if self.jobs.get(job.id) != job:
            self.jobs[job.id] = job
            self._changed = True

    def _redraw(self) -> None:
        now = time.perf_counter()
        if not self._changed or now - self._redrawn < _REDRAW_SECONDS:
            return
        self._changed, self._redrawn = False, now
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                if area.type == "VIEW_3D":
                    for region in area.regions:
                        if region.type == "UI":
                            region.tag_redraw()


session = Session()


def tick() -> float | None:
    """Blender's timer: the seconds until the next look, or None when there is nothing left to look after.

    A timer that raises is dropped silently, and its jobs would seem to stand still; so nothing gets out of here.
    """
    try:
        return _TICK_SECONDS if session.step() else None
    except Exception:  # noqa: BLE001  # whatever it was, the other jobs go on
        _log.exception("the tick failed")
        return _TICK_SECONDS


def _worker_died(job: Job, detail: str) -> Failure:
    task = f". The model may still be made: its task is {job.task_id}" if job.task_id else ""
    return Failure(Kind.INTERNAL, f"The add-on's helper process ended unexpectedly. Generate again{task}", detail)


def _import_mistake(error: Exception) -> Failure:
    return Failure(
        Kind.IMPORT,
        "The add-on made a mistake when it brought the model in. The file is kept; please report this",
        f"{type(error).__name__}: {error}",
    )
