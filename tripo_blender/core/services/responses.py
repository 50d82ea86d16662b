"""Reads the shapes of answer that Tripo and the gateways before it are known to give, and some they may.

Tolerated: codes 0, "0", "success" and 200; errors as an object, flat, or as JSON inside a message; the task inside
`data` or `data.data`; statuses in any case and under the names that the gateways use; a page of HTML instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ..task import VIEWS_IN_ORDER, Role
from .base import HttpAnswer, TaskStatus
from .quoting import one_line, told_id
from .task_id import is_task_id, task_id_in

LARGEST_ANSWER = 4_000_000  # bytes; a task with every known field takes about 4,000

_SUCCESS_CODES = {"0", "success", "ok", "accepted", ""}  # and every 2xx
_STATUSES = {
    "queued": TaskStatus.QUEUED,
    "not_start": TaskStatus.QUEUED,
    "submitted": TaskStatus.QUEUED,
    "pending": TaskStatus.QUEUED,
    "running": TaskStatus.RUNNING,
    "in_progress": TaskStatus.RUNNING,
    "processing": TaskStatus.RUNNING,
    "success": TaskStatus.SUCCESS,
    "succeeded": TaskStatus.SUCCESS,
    "completed": TaskStatus.SUCCESS,
    "failed": TaskStatus.FAILED,
    "failure": TaskStatus.FAILED,
    "banned": TaskStatus.FAILED,
    "expired": TaskStatus.FAILED,
    "cancelled": TaskStatus.FAILED,
    "canceled": TaskStatus.FAILED,
}
_WAITED_FOR = (TaskStatus.QUEUED, TaskStatus.RUNNING)
_TASK_ID_IN_TEXT = re.compile(r"(?<![a-z_-])task[_-]?id\W{1,40}([\w.:~=-]{1,200})", re.IGNORECASE | re.ASCII)
_OUTPUTS = {
    Role.MODEL: ("pbr_model", "model", "base_model", "model_url"),  # with PBR, plain, untextured
    Role.PREVIEW: ("rendered_image", "rendered_image_url", "thumbnail"),
    Role.IMAGE: ("generated_image", "generated_image_url"),
    **{view: (f"{view}_view_url", f"{view}_view", f"{view}_image_url") for view in VIEWS_IN_ORDER},
}
_SETS = ("generate_multiview_image", "edit_multiview_image")  # what holds the views
_RESULT = ("result_url",)  # a gateway's own name for the one file of any task
_LARGEST_SEED = 2**31 - 1  # a larger one could not be asked for again


@dataclass(frozen=True)
class Complaint:
    """What an answer says went wrong, in the service's own words."""

    code: str = ""
    message: str = ""
    suggestion: str = ""


def read_json(body: bytes) -> dict[str, Any]:
    """Give the object that a body holds, also one written as JSON inside a JSON text; empty where it holds none."""
    if len(body) > LARGEST_ANSWER:
        return {}
    return _object(_parsed(body))


