"""Takes up jobs whose process has died: what is on record, what it takes to go on, and the ways to leave one."""

from pathlib import Path

from ..core.errors import Failure, Kind, TripoError
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
from ..core.serialization import RecordError
from ..core.services.registry import service_of
from ..scene.folders import jobs_folder
from ..storage.journal import Journal
from .account import Access, unavailable_reason


def on_record() -> tuple[list[Unfinished], list[str]]:
    """Give every job that can be gone on with, oldest first, and a sentence for each record that cannot be read."""
    journal = Journal(jobs_folder())
    jobs, sentences = journal.look(ended=False)
    found = [journal.unfinished(job) for job in jobs]
    return [each for each in found if each is not None], sentences


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
        raise TripoError(Kind.USAGE, f"The job of {job.name} is {job.state}, so there is nothing to resume")
    raise TripoError(Kind.USAGE, f"There is no job {job_id!r} on record. Look at those that are: tripo jobs")


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


def leave(found: Unfinished) -> str:
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
    except RecordError as error:
        raise TripoError(Kind.DISK, str(error)) from error


def _check_inputs(job: Job) -> None:
    """Raise `TripoError` where what a job is made of cannot be sent: of kind usage, or picture where a file is gone."""
    if sentence := problem_at(service_of(job.account.service), job.request):
        raise TripoError(Kind.USAGE, sentence)
    for path in job.request.files.values():
        if not Path(path).is_file():
            raise TripoError.of(_file_gone(job, path))


def _file_gone(job: Job, path: str) -> Failure:
    what = "the copy of a file that it is made of is" if len(job.request.files) > 1 else "the copy of its image is"
    sentence = f"{job.name} cannot be ordered: {what} gone from the disk. Give this job up and generate again"
    return Failure(Kind.PICTURE, sentence, path)
