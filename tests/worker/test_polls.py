"""Following a task: what passes is waited out, what does not is told with the task's id."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import Progressed
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState
from tripo_blender.worker.pool import ThreadStop

from .conftest import Run
from .course import Course, orders, wait_for

pytestmark = pytest.mark.oldest_requests("what it raises where no answer comes")

MakeJob = Callable[..., Job]


def on_poll(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"on": "poll", **rule} for rule in rules]


def answer(status: int, body: Any, **more: Any) -> dict[str, Any]:
    return {"do": "status", "status": status, "body": body, **more}


def task(**fields: Any) -> dict[str, Any]:
    return {"do": "task", "fields": fields, "times": None}


PASSING: dict[str, dict[str, Any]] = {
    "too many": answer(429, {"code": 1007, "message": "no"}),
    "fault": answer(500, {"code": 1000, "message": "no"}),
    "empty": answer(200, ""),
    "timed out": answer(408, ""),
    "not found, gateway": answer(400, {"code": "task_not_exist", "message": "task_not_exist", "data": None}),
    "odd progress": {"do": "task", "fields": {"progress": "half", "running_left_time": None, "queuing_num": "first"}},
    "not finite": {
        "do": "replace",
        "text": '{"code":0,"data":{"status":"running","progress":NaN,"queuing_num":1e400}}',
    },
}


@pytest.mark.parametrize("name", PASSING)
def test_it_passes(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str) -> None:
    simulator.play(on_poll({**PASSING[name], "times": 3}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY
    assert len(orders(simulator)) == 1


def test_the_service_is_away_for_a_while(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(on_poll({"do": "close", "times": retry.READ_RETRIES - 1}, {"do": "delay", "seconds": 0.2}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY
    assert len(course.notes) >= retry.READ_RETRIES - 1
    assert course.job.note is None


ENDS: dict[str, tuple[dict[str, Any], Kind]] = {
    "wrong key": (answer(401, {"code": 1002, "message": "no"}, times=None), Kind.KEY_REFUSED),
    "unknown": (task(status="unknown"), Kind.TASK_LOST),
    "no model": (task(status="success", output={}), Kind.ANSWER),
    "no output": (task(status="success", output=None), Kind.ANSWER),
    "failed": (task(status="failed", error_code=None), Kind.TASK_FAILED),
    "failed with a code": (task(status="failed", error_code=2020), Kind.PICTURE),
    "failed with a reason": (task(status="failed", error_code=9, error_msg="no subject found"), Kind.TASK_FAILED),
    "banned": (task(status="banned"), Kind.CONTENT),
    "expired": (task(status="expired"), Kind.TASK_FAILED),
    "cancelled": (task(status="cancelled"), Kind.TASK_FAILED),
}


@pytest.mark.parametrize("name", ENDS)
def test_it_does_not_pass(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str) -> None:
    rule, kind = ENDS[name]
    simulator.play(on_poll(rule))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is kind
    assert len(simulator.creates()) == len(orders(simulator)) == 1
    task_id = simulator.creates()[0]["answer"]["task_id"]
    assert course.job.task_id == task_id
    # The artist can look for it: the id is in the sentence, or in the text that is copied with it.
    assert task_id in course.failure.sentence + course.failure.technical()
    assert course.failure.sentence.count(task_id) <= 1


@pytest.mark.parametrize("answers", ["native", "wrapped"])
def test_the_services_reason_is_told(simulator: SimulatorProcess, make_job: MakeJob, run: Run, answers: str) -> None:
    simulator.options(answers=answers)
    simulator.play(on_poll(task(status="failed", error_code=9, error_msg="no subject found")))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert "no subject found" in course.failure.sentence


def test_progress_is_told(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(
        on_poll(
            {"do": "task", "fields": {"status": "queued", "progress": 0, "queuing_num": 4, "running_left_time": 90}},
            {"do": "task", "fields": {"status": "running", "progress": 40, "queuing_num": -1, "running_left_time": 9}},
        )
    )
    told = run(make_job(simulator.url)).has(Progressed)
    assert told[:2] == [Progressed(0, 4, 90), Progressed(40, -1, 9)]


def test_a_task_of_an_earlier_day(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    first = run(make_job(simulator.url)).job
    for state in (JobState.GENERATING, JobState.DOWNLOADING):
        simulator.forget()
        job = run(make_job(simulator.url, task_id=first.task_id, state=state)).job
        assert job.state is JobState.READY
        assert not orders(simulator)


def test_cancelled_while_it_generates(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    run_aside: Callable[..., Callable[[], Course]],
) -> None:
    simulator = start_simulator(seconds=60)
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url), stop=stop)
    wait_for(simulator.creates, "the task")
    stop.set(cancelled=True)
    job = end().job
    assert job.state is JobState.CANCELLED
    assert job.task_id == simulator.creates()[0]["answer"]["task_id"]


def test_closed_while_it_generates_and_taken_up_again(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    run: Run,
    run_aside: Callable[..., Callable[[], Course]],
) -> None:
    simulator = start_simulator(seconds=2)
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url), stop=stop)
    wait_for(simulator.creates, "the task")
    stop.set(cancelled=False)
    job = end().job
    assert job.state is JobState.GENERATING
    assert run(job).job.state is JobState.READY
    assert len(orders(simulator)) == 1


def test_a_task_that_nobody_knows_is_given_up_within_a_minute(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run
) -> None:
    course = run(make_job(simulator.url, task_id="11111111-2222-4333-8444-555555555555", state=JobState.GENERATING))
    assert course.failure.kind is Kind.TASK_LOST
    assert len([entry for entry in simulator.requests() if entry["method"] == "GET"]) == retry.LOST_ANSWERS + 1
