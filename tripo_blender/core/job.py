"""A job: one request on its way, and how each event changes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .account import Account
from .errors import Failure, Kind
from .events import (
    AnswerLost,
    Cancelled,
    Delayed,
    Downloaded,
    Event,
    Failed,
    Generated,
    Imported,
    Prepared,
    Progressed,
    Started,
    Submitting,
    TaskCreated,
    TaskFound,
    TaskNamed,
)
from .formats.model import ModelFormat
from .inspection import Inspection
from .options.generation import Settings, as_options, settings_of
from .options.import_options import Arrival
from .placement import Spot
from .sentences.text import Text, text
from .services.endpoint import is_url
from .states import SPANS, TRANSITIONS, JobState
from .task import IMAGE, Artifact, ImageFile, ImageUrl, Request, Role

_HOPELESS = (Kind.TASK_FAILED, Kind.CONTENT)


@dataclass(frozen=True)
class Job:
    """One request on its way: what was asked for, where, and how far it is. One job is one purchase at the most.

    Its files are copies of its own, or what other jobs gave; `source` is the name that the image, or the local model
    file, had where it came from. `created` is in seconds since the epoch. `percent` (0 to 100) is of the whole way and
    never falls. `unsettled` is why the job was uncertain, for as long as it is not known what became of that order.
    One that `delivers` brings its model into the scene; another only feeds the jobs that need it. Those of one batch or
    of several variations have the same `group`. The record of a job holds no key and no signed link.
    """

    id: str
    name: str
    request: Request
    account: Account
    created: float
    state: JobState = JobState.QUEUED
    percent: float = 0.0
    queue_position: int = -1
    seconds_left: float = -1.0
    note: Text | None = None
    task_id: str = ""
    trace_id: str = ""
    credits: float = -1.0
    artifacts: tuple[Artifact, ...] = ()
    object_name: str = ""
    failure: Failure | None = None
    source: str = ""
    arrival: Arrival = Arrival()  # noqa: RUF009  # frozen
    spot: Spot = Spot()  # noqa: RUF009
    prepared: Prepared | None = None
    inspection: Inspection | None = None
    warnings: tuple[Text, ...] = ()
    model_seed: int = -1
    texture_seed: int = -1
    unsettled: Failure | None = None
    delivers: bool = True
    group: str = ""

    @property
    def base_url(self) -> str:
        """Where it goes; empty of a local model file."""
        return self.account.base_url

    @property
    def settings(self) -> Settings:
        """Its options as the settings of a generation."""
        return settings_of(self.request.options)

    @property
    def picture(self) -> str:
        """The path or the web address of the one image that it is made of; empty where it is made of something else."""
        image = self.request.inputs.get(IMAGE)
        return image.path if isinstance(image, ImageFile) else image.url if isinstance(image, ImageUrl) else ""

    def artifact(self, role: Role) -> Artifact | None:
        """Return the file of that role, as far as there is one."""
        return next((each for each in self.artifacts if each.role is role), None)

    @property
    def model_path(self) -> str:
        """Where its model lies on the disk; empty where it has none, as of a task that gives images."""
        model = self.artifact(Role.MODEL)
        return model.path if model is not None else ""

    @property
    def model_format(self) -> ModelFormat | None:
        """The format of its model by its bytes; None where it has none, or one that was refused."""
        model = self.artifact(Role.MODEL)
        return ModelFormat(model.format) if model is not None and model.format else None

    @property
    def preview_path(self) -> str:
        """Where the service's own image of the model lies; empty where it did not come."""
        preview = self.artifact(Role.PREVIEW)
        return preview.path if preview is not None else ""

    @property
    def in_doubt(self) -> bool:
        """Whether an order of it may have been bought of which no task is known."""
        return self.unsettled is not None or self.state is JobState.UNCERTAIN

    @property
    def ordered(self) -> bool:
        """Whether it is known what was ordered; a task that was fetched by its id alone does not say."""
        return bool(self.task_id) and bool(self.request.inputs or self.source)

    @property
    def fetchable(self) -> bool:
        """Whether its task may have files that another try brings: not where the service ended it without any."""
        hopeless = self.failure is not None and self.failure.kind in _HOPELESS
        return bool(self.task_id) and not hopeless

    @property
    def final(self) -> bool:
        """Whether no event leads on from here."""
        return not TRANSITIONS[self.state]

    @property
    def working(self) -> bool:
        """Whether something is going on, or will as soon as a place is free."""
        return not self.final and self.state not in (JobState.READY, JobState.UNCERTAIN)

    def after(self, event: Event) -> Job:
        """Give the job as it is after `event`; the only way to change a job.

        A final job absorbs whatever comes late, but keeps the id of a task that was still made; a cancelled one is
        uncertain after all where the answer to its order was lost. Any other event out of place is our own mistake and
        ends the job with that failure. A job in doubt is ended by the user's word alone: it is uncertain again.
        """
        if self.final:
            return _late(self, event)
        target = TRANSITIONS[self.state].get(type(event))
        if target is None:
            failed = self.after(Failed(_out_of_place(self, event)))
            # A task's id is kept.
            return failed.after(event) if failed.final or isinstance(event, TaskCreated) else failed
        given_up = isinstance(event, Cancelled) and self.state is JobState.UNCERTAIN
        if self.in_doubt and isinstance(event, Failed | Cancelled) and not given_up:
            return _uncertain_again(self, event)
        changed = replace(self, state=target, **_changes(self, event))
        if target != self.state:
            start = SPANS.get(target, (self.percent, 0))[0]
            changed = replace(
                changed, percent=max(self.percent, start), queue_position=-1, seconds_left=-1.0, note=None
            )
        return changed


