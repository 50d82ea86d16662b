"""Asks once more beside a question that has had no answer for a while: the first good answer counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

_LOOK_SECONDS = 0.05  # between two looks at the end of a run

T = TypeVar("T")
Ask = Callable[[float], T]  # the argument is for how many seconds each byte of the answer is waited for; 0: as usual


def side_by_side(ask: Ask[T], good: Callable[[T], bool], seconds: float, is_over: Callable[[], bool]) -> T | None:
    """Ask in a thread, and once more beside it after `seconds` without an answer; None: the run is over.

    An answer that is not good counts where the other does not come within `seconds` of being asked for. What is left
    unanswered is left to its thread, whose socket ends it.
    """
    answers: SimpleQueue[tuple[T, None] | tuple[None, Exception]] = SimpleQueue()

    def work() -> None:
        try:
            answers.put((ask(0.0), None))
        except Exception as error:  # noqa: BLE001  # raised where the answer is waited for
            answers.put((None, error))

    asked = waited_for = 0
    until, poor = 0.0, None
    while not is_over():
        now = time.monotonic()
        if not asked or (asked == 1 and now >= until and poor is None):
            threading.Thread(target=work, daemon=True).start()
            asked, waited_for, until = asked + 1, waited_for + 1, now + seconds
        if poor is not None and (not waited_for or now >= until):
            return poor
        try:
            answer, error = answers.get(timeout=_LOOK_SECONDS)
        except Empty:
            continue
        if error is not None:
            raise error
        assert answer is not None
        if good(answer):
            return answer
        poor, waited_for = answer, waited_for - 1
    return None


def one_after_the_other(ask: Ask[T], good: Callable[[T], bool], seconds: float) -> T:
    """Ask without a thread: give the first question up after `seconds` without a byte, and ask once more.

    So an answer that would have come a moment later is lost, and one that drips is waited for as long as usual; but a
    question that nobody answers costs no more than `seconds` here either.
    """
    began = time.monotonic()
    answer = ask(seconds)
    if good(answer) or time.monotonic() - began < seconds:
        return answer
    return ask(0.0)
