"""The create: sent once, repeated only after a sure refusal, and never after an answer that was lost."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import AnswerLost, Started, TaskNamed
from tripo_blender.core.job import Job
from tripo_blender.core.services.base import HttpAnswer, HttpRequest
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.gateway_profile import GatewayProfile
from tripo_blender.worker.http.client import Client
from tripo_blender.worker.pool import ThreadStop
from tripo_blender.worker.runner import Runner

from .conftest import Run
from .course import DEADLINE, KEY, SERVICE, SMALL, Course, orders, record_of, wait_for
from .fault_servers import Listener

pytestmark = pytest.mark.oldest_requests("what it raises decides whether an order was surely not sent")

MakeJob = Callable[..., Job]
HTML = "<html><body><h1>Bad Gateway</h1></body></html>"


def on_create(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"on": "create", **rule} for rule in rules]


def answer(status: int, body: Any, **more: Any) -> dict[str, Any]:
    return {"do": "status", "status": status, "body": body, **more}


def native(code: int, message: str = "no") -> dict[str, Any]:
    return {"code": code, "message": message, "suggestion": ""}


def gateway(code: str, message: str = "no (request id: 20261122abc)") -> dict[str, Any]:
    return {"error": {"message": message, "type": "new_api_error", "param": "", "code": code}}


REFUSALS: dict[str, tuple[int, Any, Kind, str]] = {
    "wrong key": (401, native(1002), Kind.KEY_REFUSED, "key"),
    "wrong key, other code": (401, {"code": 2, "status": "error", "message": "no"}, Kind.KEY_REFUSED, "key"),
    "wrong key, page": (401, HTML, Kind.KEY_REFUSED, "key"),
    "no quota": (402, gateway("insufficient_user_quota"), Kind.NO_CREDIT, "Top up"),
    "no quota, forbidden": (403, gateway("pre_consume_token_quota_failed"), Kind.NO_CREDIT, "Top up"),
    "no credit": (403, native(2010), Kind.NO_CREDIT, "Top up"),
    "no access": (403, native(1005), Kind.NOT_ALLOWED, "account"),
    "content": (400, native(2008), Kind.CONTENT, "image"),
    "content, wrapped": (
        400,
        {"code": "fail_to_fetch_task", "message": '{"code":2008,"message":"no"}', "data": None},
        Kind.CONTENT,
        "image",
    ),
    "version": (400, native(2015), Kind.REFUSED, "model version"),
    "parameter": (400, native(1004, "One of your parameters is invalid: face_limit."), Kind.REFUSED, "face_limit"),
    "picture": (400, native(2004), Kind.PICTURE, "image"),
    "upload forgotten": (404, native(2019), Kind.PICTURE, "upload"),
    "too large": (413, HTML, Kind.PICTURE, "image"),
    "success that is none": (200, native(2002, "The task type is unsupported"), Kind.REFUSED, "kind of task"),
    "no access, with a request's id": (403, {"id": "req-4f2a91", **native(1005)}, Kind.NOT_ALLOWED, "account"),
    "wrong key, with a user's id": (401, {**native(1002), "data": {"id": 4711}}, Kind.KEY_REFUSED, "key"),
    "a proxy's login": (407, HTML, Kind.REFUSED, "407"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str) -> None:
    status, body, kind, word = REFUSALS[name]
    simulator.play(on_create(answer(status, body)))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is kind
    assert word in course.failure.sentence
    assert len(orders(simulator)) == 1
    assert not simulator.creates()


def test_the_key_is_wrong(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.options(key="another")
    course = run(make_job(simulator.url))
    assert course.failure.kind is Kind.KEY_REFUSED
    assert len(simulator.requests()) == 1


def test_a_redirect_is_not_followed(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    """Nor is it a refusal: it may lead to the task that was made."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        location = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/task"
        simulator.play(on_create({"do": "redirect", "location": location, "status": 307}))
        course = run(make_job(simulator.url))
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert course.job.state is JobState.UNCERTAIN
    assert "HTTP 307 to http://127.0.0.1" in course.failure.detail


