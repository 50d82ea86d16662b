"""From a refusal to the text an artist reads: by the service's own code first, by the HTTP status then."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..errors import Failure, Kind
from ..sentences.text import Text, text
from ..task import Role, word_of
from .base import HttpAnswer, TaskReport
from .quoting import excerpt, one_line, told, told_id
from .responses import Complaint, complaint_of, read_json, trace_id_of


class _Reason(NamedTuple):
    """What is wrong, and what to do about it before a model is ordered (again)."""

    kind: Kind
    what: Text  # its template has a place for the advice
    advice: Text


_KEY = _Reason(Kind.KEY_REFUSED, text("service.key_refused"), text("service.copy_key"))
_CREDIT = _Reason(Kind.NO_CREDIT, text("service.no_credit"), text("service.top_up"))
_ACCESS = _Reason(Kind.NOT_ALLOWED, text("service.no_access"), text("service.check_account"))
_BUSY = _Reason(Kind.BUSY, text("service.busy"), text("service.wait"))
_DOWN = _Reason(Kind.SERVICE_DOWN, text("service.fault"), text("service.try_later"))
_PICTURE = _Reason(Kind.PICTURE, text("service.image_unusable"), text("service.save_image"))
_CONTENT = _Reason(Kind.CONTENT, text("service.content_policy"), text("service.change_image"))
_VERSION = _Reason(Kind.REFUSED, text("service.unknown_version"), text("service.choose_version"))
_TASK_TYPE = _Reason(Kind.REFUSED, text("service.unknown_task_type"), text("service.choose_task_type"))
_ORIGINAL = _Reason(Kind.REFUSED, text("service.original_unusable"), text("service.choose_original"))
_PROMPT = _Reason(Kind.REFUSED, text("service.prompt_characters"), text("service.write_plainly"))
_GONE = _Reason(Kind.TASK_LOST, text("service.unknown_task"), text("service.other_key"))
_UPLOAD_GONE = _Reason(Kind.PICTURE, text("service.upload_gone"), text("service.upload_again"))
_NOWHERE = _Reason(Kind.REFUSED, text("service.no_such_url"), text("service.check_url"))
_ELSEWHERE = _Reason(Kind.REFUSED, text("service.redirected"), text("service.correct_url"))

# Tripo's error codes (its v2 error page), and those of the gateway software that ModelStream resembles.
_BY_CODE: dict[str, _Reason] = {
    "1000": _DOWN,
    "1001": _DOWN,
    "1002": _KEY,
    "1005": _ACCESS,
    "1007": _BUSY,
    "2000": _BUSY,
    "2001": _GONE,
    "2002": _TASK_TYPE,
    "2003": _PICTURE,
    "2004": _PICTURE,
    "2005": _ORIGINAL,
    "2006": _ORIGINAL,
    "2007": _ORIGINAL,
    "2008": _CONTENT,
    "2009": _PROMPT,
    "2010": _CREDIT,
    "2014": _DOWN,
    "2015": _VERSION,
    "2016": _TASK_TYPE,
    "2017": _VERSION,
    "2019": _UPLOAD_GONE,
    "2020": _PICTURE,
    "2022": _PICTURE,
    "insufficient_user_quota": _CREDIT,
    "pre_consume_token_quota_failed": _CREDIT,
    "access_denied": _ACCESS,
    "rate_limit_exceeded": _BUSY,
    "task_not_exist": _GONE,
    "get_channel_failed": _DOWN,
    "do_request_failed": _DOWN,
}
_BY_STATUS = {401: _KEY, 402: _CREDIT, 403: _ACCESS, 413: _PICTURE, 429: _BUSY}


def failure_of(answer: HttpAnswer, task_id: str = "") -> Failure:
    """Give the failure that a refusing answer stands for. A 401 is the key, whatever code the body gives.

    With the id of a task that was paid for, the text says how to come by it, and never to order again.
    """
    complaint = complaint_of(read_json(answer.body)) or Complaint()
    said = told(words_of(complaint), answer.masks, 300).rstrip(". ")
    reason = _reason(answer.status, complaint.code)
    if reason is None:
        what = (
            text("service.refused", said=said) if said else text("service.refused_without_reason", status=answer.status)
        )
        reason = _Reason(Kind.REFUSED, what, text("service.change_settings"))
    advice = may_still_be_made(task_id) if task_id else reason.advice
    where = told(answer.headers.get("location"), answer.masks, 300)
    detail = f"HTTP {answer.status}" + (f" to {where}" if where else "")
    detail += f": {said}" if said else f": {excerpt(answer)}" if answer.body else ""
    code = told_id(complaint.code, answer.masks)
    return Failure(reason.kind, reason.what.advising(advice), detail, code, trace_id_of(answer))


def _reason(status: int, code: str) -> _Reason | None:
    if status == 401:
        return _KEY
    if known := _BY_CODE.get(code) or _BY_STATUS.get(status):
        return known
    if 300 <= status < 400:
        return _ELSEWHERE
    if status in (404, 405):
        return _NOWHERE
    return _DOWN if status >= 500 else None


_PASSING = {
    Kind.BUSY: text("service.is_busy"),
    Kind.NETWORK: text("service.no_connection"),
    Kind.DISK: text("service.no_files"),
    Kind.TASK_LOST: text("service.task_not_found"),
    Kind.MODEL_FILE: text("service.model_damaged"),
}


def passing(failure: Failure) -> Text:
    """Return in a few words what is in the way at the moment, and may pass."""
    if failure.code == "2000":  # as many at once as the account may have
        return text("service.is_busy_with_yours")
    return _PASSING.get(failure.kind, text("service.has_fault"))


def may_still_be_made(task_id: str) -> Text:
    """Give the advice for a task that was paid for and cannot be followed at the moment."""
    return text("task.may_still_be_made", task=task_id)


def unreachable_task(failure: Failure, task_id: str) -> Failure:
    """Return a failure of the network with that advice."""
    return replace(failure, text=text("task.unreachable", what=failure.text, advice=may_still_be_made(task_id)))


def lost_task(task_id: str, detail: str) -> Failure:
    """Give the failure of a task that the service no longer knows, or says nothing of."""
    return Failure(
        Kind.TASK_LOST,
        text("task.lost", task=task_id),
        detail,
    )


def unfinished_task(task_id: str, detail: str) -> Failure:
    """Give the failure of a task that the service has been at for longer than any takes."""
    return Failure(
        Kind.TASK_LOST,
        text("task.unfinished", task=task_id),
        detail,
    )


def missing_output(task_id: str, report: TaskReport, role: Role) -> Failure:
    """Return the failure of a task that is finished and does not give what it should."""
    return Failure(
        Kind.ANSWER,
        text("task.no_link", output=word_of(role)),
        f"task {task_id}; output holds {report.holds or 'nothing'}",
        trace_id=report.trace_id,
    )


def failure_of_task(status: str, code: str, message: str, task_id: str, trace_id: str) -> Failure:
    """Return the failure that an unsuccessful task stands for; `status` and `message` are the service's own words."""
    said = message.rstrip(". ")
    detail = f"task {task_id} is {status}" + (f": {said}" if said else "")
    reason = _CONTENT if status == "banned" else _BY_CODE.get(code)
    if reason is None and status == "expired":
        reason = _Reason(Kind.TASK_FAILED, text("task.expired"), text("task.generate_again"))
    if reason is None:
        what = text("task.failed_because", said=said) if said else text("task.failed")
        reason = _Reason(Kind.TASK_FAILED, what, text("task.try_another_image"))
    return Failure(reason.kind, reason.what.advising(reason.advice), detail, code, trace_id)


def words_of(complaint: Complaint) -> str:
    """Give what the service said, with its suggestion, in one line."""
    parts = [one_line(part).rstrip(". ") for part in (complaint.message, complaint.suggestion)]
    return ". ".join(part for part in parts if part)
