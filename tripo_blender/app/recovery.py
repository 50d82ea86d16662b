"""Takes up jobs whose process has died: what is on record, what it takes to go on, and the ways to leave one."""

from pathlib import Path

from ..core.errors import Kind, TripoError
from ..core.events import Cancelled
from ..core.job import Job
from ..core.recovery import (
    Unfinished,
    Way,
    account_problem,
    elsewhere,
    ended_elsewhere,
    given_up,
    not_given_up,
    resumed,
    superseded,
    too_many_files,
)
from ..core.request_check import problem_at
from ..core.sentences.text import Text, text
from ..core.services.registry import service_of
from ..core.states import word_of
from ..scene.folders import jobs_folder
from ..storage.journal import Journal
from ..storage.record import UnreadableRecord
from .account import Access, unavailable_reason


def on_record() -> tuple[list[Unfinished], list[Text]]:
    """Give every job that can be gone on with, oldest first, and a text for each record that cannot be read."""
    journal = Journal(jobs_folder())
    jobs, unreadable = journal.look(ended=False)
    found = [journal.unfinished(job) for job in jobs]
    return [each for each in found if each is not None], unreadable


def state_of(job_id: str) -> Unfinished | None:
    """Give how one job stands; None where it has ended or another process has it. Raises `TripoError`."""
    journal = Journal(jobs_folder())
    job = _recorded(journal, job_id)
    return journal.unfinished(job) if job is not None else None


def known(job_id: str) -> Unfinished:
    """Give a job that can be gone on with; raises `TripoError` where it cannot."""
    journal = Journal(jobs_folder())
    job = _recorded(journal, job_id) if job_id in journal.names() else None
    found = journal.unfinished(job) if job is not None else None
    if found is not None:
        return found
    if job is not None and journal.ownership.elsewhere(job_id):
        raise TripoError.of(elsewhere(job.name))
    if job is not None:
        raise TripoError(Kind.USAGE, text("job.nothing_to_resume", name=job.name, state=word_of(job.state)))
    raise TripoError(Kind.USAGE, text("job.unknown", job=job_id))


def ready_to_run(found: Unfinished, given: Access, *, send_again: bool = False, task_id: str = "") -> tuple[Job, Path]:
    """Give the job to carry out, and its folder, after all that can be checked before; raises `TripoError`."""
    job = resumed(found, send_again=send_again, task_id=task_id.strip())
    recorded = _recorded(Journal(jobs_folder()), job.id)  # others may have been carried out since it was looked at
    if (ended := ended_elsewhere(found, recorded) or superseded(job, recorded)) is not None:
        raise TripoError.of(ended)
    if found.way is not Way.TAKE_IN and (failure := unavailable_reason(given)) is not None:
        raise failure
    if (failure := account_problem(found, given.account)) is not None:
        raise failure
    if not job.task_id:
        _check_inputs(job)
    return job, jobs_folder()


def leave(found: Unfinished) -> Text:
    """Give a job up, and say what is left of it.

    Raises `TripoError` where another process has it, or the disk keeps it as it was.
    """
    journal = Journal(jobs_folder())
    try:
        if not journal.ownership.take(found.job.id, tries=1):  # a click waits for nobody
            raise TripoError.of(elsewhere(found.job.name))
    except OSError as error:
        raise TripoError.of(too_many_files(str(error))) from error
    journal.tidy()
    if found.way is Way.FETCH:
        gone = journal.forget(found.job.id)
        journal.ownership.release(found.job.id)
    else:
        gone = journal.end(found.job.after(Cancelled()))
    if not gone:
        raise TripoError.of(not_given_up(found.job.name, str(journal.path_of(found.job.id))))
    return given_up(found)


def _recorded(journal: Journal, job_id: str) -> Job | None:
    try:
        return journal.record_of(job_id)
    except UnreadableRecord as error:
        raise TripoError(Kind.DISK, error.text) from error


def _check_inputs(job: Job) -> None:
    """Raise `TripoError` where what a job is made of cannot be sent: of kind usage, or picture where a file is gone."""
    if wrong := problem_at(service_of(job.account.service), job.request):
        raise TripoError(Kind.USAGE, wrong)
    for path in job.request.files.values():
        if not Path(path).is_file():
            raise TripoError(Kind.PICTURE, text("image.copy_of_job_gone", name=job.name), detail=path)
