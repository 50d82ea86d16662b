"""What a job is after the process that carried it out has died, by its record, and what may be done about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from .account import Account
from .errors import Failure, Kind, TripoError
from .events import AnswerLost, Cancelled, Failed, Started, TaskCreated, TaskNamed
from .job import Job
from .sentences.text import Text, text
from .services.purchase import lost_answer
from .services.task_id import is_task_id
from .states import JobState, word_of
from .task import COPY


class Way(StrEnum):
    """How a job goes on."""

    ORDER = "order"  # nothing was ordered; going on is a purchase
    FOLLOW = "follow"  # the service makes it, or has made it
    TAKE_IN = "take_in"  # it is on the disk; neither network nor key is needed
    DECIDE = "decide"  # it may have been bought: the user sends it again, gives it up or knows the task's id
    FETCH = "fetch"  # it failed, but the service has its task


@dataclass(frozen=True)
class Unfinished:
    """A job as it is now, and the way it goes on."""

    job: Job
    way: Way

    @property
    def waits(self) -> bool:
        """Whether it waits to be taken up; what failed has told the user so, and stays on record."""
        return self.way is not Way.FETCH

    @property
    def text(self) -> Text:
        """What it is, in a few words."""
        if self.way is Way.FOLLOW:
            if self.job.state is JobState.GENERATING:
                return text("job.can.be_followed", percent=self.job.percent)
            return text("job.can.be_downloaded")
        return _WORDS[self.way]

    @property
    def words(self) -> str:
        """What it is, in a few words of English."""
        return self.text.english()


_WORDS = {
    Way.ORDER: text("job.can.be_ordered"),
    Way.TAKE_IN: text("job.can.be_imported"),
    Way.DECIDE: text("job.can.be_decided"),
    Way.FETCH: text("job.can.be_downloaded_again"),
}
_WAYS = {
    JobState.QUEUED: Way.ORDER,
    JobState.UPLOADING: Way.ORDER,
    JobState.GENERATING: Way.FOLLOW,
    JobState.DOWNLOADING: Way.FOLLOW,
    JobState.UNCERTAIN: Way.DECIDE,
}
_INTERRUPTED = Failure(Kind.INTERNAL, text("order.interrupted"))
_WITHOUT_RECORD = (COPY, "preview.", "model.blend", "model.part", "cancelled")  # worth nothing without one
CANCEL_SECONDS = 60.0  # in which whoever is to hear that a job is cancelled surely has
ABANDONED_SECONDS = 86_400.0  # a record follows its images at once; but clocks are set, by hours too


def unfinished(recorded: Job, *, files_there: bool) -> Unfinished | None:
    """Give what became of a job that nobody carries out any more; None where there is nothing to go on with.

    `files_there` is whether all that it gave lies on the disk.
    """
    job = recorded
    if job.state is JobState.SUBMITTING:
        job = job.after(AnswerLost(lost_answer("Blender or the add-on's helper process ended while it ordered")))
    if job.in_doubt and job.state in (JobState.QUEUED, JobState.UPLOADING):
        job = job.after(Failed(_INTERRUPTED))
    if job.state is JobState.READY:
        if files_there:
            return Unfinished(job, Way.TAKE_IN)
        return Unfinished(_fetched(job), Way.FOLLOW) if job.task_id else None
    if _is_unheard(job):
        return Unfinished(_anew(job), Way.ORDER)
    if job.state is JobState.FAILED:
        return Unfinished(job, Way.FETCH) if job.fetchable else None
    return Unfinished(job, _WAYS[job.state]) if job.state in _WAYS else None


def resumed(found: Unfinished, *, send_again: bool = False, task_id: str = "") -> Job:
    """Give the job to be carried out, by the user's choice where there is one; raise `TripoError` where it is missing.

    `task_id` is that of the task that an uncertain order made after all.
    """
    job = found.job
    if found.way is not Way.DECIDE:
        if send_again or task_id:
            raise TripoError(Kind.USAGE, text("order.nothing_to_decide", name=job.name, state=word_of(job.state)))
        if found.way is Way.FETCH:
            return _fetched(job)
        # No longer one that is new: where its record is gone by the time of the order, it was given up elsewhere.
        return job.after(Started()) if job.state is JobState.QUEUED else job
    if send_again and task_id:
        raise TripoError(Kind.USAGE, text("order.two_decisions"))
    if task_id:
        return job.after(TaskNamed(checked_task_id(task_id)))
    if send_again:
        return job.after(Started())
    raise TripoError.of(_undecided(job))


def checked_task_id(typed: str) -> str:
    """Give the id of a task as it was typed or pasted; raise `TripoError` where it is none."""
    task_id = typed.strip()
    if not is_task_id(task_id):
        raise TripoError(Kind.USAGE, text("task.invalid_id"))
    return task_id


def stopped(job: Job) -> Job:
    """Give a job on record that the user cancelled, of which its process has written no more: what was out is lost.

    One whose answer was lost just before stays uncertain: whoever cancels what is ordered gives nothing up.
    """
    if job.state is JobState.SUBMITTING:
        return job.after(AnswerLost(lost_answer("cancelled while the order was out")))
    return job if job.state is JobState.UNCERTAIN else job.after(Cancelled())


def given_up(found: Unfinished) -> Text:
    """Say what is left of a job that the user leaves."""
    if found.job.task_id:
        return text("job.discarded_with_task", name=found.job.name, task=found.job.task_id)
    if found.way is Way.DECIDE:
        return text("job.discarded_in_doubt", name=found.job.name)
    return text("job.discarded", name=found.job.name)


def not_given_up(name: str, detail: str) -> Failure:
    """Give the failure of a job whose end cannot be written down."""
    return Failure(Kind.DISK, text("job.not_discarded", name=name), detail)


def abandoned(names: Collection[str], age: float) -> bool:
    """Return whether a job's folder with files of these names, last changed `age` s ago, will never get a record.

    Its process died between its images and the first record, so nothing was ordered for it; or before it could
    remove the copy of a local model that was set up for the scene. A model from the service stays in any case.
    """
    return age > ABANDONED_SECONDS and all(name.startswith(_WITHOUT_RECORD) for name in names)


def elsewhere(name: str) -> Failure:
    """Give the failure of a job that another process carries out."""
    return Failure(Kind.ELSEWHERE, text("job.in_another_blender", name=name))


def too_many_files(detail: str) -> Failure:
    """Give the failure of a job for which no more files can be opened."""
    return Failure(Kind.DISK, text("disk.too_many_files"), detail)


def superseded(job: Job, recorded: Job | None) -> Failure | None:
    """Give what keeps a job from being carried out: its record says that more has happened to it since it was read.

    Nothing is bought on the word of an older look at the record.
    """
    begun = job.in_doubt or job.state is JobState.UPLOADING  # a new job is queued, and has no record yet
    if job.task_id or (recorded is None and not begun):
        return None
    if recorded is None:
        discarded = text("job.discarded_elsewhere", name=job.name)
        return Failure(Kind.ELSEWHERE, discarded, "it has no record any more")
    before = [JobState.QUEUED, JobState.UPLOADING]
    if job.in_doubt:  # at the user's word
        before += [JobState.SUBMITTING, JobState.UNCERTAIN]
    if recorded.state in before or _is_unheard(recorded):
        return None
    task_id = recorded.task_id
    advice = text("job.task_remains", task=task_id) if task_id else text("order.look_at_account")
    continued = text("job.continued_elsewhere", name=job.name, advice=advice)
    return Failure(Kind.ELSEWHERE, continued, f"its record says {recorded.state}")


def ended_elsewhere(found: Unfinished, recorded: Job | None) -> Failure | None:
    """Give why a job that was looked at a while ago is not gone on with: its record says that it ended meanwhile."""
    if found.way is Way.FETCH:  # it has ended, and is fetched at the user's word
        return None
    if recorded is None or recorded.state is JobState.CANCELLED:
        ended = text("job.was.discarded")
    elif recorded.state is JobState.DONE:
        ended = text("job.was.finished")
    else:
        return None
    what = text("job.ended_elsewhere", name=found.job.name, ended=ended)
    return Failure(Kind.ELSEWHERE, what, "it has no record any more" if recorded is None else "")


def further(known: Job, recorded: Job | None) -> Job:
    """Of a job as it was told of and as its record says, give the one that knows more.

    The record says that an order is out before it is; where it says that it is not, none is.
    """
    if recorded is None or known.final:
        return known
    if known.state is JobState.SUBMITTING and recorded.state is JobState.UPLOADING:
        return recorded
    order = list(JobState)
    return recorded if order.index(recorded.state) > order.index(known.state) else known


def account_problem(found: Unfinished, account: Account) -> TripoError | None:
    """Return what is wrong where a job belongs to another account than the key does: it goes to its own alone."""
    if found.way is Way.TAKE_IN or found.job.account.is_same(account):
        return None
    return TripoError(Kind.USAGE, text("job.other_service", name=found.job.name, url=found.job.base_url))


def without_account(job: Job) -> Failure:
    """Return the failure of a job whose account nobody has given a key for: that of another is not taken."""
    return Failure(Kind.NO_KEY, text("key.none_for_account", name=job.name), job.base_url)


def _undecided(job: Job) -> Failure:
    failure = job.failure or lost_answer("")
    undecided = text("order.undecided", name=job.name)
    return Failure(Kind.UNCERTAIN, undecided, failure.detail, failure.code, failure.trace_id)


def _is_unheard(job: Job) -> bool:
    """Whether a job failed without costing anything while nobody listened: whoever hears of that forgets it.

    After a mistake of ours its order may be out all the same.
    """
    mistaken = job.failure is None or job.failure.kind is Kind.INTERNAL
    return job.state is JobState.FAILED and not job.task_id and not mistaken


def _fetched(job: Job) -> Job:
    """Give the job anew, from its task on."""
    return _anew(job).after(TaskCreated(job.task_id, job.trace_id))


def _anew(job: Job) -> Job:
    """Give the job as it was when it was asked for."""
    return Job(
        job.id,
        job.name,
        job.request,
        job.account,
        job.created,
        source=job.source,
        arrival=job.arrival,
        spot=job.spot,
    )