def _late(job: Job, event: Event) -> Job:
    if isinstance(event, TaskCreated) and not job.task_id:
        return replace(job, task_id=event.task_id, trace_id=event.trace_id)
    if isinstance(event, AnswerLost) and job.state is JobState.CANCELLED and not job.task_id:
        return replace(job, state=JobState.UNCERTAIN, **_changes(job, event))
    return job


def _uncertain_again(job: Job, event: Failed | Cancelled) -> Job:
    """Give the job as it is when a way out of the doubt has led nowhere: with that reason, and without a task."""
    searching, earlier = job.state is JobState.GENERATING, job.unsettled or job.failure
    if isinstance(event, Failed):
        what, detail = event.failure.text, event.failure.technical()
    else:
        what = text("order.stopped_before_found", task=job.task_id) if searching else text("order.stopped")
        detail = ""
    doubt = text("order.task_not_confirmed", what=what) if searching else text("order.not_confirmed", what=what)
    failure = Failure(Kind.UNCERTAIN, doubt, detail or (earlier.technical() if earlier else ""))
    trace_id = earlier.trace_id if earlier else job.trace_id
    return replace(job, state=JobState.UNCERTAIN, failure=failure, task_id="", trace_id=trace_id, note=None)


def _out_of_place(job: Job, event: Event) -> Failure:
    return Failure(
        Kind.INTERNAL,
        text("job.lost_track"),
        detail=f"{type(event).__name__} while {job.state}, task {job.task_id or 'none'}",
    )


def _progress(job: Job, event: Progressed) -> dict[str, Any]:
    low, high = SPANS[job.state]
    percent = low + (high - low) * min(max(event.percent, 0.0), 100.0) / 100.0
    return {
        "percent": max(job.percent, percent),
        "queue_position": event.queue_position,
        "seconds_left": event.seconds_left,
        "note": None,
    }


def _failed(job: Job, event: Failed) -> dict[str, Any]:
    return {**_lost(job, event), "artifacts": event.refused or job.artifacts}


def _answer_lost(job: Job, event: AnswerLost) -> dict[str, Any]:
    return {**_lost(job, event), "unsettled": event.failure}


def _again(job: Job, _event: Started | TaskNamed) -> dict[str, Any]:
    """A record of version 0.1.0 says why it is uncertain in its failure alone."""
    doubt = Failure(Kind.UNCERTAIN, text("order.in_doubt"))
    return {"unsettled": job.unsettled or job.failure or doubt if job.in_doubt else None, "failure": None}


def _lost(job: Job, event: Failed | AnswerLost) -> dict[str, Any]:
    return {"failure": event.failure, "trace_id": event.failure.trace_id or job.trace_id}


_CHANGES: dict[type[Event], Callable[[Job, Any], dict[str, Any]]] = {
    Started: _again,
    TaskCreated: lambda job, event: {
        "task_id": event.task_id,
        "trace_id": event.trace_id,
        "failure": None,
        "unsettled": None,
    },
    TaskNamed: lambda job, event: {**_again(job, event), "task_id": event.task_id},
    TaskFound: lambda job, event: {"unsettled": None},
    Submitting: lambda job, event: {"failure": None, "request": job.request.with_hashes(event.sha256)},
    AnswerLost: _answer_lost,
    Progressed: _progress,
    Delayed: lambda job, event: {"note": event.note},
    Generated: lambda job, event: {
        "credits": event.credits,
        "model_seed": event.model_seed,
        "texture_seed": event.texture_seed,
        "unsettled": None,
    },
    Downloaded: lambda job, event: {"artifacts": event.artifacts},
    Prepared: lambda job, event: {"prepared": event, "note": None},
    Imported: lambda job, event: {
        "object_name": event.object_name,
        "inspection": event.inspection,
        "warnings": event.warnings,
    },
    Failed: _failed,
    Cancelled: lambda job, event: {"unsettled": None},
}


def _changes(job: Job, event: Event) -> dict[str, Any]:
    change = _CHANGES.get(type(event))
    return change(job, event) if change else {}


def image_job(
    job_id: str,
    name: str,
    picture: str,
    settings: Settings,
    base_url: str,
    created: float,
    *,
    sha256: str = "",
    **fields: Any,
) -> Job:
    """Return a job that makes a model of one image: a path, or a public web address; empty where there is none."""
    return Job(job_id, name, image_request(picture, settings, sha256), Account(base_url=base_url), created, **fields)


def image_request(picture: str, settings: Settings, sha256: str = "") -> Request:
    """Return the request for a model of one image; `sha256` is of what was uploaded of it before, if it was."""
    image = ImageUrl(picture) if is_url(picture) else ImageFile(picture, sha256)
    return Request(inputs={IMAGE: image} if picture else {}, options=as_options(settings))
