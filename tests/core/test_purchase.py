"""What an answer to a purchase means, in one table: made, surely not made (ask again, or not), or nobody knows.

Each row was, or could be, somebody's two models for one order, or a paid model forgotten.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tripo_blender.core.errors import Kind
from tripo_blender.core.services.base import Created, HttpAnswer, Refused, Unclear
from tripo_blender.core.services.purchase import read_create
from tripo_blender.core.services.responses import LARGEST_ANSWER
from tripo_blender.core.services.task_id import is_task_id, task_id_in

from .fixtures import HTML, NATIVE, TASK, answer, escaped, flat, gateway, native
from .strategies import ANSWERS, JSON_VALUES

MADE, REFUSED, AGAIN, UNCLEAR = "made", "refused", "refused, may be sent again", "unclear"
ENVOY = "upstream connect error or disconnect/reset before headers. reset reason: connection termination"
CDN = "<html><head><title>503 first byte timeout</title></head><body>Varnish cache server</body></html>"
UUID = "5f0c2a44-9f0e-4d7c-9c1b-0a6f4f1f2b11"
MADE_BODY = {"code": 0, "data": {"task_id": TASK}}


def said(code: Any, **more: Any) -> dict[str, Any]:
    """Tripo's own form."""
    return {"code": code, "message": "no", "suggestion": ""} | more


def error(code: Any, **more: Any) -> dict[str, Any]:
    """The gateway's own form."""
    return {"error": {"message": "no", "type": "new_api_error", "code": code, **more}}


