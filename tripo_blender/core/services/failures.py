"""From a refusal to the sentence an artist reads: by the service's own code first, by the HTTP status then."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Failure, Kind
from ..task import Role, word_of
from .base import HttpAnswer, TaskReport
from .quoting import excerpt, one_line, told, told_id
from .responses import Complaint, complaint_of, read_json, trace_id_of


class _Reason(NamedTuple):
    """What is wrong, and what to do about it before a model is ordered (again)."""

    kind: Kind
    what: str
    advice: str


_KEY = _Reason(
    Kind.KEY_REFUSED,
    "The service did not accept the API key",
    "Copy the key again from your ModelStream account into the preferences",
)
_CREDIT = _Reason(
    Kind.NO_CREDIT,
    "There is not enough credit for this model",
    "Top up the account that the API key belongs to, then generate again",
)
_ACCESS = _Reason(
    Kind.NOT_ALLOWED,
    "The service refused access",
    "Check that the account is active and that the API key may use Tripo from this network",
)
_BUSY = _Reason(Kind.BUSY, "The service is busy with too many requests", "Wait a minute, then generate again")
_DOWN = _Reason(Kind.SERVICE_DOWN, "The service has a fault at the moment", "Try again in a few minutes")
_PICTURE = _Reason(
    Kind.PICTURE, "The service could not use this picture", "Save it as PNG or JPEG, or choose another one"
)
_CONTENT = _Reason(
    Kind.CONTENT,
    "The picture was refused by the service's content policy",
    "Choose another picture, or change this one",
)
_VERSION = _Reason(Kind.REFUSED, "The service does not know this model version", "Choose another one")
_TASK_TYPE = _Reason(Kind.REFUSED, "The service does not offer this kind of task", "Choose another kind")
_ORIGINAL = _Reason(
    Kind.REFUSED,
    "The service cannot go on from the task that was named: it has not succeeded, or is of another kind",
    "Choose another one",
)
_PROMPT = _Reason(
    Kind.REFUSED,
    "The prompt has a character that the service does not take",
    "Write it in plain letters, without emoji, then generate again",
)
_GONE = _Reason(
    Kind.TASK_LOST, "The service does not know this task", "It may belong to another API key, or have expired"
)
_UPLOAD_GONE = _Reason(
    Kind.PICTURE, "The service no longer has the uploaded picture", "Generate again to upload it anew"
)
_NOWHERE = _Reason(Kind.REFUSED, "The service has no such address", "Check the base URL in the preferences")
_ELSEWHERE = _Reason(
    Kind.REFUSED,
    "The base URL leads on to another address, where the API key is not sent",
    "Correct it in the preferences",
)

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

    With the id of a task that was paid for, the sentence says how to come by it, and never to order again.
    """
    complaint = complaint_of(read_json(answer.body)) or Complaint()
    said = told(words_of(complaint), answer.masks, 300).rstrip(". ")
    reason = _reason(answer.status, complaint.code)
    if reason is None:
        what = said or f"it gave HTTP status {answer.status} without a reason"
        reason = _Reason(
            Kind.REFUSED, f"The service refused the request: {what}", "Change the settings and generate again"
        )
    advice = may_still_be_made(task_id) if task_id else reason.advice
    where = told(answer.headers.get("location"), answer.masks, 300)
    detail = f"HTTP {answer.status}" + (f" to {where}" if where else "")
    detail += f": {said}" if said else f": {excerpt(answer)}" if answer.body else ""
    code = told_id(complaint.code, answer.masks)
    return Failure(reason.kind, f"{reason.what}. {advice}", detail, code, trace_id_of(answer))


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
    Kind.BUSY: "The service is busy",
    Kind.NETWORK: "No connection",
    Kind.DISK: "No more files can be opened",
    Kind.TASK_LOST: "The service does not find the task",
    Kind.MODEL_FILE: "The model came broken",
}


def passing(failure: Failure) -> str:
    """Return in a few words what is in the way at the moment, and may pass."""
    if failure.code == "2000":  # as many at once as the account may have
        return "The service is busy with your other tasks"
    return _PASSING.get(failure.kind, "The service has a fault")


def may_still_be_made(task_id: str) -> str:
    """Give the advice for a task that was paid for and cannot be followed at the moment."""
    return f"The model may still be made: fetch its task {task_id} later"


def lost_task(task_id: str, detail: str) -> Failure:
    """Give the failure of a task that the service no longer knows, or says nothing of."""
    return Failure(
        Kind.TASK_LOST,
        f"The service no longer knows the task {task_id}. Fetch it later, or with the API key that ordered it",
        detail,
    )


def unfinished_task(task_id: str, detail: str) -> Failure:
    """Give the failure of a task that the service has been at for longer than any takes."""
    return Failure(
        Kind.TASK_LOST,
        f"The service did not finish the task {task_id} in two hours. Fetch it later, or ask its support with this id",
        detail,
    )


def missing_output(task_id: str, report: TaskReport, role: Role) -> Failure:
    """Return the failure of a task that is finished and does not give what it should."""
    return Failure(
        Kind.ANSWER,
        f"The service says the {word_of(role)} is ready, but gives no link to it. Ask its support with the task id",
        f"task {task_id}; output holds {report.holds or 'nothing'}",
        trace_id=report.trace_id,
    )


def failure_of_task(status: str, code: str, message: str, task_id: str, trace_id: str) -> Failure:
    """Return the failure that an unsuccessful task stands for; `status` and `message` are the service's own words."""
    said = message.rstrip(". ")
    detail = f"task {task_id} is {status}" + (f": {said}" if said else "")
    reason = _CONTENT if status == "banned" else _BY_CODE.get(code)
    if reason is None and status == "expired":
        reason = _Reason(Kind.TASK_FAILED, "The task expired before the service came to it", "Generate again")
    if reason is None:
        because = f" ({said})" if said else ""
        reason = _Reason(
            Kind.TASK_FAILED,
            f"The service could not make a model from this picture{because}. Failed tasks are usually not charged",
            "Try again, or choose a clearer picture",
        )
    return Failure(reason.kind, f"{reason.what}. {reason.advice}", detail, code, trace_id)


def words_of(complaint: Complaint) -> str:
    """Give what the service said, with its suggestion, in one line."""
    parts = [one_line(part).rstrip(". ") for part in (complaint.message, complaint.suggestion)]
    return ". ".join(part for part in parts if part)
