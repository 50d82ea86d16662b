"""Faults by script: rules that match requests, and what each does to the answer.

A rule is {"on": "create" | "poll" | "upload" | "download" (of a model or an image) | "preview" | "any", "do": an
action's name or several, "times": 1 (null: for ever), "after": 0 (so many matching requests are let through first),
"path": "" (only requests whose path contains this), "process" (whether the request has its effect although something
else or nothing is answered; without it the action says), "name" (for the record, in place of the actions'), and the
action's parameters}. The first rule that matches and is not used up wins. A rule counts the requests it matches, also
those that an earlier rule has taken. In what is answered instead, {task_id} stands for the task that was made; empty
if none was.
"""

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from simulator.exchange import Answer

Parameters = Mapping[str, Any]
KINDS = ("create", "poll", "upload", "download", "preview", "any")


@dataclass
class Delivery:
    """How an exchange is to go. Untouched, the request is processed and its answer sent."""

    path: str = ""  # of the request, with the query
    wait: float = 0.0  # seconds before anything else
    answer: Answer | None = None  # instead of the real one
    process: bool = True  # whether the request has its effect although nothing or something else is sent
    linger: float = 0.0  # seconds after that
    raw: bytes | None = None  # sent as it is, in place of the head and the body
    silent: bool = False  # no answer at all
    ending: Literal["keep", "close", "reset"] = "keep"
    most_bytes: int | None = None  # of the body
    rate: float | None = None  # body bytes a second
    slow_head: bool = False  # the head is as slow as the body
    most_read: int | None = None  # bytes of the request's body, after which the connection is reset
    most_head: int | None = None  # bytes of the head, after which the connection closes
    endless: bytes = b""  # sent in place of all that should follow the status line, again and again
    extra_length: int = 0  # added to the declared length
    task_fields: dict[str, Any] = field(default_factory=dict)  # override the polled task
    changes: list[Callable[[Answer], Answer]] = field(default_factory=list)  # made to the real answer


def _status(delivery: Delivery, how: Parameters) -> None:
    """Another answer, of a request that has no effect: status, headers, body (JSON or text), content_type."""
    body = how.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body)
    kind = how.get("content_type") or ("application/json" if not isinstance(body, str) else "text/html")
    headers = {"Content-Type": kind, **how.get("headers", {})}
    delivery.answer = Answer(int(how.get("status", 500)), text.encode(), headers, how.get("reason"))
    delivery.process = False


def _redirect(delivery: Delivery, how: Parameters) -> None:
    """To location, in which {path} is where it came from, with status 302."""
    location = str(how["location"]).replace("{path}", delivery.path)
    delivery.answer = Answer(int(how.get("status", 302)), b"", {"Location": location})
    delivery.process = False


def _close(delivery: Delivery, _how: Parameters) -> None:
    """The connection closes and nothing has happened."""
    delivery.process, delivery.silent, delivery.ending = False, True, "close"


def _lost(delivery: Delivery, _how: Parameters) -> None:
    """The request has its effect, then the connection closes without an answer."""
    delivery.silent, delivery.ending = True, "close"


def _reset(delivery: Delivery, how: Parameters) -> None:
    """The connection is reset: at once, and nothing has happened, or with bytes after so many of the real answer's."""
    delivery.ending = "reset"
    delivery.most_bytes = how.get("bytes")
    delivery.silent = delivery.most_bytes is None
    delivery.process = not delivery.silent


def _cut(delivery: Delivery, how: Parameters) -> None:
    """The headers and so many bytes of the body, then the connection closes; the declared length is the full one."""
    delivery.most_bytes, delivery.ending = int(how.get("bytes", 0)), "close"


def _cut_head(delivery: Delivery, how: Parameters) -> None:
    """So many bytes of the status line and the headers, then the connection closes."""
    delivery.most_head, delivery.ending = int(how.get("bytes", 40)), "close"


def _cut_request(delivery: Delivery, how: Parameters) -> None:
    """So many bytes of the request's body are read, then the connection is reset; nothing has happened."""
    delivery.most_read = int(how.get("bytes", 0))
    delivery.process, delivery.silent, delivery.ending = False, True, "reset"


def _hang_up(delivery: Delivery, _how: Parameters) -> None:
    """The whole answer, which promises to keep the connection; then the connection closes."""
    delivery.ending = "close"


def _slow(delivery: Delivery, how: Parameters) -> None:
    """So many bytes of the body a second."""
    delivery.rate = float(how.get("rate", how.get("bytes", 10_000)))


def _slow_head(delivery: Delivery, how: Parameters) -> None:
    """So many bytes a second, from the status line on."""
    _slow(delivery, how)
    delivery.slow_head = True


def _endless_headers(delivery: Delivery, _how: Parameters) -> None:
    """Header after header, until the client has had enough."""
    delivery.endless, delivery.ending = b"X-More: and more\r\n", "close"


def _endless_header(delivery: Delivery, _how: Parameters) -> None:
    """One header whose line does not end."""
    delivery.endless, delivery.ending = b"X-More-and-more", "close"


def _endless_continue(delivery: Delivery, _how: Parameters) -> None:
    """One "100 Continue" after the other, and never an answer."""
    delivery.endless, delivery.ending = b"HTTP/1.1 100 Continue\r\n\r\n", "close"


def _endless_body(delivery: Delivery, _how: Parameters) -> None:
    """A body without a declared length that does not end."""
    delivery.endless, delivery.ending = b"\r\n" + bytes(100_000), "close"