ROWS: dict[str, tuple[HttpAnswer, str]] = {
    # -- 503: the service's own, or something in between that may have passed the order on
    "503 no channel": (answer(503, error("model_not_found")), AGAIN),
    "503 no code": (answer(503, error("")), AGAIN),
    "503 flat": (flat(503, "get_channel_failed", "no"), AGAIN),
    "503 of Tripo": (answer(503, said(2000)), AGAIN),
    "503 of v3": (answer(503, {"code": 7, "status": "error", "message": "no"}), UNCLEAR),
    "503 of v3 by a known number": (answer(503, {"code": 2000, "status": "error", "message": "no"}), AGAIN),
    "503 upstream": (answer(503, error("service_unavailable", type="upstream_error")), UNCLEAR),
    "503 upstream without a code": (answer(503, error("", type="upstream_error")), UNCLEAR),
    "503 server": (answer(503, error("", type="server_error")), UNCLEAR),
    "503 server of no code": (answer(503, error(None, type="server_error")), UNCLEAR),
    "503 flat, unknown": (flat(503, "service_unavailable", "upstream reset"), UNCLEAR),
    "429 flat, unknown": (flat(429, "slow", "please poll"), UNCLEAR),
    "429 of v3, unknown": (
        answer(429, {"code": 429, "status": "error", "message": "job accepted; poll slower"}),
        UNCLEAR,
    ),
    # -- its end was not as promised
    "429 broken off": (replace(answer(429, said(2000)), broken=True), UNCLEAR),
    "503 broken off": (replace(answer(503, error("model_not_found")), broken=True), UNCLEAR),
    "400 broken off": (replace(answer(400, said(1004)), broken=True), UNCLEAR),
    # -- something like a task's id stands where the order would be sent again
    "429 that leads to the task": (answer(429, said(2000), location=f"/tripo/v2/openapi/task/{UUID}"), UNCLEAR),
    "429 with the task in a header": (answer(429, said(2000), x_task_id=UUID), UNCLEAR),
    "429 with the task in prose": (answer(429, said(2000, message=f"task {UUID} was queued, too many")), UNCLEAR),
    "429 with a field twice": (
        answer(429, f'{{"data": {{"task_id": "{UUID}"}}, "code": 2000, "message": "no", "data": null}}'),
        UNCLEAR,
    ),
    "200 busy with the task in prose": (answer(200, said(2000, message=f"busy, queued as {UUID}")), UNCLEAR),
    "429 with a gateway's task in prose": (answer(429, said(2000, message="task_8f3kd02k was queued")), UNCLEAR),
    "429 with the request's id": (answer(429, said(2000, message=f"no (request id: {UUID})")), AGAIN),
    "429 with the trace's id": (answer(429, said(2000), x_tripo_trace_id=UUID), AGAIN),
    "429 with a request's id in a field": (answer(429, said(2000, request_id=UUID)), AGAIN),
    # -- 4xx of what stands in between
    "424 of text": (answer(424, "Failed dependency: upstream timed out"), UNCLEAR),
    "460 of nothing": (answer(460), UNCLEAR),
    "444 of nothing": (answer(444), UNCLEAR),
    "421 page": (answer(421, HTML), UNCLEAR),
    "423 of text": (answer(423, "locked: task is being processed"), UNCLEAR),
    "424 of Tripo": (answer(424, said(2007)), REFUSED),
    "503 in JSON in a text": (answer(503, escaped(said(2000))), AGAIN),
    "503 of Envoy": (answer(503, ENVOY), UNCLEAR),
    "503 of a CDN": (answer(503, CDN), UNCLEAR),
    "503 of nothing": (answer(503), UNCLEAR),
    "503 of nothing with Retry-After": (answer(503, b"", retry_after="1"), UNCLEAR),
    "503 of a cloud's gateway": (answer(503, {"message": "Service Unavailable"}), UNCLEAR),
    "503 of Kong": (answer(503, {"message": "name resolution failed", "request_id": "4f2a91"}), UNCLEAR),
    "503 of a framework": (answer(503, {"status": 503, "error": "Service Unavailable", "path": "/task"}), UNCLEAR),
    "503 of Google": (answer(503, {"error": {"code": 503, "message": "no", "status": "UNAVAILABLE"}}), UNCLEAR),
    "503 of another cloud": (answer(503, {"code": "ServiceUnavailable", "message": "no"}), UNCLEAR),
    "503 with its number": (answer(503, {"code": 503, "message": "no"}), UNCLEAR),
    "503 error as text": (answer(503, {"error": "no"}), UNCLEAR),
    "503 list": (answer(503, "[]"), UNCLEAR),
    "503 empty object": (answer(503, "{}"), UNCLEAR),
    "503 cut short": (answer(503, b'{"code":2000,"mess'), UNCLEAR),
    "503 of success": (answer(503, {"code": 0, "message": "ok", "data": None}), UNCLEAR),
    "503 of an upstream": (answer(503, error("bad_response_status_code")), UNCLEAR),
    "503 of an upstream's own word": (answer(503, {"error": {"message": "no", "type": "upstream_error"}}), UNCLEAR),
    "503 sent on": (flat(503, "do_request_failed", "Post: EOF"), UNCLEAR),
    "503 fetched in vain": (flat(503, "fail_to_fetch_task", ENVOY), UNCLEAR),
    "503 fault": (answer(503, said(1000)), UNCLEAR),
    "503 with a task": (answer(503, said("busy", data={"task_id": TASK})), UNCLEAR),
    "503 with room for a task": (answer(503, said(2000, data={"task_id": ""})), UNCLEAR),
    "503 with the task made": (answer(503, MADE_BODY), UNCLEAR),
    # -- 429, likewise
    "429 full": (answer(429, said(2000), retry_after="12"), AGAIN),
    "429 too many": (answer(429, said(1007)), AGAIN),
    "429 without a suggestion": (answer(429, {"code": 1007, "message": "no"}), AGAIN),
    "429 of the gateway": (answer(429, error("rate_limit_exceeded")), AGAIN),
    "429 passed on": (flat(429, "fail_to_fetch_task", json.dumps(said(2000))), AGAIN),
    "429 passed on as it is": (flat(429, "fail_to_fetch_task", "slow down"), UNCLEAR),
    "429 of Tripo passed on": (flat(429, "fail_to_fetch_task", '{"code":2000,"message":"no"}'), AGAIN),
    "429 page": (answer(429, HTML), UNCLEAR),
    "429 text": (answer(429, "Too Many Requests"), UNCLEAR),
    "429 of nothing": (answer(429, b"", retry_after="1"), UNCLEAR),
    "429 other JSON": (answer(429, {"message": "Too Many Requests"}), UNCLEAR),
    "429 with a task": (answer(429, said(2000, data={"task_id": TASK})), UNCLEAR),
    "429 with room for a task": (answer(429, said(2000, data={"task_id": ""})), UNCLEAR),
    "429 with no data": (answer(429, said(2000, data={})), AGAIN),
    "429 timed out": (answer(429, error("upstream_timeout")), UNCLEAR),
    # -- other answers that do not say that nothing was done
    "303 to the task": (answer(303, b"", location=f"https://api.example.test/v2/openapi/task/{TASK}"), UNCLEAR),
    "302": (answer(302, b"", location="/task/1"), UNCLEAR),
    "301": (answer(301, HTML, location="https://elsewhere.example.test/"), UNCLEAR),
    "307": (answer(307, b"", location="https://elsewhere.example.test/"), UNCLEAR),
    "308 with a refusal": (answer(308, said(2010)), UNCLEAR),
    "304": (answer(304), UNCLEAR),
    "408": (answer(408, said(1004)), UNCLEAR),
    "409 the task exists": (answer(409, {"code": 2030, "message": "task exists", "suggestion": ""}), UNCLEAR),
    "409 of the gateway": (answer(409, error("task_exists")), UNCLEAR),
    "425": (answer(425, "Too Early"), UNCLEAR),
    "499": (answer(499, HTML), UNCLEAR),
    "101": (answer(101), UNCLEAR),
    "600": (answer(600, said(2010)), UNCLEAR),
    # -- faults
    "500 page": (answer(500, HTML), UNCLEAR),
    "500 unknown fault": (answer(500, said(1000)), UNCLEAR),
    "500 fatal fault": (answer(500, said(1001)), UNCLEAR),
    "500 an unknown number": (answer(500, said(2099)), UNCLEAR),
    "500 no code": (answer(500, error("")), UNCLEAR),
    "500 any word": (answer(500, error("internal_error")), UNCLEAR),
    "500 the moderation's fault": (answer(500, said(2014)), UNCLEAR),
    "500 after the queue": (answer(500, said(2018)), UNCLEAR),
    "500 of a task that failed": (answer(500, said(2020)), UNCLEAR),
    "500 lost its own call": (flat(500, "do_request_failed", "Post: context deadline exceeded"), UNCLEAR),
    "500 could not read it": (flat(500, "read_response_body_failed", "unexpected EOF"), UNCLEAR),
    "500 no channel left": (flat(500, "get_channel_failed", "no"), UNCLEAR),
    "500 no credit": (answer(500, said(2010)), UNCLEAR),
    "500 a parameter": (answer(500, said(1004)), UNCLEAR),
    "500 no credit, passed on": (flat(500, "fail_to_fetch_task", json.dumps(said(2010))), UNCLEAR),
    "500 no quota": (answer(500, error("pre_consume_token_quota_failed")), UNCLEAR),
    "500 in another's form": (answer(500, {"error": {"code": "insufficient_user_quota", "message": "no"}}), UNCLEAR),
    "502 of the gateway": (answer(502, error("bad_response_status_code")), UNCLEAR),
    "502 full": (answer(502, said(2000)), UNCLEAR),
    "504": (answer(504, said(2010)), UNCLEAR),
    "504 page": (answer(504, HTML), UNCLEAR),
    "520": (answer(520, HTML), UNCLEAR),
    "529": (answer(529, error("overloaded")), UNCLEAR),
    # -- a success that is none
    "200 no credit": (answer(200, said(2010)), REFUSED),
    "200 a new number": (answer(200, said(2031)), REFUSED),
    "200 full": (answer(200, said(2000)), REFUSED),
    "200 no quota": (answer(200, error("insufficient_user_quota")), REFUSED),
    "200 nested": (flat(200, "fail_to_fetch_task", json.dumps(said(2008))), REFUSED),
    "200 unknown fault": (answer(200, said(1000)), UNCLEAR),
    "200 timed out": (flat(200, "upstream_timeout", "no"), UNCLEAR),
    "200 timed out, object": (answer(200, error("upstream_timeout")), UNCLEAR),
    "200 with 504": (answer(200, {"code": 504, "message": "no", "data": None}), UNCLEAR),
    "200 with 504 as text": (answer(200, {"code": "504", "message": "no", "data": None}), UNCLEAR),
    "200 any word": (flat(200, "something_else", "no"), UNCLEAR),
    "200 page": (answer(200, HTML), UNCLEAR),
    "200 of nothing": (answer(200), UNCLEAR),
    "204": (answer(204), UNCLEAR),
    "200 a word for an id": (answer(200, {"code": 0, "data": {"task_id": "error"}}), UNCLEAR),
    "200 zeros": (answer(200, {"code": 0, "data": {"task_id": "00000000-0000-0000-0000-000000000000"}}), UNCLEAR),
    "200 a request's id": (answer(200, {"code": 0, "id": "req-4f2a91", "data": {}}), UNCLEAR),
    "200 a word alone": (answer(200, {"code": 0, "data": "internal_server_error"}), UNCLEAR),
    "200 several": (answer(200, {"code": 0, "data": [{"task_id": TASK}]}), UNCLEAR),
    "200 a task beside an error": (answer(200, error("odd") | {"task_id": TASK}), UNCLEAR),
    "200 too large": (answer(200, {**MADE_BODY, "x": "x" * LARGEST_ANSWER}), UNCLEAR),
    # -- refusals, whatever else they carry
    "400 nothing": (answer(400), REFUSED),
    "401 page": (answer(401, HTML), REFUSED),
    "401 with an id": (answer(401, error("", id="4f2a91") | {"id": "req-4f2a91"}), REFUSED),
    "402 with an id": (answer(402, said(2010, data={"id": "user-7"})), REFUSED),
    "403 with an id": (answer(403, said(1005, id=4711)), REFUSED),
    "403 with a request's id": (answer(403, said(2010, request_id=TASK)), REFUSED),
    "403 with its request's id for a task's": (answer(403, said(2010, task_id=TASK), x_request_id=TASK), REFUSED),
    "400 with a word for an id": (answer(400, said(1004, data={"task_id": "error"})), REFUSED),
    "400 with no id": (answer(400, said(1004, data={"task_id": None})), REFUSED),
    "400 with a zero": (answer(400, said(1004, data={"task_id": 0})), REFUSED),
    "400 with a date": (answer(400, said(1004, data="2026-11-22T10:00:00Z")), REFUSED),
    "400 with a version": (answer(400, said(1004, data={"model_version": "v3.0-20250812"})), REFUSED),
    "400 with another task": (answer(400, said(1004, data={"original_task_id": TASK})), REFUSED),
    "400 of a failed user": (answer(400, said(1004, id="user-7", status="failed")), REFUSED),
    "404": (answer(404, HTML), REFUSED),
    "407": (answer(407, HTML), REFUSED),
    "413": (answer(413, HTML), REFUSED),
    "422": (answer(422, {"detail": [{"loc": ["body", "file"], "msg": "field required"}]}), REFUSED),
    "451": (answer(451, HTML), REFUSED),
    "400 passed on": (flat(400, "fail_to_fetch_task", "bad"), REFUSED),
    "400 with a task": (answer(400, said(1004, data={"task_id": TASK})), UNCLEAR),
    "400 with a task in the error": (answer(400, error("", task_id=TASK)), UNCLEAR),
    "400 with a task by another spelling": (answer(400, said(1004, taskId=TASK)), UNCLEAR),
    "400 with a task object": (answer(400, said(1004, task={"id": TASK})), UNCLEAR),
    "400 with tasks": (answer(400, said(1004, data={"tasks": [{"id": TASK}]})), UNCLEAR),
    "400 with a task in JSON in its message": (flat(400, "odd", json.dumps({"data": {"task_id": TASK}})), UNCLEAR),
    "400 with a task that runs": (answer(400, said(1004, data={"id": "4f2a91", "status": "queued"})), UNCLEAR),
    "400 with the id alone": (answer(400, said(1004, data="task_abcdefgh")), UNCLEAR),
    "400 with a task in a list": (answer(400, [{"task_id": TASK}]), UNCLEAR),
    "400 with a task in a text": (answer(400, f"the task exists, task_id={TASK}"), UNCLEAR),
    "400 with a word in a text": (answer(400, "task_id: missing"), REFUSED),
    "400 with another task in a text": (answer(400, f"original_task_id: {TASK}"), REFUSED),
    "400 timed out": (answer(400, error("upstream_timeout")), UNCLEAR),
    "400 with 504": (answer(400, error(504)), UNCLEAR),
    "400 of a fault": (answer(400, said(1000)), UNCLEAR),
    # -- it was made
    "200": (answer(200, MADE_BODY), MADE),
    "201": (answer(201, MADE_BODY), MADE),
    "202 of any name": (answer(202, {"code": 0, "data": {"taskId": TASK}}), MADE),
    "200 an id that waits": (answer(200, {"id": TASK, "status": "queued"}), MADE),
    "200 an id within": (answer(200, {"code": 0, "data": {"id": TASK}}), MADE),
}  # fmt: skip