def _parsed(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _parsed(value)
    return value if isinstance(value, dict) else {}


def _layers(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Give an answer and the objects in its `data`, `data.data` and so on; the deepest shape known has three."""
    layers = [answer]
    while len(layers) < 4 and (inner := _object(layers[-1].get("data"))):
        layers.append(inner)
    return layers


def task_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Give the innermost task of an answer: in `data.data`, in a `data` beside the wrapper's fields, or bare.

    What a wrapper alone knows (its task id, its result's link, why it failed) is kept where the task is silent.
    """
    task: dict[str, Any] = {}
    for layer in _layers(answer):
        task |= {name: value for name, value in layer.items() if name != "data" and value is not None}
    return task


def task_id_of(answer: dict[str, Any]) -> str:
    """Return the id of the task that a create answers with; empty where there is none. The outermost counts.

    A bare `id` at the top is the request's, unless it is that of a task that is waited for.
    """
    layers = _layers(answer)
    for layer in layers:
        if found := next((found for name in ("task_id", "taskId") if (found := task_id_in(layer.get(name)))), ""):
            return found
    for layer in layers:
        if (layer is not answer or status_of(layer) in _WAITED_FOR) and (found := task_id_in(layer.get("id"))):
            return found
    return _alone(layers[-1].get("data"))


def named_task(answer: dict[str, Any] | str) -> str:
    """Return the id of a task that an answer, or its text, names anywhere; empty where it names none.

    An `id` counts only of what is called a task or is waited for: errors carry ids of requests and of users.
    """
    todo: list[Any] = [answer]
    while todo:
        value = todo.pop()
        candidates: list[Any] = []
        if isinstance(value, str):  # also JSON in a text, escaped as often as may be
            candidates = _TASK_ID_IN_TEXT.findall(value)
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
            candidates = [_alone(value.get("data")), value.get("id") if status_of(value) in _WAITED_FOR else None]
            for name, inner in value.items():
                if re.sub("[_-]", "", name).lower() in ("task", "tasks", "taskid", "taskids"):
                    several = inner if isinstance(inner, list) else [inner]
                    candidates += [one.get("id") if isinstance(one, dict) else one for one in several]
        if found := next(filter(None, map(task_id_in, candidates)), ""):
            return found
    return ""


def _alone(value: Any) -> str:
    """Return the id that stands alone in place of a task; no date and no version is one."""
    return value if isinstance(value, str) and re.fullmatch(r"[\w-]{8,}", value) and is_task_id(value) else ""


def complaint_of(answer: dict[str, Any]) -> Complaint | None:
    """Give what an answer complains of; None where it does not."""
    error = answer.get("error")
    if isinstance(error, str) and error:
        return Complaint(message=one_line(error))
    source = error if isinstance(error, dict) and error else answer
    code = one_line(source.get("code")) or (one_line(source.get("type")) if source is error else "")
    if source is answer and (code.lower() in _SUCCESS_CODES or re.fullmatch(r"2\d\d", code)):
        return None
    inner = _object(source.get("message"))
    if inner and (nested := complaint_of(inner)) is not None:
        return nested
    return Complaint(code, one_line(source.get("message")), one_line(source.get("suggestion")))


def own_complaint_of(answer: dict[str, Any]) -> Complaint | None:
    """Return the complaint of an answer that has the form of the service or of its gateway's software; else None.

    Such a refusal has room for no task: `data` is missing, null or empty.
    What stands between, such as a proxy, a CDN or a cloud's load balancer, speaks JSON too: `{"message": ...}`,
    `{"error": "..."}`, `{"code": 503, "message": ...}`, `{"error": {"code": 503, "message": ..., "status": ...}}`.
    """
    error, code = answer.get("error"), answer.get("code")
    if error:  # the gateway's, which always has a type, and the field it minds where there is one
        own = (
            isinstance(error, dict)
            and isinstance(error.get("message"), str)
            and not {"type", "param"}.isdisjoint(error)
        )
    else:  # the service's numbers, those of its v3, or the words of the gateway's tasks
        own = isinstance(answer.get("message"), str) and (
            is_tripos(one_line(code))
            or (isinstance(code, int) and answer.get("status") == "error")
            or (isinstance(code, str) and "data" in answer)
        )
    return complaint_of(answer) if own and not answer.get("data") else None


def is_tripos(code: str) -> bool:
    """Return whether a code is one of Tripo's numbers, known or not."""
    return re.fullmatch(r"[12]0\d\d", code) is not None


def status_of(task: dict[str, Any]) -> TaskStatus:
    """Give the task's status; what is not known reads as unknown."""
    return _STATUSES.get(one_line(task.get("status")).lower(), TaskStatus.UNKNOWN)


def number_of(task: dict[str, Any], *names: str) -> float:
    """Give the first of the fields that holds a number, also as "30%" or "30"; -1 where none does."""
    for name in names:
        value = task.get(name)
        if isinstance(value, str):
            match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%?\s*", value)
            value = float(match[1]) if match else None
        if isinstance(value, int | float) and not isinstance(value, bool) and -1 <= value < 1e12:
            return float(value)
    return -1.0


def outputs_of(task: dict[str, Any]) -> dict[Role, str]:
    """Return the links of a task's files by what those are for; of several names for one file the first counts.

    The one link of a gateway that names no file is of a model, or of the image where the task is of a kind that makes
    one image.
    """
    found = {role: link for role, names in _OUTPUTS.items() if (link := _link(task, names))}
    kind = str(task.get("type") or task.get("action") or "")
    if found.keys() <= {Role.PREVIEW} and not kind.endswith("multiview_image") and (link := _link(task, _RESULT)):
        found[Role.IMAGE if kind.endswith("image") else Role.MODEL] = link
    return found


def seed_of(task: dict[str, Any], name: str) -> int:
    """Give a seed that the service repeats in the task's `input`, also one written as text; -1 where it does not."""
    value = _object(task.get("input")).get(name)
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,10}\s*", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_SEED:
        return value
    return -1


def _places(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the objects that a task's links may be in."""
    for place in (task.get("output"), task.get("result"), task):
        if isinstance(place, dict):
            yield place
            yield from (views for name in _SETS if isinstance(views := place.get(name), dict))


def _link(task: dict[str, Any], names: tuple[str, ...]) -> str:
    for place in _places(task):
        for name in names:
            value = place.get(name)
            url = value.get("url") if isinstance(value, dict) else value
            if isinstance(url, str) and url.startswith(("https://", "http://")):
                return url
    return ""


def trace_id_of(answer: HttpAnswer) -> str:
    """Return what the service's support asks for: a header, or what the message ends in."""
    for name in ("x-tripo-trace-id", "x-oneapi-request-id", "x-request-id"):
        if found := answer.headers.get(name):
            return told_id(found, answer.masks)
    found = read_json(answer.body).get("request_id")
    if isinstance(found, str):
        return told_id(found, answer.masks)
    match = re.search(rb"request id: ([\w-]{1,100})", answer.body[:LARGEST_ANSWER])
    return told_id(match[1].decode(), answer.masks) if match else ""


def retry_after_of(answer: HttpAnswer) -> float:
    """Give the seconds that `Retry-After` asks for; -1 where it does not say so in a way that can be read.

    A date counts from the answer's own, since clocks differ.
    """
    asked = answer.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(asked).timestamp()
            seconds -= parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except (ValueError, TypeError, OverflowError):
            return -1.0
    return max(0.0, min(seconds, 86_400.0))
