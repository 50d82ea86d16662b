"""Jobs that need what other jobs give, through the worker's process: each bought once, none on a guess, none lost."""

import hashlib
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.account import Credentials
from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.events import AnswerLost, Delayed, Kept
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Cancel
from tripo_blender.core.recovery import resumed
from tripo_blender.core.sentences.text import text
from tripo_blender.core.states import JobState
from tripo_blender.core.task import OutputOf, Role
from tripo_blender.storage.journal import Journal
from tripo_blender.worker import foreground, handle

from .course import KEY, record_of, wait_for
from .processes import Worker

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
MakeChain = Callable[[SimulatorProcess], list[Job]]


@pytest.fixture
def make_chain(make_job: MakeJob) -> MakeChain:
    """Three jobs: of the service's picture of each model the next is made. Only the last comes into the scene."""

    def make(simulator: SimulatorProcess) -> list[Job]:
        jobs = [make_job(simulator.url) for _ in range(3)]
        jobs = [replace(job, name=job.id.title(), delivers=job is jobs[-1]) for job in jobs]
        return [jobs[0], *(needing(job, before.id) for before, job in pairwise(jobs))]

    return make


def needing(job: Job, other: str, role: Role = Role.PREVIEW) -> Job:
    return replace(job, request=replace(job.request, inputs={"image": OutputOf(role, other)}))


def run_all(worker: Worker, jobs: list[Job]) -> list[Job]:
    for job in jobs:
        worker.run(job)
    return [worker.until_ended(job) for job in jobs]