def meaning_of(given: HttpAnswer) -> str:
    meaning = read_create(given)
    if isinstance(meaning, Refused):
        return AGAIN if meaning.again else REFUSED
    return MADE if isinstance(meaning, Created) else UNCLEAR


@pytest.mark.parametrize(("given", "expected"), ROWS.values(), ids=ROWS)
def test_an_answer_means(given: HttpAnswer, expected: str) -> None:
    assert meaning_of(given) == expected


@pytest.mark.parametrize("row", [row for row, (_, expected) in ROWS.items() if expected == UNCLEAR])
def test_what_is_unclear_says_what_is_known(row: str) -> None:
    given = ROWS[row][0]
    meaning = read_create(given)
    assert isinstance(meaning, Unclear)
    assert meaning.failure.kind is Kind.UNCERTAIN
    assert f"HTTP {given.status}" in meaning.failure.detail
    if "task" in row and TASK.encode() in given.body + str(given.headers).encode():  # to be pasted
        assert TASK in meaning.failure.detail


# -- no answer at all, however it is made, may cost twice or be forgotten ---------------------------------------------

_STATUSES = st.integers(100, 999) | st.sampled_from((200, 400, 401, 403, 409, 429, 500, 502, 503, 504))
_OWN_BODIES = st.sampled_from(
    [said(code) for code in NATIVE] + [error("model_not_found"), error(""), error("upstream_timeout"), said(0), {}]
)


