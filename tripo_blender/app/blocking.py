"""Carries a job to its end while the caller waits: for scripts and the command line."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bpy

from ..core.errors import Failure, Kind, TripoError
from ..core.events import Cancelled, Event, Failed, TaskCreated
from ..core.job import Job
from ..core.request_check import result_of_job
from ..core.sentences.text import text
from ..core.services.purchase import lost_answer
from ..core.services.registry import DEFAULT, SERVICES
from ..core.states import SPANS, JobState
from ..core.task import Role, word_of
from ..scene.assets import AssetOptions, asset_options, check
from ..scene.deliver import Arrived, awaited
from ..storage.journal import Journal
from . import preparation, submit
from .account import Access

Save = Callable[[Job, Arrived], None]  # saves what a job gave; raises `TripoError`

_log = logging.getLogger(__name__)


def checked_asset_options(library: str | Path, catalog: str = "") -> AssetOptions:
    """Give where models are kept as assets: in this library, or as preferred; raises `TripoError` of kind usage."""
    asked = asset_options(bpy.context, str(library), catalog)
    if catalog and not (asked.library or asked.in_file):
        raise TripoError(Kind.USAGE, text("asset.catalog_alone"))
    check(asked, bpy.context)
    return asked


def check_takes_models() -> None:
    """Raise `TripoError` where Blender could not take a model in now: before one is ordered."""
    if what := awaited(bpy.context):
        raise TripoError(Kind.USAGE, text("import.not_now", what=what))


def finish(
    job: Job,
    given: Access,
    folder: Path,
    on_event: Callable[[Event], None] | None = None,
    asset: AssetOptions | None = None,
    save: Save | None = None,
) -> tuple[Job, Arrived]:
    """Run a job to its end in the foreground, bring in what it gave and save it; raises `TripoError`.

    It is done, on the record too, when all that is written. Where the disk is at fault it stays ready: resuming it
    brings that in again, without network.
    """

    def hear(event: Event) -> None:
        if isinstance(event, TaskCreated) and result_of(job) is Role.MODEL:
            preparation.warm(given)  # its start takes a second or two, the model a minute
        if on_event is not None:
            on_event(event)

    tell = _unfailing(hear)
    try:
        job = submit.run(job, given, folder, tell)
    except BaseException:
        preparation.release()
        raise
    if job.state is not JobState.READY:
        preparation.release()
        raise TripoError.of(job.failure or cancelled(job))
    journal = Journal(folder)
    try:
        done, arrived = take_in(job, given, tell, asset, save)
        journal.end(done)
    except TripoError as error:
        if error.failure.kind is not Kind.DISK:
            journal.end(job.after(Failed(error.failure)))
        raise
    finally:
        journal.ownership.release(job.id)
    journal.prune(given.kept)
    tell(arrived.event)
    return done, arrived


def finish_all(
    jobs: Sequence[Job],
    given: Access,
    folder: Path,
    on_start: Callable[[Job], None] = lambda _job: None,
    on_event: Callable[[Event], None] | None = None,
    asset: AssetOptions | None = None,
    save: Save | None = None,
    on_end: Callable[[Job], None] = lambda _job: None,
) -> list[tuple[Job, Arrived]]:
    """Carry out the jobs of an order, one after the other, each as `finish` does; the first that fails ends it.

    `on_start` is called with each before it begins, and `on_end` when it is done. All are on record meanwhile: where
    this process is killed, those whose turn did not come can be gone on with. Otherwise nothing of these is left.
    """
    done = []
    with _to_come(jobs, folder) as begun:
        for job in jobs:
            begun.add(job.id)
            on_start(job)
            ended, arrived = finish(job, given, folder, on_event, asset, save)
            done.append((ended, arrived))
            on_end(ended)
    return done


@contextlib.contextmanager
def _to_come(jobs: Sequence[Job], folder: Path) -> Iterator[set[str]]:
    """Have the jobs after the first on record, as this process's own; take those back that did not begin."""
    journal, begun = Journal(folder), set[str]()
    try:
        for job in jobs[1:]:
            with contextlib.suppress(OSError):  # it is only forgotten if this process is killed, and was not ordered
                if journal.begin(job) is None:
                    journal.write(job)
                    journal.ownership.keep(job.id)
        yield begun
    finally:
        for job in jobs[1:]:
            if job.id not in begun:
                journal.end(job.after(Cancelled()))
                journal.ownership.release(job.id)


def take_in(
    job: Job,
    given: Access,
    tell: Callable[[Event], None] = lambda _event: None,
    asset: AssetOptions | None = None,
    save: Save | None = None,
) -> tuple[Job, Arrived]:
    """Bring in what a ready job gave and save it, and return the job as it is then; raises `TripoError`."""
    arrived = preparation.bring_in(job, given, bpy.context, asset, tell)
    done = job.after(arrived.event)
    if save is not None:
        save(done, arrived)
    return done, arrived


def cancelled(job: Job | None) -> Failure:
    """Give the failure of a job that Ctrl-C has stopped, by what is known of it."""
    if job is not None and not job.task_id and job.state in (JobState.SUBMITTING, JobState.UNCERTAIN):
        return job.failure or lost_answer("interrupted while the order was out")
    if job is None or not job.base_url:
        what = text("job.cancelled_import")
    elif not job.task_id:
        what = text("job.cancelled_early")
    elif job.state is JobState.READY:
        what = text("job.cancelled_ready", output=word_of(result_of(job)), job=job.id)
    elif job.percent >= SPANS[JobState.DOWNLOADING][0]:
        what = text("job.cancelled_paid", output=word_of(result_of(job)), task=job.task_id)
    else:
        what = text("job.cancelled_under_way", task=job.task_id)
    return Failure(Kind.CANCELLED, what)


def result_of(job: Job) -> Role:
    """Return what a job gives, as one: a model, an image or a set of views; a model where that is not known."""
    return result_of_job(job, SERVICES.get(job.account.service, SERVICES[DEFAULT]))


def is_known(job: Job) -> bool:
    """Return whether it is known what a job gives: it was ordered here, or has come."""
    return bool(job.ordered or job.artifacts or not job.task_id)


def _unfailing(on_event: Callable[[Event], None]) -> Callable[[Event], None]:
    """Return what tells the events, so that what goes wrong there, as a closed output, changes nothing for the job."""

    def tell(event: Event) -> None:
        try:
            on_event(event)
        except Exception:  # noqa: BLE001  # of a script that we do not know
            _log.warning("what is told of a job's events failed", exc_info=True)

    return tell
