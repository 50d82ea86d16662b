"""What the answer to a purchase means: it was made, it surely was not, or nobody knows.

A refusal is believed where nothing can have been made. Whoever is asked to order again after anything else may pay
twice, so all else is unclear.
"""

from __future__ import annotations

import re

from ..errors import Failure, Kind
from ..sentences.text import text
from .base import Created, HttpAnswer, Refused, Unclear
from .failures import failure_of
from .quoting import told_id
from .responses import (
    LARGEST_ANSWER,
    Complaint,
    complaint_of,
    is_tripos,
    named_task,
    own_complaint_of,
    read_json,
    retry_after_of,
    task_id_of,
    trace_id_of,
)

WITH_MODEL = "model field"  # the dialect of gateways that route by it

# A full quota, or no free channel: sent again, but only at the service's or the gateway's own word. A proxy's, of text
# or of a JSON of its own, may come after it has passed the order on ("upstream connect error or disconnect/reset").
_AGAIN = (429, 503)

# Of whoever answers so, the order was looked at and turned down. Other numbers below 500 say that something is going
# on (the time was up, the task exists or is locked, it came too early, the client had gone), or are a proxy's own.
_REFUSALS = {400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415, 416, 417, 422, 426, 428, 431, 451}
_UNCLEAR_REFUSALS = {408, 409, 425, 499}  # in whatever form

# Codes, in any answer, of a fault in the middle of the work, or of who passed the order on and then lost sight of it.
_LOST_SIGHT = re.compile(
    r"100[01]"  # an unknown, or a fatal, fault of the service
    r"|408|409|425|499|5\d\d"  # an HTTP status of the service behind
    r"|.*(time[_ -]?(d[_ -]?)?out|deadline).*"
    r"|do_request_failed|request_failed"
    # It did answer: what could not be read may have been a task.
    r"|(read|copy|unmarshal|parse)_response.*|bad_response_body|invalid_response|bad_response",
    re.IGNORECASE,
)

# Of a gateway: what it looks at before it passes an order on. Where its code is empty its type stands here. All else
# beside a 429, a 503 or a success may be of an order that was passed on: "server_error", "upstream_error", "slow down".
_REFUSED_BEFORE = {
    "new_api_error",
    "insufficient_quota",
    "rate_limit_error",
    "rate_limit_reached",
    "get_channel_failed",
    "too_many_requests",
    "insufficient_user_quota",
    "pre_consume_token_quota_failed",
    "access_denied",
    "model_not_found",
    "model_price_error",
    "invalid_request",
    "invalid_request_error",
    "invalid_api_platform",
    "rate_limit_exceeded",
    "channel:no_available_key",
}


_OF_REQUEST = re.compile(r"request|trace|correlation", re.IGNORECASE)
_ID_OF_REQUEST = re.compile(r"(request|trace)[_ -]?id\W{1,40}[\w-]{1,100}", re.IGNORECASE)
_LIKE_A_TASK = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\btask[_-](?=[\w-]*\d)[\w-]{6,100}", re.IGNORECASE
)


def read_create(answer: HttpAnswer) -> Created | Refused | Unclear:
    """Return what the answer to a purchase means. Only a sure refusal is called one: all else may have cost money."""
    value = read_json(answer.body)
    complaint, own = complaint_of(value), own_complaint_of(value)
    trace_id = trace_id_of(answer)
    task_id = task_id_of(value)
    # One that holds the key is nobody's task, and must not be kept.
    if 200 <= answer.status < 300 and complaint is None and task_id and answer.masks.token(task_id) == task_id:
        return Created(task_id, trace_id)
    failure = failure_of(answer)
    if (task_id := _task_it_names(answer, value)) and task_id != trace_id:
        return Unclear(lost_answer(f"{failure.detail}; it names the task {told_id(task_id, answer.masks)}", trace_id))
    if answer.broken or not _is_refusal(answer.status, complaint, own):
        return Unclear(lost_answer(failure.detail, trace_id))
    usual = 400 <= answer.status < 500 and answer.status not in _AGAIN
    return Refused(
        failure,
        again=answer.status in _AGAIN,
        retry_after=retry_after_of(answer),
        dialect=WITH_MODEL if usual and own is not None and _misses_model(own, value) else "",
        may_be_the_picture=failure.kind is Kind.PICTURE
        or (answer.status in (400, 415, 422) and failure.kind is Kind.REFUSED),
    )


def _is_refusal(status: int, complaint: Complaint | None, own: Complaint | None) -> bool:
    """Return whether nothing can have been made; `own` is the complaint in the service's or the gateway's form.

    No fault of a server says so, whatever its code: it broke somewhere on the way.
    """
    if complaint is not None and _LOST_SIGHT.fullmatch(complaint.code):
        return False
    if status in _AGAIN or 200 <= status < 300:
        return own is not None and (is_tripos(own.code) or own.code in _REFUSED_BEFORE)
    return status in _REFUSALS or (400 <= status < 500 and own is not None and status not in _UNCLEAR_REFUSALS)


def _task_it_names(answer: HttpAnswer, value: dict[str, object]) -> str:
    """Return the id of a task that an answer names anywhere; empty where it names none.

    What would have the order sent again must not hold anything like one, in a header or in prose, but for the ids of
    the request itself.
    """
    text = answer.body[:LARGEST_ANSWER].decode("utf-8", "replace")
    if found := named_task(value or text):
        return found
    if answer.status not in _AGAIN and not 200 <= answer.status < 300:
        return ""
    if found := named_task(text):  # by a field that stands twice, of which JSON keeps the last
        return found if answer.masks.token(text) == text else "..."  # a part of a secret is not known for one
    headers = [
        told for name, told in answer.headers.items() if "task" in name or name in ("location", "content-location")
    ]
    request = " ".join(told for name, told in answer.headers.items() if _OF_REQUEST.search(name))
    text = " ".join([_ID_OF_REQUEST.sub("", text), *headers])
    return next((found for found in _LIKE_A_TASK.findall(text) if found not in request), "")


def lost_answer(detail: str, trace_id: str = "") -> Failure:
    """Return the failure of a purchase whose outcome nobody knows."""
    return Failure(Kind.UNCERTAIN, text("order.unanswered"), detail, trace_id=trace_id)


_MISSING = r"(is |was |must be |is a )?(required|missing|not specified|not provided|empty)"
_MODEL_MISSING = (
    rf"(?<![\w-])model['\"`]?( name| field| parameter)? {_MISSING}",
    r"(missing|no|requires?|required)( the| a| field| parameter| property|:)* ['\"`]?model(?![\w-])(?! version)",
    r"未指定模型|缺少模型",
)


def _misses_model(own: Complaint, value: dict[str, object]) -> bool:
    """Return whether a refusal names a missing `model`: the field itself, not one whose name holds the word."""
    error = value.get("error")
    if (isinstance(error, dict) and error.get("param") == "model") or own.code == "model_not_found":
        return True
    words = f"{own.message} {own.suggestion}".lower()
    return any(re.search(pattern, words) for pattern in _MODEL_MISSING)
