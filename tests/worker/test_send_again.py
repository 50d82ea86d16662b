"""An uncertain order at the user's word: sent again or settled by its task's id, and never forgotten on the way."""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.events import Cancelled, Delayed, Event, Started, TaskNamed
from tripo_blender.core.job import Job
from tripo_blender.core.recovery import Way
from tripo_blender.core.serialization import from_record
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.gateway_profile import GatewayProfile
from tripo_blender.worker.http.client import Client
from tripo_blender.worker.pool import ThreadStop
from tripo_blender.worker.runner import Runner

from .conftest import Run
from .course import KEY, SERVICE, Course, check_course, orders, record_of, wait_for
from .processes import Worker
from .test_foreground import SCRIPT, last_word
from .test_purchases import answer, gateway, native, on_create

MakeJob = Callable[..., Job]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")


@pytest.fixture
def uncertain(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> Job:
    """A job whose task was made, and the answer lost."""
    simulator.play(on_create({"do": "lost"}))
    job = run(make_job(simulator.url)).job
    assert job.state is JobState.UNCERTAIN
    simulator.play([])
    return job


def check_kept(job: Job, folder: Path, simulator: SimulatorProcess, reason: str) -> None:
    """It is as uncertain as before, with the reason and its picture, and nothing more was bought."""
    assert job.state is JobState.UNCERTAIN, job.failure
    assert job.failure is not None
    assert reason in job.failure.sentence + job.failure.technical()
    assert "still not known" in job.failure.sentence
    assert not job.task_id
    assert Path(job.picture).is_file()
    assert len(simulator.creates()) == 1
    found = Journal(folder).unfinished(Journal(folder).read()[0])
    assert found is not None
    assert found.way is Way.DECIDE


HINDRANCES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no network": ([{"on": "any", "do": "close", "times": None}], "connection"),
    "no network for the upload": ([{"on": "upload", "do": "reset", "times": None}], "connection"),
    "wrong key": (on_create(answer(401, native(1002))), "key"),
    "wrong key for the upload": ([{"on": "upload", **answer(401, native(1002))}], "key"),
    "no credit": (on_create(answer(403, native(2010))), "credit"),
    "no access": (on_create(answer(403, gateway("access_denied"))), "access"),
    "busy for good": (on_create(answer(429, native(1007), times=None)), "busy"),
    "bad request": (on_create(answer(400, native(1004))), "refused"),
    "content": (on_create(answer(400, native(2008))), "content"),
}


