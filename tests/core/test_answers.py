"""The tolerant readers: the small shapes that no whole answer shows."""

from typing import Any

import pytest

from tripo_blender.core.services.base import HttpAnswer
from tripo_blender.core.services.failures import words_of
from tripo_blender.core.services.quoting import excerpt
from tripo_blender.core.services.responses import (
    LARGEST_ANSWER,
    Complaint,
    complaint_of,
    read_json,
    retry_after_of,
    task_id_of,
    task_of,
    trace_id_of,
)

from .fixtures import HTML, INVALID_TOKEN, TASK, TRACE, V3_UNAUTHORIZED, answer


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b'"text"', b"{", b"\xff\xfe\xfd", b"[" * 100_000, b'{"a":' * 100_000, HTML.encode()],
    ids=["empty", "null", "list", "number", "text", "cut short", "bytes", "nested", "nested objects", "page"],
)
def test_what_is_no_object_reads_as_an_empty_one(body: bytes) -> None:
    assert read_json(body) == {}


def test_an_answer_longer_than_any_is_not_read() -> None:
    body = b'{"code":0}'
    assert read_json(body.ljust(LARGEST_ANSWER)) == {"code": 0}
    assert read_json(body.ljust(LARGEST_ANSWER + 1)) == {}


def test_a_mark_of_byte_order_is_no_hindrance() -> None:
    assert read_json(b'\xef\xbb\xbf{"code":0}') == {"code": 0}


@pytest.mark.parametrize("code", [0, "0", "success", 200, "SUCCESS", None, ""], ids=repr)
def test_codes_of_success_are_no_complaint(code: Any) -> None:
    assert complaint_of({"code": code, "message": "ok", "data": {}}) is None
    assert complaint_of({}) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": 2010, "message": "m", "suggestion": "s"}, Complaint("2010", "m", "s")),
        ({"code": "task_not_exist", "message": "m", "data": None}, Complaint("task_not_exist", "m")),
        ({"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}, Complaint("c", "m")),
        ({"error": {"message": "m", "type": "new_api_error", "code": ""}}, Complaint("new_api_error", "m")),
        ({"error": {"message": "m", "code": 2010}}, Complaint("2010", "m")),
        ({"error": {"message": ["m"], "code": {"a": 1}}}, Complaint()),
        ({"error": "m"}, Complaint(message="m")),
        ({"code": "x", "message": '{"code":2010,"message":"m","suggestion":"s"}'}, Complaint("2010", "m", "s")),
        ({"code": "x", "message": '{"error":{"message":"m","code":"c"}}'}, Complaint("c", "m")),
        ({"code": "x", "message": ' {"code":2010,"message":"m"}\n'}, Complaint("2010", "m")),
        ({"code": "x", "message": '{"code":0}'}, Complaint("x", '{"code":0}')),
        ({"code": "x", "message": "{broken"}, Complaint("x", "{broken")),
        ({"code": "x", "message": "{\ud800}"}, Complaint("x", "{?}")),
    ],
    ids=[
        "flat", "flat word", "object", "type for a code", "number", "odd kinds", "text", "nested", "nested object",
        "nested with spaces", "nested success", "nested and broken", "no text at all",
    ],
)  # fmt: skip
def test_complaints_are_read_in_all_their_forms(body: dict[str, Any], expected: Complaint) -> None:
    assert complaint_of(body) == expected