@settings(max_examples=200)
@given(ANSWERS | st.builds(HttpAnswer, _STATUSES, st.just({}), _OWN_BODIES.map(json.dumps).map(str.encode)))
def test_only_the_services_own_word_leads_to_another_order(given: HttpAnswer) -> None:
    meaning = read_create(given)
    if not isinstance(meaning, Refused):
        return
    assert meaning.again == (given.status in (429, 503))
    assert 200 <= given.status < 300 or 400 <= given.status < 500 or given.status == 503
    assert given.status not in (408, 409, 425, 499)
    assert not (meaning.again and meaning.dialect)
    if meaning.again or meaning.dialect:
        body = json.loads(given.body)
        assert "message" in body or "message" in body["error"]


@given(_STATUSES, st.text(max_size=50) | st.binary(max_size=50) | JSON_VALUES.filter(lambda v: not isinstance(v, dict)))
def test_text_and_other_json_never_lead_to_another_order(status: int, body: Any) -> None:
    given = answer(status, body.encode("utf-8", "replace") if isinstance(body, str) else body)
    meaning = read_create(given)
    assert isinstance(meaning, Refused | Unclear)
    if isinstance(meaning, Refused):
        assert 400 <= status < 500
        assert not meaning.again
        assert not meaning.dialect


def _wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(("data", "error", "output", "message"))
    return (
        st.dictionaries(names, inner, min_size=1, max_size=2) | inner.map(lambda value: [value]) | inner.map(json.dumps)
    )