def check_chain(simulator: SimulatorProcess, folder: Path, jobs: list[Job]) -> None:
    """Each is bought once, of what the one before gave."""
    assert len(simulator.creates()) == len(jobs)
    for before, job in pairwise(jobs):
        image = record_of(folder, job.id)["request"]["inputs"]["image"]
        preview = before.artifact(Role.PREVIEW)
        assert preview is not None
        assert image["sha256"] == hashlib.sha256(Path(preview.path).read_bytes()).hexdigest()
    assert Path(jobs[-1].model_path).is_file()


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_chain_of_three(
    simulator: SimulatorProcess, make_chain: MakeChain, start_worker: StartWorker, folder: Path, at_once: int
) -> None:
    jobs, worker = make_chain(simulator), start_worker(at_once=at_once)
    ended = run_all(worker, jobs)
    worker.until(lambda: worker.of(jobs[1], Kept), "the end of the second")
    assert [worker._jobs[job.id].state for job in jobs] == [JobState.DONE, JobState.DONE, JobState.READY]
    check_chain(simulator, folder, [worker._jobs[job.id] for job in ended])
    if at_once > 1:  # otherwise it waits for a place first
        assert notes(worker, jobs[2])[0] == Delayed(text("needs.waiting", other="Job2"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("state", ["uploading", "submitting", "generating", "downloading", "ready"])
def test_killed_anywhere_it_goes_on(
    simulator: SimulatorProcess,
    make_chain: MakeChain,
    start_worker: StartWorker,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    number: int,
) -> None:
    jobs = make_chain(simulator)
    monkeypatch.setenv("TRIPO_TEST_DIES_AT", state)
    monkeypatch.setenv("TRIPO_TEST_DIES_FOR", jobs[number].id)
    with monkeypatch.context() as patch:
        patch.setattr(handle, "_PROCESS", Path(__file__).with_name("dying_worker.py"))
        dying = start_worker(at_once=3)
    for job in jobs:
        dying.run(job)
    wait_for(lambda: not dying.handle.alive, "its end")
    assert dying.handle._process.returncode == -signal.SIGKILL

    journal, again = Journal(folder), start_worker(at_once=3)
    taken_up = []
    for recorded in journal.read():
        found = journal.unfinished(recorded)
        if found is not None:
            known = {"task_id": simulator.creates()[-1]["answer"]["task_id"]} if found.way == "decide" else {}
            taken_up.append(resumed(found, **known))
    unheard = [job for job in jobs if journal.record_of(job.id) is None]  # Blender has them still
    assert [job.id for job in (*taken_up, *unheard)] == [job.id for job in jobs[number:]]
    run_all(again, [*taken_up, *unheard])
    again.until(lambda: not any(journal.record_of(job.id).working for job in jobs), "the end of all")  # type: ignore[union-attr]
    ended = [job for job in map(journal.record_of, (job.id for job in jobs)) if job is not None]
    assert [job.state for job in ended] == [JobState.DONE, JobState.DONE, JobState.READY]
    check_chain(simulator, folder, ended)


def test_what_was_refused_ends_those_that_need_it(
    simulator: SimulatorProcess, make_chain: MakeChain, start_worker: StartWorker, folder: Path
) -> None:
    simulator.play([{"on": "create", "do": "status", "status": 400, "json": {"code": 2004, "message": "bad image"}}])
    jobs = run_all(start_worker(at_once=3), make_chain(simulator))
    assert [job.state for job in jobs] == [JobState.FAILED] * 3
    kinds = [job.failure.kind for job in jobs if job.failure]
    assert kinds[1:] == [Kind.NEEDS, Kind.NEEDS]
    assert jobs[2].failure.sentence.startswith("Job2 failed, and Job3 needs it. Nothing was ordered for it")  # type: ignore[union-attr]
    assert simulator.creates() == []


def test_what_is_cancelled_ends_those_that_need_it(
    start_simulator: Callable[..., SimulatorProcess], make_chain: MakeChain, start_worker: StartWorker
) -> None:
    simulator = start_simulator(seconds=30)
    jobs, worker = make_chain(simulator), start_worker(at_once=1)
    for job in jobs:
        worker.run(job)
    worker.until(simulator.creates, "the order")
    worker.handle.send(Cancel(jobs[1].id))
    ended = [worker.until_ended(job) for job in jobs[1:]]
    assert [job.state for job in ended] == [JobState.CANCELLED, JobState.FAILED]
    assert ended[1].failure is not None
    assert ended[1].failure.sentence.startswith("Job2 was cancelled, and Job3 needs it")
    assert len(simulator.creates()) == 1
    worker.handle.send(Cancel(jobs[0].id))
    worker.until_ended(jobs[0])


def test_what_is_uncertain_is_waited_for_until_the_user_decides(
    simulator: SimulatorProcess, make_chain: MakeChain, start_worker: StartWorker, folder: Path
) -> None:
    simulator.play([{"on": "create", "do": "lost"}])
    jobs, worker = make_chain(simulator), start_worker(at_once=3)
    for job in jobs:
        worker.run(job)
    worker.until(lambda: worker.of(jobs[0], AnswerLost), "the lost answer")
    in_doubt = Delayed(text("needs.waiting_in_doubt", other="Job1"))
    worker.until(lambda: in_doubt in notes(worker, jobs[1]), "the note")
    assert len(simulator.creates()) == 1

    found = Journal(folder).unfinished(worker._jobs["job1"])
    assert found is not None
    run_all(worker, [resumed(found, task_id=simulator.creates()[0]["answer"]["task_id"])])
    worker.until(lambda: worker._jobs["job3"].state is JobState.READY, "the model")
    check_chain(simulator, folder, [worker._jobs[job.id] for job in jobs])


def notes(worker: Worker, job: Job) -> list[Any]:
    return worker.of(job, Delayed)


def test_what_was_removed_is_not_waited_for(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker
) -> None:
    (ended,) = run_all(start_worker(), [needing(make_job(simulator.url), "20260101-000000-gone")])
    assert ended.failure is not None
    assert (ended.state, ended.failure.kind) == (JobState.FAILED, Kind.NEEDS)
    assert "What Disc needs is no longer on record, or cannot be read" in ended.failure.sentence
    assert simulator.requests() == []


def test_what_it_needs_may_lie_there_from_another_day(
    simulator: SimulatorProcess, make_chain: MakeChain, start_worker: StartWorker, folder: Path
) -> None:
    first, second, _ = make_chain(simulator)
    worker = start_worker()
    worker.run(first)
    worker.until(lambda: worker.of(first, Kept), "the first")
    worker.end()
    (made,) = run_all(start_worker(), [replace(second, delivers=True)])
    assert made.state is JobState.READY
    check_chain(simulator, folder, [record for record in map(Journal(folder).record_of, ("job1", "job2")) if record])


def test_a_role_that_it_did_not_give(
    simulator: SimulatorProcess, make_chain: MakeChain, start_worker: StartWorker
) -> None:
    first, second, _ = make_chain(simulator)
    ended = run_all(start_worker(), [first, needing(second, first.id, Role.BACK)])[1]
    assert isinstance(ended.failure, Failure)
    assert ended.failure.sentence.startswith("Job1 gave no back image, which Job2 needs")
    assert len(simulator.creates()) == 1


def test_a_circle_of_needs_ends_at_once(
    simulator: SimulatorProcess, make_chain: MakeChain, start_worker: StartWorker, folder: Path
) -> None:
    first, second, third = make_chain(simulator)
    first = needing(first, third.id)
    for job in (first, second, third):  # each is on record, which only a wrong program has made so
        Journal(folder).write(job)
    ended = run_all(start_worker(), [second, third, first])
    assert [job.failure.kind for job in ended if job.failure] == [Kind.NEEDS] * 3
    assert any(job.failure is not None and job.failure.text.key == "needs.circle" for job in ended)
    assert simulator.requests() == []


def test_a_script_takes_one_after_the_other(
    simulator: SimulatorProcess, make_chain: MakeChain, folder: Path, quick: None
) -> None:
    first, second, _ = make_chain(simulator)

    def alone(job: Job) -> Job:
        return foreground.run(job, Credentials(job.account, KEY), folder, lambda event: None)

    for known in (False, True):
        if known:
            Journal(folder).write(first)
        early = alone(second)
        assert early.failure is not None
        assert early.failure.text.key == ("needs.not_yet" if known else "needs.gone")
    assert simulator.requests() == []
    made = [alone(first), alone(second)]
    assert [job.state for job in made] == [JobState.DONE, JobState.DONE]
    check_chain(simulator, folder, made)