def _delay(delivery: Delivery, how: Parameters) -> None:
    """Seconds, then the real answer."""
    delivery.wait += float(how.get("seconds", 1))


def _hang(delivery: Delivery, how: Parameters) -> None:
    """Seconds without a byte, then the connection closes and nothing has happened."""
    delivery.linger = float(how.get("seconds", 1))
    _close(delivery, how)


def _raw(delivery: Delivery, how: Parameters) -> None:
    """These bytes alone, given as text, then the connection closes: {body} is the real answer's, {length} its size."""
    delivery.raw, delivery.ending = str(how["text"]).encode("latin-1"), "close"


def _wrong_length(delivery: Delivery, how: Parameters) -> None:
    """The declared length is off by so many bytes, more or fewer; the connection closes after the body."""
    delivery.extra_length, delivery.ending = int(how.get("by", 100)), "close"


def _task(delivery: Delivery, how: Parameters) -> None:
    """These fields of the polled task are other ones; null removes a field."""
    delivery.task_fields.update(how.get("fields", {}))


def _replace(delivery: Delivery, how: Parameters) -> None:
    """Another body under the real status and headers: base64 or text."""
    body = base64.b64decode(how["base64"]) if "base64" in how else str(how.get("text", "")).encode()
    delivery.changes.append(lambda answer: replace(answer, body=body))


def _large(delivery: Delivery, how: Parameters) -> None:
    """The real object with so many bytes of filler beside it."""
    filler = b',"filler":"' + b"x" * int(how.get("bytes", 100_000_000)) + b'"}'
    delivery.changes.append(lambda answer: replace(answer, body=answer.body.rstrip().removesuffix(b"}") + filler))


def _nested(delivery: Delivery, how: Parameters) -> None:
    """The real answer inside so many lists."""
    levels = int(how.get("levels", 10_000))
    delivery.changes.append(lambda answer: replace(answer, body=b"[" * levels + answer.body + b"]" * levels))


def _gzip_bomb(delivery: Delivery, how: Parameters) -> None:
    """So many bytes of white space before the real body, packed small: once, or in layers."""
    layers = int(how.get("layers", 1))

    def packed(answer: Answer) -> Answer:
        body = b" " * int(how.get("bytes", 100_000_000)) + answer.body
        for _ in range(layers):
            body = gzip.compress(body, 1)
        return replace(answer, body=body, headers={**answer.headers, "Content-Encoding": ", ".join(["gzip"] * layers)})

    delivery.changes.append(packed)


def _status_text(delivery: Delivery, how: Parameters) -> None:
    """Another reason phrase behind the real status."""
    delivery.changes.append(lambda answer: replace(answer, reason=str(how.get("text", ""))))


ACTIONS: dict[str, Callable[[Delivery, Parameters], None]] = {
    "status": _status,
    "redirect": _redirect,
    "close": _close,
    "lost": _lost,
    "reset": _reset,
    "cut": _cut,
    "cut_head": _cut_head,
    "cut_request": _cut_request,
    "hang_up": _hang_up,
    "slow": _slow,
    "slow_head": _slow_head,
    "endless_headers": _endless_headers,
    "endless_header": _endless_header,
    "endless_continue": _endless_continue,
    "endless_body": _endless_body,
    "delay": _delay,
    "hang": _hang,
    "raw": _raw,
    "wrong_length": _wrong_length,
    "task": _task,
    "replace": _replace,
    "large": _large,
    "nested": _nested,
    "gzip_bomb": _gzip_bomb,
    "status_text": _status_text,
}


@dataclass
class Rule:
    """One rule of the script with its count."""

    on: str
    do: tuple[str, ...]
    times: int | None
    after: int
    path: str
    parameters: Parameters
    matched: int = 0
    used: int = 0

    def takes(self, kind: str, path: str) -> bool:
        """Whether it has its say on this request; counts it if it matches."""
        if self.on not in ("any", kind) or self.path not in path:
            return False
        self.matched += 1
        return self.matched > self.after and (self.times is None or self.used < self.times)


def read_rules(script: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """The rules of a script; ValueError says what is wrong with it."""
    rules = []
    for entry in script:
        names = entry.get("do", ())
        names = (names,) if isinstance(names, str) else tuple(names)
        if not names or any(name not in ACTIONS for name in names) or entry.get("on", "any") not in KINDS:
            raise ValueError(f"not a rule: {json.dumps(entry)}")
        times = entry.get("times", 1)
        known = int(entry.get("after", 0)), str(entry.get("path", ""))
        rules.append(Rule(entry.get("on", "any"), names, None if times is None else int(times), *known, entry))
    return rules


class Script:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def play(self, script: Iterable[Mapping[str, Any]]) -> None:
        """Replaces the rules and their counts."""
        rules = read_rules(script)
        with self._lock:
            self._rules = rules

    def delivery(self, kind: str | None, path: str) -> tuple[Delivery, str | None]:
        """How this exchange goes, and the rule's name, or those of its actions, for the record."""
        delivery = Delivery(path)
        with self._lock:
            taking = [rule for rule in self._rules if kind and rule.takes(kind, path)]
            if not taking:
                return delivery, None
            rule = taking[0]
            rule.used += 1
        for name in rule.do:
            ACTIONS[name](delivery, rule.parameters)
        delivery.process = bool(rule.parameters.get("process", delivery.process))
        return delivery, str(rule.parameters.get("name", "+".join(rule.do)))
