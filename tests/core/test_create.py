"""The purchase: what is sent, and which answers mean that it was made, surely was not, or nobody knows."""

import json
from typing import Any

import pytest

from tripo_blender.core.errors import Kind
from tripo_blender.core.job import image_request
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.services.base import Created, HttpAnswer, HttpRequest, Refused, Uploaded
from tripo_blender.core.services.failures import passing
from tripo_blender.core.services.purchase import WITH_MODEL, lost_answer, read_create
from tripo_blender.core.task import IMAGE

from .fixtures import (
    DOCUMENTED_400,
    HTML,
    INVALID_TOKEN,
    NATIVE,
    NESTED_2010,
    NO_CHANNEL,
    NO_QUOTA,
    RATE_LIMIT,
    SERVICE,
    TASK,
    TASK_NOT_EXIST,
    TRACE,
    V3_UNAUTHORIZED,
    answer,
    escaped,
    flat,
    gateway,
    native,
)

BASE = "https://api.example.test/tripo/v2/openapi"
ON_THE_WEB = Uploaded(url="https://example.test/chair.png", format="png")
ORDERED = image_request(ON_THE_WEB.url, Settings("v3.0-20250812", face_limit=20_000))

# -- what is sent -------------------------------------------------------------------------------------------------

ORDER = {
    "type": "image_to_model",
    "file": {"type": "png", "url": "https://example.test/chair.png"},
    "model_version": "v3.0-20250812",
    "texture": True,
    "pbr": True,
    "texture_quality": "standard",
    "face_limit": 20000,
}


@pytest.mark.parametrize("base", [BASE, BASE + "/"])
def test_a_create_is_the_pages_own_example(base: str) -> None:
    sent = SERVICE.create(base, ORDERED, {IMAGE: ON_THE_WEB}, "")
    assert sent == HttpRequest("POST", f"{BASE}/task", ORDER)


def test_the_model_field_goes_beside_the_type_only_when_wanted() -> None:
    sent = SERVICE.create(BASE, ORDERED, {IMAGE: ON_THE_WEB}, WITH_MODEL)
    assert sent.body == ORDER | {"model": "image_to_model"}


def test_an_uploaded_picture_is_named_by_its_token_alone() -> None:
    body = SERVICE.create(BASE, ORDERED, {IMAGE: Uploaded("token-1", format="jpg")}, "").body
    assert body["file"] == {"type": "jpg", "file_token": "token-1"}


# -- it was made ----------------------------------------------------------------------------------------------------

MADE = {
    "documented": ({"code": 0, "data": {"task_id": TASK}}, TASK),
    "code as text": ({"code": "0", "data": {"task_id": TASK}}, TASK),
    "code in a word": ({"code": "success", "message": "", "data": {"task_id": "task_abc"}}, "task_abc"),
    "code of HTTP": ({"code": 200, "message": "ok", "data": {"task_id": TASK}}, TASK),
    "no code": ({"data": {"task_id": TASK}}, TASK),
    "bare": ({"task_id": TASK}, TASK),
    "wrapped twice": ({"code": 0, "data": {"code": 0, "data": {"task_id": TASK}}}, TASK),
    "gateway's own id outside": ({"code": 0, "data": {"task_id": "task_abc", "data": {"task_id": TASK}}}, "task_abc"),
    "the id alone": ({"code": "success", "message": "", "data": "task_abcdefgh"}, "task_abcdefgh"),
    "a number": ({"code": 0, "data": {"task_id": 123456}}, "123456"),
    "no error": ({"error": None, "code": 0, "data": {"task_id": TASK}}, TASK),
    "an empty error": ({"error": {}, "code": 0, "data": {"task_id": TASK}}, TASK),
    "an id of the request besides": ({"id": "request-1", "code": 0, "data": {"task_id": TASK}}, TASK),
    "v3": (
        {"code": 0, "status": "success", "data": {"task_id": TASK, "type": "image_to_model", "status": "queued"}},
        TASK,
    ),
    "data as text": ({"code": 0, "data": json.dumps({"task_id": TASK})}, TASK),
}


