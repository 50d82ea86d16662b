"""A poll without an answer for a while is asked again: in the worker beside the first, in the foreground instead."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.account import Credentials
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState
from tripo_blender.worker import foreground
from tripo_blender.worker.hedging import one_after_the_other, side_by_side
from tripo_blender.worker.interrupt import Interrupt
from tripo_blender.worker.pool import ThreadStop

from .conftest import Run
from .course import DEADLINE, KEY, Course, wait_for

pytestmark = pytest.mark.oldest_requests("how its connections are closed under it")

MakeJob = Callable[..., Job]
FOR_EVER = 3 * DEADLINE  # s; a test that waited for it would have failed
Way = Callable[[Job], Job]


@pytest.fixture(params=["worker", "foreground"])
def carry(request: pytest.FixtureRequest, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Carries a job the one way or the other; a poll counts as stalled soon."""
    monkeypatch.setattr(retry, "STALLED_SECONDS", 0.3)
    monkeypatch.setattr("tripo_blender.worker.http.client.READ_SECONDS", 2 * FOR_EVER)
    if request.param == "worker":
        return lambda job: run(job).job

    def carried(job: Job) -> Job:
        threads = set(threading.enumerate())
        ended = foreground.run(job, Credentials(job.account, KEY), folder, lambda event: None)
        assert set(threading.enumerate()) <= threads  # Blender wants none
        return ended

    return carried


@pytest.fixture
def finished(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> Job:
    """A job whose task has finished, so that one question is enough."""
    task_id = run(make_job(simulator.url)).job.task_id
    simulator.forget()
    return make_job(simulator.url, task_id=task_id, state=JobState.GENERATING)


def stalled(**more: Any) -> dict[str, Any]:
    return {"on": "poll", "do": "delay", "seconds": FOR_EVER, **more}


def questions(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    return [entry for entry in simulator.requests() if entry["method"] == "GET" and entry["server"] == "api"]


def test_it_is_asked_once_more(simulator: SimulatorProcess, finished: Job, carry: Way) -> None:
    simulator.play([stalled()])
    assert carry(finished).state is JobState.READY
    assert len(questions(simulator)) == 2


def test_it_is_asked_once_more_and_no_more(
    simulator: SimulatorProcess, finished: Job, carry: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tripo_blender.worker.http.client.READ_SECONDS", 1.5)
    monkeypatch.setattr(retry, "READ_RETRIES", 0)
    simulator.play([stalled(times=None)])
    job = carry(finished)
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert "broke off" in job.failure.sentence
    assert len(questions(simulator)) == 2


def test_one_that_stalls_in_the_middle_spoils_none_that_follows(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, carry: Way
) -> None:
    """The connection that has no answer is left alone meanwhile."""
    simulator = start_simulator(seconds=2.0)
    simulator.play([stalled(after=2)])
    job = carry(make_job(simulator.url))
    assert job.state is JobState.READY
    assert len(questions(simulator)) > 6
    assert len(simulator.creates()) == 1


def test_a_slow_service_is_heard(simulator: SimulatorProcess, finished: Job, carry: Way) -> None:
    """Each of its answers takes longer than the patience with the first question."""
    simulator.play([stalled(seconds=1.0, times=None)])
    assert carry(finished).state is JobState.READY
    assert len(questions(simulator)) == 2


def test_a_second_question_that_is_refused(simulator: SimulatorProcess, finished: Job, carry: Way) -> None:
    simulator.play([stalled(), {"on": "poll", "do": "status", "status": 502, "body": ""}])
    assert carry(finished).state is JobState.READY
    assert len(questions(simulator)) == 3


def test_a_quick_refusal_is_no_stall(simulator: SimulatorProcess, finished: Job, carry: Way) -> None:
    simulator.play([{"on": "poll", "do": "status", "status": 502, "body": ""}])
    assert carry(finished).state is JobState.READY
    assert len(questions(simulator)) == 2


def test_the_first_answer_counts_though_the_second_never_comes(
    simulator: SimulatorProcess, finished: Job, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "STALLED_SECONDS", 0.3)
    simulator.play([stalled(seconds=1.0), stalled()])
    assert run(finished).job.state is JobState.READY
    assert len(questions(simulator)) == 2


def test_a_stalled_poll_holds_no_cancel_up(
    simulator: SimulatorProcess, finished: Job, run_aside: Callable[..., Callable[[], Course]]
) -> None:
    simulator.play([stalled(times=None)])
    stop = ThreadStop()
    end = run_aside(finished, stop=stop)
    wait_for(lambda: questions(simulator), "the question")
    stop.set(cancelled=True)
    assert end().job.state is JobState.CANCELLED


# -- which answer counts -----------------------------------------------------------------------------------------------


def answering(*answers: Callable[[], str]) -> Callable[[float], str]:
    """One answer to a question, the other to the next."""
    left = list(answers)
    lock = threading.Lock()

    def ask(_patience: float) -> str:
        with lock:
            answer = left.pop(0)
        return answer()

    return ask


def good(answer: str) -> bool:
    return answer.startswith("good")


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("after the second: good 1", "bad 2", "good 1"),
        ("after the second: good 1", "good 2", "good 2"),
        ("late: bad 1", "after the first: good 2", "good 2"),
        ("late: bad 1", "after the first: bad 2", "bad 2"),
        ("never", "bad 2", "bad 2"),
        ("late: bad 1", "never", "bad 1"),
        ("never", "good 2", "good 2"),
        ("good 1", "good 2", "good 1"),
        ("bad 1", "good 2", "bad 1"),
    ],
)
def test_the_first_good_answer_counts(first: str, second: str, counts: str) -> None:
    given, over = {"first": threading.Event(), "second": threading.Event()}, threading.Event()
    asked = threading.Event()

    def answer(name: str, how: str) -> str:
        if name == "second":
            asked.set()
        waits_for, _, said = how.rpartition(": ")
        if waits_for == "late":
            asked.wait(DEADLINE)
        elif waits_for.startswith("after the "):
            given[waits_for.removeprefix("after the ")].wait(DEADLINE)
        elif said == "never":
            over.wait(DEADLINE)
        given[name].set()
        return said

    ask = answering(lambda: answer("first", first), lambda: answer("second", second))
    assert side_by_side(ask, good, 0.2, over.is_set) == counts
    over.set()


def test_what_fails_is_raised_where_it_is_waited_for() -> None:
    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        side_by_side(answering(fail), good, 1.0, lambda: False)


def test_a_run_that_is_over_asks_nothing() -> None:
    assert side_by_side(answering(), good, 1.0, lambda: True) is None


def test_the_foreground_is_patient_once() -> None:
    told: list[float] = []

    def ask(patience: float) -> str:
        told.append(patience)
        return "bad" if threading.Event().wait(patience) or patience else "good"

    assert one_after_the_other(ask, good, 0.05) == Interrupt().hedged(ask, good, 0.05) == "good"
    assert told == [0.05, 0.0] * 2
