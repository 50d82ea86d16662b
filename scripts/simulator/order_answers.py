"""What may come back of an order, and what a client must take it for: the decisions about purchases as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

Rule = Mapping[str, Any]
HTML = "<html><head><title>{}</title></head><body><h1>{}</h1><hr>nginx</body></html>"
_NAMED = {"data": {"task_id": "{task_id}"}}
_THERE = "{path}/{task_id}"
_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_WHOLE = _HEAD + "Content-Length: {length}\r\n\r\n{body}"


class Meaning(StrEnum):
    """What an answer must be taken for."""

    UNKNOWN = auto()  # nobody can tell whether the task was made: the user decides
    KNOWN = auto()  # the task was made, and its id has come
    REFUSED = auto()  # surely not made
    PASSING = auto()  # surely not made, and taken if it is sent again


@dataclass(frozen=True)
class Answer:
    """What comes back. One that repeats the real answer, or a part of it, comes only of a task that was made."""

    name: str
    rule: Rule
    meaning: Meaning
    repeats: bool = False

    @property
    def makes(self) -> tuple[bool, ...]:
        """Whether its task was made: where it comes of both, both; a sure refusal of a made one is believed."""
        sure = self.meaning in (Meaning.REFUSED, Meaning.PASSING)
        return (False,) * (not self.repeats) + (True,) * (not sure)

    def played(self, made: bool, times: int | None = 1) -> Rule:
        """Give the rule for the fault script, which records it by its name."""
        name = f"{self.name}, {'made' if made else 'not made'}"
        return {"on": "create", "name": name, **self.rule, "process": made, "times": times}


def status(number: int, body: Any = "", kind: str = "", **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"do": "status", "status": number, "body": body, "headers": named, "content_type": kind}


def page(number: int, title: str) -> dict[str, Any]:
    return status(number, HTML.format(title, title))


def text(number: int, words: str) -> dict[str, Any]:
    return status(number, words, "text/plain")


def raw(words: str) -> dict[str, Any]:
    return {"do": "raw", "text": words}


def native(code: int, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "suggestion": "", **more}


def gateway(code: str, message: str = "no (request id: 20261122abc)", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "new_api_error", "param": "", "code": code, **more}}


def flat(code: str | int, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None, **more}


def _in_between() -> Iterator[tuple[str, Rule]]:
    """From whatever lies between: it may have passed the order on before it gave up."""
    envoy = "upstream connect error or disconnect/reset before headers. reset reason: connection termination"
    yield "503, Envoy's text", text(503, envoy)
    yield "503, Envoy's text that calls itself JSON", status(503, envoy, "application/json")
    yield "503, a CDN's text", text(503, "first byte timeout")
    yield "503, a CDN's page", page(503, "503 first byte timeout")
    yield "503, nothing", status(503)
    yield "503, asked to wait", {**page(503, "Busy"), "headers": {"Retry-After": "1"}}
    yield "503, JSON of a load balancer", status(503, {"message": "Service Unavailable"})
    yield "503, JSON of a framework", status(503, {"status": 503, "error": "Service Unavailable", "path": "/task"})
    yield "503, the call went on and was lost", status(503, flat("do_request_failed"))
    yield "503, beside the task", status(503, {**native(2014), **_NAMED})
    yield "429, a page", page(429, "429 Too Many Requests")
    yield "429, text", text(429, "error code: 1015")
    yield "429, nothing", status(429, Retry_After="1")
    yield "429, JSON of a load balancer", status(429, {"message": "Too Many Requests"})
    yield "429, beside the task", status(429, {**native(2000), **_NAMED})
    for number in (500, 502, 504, 520, 522, 524, 529):
        yield f"{number}, a page", page(number, f"{number}")
    yield "504, text", text(504, "upstream request timeout")
    yield "504, JSON of a load balancer", status(504, {"message": "Endpoint request timed out"})
    for number, body in ((500, native(1000)), (500, gateway("panic")), (502, gateway("bad_response_status_code"))):
        yield f"{number}, a code ({len(body)} fields)", status(number, body)
    yield "500, a refusal's code", status(500, native(2002, "The task type is unsupported"))
    yield "500, out of quota", status(500, flat("quota_not_enough"))
    for number in (408, 409, 425, 499):
        yield f"{number}, a page", page(number, f"{number}")
    yield "408, a code", status(408, gateway("request_timeout"))
    yield "409, the task exists", status(409, {**native(409, "task exists"), **_NAMED})
    yield "409, some task exists", status(409, native(409, "task exists"))
    yield "425, a code", status(425, native(425, "too early"))
    yield "499, a code", status(499, gateway("client_closed_request"))


def _redirects() -> Iterator[tuple[str, Rule]]:
    for number in (300, 301, 302, 303, 304, 307, 308):
        yield f"{number} to the task", {"do": "redirect", "status": number, "location": _THERE}
    yield "302 to another host", {"do": "redirect", "location": "http://localhost:9" + _THERE}
    yield "303 to nowhere", status(303)


def _successes() -> Iterator[tuple[str, Rule]]:
    for code in ("upstream_timeout", "do_request_failed", "fail_to_fetch_task", 504, 500, "1000"):
        yield f"200, {code}", status(200, flat(code))
    yield "200, upstream_timeout in an error", status(200, gateway("upstream_timeout"))
    yield "200, an error of the gateway's own kind", status(200, {"error": "upstream timed out"})
    yield "200, a page", page(200, "Sign in")
    yield "200, nothing", status(200)
    yield "200, no object", status(200, "[]", "application/json")
    yield "200, an empty object", status(200, {})
    yield "200, no id", status(200, {"code": 0, "data": {}})
    yield "200, a word for an id", status(200, {"code": 0, "data": {"task_id": "pending"}})
    yield "202, no id", status(202, {"code": 0, "message": "accepted"})
    yield "204", status(204)


def _broken() -> Iterator[tuple[str, Rule]]:
    yield "closed", {"do": "close"}
    yield "reset", {"do": "reset"}
    yield "no HTTP", raw("SSH-2.0-OpenSSH_9.6\r\n")
    yield "an answer of 1991", raw("<html>Hello</html>")
    yield "a status of two digits", raw("HTTP/1.1 99 Odd\r\nContent-Length: 0\r\n\r\n")
    yield "101", raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
    yield "103 and no more", raw("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
    yield (
        "102, then a fault",
        raw("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
    )


def _repeating() -> Iterator[Answer]:
    """The real answer, or what is left of it."""
    early = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n"
    for name, words, meaning in (
        ("103 before it", early + _WHOLE, Meaning.KNOWN),
        ("102 before it, twice", "HTTP/1.1 102 Processing\r\n\r\n" * 2 + _WHOLE, Meaning.KNOWN),
        ("100 before it", "HTTP/1.1 100 Continue\r\n\r\n" + _WHOLE, Meaning.KNOWN),
        ("without a length", _HEAD + "Connection: close\r\n\r\n{body}", Meaning.KNOWN),
        ("one length twice", _HEAD + "Content-Length: {length}\r\n" * 2 + "\r\n{body}", Meaning.KNOWN),
        ("two lengths", _HEAD + "Content-Length: 7\r\nContent-Length: {length}\r\n\r\n{body}", Meaning.UNKNOWN),
        ("two lengths in a line", _HEAD + "Content-Length: {length}, 7\r\n\r\n{body}", Meaning.UNKNOWN),
        ("a length that is none", _HEAD + "Content-Length: many\r\n\r\n{body}", Meaning.UNKNOWN),
        ("a negative length", _HEAD + "Content-Length: -1\r\n\r\n{body}", Meaning.UNKNOWN),
        ("chunks that are none", _HEAD + "Transfer-Encoding: chunked\r\n\r\n{body}", Meaning.UNKNOWN),
        ("no gzip", _HEAD + "Content-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n{body}", Meaning.UNKNOWN),
        ("half of it", _HEAD + "Content-Length: {length}\r\n\r\n" + '{"code": 0, "data": {"task_', Meaning.UNKNOWN),
        ("it and more", _HEAD + "\r\n{body}<!-- served by a proxy -->", Meaning.UNKNOWN),
    ):
        yield Answer(name, raw(words), meaning, repeats=True)
    for name, rule, meaning in (
        ("201", status(201, {"code": 0, **_NAMED}), Meaning.KNOWN),
        ("202 and the id", status(202, {"code": 202, "message": "accepted", **_NAMED}), Meaning.KNOWN),
        ("a page over it", {"do": "replace", "text": HTML.format("Sign in", "Sign in")}, Meaning.UNKNOWN),
    ):
        yield Answer(name, rule, meaning, repeats=True)


def _refusals() -> Iterator[tuple[str, Rule]]:
    """The service's word that nothing was made; a gateway that lies here is believed, and so not in the table."""
    for number, body in (
        (400, native(2008)),
        (400, gateway("invalid_request", id="req_0123456789abcdef")),
        (400, {"id": "evt_0123456789", **native(1004)}),
        (401, native(1002, id="11111111-2222-4333-8444-555555555555")),
        (402, gateway("insufficient_user_quota", id="req_0123456789abcdef")),
        (403, {**native(2010), "request_id": "11111111-2222-4333-8444-555555555555"}),
        (403, flat("access_denied", data="forbidden")),
        (404, native(2019)),
        (422, gateway("invalid_parameter")),
        (200, native(2002, "The task type is unsupported")),
    ):
        yield f"{number}, refused ({', '.join(body)})", status(number, body)
    yield "400, a page", page(400, "400 Bad Request")
    yield "413, a page", page(413, "413 Request Entity Too Large")
    yield (
        "103, then refused",
        raw("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    )


def _passing() -> Iterator[tuple[str, Rule]]:
    yield "429, too many tasks", status(429, native(2000, "You have exceeded the limit of generation"))
    yield "429, too many calls", status(429, native(1007))
    yield "429, the gateway's own", status(429, gateway("rate_limit_exceeded"))
    yield "503, no channel", status(503, gateway("get_channel_failed"))
    yield "503, no channel, flat", status(503, flat("get_channel_failed"))


def _answers() -> Iterator[Answer]:
    for family, meaning in (
        (_in_between, Meaning.UNKNOWN),
        (_redirects, Meaning.UNKNOWN),
        (_successes, Meaning.UNKNOWN),
        (_broken, Meaning.UNKNOWN),
        (_refusals, Meaning.REFUSED),
        (_passing, Meaning.PASSING),
    ):
        for name, rule in family():
            yield Answer(name, rule, meaning)
    yield from _repeating()


ANSWERS = tuple(_answers())
