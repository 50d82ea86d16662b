"""When to do the next thing for a job: waits, deadlines and retries. Time and chance come in as arguments."""

from __future__ import annotations

from dataclasses import dataclass

# Generation is paid for, so it is given up only when the service has surely forgotten it (peers gave up after ten
# minutes). Uploads, orders and downloads end with their retries and the client's time-outs.
LONGEST_GENERATION = 7200.0  # s

RETRIES = 4  # of an upload, or of an order that surely did not arrive, in a row: 1 + 2 + 4 + 8 s of patience
BUSY_SECONDS = 3600.0  # that a full quota is waited for: it is one's own other tasks, of minutes each, that fill it
READ_RETRIES = 40  # of a poll or a download in a row: about twenty minutes without the service
STALLED_SECONDS = 4.0  # without an answer to a poll, after which it is asked once more: the usual takes a tenth of one
ODD_ANSWERS = 2  # refusals of polls in a row that do not say they will pass, before they are believed
LOST_ANSWERS = 6  # polls that do not find the task: about a minute, after which a mistyped id is told
UNKNOWN_ANSWERS = 10  # polls in a row that say "unknown" before the task counts as lost

_LONGEST_GAP = 5.0  # s between two polls, ever
_USUAL_GAP = 2.0  # s: what others poll with; also the longest gap in the last tenth, and the mean gap of all polls
_SHORTEST_GAP = 0.7  # s: between the polls in the seconds in which the end is likely
_SPARE_POLLS = 2.0  # more than a poll every two seconds would have made by now
_DOUBT = 0.06  # of what a guess says is left: by so much it may end sooner
_LONGEST_RETRY = 30.0  # s
_LONGEST_RETRY_AFTER = 120.0  # s; a service that asks for more is asked again then


@dataclass(frozen=True)
class Pace:
    """Where a task's progress is measured from: the last answer before it moved."""

    waited: float = 0.0
    percent: float = 0.0

    def after(self, waited: float, percent: float) -> Pace:
        """Give the pace after an answer: a task that has not begun, or goes back, is measured from there."""
        return Pace(waited, percent) if 0 <= percent < self.percent or percent == 0 else self

    def left(self, waited: float, percent: float) -> float:
        """Give the seconds that the task may still take at its own rate; -1: nobody can tell.

        The service rounds down, so half a percent is added, but not to the zero of a task that has not begun.
        """
        if not self.percent < percent < 100:
            return -1.0
        moved = percent - self.percent + (0.5 if self.percent == 0 else 0.0)
        return (waited - self.waited) * max(99.5 - percent, 0.0) / moved


def poll_wait(waited: float, polls: int, *guesses: float) -> float:
    """Give the seconds until the next poll of a task that has been worked on for `waited` seconds.

    `guesses` are the seconds that it may still take, by whoever guesses (-1: cannot tell); the soonest counts.
    A guess decides when a poll is worth most, not how many there are: those that are saved while the end is far are
    spent where it is near, and all `polls` together are never more than one every two seconds, and two.
    """
    left = min((guess for guess in guesses if guess >= 0), default=-1.0)
    saved = waited / _USUAL_GAP + 1 - polls
    if left < 0:
        gap = max(_USUAL_GAP, waited / 100)
    else:
        far = _USUAL_GAP if waited >= 0.9 * (waited + left) else max(_USUAL_GAP, waited / 10)
        # With polls to spare it is asked from the soonest end on; otherwise once, when the end has most likely come.
        end = left if saved < 1 else left - _DOUBT * left - _SHORTEST_GAP / 2
        gap = min(far, max(end, _SHORTEST_GAP))
    return min(max(gap, _USUAL_GAP * (polls + 1 - _SPARE_POLLS) - waited), _LONGEST_GAP)


def retry_wait(attempt: int, retry_after: float, chance: float) -> float:
    """Give the seconds before attempt number `attempt` + 1 (the first is 1).

    Doubles from 1 s up to 30 s, plus or minus a quarter by `chance` (0 to 1) so that many clients do not return
    in step; never sooner than the service asked for with `retry_after` (seconds; -1: it did not).
    """
    usual = min(2.0 ** (attempt - 1), _LONGEST_RETRY) * (0.75 + 0.5 * chance)
    return max(usual, min(retry_after, _LONGEST_RETRY_AFTER))


def tries_again(faults: int, waited: float, *, busy: bool) -> bool:
    """Return whether an upload or an order is sent once more.

    `faults` counts those in a row, this one with them; `waited` is how many seconds a busy service was waited for, and
    `busy` that it is busy now.
    """
    return waited < BUSY_SECONDS if busy else faults <= RETRIES


CONVERTER_STARTS = 2  # failed ones, after which it is not tried again
CONVERTER_START_SECONDS = 60.0  # it takes one or two; a cold disk or a busy machine more


def conversion_deadline(size: int) -> float:
    """Give the seconds that setting a model file of `size` bytes up may take; usual is 0.1 s a megabyte."""
    return 30.0 + 3e-6 * size


def memory_needed(size: int) -> int:
    """Give the bytes of memory without which a second Blender had better not open a model file of `size` bytes.

    Measured: an empty one takes 250 MB, a model up to twelve times its file while it is imported.
    """
    return 500_000_000 + 12 * size
