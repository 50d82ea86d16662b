"""Judges one job by all that is known of it: what the user said, what the simulator sold, what is left on the disk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.order_answers import Meaning
from soaking.weather import fits
from soaking.words import AGAIN, CANCEL, GIVE_UP, LEAVE, OFFERED, TASK, Word
from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState

HEARD_SECONDS = 2.0  # in which a word reaches whom it is for, on a busy machine
_SURELY_NOT = (Meaning.REFUSED, Meaning.PASSING)
_QUIET = (JobState.READY, JobState.DONE, JobState.FAILED, JobState.UNCERTAIN, JobState.CANCELLED)


@dataclass(frozen=True)
class Order:
    """An order that arrived: when, what its answer means, and the task that was made; empty if none was.

    `refused` is one that the service refused in an answer which not every client can read: it may be taken for either.
    """

    time: float
    meaning: Meaning
    task_id: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Story:
    """All that is known of a job in the end.

    `record` is the job as its record says, `told` as its end was told; `picture` is whether its copy is on the disk.
    The rest is what may excuse an end: `killed` that a worker died while an order was out, `unheard` that whoever would
    have heard of the end did, `full` that the disk had no room, `damaged` that its record was spoilt.
    """

    orders: tuple[Order, ...] = ()
    words: tuple[Word, ...] = ()
    record: Job | None = None
    told: Job | None = None
    picture: bool = True
    killed: bool = False
    unheard: bool = False
    full: bool = False
    damaged: bool = False
    requests: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def bought(self) -> list[str]:
        """The tasks that were made for it."""
        return [order.task_id for order in self.orders if order.task_id]

    def said(self, *words: str) -> list[float]:
        """Return when such words were said."""
        return [word.time for word in self.words if word.word in words]

    @property
    def right(self) -> int:
        """How many orders may have been made by right: one, and one for each that the user sent again."""
        return 1 + len(self.said(AGAIN))


def violations(story: Story) -> Iterator[str]:
    """Yield all that must not be."""
    yield from _bought_without_a_word(story)
    yield from _not_cancelled(story)
    if story.damaged:  # nobody can tell any more what it was; it is left as it is
        return
    yield from _forgotten(story)
    job = story.record or story.told
    if job is not None:
        yield from _wrong_end(story, job)


def _bought_without_a_word(story: Story) -> Iterator[str]:
    """Between two orders lies a sure refusal, or the user's word; each word sends one."""
    words = story.said(AGAIN)
    for earlier, later in zip(story.orders, story.orders[1:], strict=False):
        if earlier.meaning in _SURELY_NOT or earlier.refused:
            continue
        word = next((word for word in words if earlier.time < word < later.time), None)
        if word is None:
            yield f"ordered again although it may have been bought ({earlier.meaning})"
        else:
            words.remove(word)
    if len(story.bought) > story.right:
        yield f"bought {len(story.bought)} times, at {story.right} words of the user"


def _not_cancelled(story: Story) -> Iterator[str]:
    """What was cancelled is over until the user says otherwise: its order was out, and so it is uncertain."""
    for word in story.said(CANCEL):
        heard = word + HEARD_SECONDS
        until = min((again for again in story.said(AGAIN, TASK) if again > word), default=float("inf"))
        if any(heard < order.time < until for order in story.orders):
            yield "ordered after it was cancelled"
        if any(heard < offered < until for offered in story.said(OFFERED)):
            yield "offered after it was cancelled"


def _forgotten(story: Story) -> Iterator[str]:
    """What was paid for, or may have been, is on record, until the user gives it up."""
    record, given_up = story.record, bool(story.said(GIVE_UP))
    in_doubt = [order for order in story.orders if order.meaning not in _SURELY_NOT and not order.refused]
    if record is None:
        if in_doubt and not given_up:
            yield "ordered and forgotten" + (", though it was bought" if story.bought else "")
        if story.told is None and not given_up and not story.said(CANCEL) and not story.unheard:
            yield "gone without a word"
        return
    if record.task_id and record.task_id not in story.bought:
        yield f"its record names the task {record.task_id}, bought was {story.bought}"
    last = in_doubt[-1].task_id if in_doubt else ""
    uncertain = record.state is JobState.UNCERTAIN
    if last and not uncertain and not given_up and record.task_id != last and not story.said(TASK):
        yield f"the task {last} was bought, and its record, which is {record.state}, knows {record.task_id or 'none'}"
    if uncertain and not story.picture:
        yield "uncertain, but its picture is gone"


def _wrong_end(story: Story, job: Job) -> Iterator[str]:
    if job.state not in _QUIET:
        yield f"it ended {job.state}"
    elif job.state is JobState.CANCELLED:
        if not story.said(CANCEL, GIVE_UP):
            yield "cancelled by nobody"
    elif job.state is JobState.UNCERTAIN:
        if job.failure is None or job.failure.kind is not Kind.UNCERTAIN:
            yield f"uncertain without a sentence: {job.failure}"
        excused = story.killed or story.said(AGAIN, TASK, LEAVE, CANCEL)
        lost = bool(story.orders) and story.orders[-1].meaning not in (*_SURELY_NOT, Meaning.KNOWN)
        if not excused and not lost:
            yield "uncertain although nothing was lost"
    elif job.state is JobState.FAILED:
        if job.failure is None:
            yield "failed without a sentence"
        elif not fits(job.failure.kind, list(story.requests)) and not _excused(story, job.failure.kind):
            yield f"failed for no reason: {job.failure.sentence}: {job.failure.technical()}"


def _excused(story: Story, kind: Kind) -> bool:
    """Whether it was the disk, or an earlier worker that tidied a cancelled job up while this one took it up."""
    return (story.full and kind is Kind.DISK) or (kind is Kind.PICTURE and bool(story.said(CANCEL)))