_NAMES = st.sampled_from(("task_id", "taskId", "TASK_ID", "task-id"))
_WRAPPINGS = st.recursive(_NAMES.map(lambda name: {name: TASK}), _wrapped, max_leaves=5)


@given(_STATUSES, _OWN_BODIES, st.sampled_from(("data", "result", "x")), _WRAPPINGS)
def test_an_answer_that_names_a_task_is_never_a_refusal(
    status: int, body: dict[str, Any], name: str, wrapped: Any
) -> None:
    meaning = read_create(answer(status, {**body, name: wrapped}))
    assert not isinstance(meaning, Refused)
    assert TASK in (meaning.task_id if isinstance(meaning, Created) else meaning.failure.detail)


# -- what a task's id looks like --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        TASK, TASK.replace("-", ""), "task_abc", "task-xyz", "task_" + "a" * 30, "1", "123456",
        "cgt-20261122-abc", "01JD8Z6T9QX", "aB3.x:y~z=", "kKqWdZxYbVnMsPfGhJtRcL",
    ],
)  # fmt: skip
def test_ids_of_tasks(text: str) -> None:
    assert is_task_id(text)
    assert task_id_in(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "error", "none", "null", "0", "-1", "unauthorized", "internal_server_error", "InternalServerError",
        "00000000-0000-0000-0000-000000000000", "a b1", "a1\n", "1/2", "1?x", "\ud8001", "ä1", "1" * 201, "..", "task",
        "https://files.example.test/1.glb",
    ],
)  # fmt: skip
def test_words_and_addresses_are_no_ids(text: str) -> None:
    assert not is_task_id(text)
    assert not task_id_in(text)


@pytest.mark.parametrize("value", [None, True, 0, -5, 1.5, 10**50, [TASK], {"id": TASK}])
def test_other_kinds_are_no_ids(value: Any) -> None:
    assert task_id_in(value) == ""


def test_a_number_is_an_id() -> None:
    assert task_id_in(4711) == "4711"


@pytest.mark.parametrize("code", sorted(set(NATIVE) - {2001}))
def test_each_of_tripos_codes_is_believed_with_its_own_status(code: int) -> None:
    assert meaning_of(native(code)) == (AGAIN if NATIVE[code][0] == 429 else REFUSED)


def test_the_gateways_codes_are_believed_with_their_own_status() -> None:
    assert meaning_of(gateway(402, "insufficient_user_quota", "quota")) == REFUSED
