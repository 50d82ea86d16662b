"""The picture on its way up: what is sent, and what the answers mean."""

import pytest
from hypothesis import given

from tripo_blender.core.errors import Kind
from tripo_blender.core.services.base import HttpAnswer, HttpRequest, Refused, RouteMissing, Uploaded

from .fixtures import HTML, INVALID_TOKEN, NO_CHANNEL, RATE_LIMIT, SERVICE, answer, escaped, flat, gateway, native
from .strategies import ANSWERS

TOKEN = "22222222-3333-4444-8555-666666666666"


def test_the_ways_are_tried_from_the_documented_one_down() -> None:
    methods = SERVICE.upload_methods
    assert [method.name for method in methods] == ["upload/sts", "upload", "data-uri"]
    assert [method.name for method in methods if method.inline] == ["data-uri"]


@pytest.mark.parametrize("base", ["https://api.example.test/v2", "https://api.example.test/v2/"])
def test_a_picture_goes_as_a_file_to_the_methods_address(base: str) -> None:
    sent = SERVICE.upload(base, SERVICE.upload_methods[0], "/pictures/chair.png", "image/png")
    assert sent == HttpRequest(
        "POST", "https://api.example.test/v2/upload/sts", file="/pictures/chair.png", mime_type="image/png"
    )


@pytest.mark.parametrize(
    ("given", "token"),
    [
        (answer(200, {"code": 0, "data": {"image_token": TOKEN}}), TOKEN),
        (answer(201, {"code": "success", "data": {"image_token": TOKEN}}), TOKEN),
        (answer(200, {"code": 0, "status": "success", "data": {"file_token": "file_1"}}), "file_1"),
        (answer(200, {"code": 0, "data": {"data": {"image_token": TOKEN}}}), TOKEN),
        (answer(200, escaped({"code": 0, "data": {"image_token": TOKEN}})), TOKEN),
    ],
    ids=["v2", "201", "v3", "wrapped twice", "escaped"],
)
def test_a_token_is_how_the_create_names_the_picture(given: HttpAnswer, token: str) -> None:
    assert SERVICE.read_upload(given) == Uploaded(token)


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize(
    "body",
    [
        "",
        HTML,
        "404 page not found",
        {"error": {"message": "Invalid URL (POST /upload)", "type": "invalid_request_error", "param": "", "code": ""}},
        {"code": 404, "message": "Not Found"},
        {"code": "404", "message": "Not Found"},
        {"detail": "Not Found"},
    ],
    ids=["empty", "page", "text", "gateway", "code 404", "code as text", "detail"],
)
def test_a_gateway_without_the_address_is_told_from_a_refusal(status: int, body: object) -> None:
    assert SERVICE.read_upload(answer(status, body)) == RouteMissing()


@pytest.mark.parametrize(
    ("given", "kind", "again"),
    [
        (INVALID_TOKEN, Kind.KEY_REFUSED, False),
        (native(2003), Kind.PICTURE, False),
        (native(2004), Kind.PICTURE, False),
        (native(2022), Kind.PICTURE, False),
        (native(2004, status=200), Kind.PICTURE, False),
        (answer(413, HTML), Kind.PICTURE, False),
        (native(1007), Kind.BUSY, True),
        (RATE_LIMIT, Kind.BUSY, True),
        (NO_CHANNEL, Kind.SERVICE_DOWN, True),
        (answer(500, {"code": 1000, "message": "unknown"}), Kind.SERVICE_DOWN, True),
        (flat(500, "get_channel_failed", "no channel"), Kind.SERVICE_DOWN, True),
        (answer(500, HTML), Kind.SERVICE_DOWN, True),
        (answer(502, HTML), Kind.SERVICE_DOWN, True),
        (answer(504, HTML), Kind.SERVICE_DOWN, True),
        (answer(408, HTML), Kind.REFUSED, True),
        (gateway(400, "invalid_request", "no file"), Kind.REFUSED, False),
        (answer(302, b""), Kind.REFUSED, False),
        (answer(200, HTML), Kind.ANSWER, True),
        (answer(200, {"code": 0, "data": {"s3_host": "s3.example.test", "sts_ak": "a"}}), Kind.ANSWER, True),
        (answer(200, {"code": 0, "data": {"image_token": 7}}), Kind.ANSWER, True),
    ],
    ids=[
        "key", "empty picture", "odd picture", "large picture", "Tripo's code at HTTP 200", "413", "1007",
        "gateway 429", "503", "1000", "no channel",
        "500", "502", "504", "408", "400", "redirect", "page", "credentials", "number",
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_whether_to_try_again(given: HttpAnswer, kind: Kind, again: bool) -> None:
    meaning = SERVICE.read_upload(given)
    assert isinstance(meaning, Refused)
    assert (meaning.failure.kind, meaning.again) == (kind, again)
    assert not meaning.dialect


def test_a_busy_service_says_how_long() -> None:
    assert SERVICE.read_upload(native(1007, retry_after="3")).retry_after == 3


@given(ANSWERS)
def test_no_answer_crashes_the_reader(given: HttpAnswer) -> None:
    meaning = SERVICE.read_upload(given)
    if isinstance(meaning, Uploaded):
        assert given.status < 300
        assert meaning.token
