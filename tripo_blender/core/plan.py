"""When to do the next thing for a job: waits, deadlines and retries. Time and chance come in as arguments."""

from __future__ import annotations

# Generation is paid for, so it is given up only when the service has surely forgotten it (peers gave up after ten
# minutes). Uploads, orders and downloads end with their retries and the client's time-outs.
LONGEST_GENERATION = 7200.0  # s

RETRIES = 4  # of an upload, or of a create that was surely refused: 1 + 2 + 4 + 8 s of patience
READ_RETRIES = 40  # of a poll or a download in a row: about twenty minutes without the service
ODD_ANSWERS = 2  # refusals of polls in a row that do not say they will pass, before they are believed
LOST_ANSWERS = 6  # polls that do not find the task: about a minute, after which a mistyped id is told
UNKNOWN_ANSWERS = 10  # polls in a row that say "unknown" before the task counts as lost

_LONGEST_GAP = 5.0  # s between two polls, ever
_USUAL_GAP = 2.0  # s: what others poll with; also the longest gap in the last tenth
_SHORTEST_GAP = 0.4  # s
_OVERDUE_GAP = 1.0  # s
_LONGEST_RETRY = 30.0  # s
_LONGEST_RETRY_AFTER = 120.0  # s; a service that asks for more is asked again then


def poll_wait(waited: float, seconds_left: float) -> float:
    """Give the seconds until the next poll of a task that has been worked on for `waited` seconds.

    `seconds_left` is the service's guess (-1: none). It can only shorten a wait, so a wrong guess costs polls and
    never lateness: the gap grows with the time waited from 2 to 5 s, and closes in on the promised end.
    """
    gap = min(max(_USUAL_GAP, waited / 10), _LONGEST_GAP)
    if seconds_left < 0:
        return gap
    if seconds_left == 0:  # later than promised: it may end any moment, or go on like this for long
        return _OVERDUE_GAP
    if waited >= 0.9 * (waited + seconds_left):
        gap = _USUAL_GAP
    return min(gap, max(seconds_left, _SHORTEST_GAP))


def guessed_left(waited: float, before: float, percent: float) -> float:
    """Give the seconds that a task may still take, by how far it has come in `waited` seconds; -1: nobody can tell.

    `before` is the percent of the last answer: a task that stands still tells nothing, however near its end it says
    it is. Half a percent is added, since the service rounds down.
    """
    if not 0 < percent < 100 or percent <= before:
        return -1.0
    return waited * (100 - percent) / (percent + 0.5)


def retry_wait(attempt: int, retry_after: float, chance: float) -> float:
    """Give the seconds before attempt number `attempt` + 1 (the first is 1).

    Doubles from 1 s up to 30 s, plus or minus a quarter by `chance` (0 to 1) so that many clients do not return
    in step; never sooner than the service asked for with `retry_after` (seconds; -1: it did not).
    """
    usual = min(2.0 ** (attempt - 1), _LONGEST_RETRY) * (0.75 + 0.5 * chance)
    return max(usual, min(retry_after, _LONGEST_RETRY_AFTER))


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