def test_what_the_wrapper_alone_knows_is_kept() -> None:
    wrapped = {
        "code": 0,
        "data": {"task_id": "outer", "fail_reason": "why", "data": {"status": "failed", "fail_reason": None}},
    }
    assert task_of(wrapped) == {"code": 0, "task_id": "outer", "fail_reason": "why", "status": "failed"}


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        ({"task_id": TASK}, TASK),
        ({"id": TASK}, ""),
        ({"id": TASK, "status": "queued"}, TASK),
        ({"data": {"id": TASK}}, TASK),
        ({"data": {"taskId": TASK}}, TASK),
        ({"data": {"data": {"data": {"task_id": TASK}}}}, TASK),
        ({"data": {"data": {"data": {"data": {"task_id": TASK}}}}}, ""),
        ({"data": "ok"}, ""),
        ({"data": "the task was made"}, ""),
        ({"data": {"task_id": True}}, ""),
        ({"data": {"task_id": ["a"]}}, ""),
        ({"data": [TASK]}, ""),
        ({}, ""),
        ({"task_id": "\ud800", "data": {"task_id": "task-1"}}, "task-1"),
        ({"task_id": "\ud800"}, ""),
    ],
    ids=[
        "bare",
        "id of a request",
        "id that waits",
        "id within",
        "another spelling",
        "deep",
        "too deep",
        "word",
        "sentence",
        "bool",
        "list",
        "list of ids",
        "empty",
        "half a letter first",
        "half a letter",
    ],
)
def test_a_task_id_is_looked_for_where_it_can_be(body: dict[str, Any], task_id: str) -> None:
    assert task_id_of(body) == task_id


@pytest.mark.parametrize(
    ("given", "trace_id"),
    [
        (answer(500, b"", x_tripo_trace_id=TRACE), TRACE),
        (answer(500, b"", x_oneapi_request_id="request-1"), "request-1"),
        (answer(500, b"", x_request_id="request-2"), "request-2"),
        (answer(500, b"", x_tripo_trace_id=TRACE, x_request_id="request-2"), TRACE),
        (INVALID_TOKEN, "20261122-1"),
        (V3_UNAUTHORIZED, "request-7"),
        (answer(500, HTML), ""),
        (answer(500, {"request_id": 7}), ""),
    ],
    ids=["Tripo", "gateway", "any", "Tripo first", "in the message", "in the body", "none", "odd"],
)
def test_the_trace_id_is_found(given: HttpAnswer, trace_id: str) -> None:
    assert trace_id_of(given) == trace_id


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("12", 12), ("1.5", 1.5), ("-5", 0), ("inf", 86_400), ("999999999", 86_400), ("soon", -1), ("", -1)],
)
def test_retry_after_is_seconds_within_a_day(said: str, seconds: float) -> None:
    assert retry_after_of(answer(429, b"", retry_after=said)) == seconds


@pytest.mark.parametrize(
    ("said", "date", "seconds"),
    [
        ("Sun, 22 Nov 2026 10:00:09 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", 9),
        ("Sun, 22 Nov 2026 09:00:00 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", 0),
        ("Sun, 22 Nov 2099 09:00:00 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", 86_400),
        ("Sun, 22 Nov 2026 10:00:09 GMT", "", -1),
        ("Sun, 22 Nov 2026 10:00:09 GMT", "today", -1),
        ("Sun, 99 Nov 2026 10:00:09 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", -1),
    ],
    ids=["later", "past", "far", "no clock", "no date", "no day"],
)
def test_retry_after_a_date_counts_from_the_answers_own(said: str, date: str, seconds: float) -> None:
    assert retry_after_of(answer(429, b"", retry_after=said, date=date)) == seconds


def test_without_retry_after_there_is_none() -> None:
    assert retry_after_of(answer(429)) == -1


def test_an_excerpt_is_one_short_line_without_markup() -> None:
    assert excerpt(answer(502, HTML)) == "Bad gateway Bad gateway"
    assert excerpt(answer(502, b"a \xff\n\tb &amp; c")) == "a \ufffd b & c"
    assert excerpt(answer(502, "x " * 100)) == ("x " * 80)
    assert excerpt(answer(502, "<b>" + "x" * 100_000)) == ""


@pytest.mark.parametrize(
    ("message", "suggestion", "words"),
    [
        ("", "", ""),
        ("no credit.", "", "no credit"),
        ("no credit.", "Buy more.", "no credit. Buy more"),
        ("", "Buy more.", "Buy more"),
        ("first line\nsecond line", "", "first line second line"),
    ],
)
def test_what_the_service_said_fits_one_line(message: str, suggestion: str, words: str) -> None:
    assert words_of(Complaint("1", message, suggestion)) == words