@pytest.mark.parametrize(("body", "task_id"), MADE.values(), ids=MADE)
def test_an_answer_with_a_task_is_a_purchase(body: dict[str, Any], task_id: str) -> None:
    given = answer(200, body, x_tripo_trace_id=TRACE)
    assert read_create(given) == SERVICE.read_create(given) == Created(task_id, TRACE)


@pytest.mark.parametrize("status", [201, 202])
def test_other_statuses_of_success_will_do(status: int) -> None:
    assert read_create(answer(status, {"code": 0, "data": {"task_id": TASK}})) == Created(TASK)


def test_json_inside_a_json_text_is_read_as_well() -> None:
    assert read_create(answer(200, escaped({"code": 0, "data": {"task_id": TASK}}))) == Created(TASK)


@pytest.mark.parametrize(
    ("status", "code"), [(200, 1), (200, 201), (200, "accepted"), (400, 1004), (429, 2000), (500, 1000), (503, "busy")]
)
def test_a_task_id_is_never_thrown_away(status: int, code: Any) -> None:
    meaning = read_create(answer(status, {"code": code, "message": "odd", "data": {"task_id": TASK}}))
    assert not isinstance(meaning, Refused)
    assert TASK in (meaning.task_id if isinstance(meaning, Created) else meaning.failure.detail)


# -- it surely was not ----------------------------------------------------------------------------------------------

KINDS = {
    1002: Kind.KEY_REFUSED,
    1005: Kind.NOT_ALLOWED,
    1007: Kind.BUSY,
    2000: Kind.BUSY,
    2003: Kind.PICTURE,
    2004: Kind.PICTURE,
    2008: Kind.CONTENT,
    2010: Kind.NO_CREDIT,
    2014: Kind.SERVICE_DOWN,
    2019: Kind.PICTURE,
    2022: Kind.PICTURE,
}


@pytest.mark.parametrize("code", sorted(set(NATIVE) - {2001, 2013}))
def test_each_of_tripos_codes_has_its_meaning(code: int) -> None:
    meaning = read_create(native(code))
    assert isinstance(meaning, Refused)
    assert meaning.failure.kind is KINDS.get(code, Kind.REFUSED)
    assert (meaning.failure.code, meaning.failure.trace_id) == (str(code), TRACE)
    assert meaning.again == (code in {1007, 2000})
    assert not meaning.dialect
    assert NATIVE[code][1] in meaning.failure.detail


def test_a_refusal_that_is_not_known_passes_on_the_services_reason() -> None:
    assert "file is required" in read_create(DOCUMENTED_400).failure.sentence
    assert "HTTP status 417" in read_create(answer(417)).failure.sentence


def test_the_suggestion_is_part_of_what_was_said() -> None:
    assert "Please purchase more credit" in read_create(native(2010)).failure.detail


