"""Polls that bring no model: failed tasks, refusals, what passes by itself, and what never costs a second time."""

from typing import Any

import pytest
from hypothesis import given

from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.sentences.text import text
from tripo_blender.core.services.base import HttpAnswer, Refused, TaskStatus
from tripo_blender.core.services.failures import lost_task, unreachable_task

from .fixtures import (
    HTML,
    INVALID_TOKEN,
    NO_CHANNEL,
    NO_QUOTA,
    RATE_LIMIT,
    SERVICE,
    TASK,
    TASK_NOT_EXIST,
    TRACE,
    V3_UNAUTHORIZED,
    answer,
    flat,
    gateway,
    native,
    task,
)
from .strategies import ANSWERS
from .test_poll import report

FAILURES = {
    "captured": (task("failed", progress=100, error_code=2020), Kind.PICTURE, "2020"),
    "no code": (task("failed"), Kind.TASK_FAILED, ""),
    "unheard-of code": (task("failed", error_code=4711, error_msg="out of clay"), Kind.TASK_FAILED, "4711"),
    "code as text": (task("failed", error_code="2008"), Kind.CONTENT, "2008"),
    "too complex": (task("failed", error_code=2018), Kind.TASK_FAILED, "2018"),
    "banned": (task("banned"), Kind.CONTENT, ""),
    "expired": (task("expired"), Kind.TASK_FAILED, ""),
    "cancelled": (task("cancelled"), Kind.TASK_FAILED, ""),
    "gateway": (
        {"code": "success", "data": {"status": "FAILURE", "fail_reason": "out of clay", "data": None}},
        Kind.TASK_FAILED,
        "",
    ),
    "v3": (
        {"code": 0, "data": {"status": "failed", "error_code": 2008, "error_message": "policy"}},
        Kind.CONTENT,
        "2008",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "code"), FAILURES.values(), ids=FAILURES)
def test_a_failed_task_says_why(body: Any, kind: Kind, code: str) -> None:
    found = report(body)
    assert found.status is TaskStatus.FAILED
    assert (found.failure.kind, found.failure.code, found.failure.trace_id) == (kind, code, TRACE)
    assert TASK in found.failure.detail


@pytest.mark.parametrize("name", ["error_msg", "error_message", "fail_reason"])
def test_the_services_own_reason_is_passed_on(name: str) -> None:
    found = report(task("failed", **{name: "out of clay"}))
    assert "out of clay" in found.failure.sentence
    assert "out of clay" in found.failure.detail


REFUSALS = {
    "key": (native(1002), Kind.KEY_REFUSED, False),
    "gateway's key": (INVALID_TOKEN, Kind.KEY_REFUSED, False),
    "v3 key": (V3_UNAUTHORIZED, Kind.KEY_REFUSED, False),
    "access": (native(1005), Kind.NOT_ALLOWED, False),
    "quota": (NO_QUOTA, Kind.NO_CREDIT, False),
    "busy": (native(1007), Kind.BUSY, True),
    "gateway busy": (RATE_LIMIT, Kind.BUSY, True),
    "no channel": (NO_CHANNEL, Kind.SERVICE_DOWN, True),
    "fault": (answer(500, {"code": 1000, "message": "unknown"}), Kind.SERVICE_DOWN, True),
    "gateway's own call": (flat(500, "do_request_failed", "timeout"), Kind.SERVICE_DOWN, True),
    "upstream": (flat(502, "fail_to_fetch_task", "upstream"), Kind.SERVICE_DOWN, True),
    "proxy": (answer(502, HTML), Kind.SERVICE_DOWN, True),
    "timeout": (answer(504, HTML), Kind.SERVICE_DOWN, True),
    "bad request": (gateway(400, "invalid_request", "odd"), Kind.REFUSED, False),
    "redirect": (answer(302), Kind.REFUSED, False),
    "page": (answer(200, HTML), Kind.ANSWER, True),
    "empty": (answer(200), Kind.ANSWER, True),
    "no task": (answer(200, {"code": 0, "data": {}}), Kind.ANSWER, True),
    "cut short": (answer(200, b'{"code":0,"data":{"sta'), Kind.ANSWER, True),
    "nested beyond reading": (answer(200, b'{"data":' * 100_000), Kind.ANSWER, True),
}


@pytest.mark.parametrize(("given", "kind", "again"), REFUSALS.values(), ids=REFUSALS)
def test_a_poll_without_a_report_says_why_and_whether_it_passes(given: HttpAnswer, kind: Kind, again: bool) -> None:
    meaning = SERVICE.read_poll(given, TASK)
    assert isinstance(meaning, Refused)
    assert (meaning.failure.kind, meaning.again) == (kind, again)


@pytest.mark.parametrize("given", [row[0] for row in REFUSALS.values()], ids=REFUSALS)
def test_a_poll_that_fails_never_advises_to_buy_again(given: HttpAnswer) -> None:
    assert "generate again" not in SERVICE.read_poll(given, TASK).failure.sentence.lower()


@pytest.mark.parametrize(
    "given",
    [native(2001), TASK_NOT_EXIST, answer(404, HTML), answer(404), native(2001, status=200)],
    ids=["Tripo", "gateway", "proxy", "empty", "at HTTP 200"],
)
def test_a_task_that_is_not_found_is_reported_with_its_id(given: HttpAnswer) -> None:
    failure = SERVICE.read_poll(given, TASK).failure
    assert failure.kind is Kind.TASK_LOST
    assert TASK in failure.sentence


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_waited_for_as_long_as_it_asks(status: int) -> None:
    meaning = SERVICE.read_poll(answer(status, HTML, retry_after="12"), TASK)
    assert (meaning.again, meaning.retry_after) == (True, 12)


def test_a_lost_task_says_its_id_and_what_was_heard() -> None:
    failure = lost_task(TASK, "unknown after 90 s")
    assert (failure.kind, failure.detail) == (Kind.TASK_LOST, "unknown after 90 s")
    assert TASK in failure.sentence


def test_a_task_out_of_reach_keeps_what_is_in_the_way_and_says_that_it_is_paid_for() -> None:
    off = Failure(Kind.NETWORK, text("network.service_unreachable"), "Timeout", trace_id="trace-1")
    failure = unreachable_task(off, TASK)
    assert (failure.kind, failure.detail, failure.trace_id) == (Kind.NETWORK, "Timeout", "trace-1")
    assert failure.sentence == f"{off.sentence}. The model may still be made: download its task {TASK} later"


@given(ANSWERS)
def test_no_answer_crashes_the_reader(given: HttpAnswer) -> None:
    meaning = SERVICE.read_poll(given, TASK)
    if isinstance(meaning, Refused):
        assert meaning.failure.kind is not Kind.UNCERTAIN
        assert not meaning.dialect
        return
    assert given.status < 300
    assert meaning.percent >= -1
    assert meaning.seconds_left >= -1
    assert (meaning.status is TaskStatus.FAILED) <= (meaning.failure is not None)
    assert meaning.status is not TaskStatus.SUCCESS or meaning.failure is None