@pytest.mark.parametrize(
    "rule",
    [
        answer(429, native(1007)),
        answer(503, gateway("get_channel_failed")),
    ],
    ids=["too many", "no channel"],
)
def test_busy_and_then_not(simulator: SimulatorProcess, make_job: MakeJob, run: Run, rule: dict[str, Any]) -> None:
    simulator.play(on_create({**rule, "times": 2}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY
    assert len(course.notes) == 2
    assert len(orders(simulator)) == 3
    assert len(simulator.creates()) == 1


@pytest.mark.parametrize("on", ["upload", "create"])
def test_a_full_quota_is_waited_for(simulator: SimulatorProcess, make_job: MakeJob, run: Run, on: str) -> None:
    """Tasks take minutes: long after a fault would have been given up."""
    simulator.play([{"on": on, **answer(429, native(2000)), "times": 10 * retry.RETRIES}])
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY, course.job.failure
    assert set(course.notes) == {"The service is busy with your other tasks; trying again in 1 s"}
    assert len(simulator.creates()) == 1


def test_two_jobs_where_one_task_is_allowed(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: Callable[..., Callable[[], Course]]
) -> None:
    simulator.options(concurrency=1, seconds=0.5)
    ends = [run_aside(make_job(simulator.url)) for _ in range(2)]
    assert [end().job.state for end in ends] == [JobState.READY] * 2
    assert len(simulator.creates()) == 2


@pytest.mark.parametrize("on", ["upload", "create"])
def test_busy_for_good(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch, on: str
) -> None:
    monkeypatch.setattr(retry, "BUSY_SECONDS", 0.095)
    simulator.play([{"on": on, **answer(429, native(2000)), "times": None}])
    course = run(make_job(simulator.url))
    assert course.failure.kind is Kind.BUSY
    asked = [entry for entry in simulator.requests() if entry["answer"]["status"] == 429]
    assert len(asked) == 11


def test_faults_are_counted_apart_from_a_full_quota(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    """The service answered in between, so what broke did not break for good."""
    full, broken = answer(429, native(2000)), answer(503, gateway("get_channel_failed"))
    simulator.play(on_create(*([{**broken, "times": retry.RETRIES}, {**full, "times": 2}] * 3)))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY, course.job.failure
    assert len(simulator.creates()) == 1


@pytest.mark.parametrize("on", ["upload", "create"])
def test_a_full_quota_is_waited_for_no_longer_than_the_user_wants(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    run_aside: Callable[..., Callable[[], Course]],
    monkeypatch: pytest.MonkeyPatch,
    on: str,
) -> None:
    monkeypatch.setattr(retry, "retry_wait", lambda attempt, retry_after, chance: 10 * DEADLINE)
    simulator.play([{"on": on, **answer(429, native(2000)), "times": None}])
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url), stop=stop)
    wait_for(lambda: [entry for entry in simulator.requests() if entry["answer"]["status"] == 429], "the refusal")
    stop.set(cancelled=True)
    course = end()
    assert course.job.state is JobState.CANCELLED
    assert not simulator.creates()


def test_no_sooner_than_the_service_asks(simulator: SimulatorProcess, make_job: MakeJob, folder: Path) -> None:
    simulator.play(on_create(answer(429, native(1007), headers={"Retry-After": "2"})))
    events: list[Any] = []
    with Client(KEY) as client:
        job = Runner(
            make_job(simulator.url), SERVICE, client, Journal(folder), ThreadStop(), events.append, GatewayProfile()
        ).run()
    assert job.state is JobState.READY
    first, second = orders(simulator)
    assert second["at"] - first["at"] >= 2.0
    assert "trying again in 2 s" in Course(job, events).notes[0]


LOST: dict[str, tuple[dict[str, Any], int]] = {
    "reset after processing": ({"do": "reset", "process": True}, 1),
    "a page over the answer": ({"do": "replace", "text": HTML}, 1),
    "an empty answer": ({"do": "replace", "text": ""}, 1),
    "no task in it": ({"do": "replace", "text": '{"code":0,"data":{}}'}, 1),
    "timed out": (answer(408, HTML), 0),
}


@pytest.mark.parametrize("name", LOST)
def test_the_answer_is_lost(simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path, name: str) -> None:
    rule, bought = LOST[name]
    simulator.play(on_create(rule))
    job = make_job(simulator.url)
    course = run(job)
    assert course.job.state is JobState.UNCERTAIN
    assert course.failure.kind is Kind.UNCERTAIN
    assert len(course.has(AnswerLost)) == 1
    assert len(orders(simulator)) == 1
    assert len(simulator.creates()) == bought
    # It is kept, with its picture, until the user has decided.
    assert record_of(folder, job.id)["state"] == "uncertain"
    assert Path(job.picture).is_file()


JSON_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# What came of an order whose task was made, for ever: asked again, each would buy once more.
MADE: dict[str, dict[str, Any]] = {
    "503 of Envoy": answer(503, "upstream connect error or disconnect/reset before headers", content_type="text/plain"),
    "503 of a CDN": answer(503, HTML),
    "503 of nothing": answer(503, ""),
    "503 of a load balancer": answer(503, {"message": "Service Unavailable"}),
    "429 page": answer(429, HTML, headers={"Retry-After": "0"}),
    "303 to the task": {"do": "redirect", "status": 303, "location": "{path}/{task_id}"},
    "409": answer(409, native(2030, "task exists")),
    "425": answer(425, "Too Early"),
    "499": answer(499, HTML),
    "500 with a code": answer(500, native(1000)),
    "200 timed out": answer(200, {"code": "upstream_timeout", "message": "no", "data": None}),
    "200 with 504": answer(200, {"code": 504, "message": "no", "data": None}),
    "two lengths": {"do": "raw", "text": JSON_HEAD + "Content-Length: 7\r\nContent-Length: {length}\r\n\r\n{body}"},
    "two lengths in one": {"do": "raw", "text": JSON_HEAD + "Content-Length: {length}, 7\r\n\r\n{body}"},
}


@pytest.mark.parametrize("name", MADE)
def test_made_and_hidden(simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path, name: str) -> None:
    simulator.play(on_create({**MADE[name], "process": True, "times": None}))
    job = make_job(simulator.url)
    course = run(job)
    assert len(simulator.creates()) == len(orders(simulator)) == 1
    assert course.job.state is JobState.UNCERTAIN
    assert course.failure.kind is Kind.UNCERTAIN
    assert record_of(folder, job.id)["state"] == "uncertain"
    assert Path(job.picture).is_file()


INTERIM = {
    "103": "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
    "102 again and again": "HTTP/1.1 102 Processing\r\n\r\n" * 20,
    "100 and 103": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
}


@pytest.mark.parametrize("on", ["upload", "create", "poll"])
@pytest.mark.parametrize("name", INTERIM)
def test_an_answer_after_others(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str, on: str) -> None:
    text = INTERIM[name] + JSON_HEAD + "Content-Length: {length}\r\n\r\n{body}"
    simulator.play([{"on": on, "do": "raw", "text": text, "process": True, "times": None}])
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY, course.job.failure
    assert len(orders(simulator)) == 1
    assert not course.notes


def test_an_interim_answer_wins_the_time_that_an_answer_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes at once, and the answer after the time in which an answer that has begun must be whole."""
    monkeypatch.setattr("tripo_blender.worker.http.connection.ANSWER_SECONDS", 0.3)
    answered: list[bytes] = []

    def attend(connection: socket.socket) -> None:
        while b"\r\n\r\n" not in connection.recv(65_536):
            pass
        connection.sendall(INTERIM["103"].encode())
        time.sleep(0.6)
        body = b'{"code":0,"data":{"task_id":"11111111-2222-4333-8444-555555555555"}}'
        answered.append(body)
        connection.sendall(JSON_HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    server = Listener(attend)
    with Client(KEY) as client:
        request = HttpRequest("POST", f"http://127.0.0.1:{server.port}/task", body={"type": "image_to_model"})
        assert client.call(request, purchase=True).body == answered[0]
    server.close()


def test_a_mistake_of_ours_while_the_order_is_out(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails in us, what may have been bought is not forgotten."""

    def stumble(_answer: HttpAnswer) -> None:
        raise RecursionError

    monkeypatch.setattr(SERVICE, "read_create", stumble)
    job = make_job(simulator.url)
    course = run(job)
    assert course.job.state is JobState.UNCERTAIN
    assert len(simulator.creates()) == 1
    assert record_of(folder, job.id)["state"] == "uncertain"


ODD_ADDRESSES = {
    "a label that is too long": "http://" + "a" * 64 + ".example.test/v2",
    "no host": "http:///v2",
    "no scheme": "api.example.test/v2",
    "another scheme": "ftp://api.example.test/v2",
    "a port that is none": "http://127.0.0.1:99999/v2",
    "brackets": "http://[::1/v2",
    "a name of spaces": "http://a b/v2",
}


@pytest.mark.parametrize("name", ODD_ADDRESSES)
def test_an_odd_address_is_no_full_disk(make_job: MakeJob, run: Run, name: str) -> None:
    course = run(make_job(ODD_ADDRESSES[name], picture="https://pictures.example.test/cat.png"))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.NETWORK
    assert "base URL" in course.failure.sentence


def test_an_answer_that_never_comes(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tripo_blender.worker.http.client.CREATE_SECONDS", 0.3)
    simulator.play(on_create({"do": "delay", "seconds": 1.0}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.UNCERTAIN
    wait_for(simulator.creates, "the task that was made all the same")
    assert len(orders(simulator)) == 1


def test_a_task_id_beside_an_odd_code_is_told(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    text = '{"code":202,"message":"accepted","data":{"task_id":"11111111-2222-4333-8444-555555555555"}}'
    simulator.play(on_create({"do": "replace", "text": text}))
    course = run(make_job(simulator.url))
    assert len(orders(simulator)) == 1
    told = course.job.task_id + (course.job.failure.technical() if course.job.failure else "")
    assert "11111111-2222-4333-8444-555555555555" in told


def test_an_uncertain_job_is_sent_again_at_the_users_word(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run
) -> None:
    simulator.play(on_create({"do": "close"}))
    job = run(make_job(simulator.url)).job
    job = run(job.after(Started())).job
    assert job.state is JobState.READY
    assert job.failure is None
    assert len(simulator.creates()) == 1


def test_an_uncertain_job_is_given_its_task(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(on_create({"do": "lost"}))
    job = run(make_job(simulator.url)).job
    (made,) = simulator.tasks()[-1:]
    job = run(job.after(TaskNamed(made["task_id"]))).job
    assert job.state is JobState.READY
    assert len(orders(simulator)) == 1


@pytest.mark.parametrize("errors", ["native", "gateway"])
def test_a_gateway_that_demands_the_model(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, errors: str
) -> None:
    simulator.options(model_field="required", errors=errors)
    profile = GatewayProfile()
    assert run(make_job(simulator.url), profile=profile).job.state is JobState.READY
    assert [create["body"].get("model") for create in orders(simulator)] == [None, "image_to_model"]
    assert len(simulator.creates()) == 1
    simulator.forget()
    assert run(make_job(simulator.url), profile=profile).job.state is JobState.READY
    assert [create["body"].get("model") for create in orders(simulator)] == ["image_to_model"]


def test_a_gateway_that_refuses_the_model(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.options(model_field="refused")
    assert run(make_job(simulator.url)).job.state is JobState.READY
    assert [create["body"].get("model") for create in orders(simulator)] == [None]


def test_what_did_not_help_is_not_remembered(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    """A complaint that only sounds like a missing model must not spoil the jobs that follow."""
    simulator.options(model_field="refused")
    simulator.play(on_create(answer(400, native(1004, "One of your parameters is invalid: model_seed must be even"))))
    profile = GatewayProfile()
    first = run(make_job(simulator.url, replace(SMALL, model_seed=3)), profile=profile)
    assert first.job.state is JobState.FAILED
    assert "model_seed" in first.failure.sentence
    assert run(make_job(simulator.url), profile=profile).job.state is JobState.READY


def test_jobs_side_by_side_at_a_gateway_that_demands_the_model(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: Callable[..., Callable[[], Course]]
) -> None:
    """All are refused at the same time; what one has learnt meanwhile must not keep the others from trying."""
    simulator.options(model_field="required")
    simulator.play(on_create({"do": "delay", "seconds": 0.3, "times": None}))
    profile = GatewayProfile()
    ends = [run_aside(make_job(simulator.url), profile=profile) for _ in range(3)]
    assert [end().job.state for end in ends] == [JobState.READY] * 3
    assert len(simulator.creates()) == 3


def test_the_record_comes_first(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: Callable[..., Callable[[], Course]], folder: Path
) -> None:
    simulator.play(on_create({"do": "delay", "seconds": 0.5}))
    job = make_job(simulator.url)
    end = run_aside(job)
    wait_for(lambda: orders(simulator), "the order")
    assert record_of(folder, job.id)["state"] == "submitting"
    assert not simulator.creates()
    assert end().job.state is JobState.READY


def test_closed_before_the_order(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: Callable[..., Callable[[], Course]], folder: Path
) -> None:
    """Nothing was sent, so the record must not say that something may have been."""
    simulator.play([{"on": "upload", "do": "delay", "seconds": 0.3}])
    stop = ThreadStop()
    job = make_job(simulator.url)
    end = run_aside(job, stop=stop)
    wait_for(simulator.requests, "the upload")
    stop.set(cancelled=False)
    assert end().job.state is JobState.UPLOADING
    assert record_of(folder, job.id)["state"] == "uploading"
    assert not orders(simulator)
