"""The states of a job, and the one table of events that leads from one to the next."""

from __future__ import annotations

from enum import StrEnum

from .events import (
    AnswerLost,
    Cancelled,
    Delayed,
    Downloaded,
    Event,
    Failed,
    Generated,
    Imported,
    Kept,
    Prepared,
    Progressed,
    Started,
    Submitting,
    TaskCreated,
    TaskFound,
    TaskNamed,
)
from .sentences.text import Text, text


class JobState(StrEnum):
    """Where a job stands; the order is the way of a job that goes well."""

    QUEUED = "queued"  # waits for a free place
    UPLOADING = "uploading"  # the picture travels
    SUBMITTING = "submitting"  # the task is being bought
    GENERATING = "generating"  # the service works
    DOWNLOADING = "downloading"  # the model travels
    READY = "ready"  # the file is on disk and waits for Blender
    DONE = "done"  # in the scene
    UNCERTAIN = "uncertain"  # the answer to the purchase was lost
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = JobState
_ANY_TIME: dict[type[Event], JobState] = {Failed: _S.FAILED, Cancelled: _S.CANCELLED}

TRANSITIONS: dict[JobState, dict[type[Event], JobState]] = {
    # A task that was made before, and is only fetched, has nothing to upload or to order.
    # A local file is there already.
    # What needs others says what it waits for.
    _S.QUEUED: {
        Started: _S.UPLOADING,
        TaskCreated: _S.GENERATING,
        Downloaded: _S.READY,
        Delayed: _S.QUEUED,
        **_ANY_TIME,
    },
    _S.UPLOADING: {Submitting: _S.SUBMITTING, Progressed: _S.UPLOADING, Delayed: _S.UPLOADING, **_ANY_TIME},
    _S.SUBMITTING: {
        TaskCreated: _S.GENERATING,
        AnswerLost: _S.UNCERTAIN,
        Delayed: _S.SUBMITTING,
        **_ANY_TIME,
    },
    _S.GENERATING: {
        TaskFound: _S.GENERATING,
        Generated: _S.DOWNLOADING,
        Progressed: _S.GENERATING,
        Delayed: _S.GENERATING,
        **_ANY_TIME,
    },
    _S.DOWNLOADING: {
        Downloaded: _S.READY,
        Progressed: _S.DOWNLOADING,
        Delayed: _S.DOWNLOADING,
        **_ANY_TIME,
    },
    _S.READY: {Imported: _S.DONE, Kept: _S.DONE, Prepared: _S.READY, Delayed: _S.READY, **_ANY_TIME},
    # A lost answer: the user sends it again, names the task that was made after all, or gives up. Until then, and until
    # the service knows that task or has made another, nothing else ends the job: see `Job.after`.
    _S.UNCERTAIN: {
        Started: _S.UPLOADING,
        TaskNamed: _S.GENERATING,
        TaskCreated: _S.GENERATING,
        **_ANY_TIME,
    },
    _S.DONE: {},
    _S.FAILED: {},
    _S.CANCELLED: {},
}

# How much of the whole bar each state fills, in percent. Generation takes a minute, the rest seconds.
SPANS: dict[JobState, tuple[float, float]] = {
    _S.UPLOADING: (0, 3),
    _S.SUBMITTING: (3, 5),
    _S.GENERATING: (5, 92),
    _S.DOWNLOADING: (92, 99),
    _S.READY: (99, 99),
    _S.DONE: (100, 100),
}

_WORDS = {
    _S.QUEUED: text("job.is.queued"),
    _S.UPLOADING: text("job.is.uploading"),
    _S.SUBMITTING: text("job.is.submitting"),
    _S.GENERATING: text("job.is.generating"),
    _S.DOWNLOADING: text("job.is.downloading"),
    _S.READY: text("job.is.ready"),
    _S.DONE: text("job.is.done"),
    _S.UNCERTAIN: text("job.is.uncertain"),
    _S.FAILED: text("job.is.failed"),
    _S.CANCELLED: text("job.is.cancelled"),
}


def word_of(state: JobState) -> Text:
    """Return what a job in that state is, in a sentence."""
    return _WORDS[state]