@pytest.mark.parametrize(
    ("given", "kind", "again"),
    [
        (DOCUMENTED_400, Kind.REFUSED, False),
        (INVALID_TOKEN, Kind.KEY_REFUSED, False),
        (V3_UNAUTHORIZED, Kind.KEY_REFUSED, False),
        (answer(401), Kind.KEY_REFUSED, False),
        (gateway(402, "insufficient_user_quota", "quota is not enough"), Kind.NO_CREDIT, False),
        (answer(402), Kind.NO_CREDIT, False),
        (NO_QUOTA, Kind.NO_CREDIT, False),
        (gateway(403, "pre_consume_token_quota_failed", "token quota"), Kind.NO_CREDIT, False),
        (gateway(403, "access_denied", "IP not allowed"), Kind.NOT_ALLOWED, False),
        (gateway(403, "", "frozen"), Kind.NOT_ALLOWED, False),
        (RATE_LIMIT, Kind.BUSY, True),
        (NO_CHANNEL, Kind.SERVICE_DOWN, True),
        (NESTED_2010, Kind.NO_CREDIT, False),
        (native(2010, status=200), Kind.NO_CREDIT, False),
        (gateway(400, 2010, "numbers are codes too"), Kind.NO_CREDIT, False),
        (gateway(400, None, "no code at all"), Kind.REFUSED, False),
        (gateway(400, ["odd"], "codes of any kind"), Kind.REFUSED, False),
        (answer(400, {"error": "model is down"}), Kind.REFUSED, False),
        (flat(400, "invalid_request", "bad"), Kind.REFUSED, False),
        (flat(400, "invalid_api_platform", "bad"), Kind.REFUSED, False),
        (answer(400), Kind.REFUSED, False),
        (answer(404, HTML), Kind.REFUSED, False),
        (answer(413, HTML), Kind.PICTURE, False),
    ],
    ids=[
        "documented 400", "gateway 401", "v3 401", "401 of no body", "gateway 402", "402 of no body",
        "gateway 403 quota", "token quota", "access denied", "403 of no code", "gateway 429",
        "503 no channel", "JSON in the message", "Tripo's code at HTTP 200", "number as code", "null as code",
        "list as code", "error as text", "flat", "flat platform", "400 of no body", "404 of a proxy", "413 of a proxy",
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_code_and_status(given: HttpAnswer, kind: Kind, again: bool) -> None:
    meaning = read_create(given)
    assert isinstance(meaning, Refused)
    assert (meaning.failure.kind, meaning.again) == (kind, again)


@pytest.mark.parametrize(("said", "seconds"), [("12", 12), ("0", 0), ("", -1), ("Sun, 22 Nov 2026 10:00:00 GMT", -1)])
def test_a_busy_service_says_how_long(said: str, seconds: float) -> None:
    assert read_create(native(2000, retry_after=said)).retry_after == seconds


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (native(2000), "The service is busy with your other tasks"),
        (native(1007), "The service is busy"),
        (NO_CHANNEL, "The service has a fault"),
    ],
    ids=["full", "too many", "no channel"],
)
def test_what_is_in_the_way_is_said_in_a_few_words(given: HttpAnswer, words: str) -> None:
    assert passing(read_create(given).failure).english() == words


# -- it misses the model ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        gateway(400, "invalid_request", "model is required"),
        gateway(400, "invalid_request", 'The "model" field is missing', param=""),
        gateway(400, "", "Invalid request", param="model"),
        gateway(403, "model_not_found", "You have no access to this model"),
        gateway(400, "model_not_found", ""),
        flat(400, "invalid_request", "model is required"),
        flat(400, "fail_to_fetch_task", json.dumps({"code": 1004, "message": "model name not specified"})),
        gateway(400, "", "未指定模型名称"),
    ],
    ids=["message", "quoted", "param", "403 code", "400 code", "flat", "nested", "in Chinese"],
)
def test_a_refusal_that_names_a_missing_model_says_so(given: HttpAnswer) -> None:
    assert read_create(given).dialect == WITH_MODEL


@pytest.mark.parametrize(
    "given",
    [
        DOCUMENTED_400,
        gateway(400, "", "file.url must be a public address for image_to_model"),
        gateway(400, "", "model_version is required"),
        native(2017),
        gateway(400, "", "face_limit must be from 48 to 20000 for this model version"),
        gateway(400, "", "geometry_quality is not provided by this model"),
        NO_CHANNEL,
        NO_QUOTA,
        INVALID_TOKEN,
        answer(400, "model is required"),
    ],
    ids=[
        "documented 400", "file.url", "model_version", "2017", "face_limit", "geometry_quality", "503", "quota",
        "token", "text",
    ],
)  # fmt: skip
def test_a_refusal_for_another_reason_does_not(given: HttpAnswer) -> None:
    meaning = read_create(given)
    assert isinstance(meaning, Refused)
    assert not meaning.dialect


# -- nobody knows (which answers mean that is in test_purchase.py) ----------------------------------------------------


def test_an_uncertain_purchase_keeps_what_support_asks_for() -> None:
    assert read_create(answer(502, HTML, x_tripo_trace_id=TRACE)).failure.trace_id == TRACE
    assert lost_answer("timed out", TRACE).trace_id == TRACE


def test_task_not_exist_is_no_purchase() -> None:
    assert read_create(TASK_NOT_EXIST).failure.kind is Kind.TASK_LOST
