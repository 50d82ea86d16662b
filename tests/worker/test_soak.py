"""Jobs through faults and sudden deaths, in short; scripts/soak.py does it at length. Wrong clients are found out."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.order_answers import ANSWERS, Meaning
from soaking.judge import Order, Story, violations
from soaking.run import soak
from soaking.words import AGAIN, CANCEL, GIVE_UP, LEAVE, OFFERED, TASK, Word
from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.sentences.text import text
from tripo_blender.core.states import JobState

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")

JOB = image_job("job1", "Disc", "/jobs/job1/picture.png", Settings(), "http://127.0.0.1", 1.0)
DOUBT = Failure(Kind.UNCERTAIN, text("order.unanswered"))


@needs_signals
def test_nothing_is_lost_and_nothing_bought_twice(tmp_path: Path) -> None:
    account = soak(tmp_path, jobs=18, seed=7, at_once=4, longest=240.0)
    assert account.violations == [], account.table()
    assert account.ends.total() == 18
    assert account.ends[JobState.READY]
    assert account.kills.total() >= 3
    assert account.faults
    assert account.creates <= account.by_right


@needs_signals
def test_a_client_that_is_wrong_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One takes a proxy's word for a refusal; the script has others, of which a long run is sure to find each."""
    (envoy,) = [answer for answer in ANSWERS if answer.name == "503, Envoy's text"]
    weathers = iter([[envoy.played(made=True, times=4)]] * 5)  # a few seconds; then the sun shines
    monkeypatch.setattr("soaking.run.rules", lambda chance, how_many: next(weathers, []))
    monkeypatch.setattr("soaking.run._Run._kill", lambda run, desk: None)
    monkeypatch.setattr("soaking.run._FULL_SHARE", 0.0)
    account = soak(tmp_path, jobs=4, seed=5, at_once=4, wrong="trusts-proxies", longest=120.0)
    assert any("bought" in violation for violation in account.violations), account.table()


def ended(state: JobState, task_id: str = "", failure: Failure | None = None) -> Job:
    return replace(JOB, state=state, task_id=task_id, failure=failure)


def order(time: float, meaning: Meaning, task_id: str = "") -> Order:
    return Order(time, meaning, task_id)


def said(**words: float) -> tuple[Word, ...]:
    return tuple(Word(time, JOB.id, word.replace("_", " ")) for word, time in words.items())


READY = ended(JobState.READY, "t1")
UNCERTAIN = ended(JobState.UNCERTAIN, failure=DOUBT)
GONE = ended(JobState.CANCELLED)
BOUGHT = order(1, Meaning.KNOWN, "t1")
HIDDEN = order(1, Meaning.UNKNOWN, "t1")
LOST = order(1, Meaning.UNKNOWN)
REFUSED = order(1, Meaning.REFUSED)
FULL = order(1, Meaning.PASSING)
SECOND = order(5, Meaning.KNOWN, "t2")
UNREAD = replace(LOST, refused=True)
BUSY = ended(JobState.FAILED, failure=Failure(Kind.BUSY, text("service.is_busy")))
ODD_FRAME = {"method": "POST", "path": "/task", "body": {}, "answer": {"status": None, "fault": "no gzip, made"}}

GOOD: dict[str, Story] = {
    "bought and there": Story((BOUGHT,), record=READY),
    "the quota was full at first": Story((FULL, SECOND), record=replace(READY, task_id="t2")),
    "bought, and nobody can tell": Story((HIDDEN,), record=UNCERTAIN),
    "sent again at the user's word": Story((HIDDEN, SECOND), said(again=3), record=replace(READY, task_id="t2")),
    "sent again and refused": Story((LOST, replace(REFUSED, time=5)), said(again=3), record=UNCERTAIN),
    "the task was named by the user": Story((HIDDEN,), said(task=3), record=READY),
    "left as it is": Story((HIDDEN,), said(leave=3), record=UNCERTAIN),
    "given up": Story((HIDDEN,), said(give_up=3), picture=False),
    "cancelled before it was ordered": Story((), said(cancel=1), told=GONE, picture=False),
    "cancelled while it was made": Story((BOUGHT,), said(cancel=3), record=replace(GONE, task_id="t1")),
    "cancelled while its order was out": Story((HIDDEN,), said(cancel=0.9), record=UNCERTAIN),
    "cancelled, uncertain, and sent again": Story(
        (HIDDEN, SECOND), said(cancel=0.9, again=4, offered=6), record=replace(READY, task_id="t2")
    ),
    "killed while its order was out": Story((BOUGHT,), record=UNCERTAIN, killed=True),
    "nobody heard of its end": Story((REFUSED,), unheard=True, picture=False),
    "the quota was full, said in an odd frame": Story((UNREAD,), unheard=True, picture=False),
    "the quota was full, which it could not read": Story((UNREAD,), record=UNCERTAIN),
    "the quota was full, and it was read and sent again": Story((UNREAD, SECOND), record=replace(READY, task_id="t2")),
    "the quota was full, and it gave up": Story((UNREAD,), told=BUSY, requests=(ODD_FRAME,)),
    "its record was spoilt": Story((HIDDEN,), damaged=True),
    "the disk was full": Story(
        told=ended(JobState.FAILED, failure=Failure(Kind.DISK, text("disk.full_or_read_only"))), full=True
    ),
}

