"""Jobs that take what other jobs give: whether one can start yet, and what it takes then.

A chain is jobs that need other jobs. What is needed is looked up by its id; nothing is bought on a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from .errors import Failure, Kind
from .job import Job
from .sentences.text import Text, text
from .states import JobState
from .task import VIEWS_IN_ORDER, ImageFile, Input, ModelFile, OutputOf, Role, TaskType, word_of

_GIVES = (JobState.READY, JobState.DONE)


@dataclass(frozen=True)
class Waits:
    """It cannot start yet; `note` says what for."""

    note: Text


def judged(job: Job, others: Mapping[str, Job | None]) -> Job | Waits | Failure:
    """Return the job as it can start, with the files of others in its inputs; or what it waits for; or why it cannot.

    `others` are the jobs that it needs, by their ids, as they are now; None of one that is no longer there.
    """
    waits: Waits | None = None
    for slot, each in job.request.inputs.items():
        if not isinstance(each, OutputOf) or not each.job_id:
            continue
        other = others.get(each.job_id)
        if (failure := _hopeless(job, each, other)) is not None:
            return failure
        assert other is not None
        if other.state not in _GIVES:
            waits = waits or Waits(_waiting(other))
            continue
        taken = _taken(each, job, other)
        if taken is None:
            none = text("needs.no_output", other=other.name, output=word_of(each.role), name=job.name)
            return Failure(Kind.NEEDS, none, each.job_id)
        inputs = {**job.request.inputs, slot: taken}
        job = replace(job, request=replace(job.request, inputs=inputs))
    return waits or job


def alone(job: Job, others: Mapping[str, Job | None]) -> Job | Failure:
    """Return the same as `judged` of a job that is run by itself, without those that it would wait for."""
    verdict = judged(job, others)
    if not isinstance(verdict, Waits):
        return verdict
    return Failure(Kind.NEEDS, text("needs.not_yet", what=verdict.note), job.id)


def circle(jobs: Mapping[str, Job]) -> tuple[str, ...]:
    """Return the ids of jobs of which each needs the next, and the last the first; empty where there is no circle."""
    needs = {job_id: [need for need in job.request.needs if need in jobs] for job_id, job in jobs.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1][1:]))
    return ()


def circle_failure(names: str) -> Failure:
    """Return the failure of jobs of which none can start before the others; `names` says which they are."""
    return Failure(Kind.NEEDS, text("needs.circle", names=names), "a circle")


def _hopeless(job: Job, need: OutputOf, other: Job | None) -> Failure | None:
    if other is None:
        return Failure(Kind.NEEDS, text("needs.gone", name=job.name), need.job_id)
    if other.state is JobState.FAILED:
        return Failure(Kind.NEEDS, text("needs.failed", other=other.name, name=job.name), need.job_id)
    if other.state is JobState.CANCELLED:
        return Failure(Kind.NEEDS, text("needs.cancelled", other=other.name, name=job.name), need.job_id)
    if need.role is Role.VIEWS:  # the service has them, and is told which by their task
        if not job.account.is_same(other.account):
            return Failure(Kind.NEEDS, text("needs.other_account", other=other.name, name=job.name), need.job_id)
        if {job.request.task, other.request.task} == {TaskType.EDIT_MULTIVIEW_IMAGE}:
            return Failure(Kind.NEEDS, text("needs.edited", other=other.name), need.job_id)
    return None


def _waiting(other: Job) -> Text:
    if other.state is JobState.UNCERTAIN:
        return text("needs.waiting_in_doubt", other=other.name)
    return text("needs.waiting", other=other.name)


def _taken(need: OutputOf, job: Job, other: Job) -> Input | None:
    """Return what another job gives of a role: an image as a file, a model by its task or as a file.

    The four views together go by the task that gave all of them.
    """
    by_task = replace(need, job_id="", task_id=other.task_id) if other.task_id else None
    if need.role is Role.VIEWS:
        return by_task if all(other.artifact(view) for view in VIEWS_IN_ORDER) else None
    found = other.artifact(need.role)
    if found is None:
        return None
    if need.role is not Role.MODEL:
        return ImageFile(found.path)
    return by_task if by_task is not None and job.account.is_same(other.account) else ModelFile(found.path)