@pytest.mark.parametrize("name", HINDRANCES)
def test_what_cannot_be_sent_again_stays_uncertain(
    simulator: SimulatorProcess,
    uncertain: Job,
    run: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr("tripo_blender.core.retry.BUSY_SECONDS", 0.05)
    rules, reason = HINDRANCES[name]
    simulator.play(rules)
    back = run(uncertain.after(Started())).job
    check_kept(back, folder, simulator, reason)
    assert record_of(folder, back.id)["state"] == "uncertain"
    simulator.play([])
    again = run(back.after(Started())).job
    assert (again.state, again.in_doubt) == (JobState.READY, False)
    assert len(simulator.creates()) == 2


def test_the_answer_is_lost_a_second_time(simulator: SimulatorProcess, uncertain: Job, run: Run, folder: Path) -> None:
    simulator.play(on_create({"do": "lost"}))
    again = run(uncertain.after(Started())).job
    assert again.state is JobState.UNCERTAIN
    assert record_of(folder, again.id)["state"] == "uncertain"
    assert Path(again.picture).is_file()
    assert len(simulator.creates()) == 2


@pytest.mark.parametrize("when", ["before", "after a refusal"])
def test_nothing_is_sent_where_it_could_not_be_written_down(
    simulator: SimulatorProcess, uncertain: Job, folder: Path, quick: None, when: str
) -> None:
    part = folder / uncertain.id / "job.part"
    if when == "before":
        part.mkdir()
    else:
        simulator.play(on_create(answer(429, native(1007))))

    def emit(event: Event) -> None:
        if isinstance(event, Delayed) and "busy" in event.note.english():
            part.mkdir()

    with Client(KEY) as client:
        job = Runner(
            uncertain.after(Started()), SERVICE, client, Journal(folder), ThreadStop(), emit, GatewayProfile()
        ).run()
    part.rmdir()
    sent = len(orders(simulator))
    assert sent == (1 if when == "before" else 2)
    check_kept(job, folder, simulator, "disk")


def test_a_first_order_is_not_sent_again_either_where_that_could_not_be_written_down(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None
) -> None:
    simulator.play(on_create(answer(429, native(1007))))
    job = make_job(simulator.url)
    part = folder / job.id / "job.part"

    def emit(event: Event) -> None:
        if isinstance(event, Delayed):
            part.mkdir()

    with Client(KEY) as client:
        ended = Runner(job, SERVICE, client, Journal(folder), ThreadStop(), emit, GatewayProfile()).run()
    assert ended.state is JobState.FAILED
    assert len(orders(simulator)) == 1
    assert not simulator.creates()


def test_a_mistake_of_ours_while_an_order_is_out_does_not_forget_it(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None
) -> None:
    class Forgetful(GatewayProfile):
        def learn(self, upload_method: str, dialect: str) -> None:
            raise RuntimeError("after the answer was read")

    job = make_job(simulator.url)
    with Client(KEY) as client:
        ended = Runner(job, SERVICE, client, Journal(folder), ThreadStop(), lambda event: None, Forgetful()).run()
    assert ended.state is JobState.UNCERTAIN
    assert len(simulator.creates()) == 1
    assert record_of(folder, job.id)["state"] == "uncertain"
    assert Path(job.picture).is_file()


def test_killed_between_two_attempts_it_is_not_ordered_yet(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None
) -> None:
    """It was surely refused: what is on record while it waits does not say that an order is out."""
    simulator.play(on_create(answer(429, native(1007))))
    seen: list[str] = []

    def emit(event: Event) -> None:
        if isinstance(event, Delayed):
            seen.append(record_of(folder, job.id)["state"])

    job = make_job(simulator.url)
    with Client(KEY) as client:
        Runner(job, SERVICE, client, Journal(folder), ThreadStop(), emit, GatewayProfile()).run()
    assert seen == ["uploading"]


@pytest.mark.parametrize("during", ["upload", "wait"])
def test_cancelled_before_it_is_sent_again(
    simulator: SimulatorProcess,
    uncertain: Job,
    run_aside: Callable[..., Callable[[], Course]],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    during: str,
) -> None:
    stop = ThreadStop()
    if during == "upload":
        simulator.play([{"on": "upload", "do": "delay", "seconds": 0.4}])
    else:
        monkeypatch.setattr("tripo_blender.core.retry.retry_wait", lambda *_: 30.0)
        simulator.play(on_create(answer(429, native(1007), times=None)))
    asked = len(simulator.requests())
    end = run_aside(uncertain.after(Started()), stop=stop)
    if during == "upload":
        wait_for(lambda: len(simulator.requests()) > asked, "the upload")
    else:
        wait_for(lambda: len(orders(simulator)) == 2, "the refusal")
    stop.set(cancelled=True)
    sent = len(orders(simulator))
    check_kept(end().job, folder, simulator, "stopped before it was ordered again")
    assert len(orders(simulator)) == sent


@posix
def test_ctrl_c_while_its_picture_goes_up_again(
    simulator: SimulatorProcess,
    uncertain: Job,
    folder: Path,
    start_parent: "Callable[[str, dict[str, Any]], subprocess.Popen[str]]",
) -> None:
    simulator.play([{"on": "upload", "do": "delay", "seconds": 1}])
    asked = len(simulator.requests())
    script = start_parent(SCRIPT, {"job": uncertain.after(Started()), "folder": str(folder)})
    wait_for(lambda: len(simulator.requests()) > asked, "the upload")
    script.send_signal(signal.SIGINT)
    check_kept(last_word(script), folder, simulator, "stopped before it was ordered again")
    assert len(orders(simulator)) == 1


def test_given_up_by_the_user_it_goes(
    simulator: SimulatorProcess, uncertain: Job, start_worker: Callable[..., Worker], folder: Path
) -> None:
    Journal(folder).end(uncertain.after(Cancelled()))
    assert not (folder / uncertain.id).exists()
    worker = start_worker()
    worker.run(uncertain.after(Started()))
    again = worker.until_ended(uncertain)
    assert "discarded elsewhere" in (again.failure.sentence if again.failure else "")
    assert len(orders(simulator)) == 1


UNKNOWN: dict[str, dict[str, Any]] = {
    "not found": {"do": "status", "status": 404, "body": native(2001)},
    "another's": {"do": "status", "status": 403, "body": native(1005)},
    "malformed": {"do": "status", "status": 400, "body": native(1004)},
    "wrong key": {"do": "status", "status": 401, "body": native(1002)},
    "a page": {"do": "status", "status": 404, "body": "<html>no such page</html>"},
    "unknown for good": {"do": "task", "fields": {"status": "unknown"}},
    "no network": {"do": "close"},
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_task_that_the_service_does_not_know_settles_nothing(
    simulator: SimulatorProcess,
    uncertain: Job,
    run: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr("tripo_blender.core.retry.READ_RETRIES", 8)
    made = simulator.creates()[0]["answer"]["task_id"]
    mistyped = made if name == "unknown for good" else "3b241101-e2bb-4255-8caf-4136c566a962"
    if name != "not found":  # the simulator's own answer to an id that it has not made
        simulator.play([{"on": "poll", "times": None, **UNKNOWN[name]}])
    back = run(uncertain.after(TaskNamed(mistyped))).job
    check_kept(back, folder, simulator, "Check the task's ID")
    simulator.play([])
    right = run(back.after(TaskNamed(made))).job
    assert (right.state, right.task_id, right.in_doubt) == (JobState.READY, made, False)
    assert len(orders(simulator)) == 1


def test_a_named_task_that_has_failed_settles_it(
    simulator: SimulatorProcess, uncertain: Job, run: Run, folder: Path
) -> None:
    made = simulator.creates()[0]["answer"]["task_id"]
    simulator.play([{"on": "poll", "do": "task", "fields": {"status": "failed"}, "times": None}])
    job = run(uncertain.after(TaskNamed(made))).job
    assert (job.state, job.task_id) == (JobState.FAILED, made)


def test_a_named_task_is_cancelled_before_it_is_found(
    simulator: SimulatorProcess,
    uncertain: Job,
    run_aside: Callable[..., Callable[[], Course]],
    folder: Path,
) -> None:
    simulator.play([{"on": "poll", "do": "delay", "seconds": 0.4}])
    stop = ThreadStop()
    asked = len(simulator.requests())
    end = run_aside(uncertain.after(TaskNamed("3b241101-e2bb-4255-8caf-4136c566a962")), stop=stop)
    wait_for(lambda: len(simulator.requests()) > asked, "the question")
    stop.set(cancelled=True)
    check_kept(end().job, folder, simulator, "stopped before the task 3b241101")


def test_a_record_of_the_first_version_is_kept_too(
    simulator: SimulatorProcess, uncertain: Job, run: Run, folder: Path
) -> None:
    """It says only in its state and its failure that it is in doubt."""
    Journal(folder).write(replace(uncertain, unsettled=None))
    recorded = from_record(Job, dict(record_of(folder, uncertain.id)))
    assert recorded.unsettled is None
    simulator.play(on_create(answer(401, native(1002))))
    course = run(recorded.after(Started()))
    check_course(course, folder)
    check_kept(course.job, folder, simulator, "key")