BAD: dict[str, tuple[Story, str]] = {
    "two for one": (Story((HIDDEN, SECOND), record=replace(READY, task_id="t2")), "ordered again"),
    "two for one, both answered": (Story((BOUGHT, SECOND), record=READY), "bought 2 times, at 1"),
    "sent again before the word": (Story((HIDDEN, SECOND), said(again=7), record=READY), "ordered again"),
    "three for two words": (
        Story((HIDDEN, replace(HIDDEN, time=4, task_id="t3"), SECOND), said(again=3), record=READY),
        "bought 3 times, at 2",
    ),
    "five for one, though its record was spoilt": (Story((HIDDEN,) * 5, damaged=True), "ordered again"),
    "bought and forgotten": (Story((HIDDEN,), told=UNCERTAIN), "ordered and forgotten, though it was bought"),
    "perhaps bought and forgotten": (Story((LOST,), told=UNCERTAIN), "ordered and forgotten"),
    "gone": (Story((REFUSED,)), "gone without a word"),
    "another's task": (Story((BOUGHT,), record=replace(READY, task_id="t9")), "names the task t9"),
    "an earlier task": (
        Story((HIDDEN, SECOND), said(again=3), record=READY),
        "the task t2 was bought, and its record, which is ready, knows t1",
    ),
    "no picture to send again": (Story((LOST,), record=UNCERTAIN, picture=False), "its picture is gone"),
    "uncertain for nothing": (Story((), record=UNCERTAIN), "uncertain although nothing was lost"),
    "uncertain without a sentence": (Story((LOST,), record=ended(JobState.UNCERTAIN)), "without a sentence"),
    "ordered after all": (Story((SECOND,), said(cancel=1), record=replace(GONE, task_id="t2")), "ordered after it was"),
    "offered after all": (Story((), said(cancel=1, offered=4), told=GONE), "offered after it was cancelled"),
    "cancelled by nobody": (Story((BOUGHT,), record=replace(GONE, task_id="t1")), "cancelled by nobody"),
    "unfinished": (Story((BOUGHT,), record=ended(JobState.GENERATING, "t1")), "it ended generating"),
    "failed for no reason": (
        Story((BOUGHT,), record=ended(JobState.FAILED, "t1", Failure(Kind.BUSY, text("service.is_busy")))),
        "failed for no reason",
    ),
    "failed for no reason but a task in an odd frame": (
        Story((), told=BUSY, requests=({**ODD_FRAME, "answer": {**ODD_FRAME["answer"], "task_id": "t1"}},)),
        "failed for no reason",
    ),
    "failed on a full disk that was not": (
        Story(told=ended(JobState.FAILED, failure=Failure(Kind.DISK, text("disk.full_or_read_only")))),
        "failed for no reason",
    ),
    "failed without a word": (Story((BOUGHT,), record=ended(JobState.FAILED, "t1")), "failed without a sentence"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_story_that_is_good(name: str) -> None:
    assert list(violations(GOOD[name])) == []


@pytest.mark.parametrize("name", BAD)
def test_a_story_that_is_bad(name: str) -> None:
    story, what = BAD[name]
    assert what in "; ".join(violations(story))


def test_every_word_has_a_story() -> None:
    words: set[Any] = {word.word for story in GOOD.values() for word in story.words}
    assert words == {AGAIN, CANCEL, GIVE_UP, LEAVE, OFFERED, TASK}
