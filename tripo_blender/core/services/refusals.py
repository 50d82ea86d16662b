"""From a refusal to the sentence an artist reads: by the service's own code first, by the HTTP status then."""

from __future__ import annotations

from ..errors import Failure, Kind
from .answers import Complaint, complaint_of, excerpt, read_json, trace_id_of
from .wire import HttpAnswer

_KEY = (
    Kind.KEY_REFUSED,
    "The service did not accept the API key. Copy the key again from your ModelStream account into the preferences",
)
_CREDIT = (
    Kind.NO_CREDIT,
    "There is not enough credit for this model. Top up the account that the API key belongs to, then generate again",
)
_ACCESS = (
    Kind.NOT_ALLOWED,
    "The service refused access. Check that the account is active and that the API key may use Tripo from this network",
)
_BUSY = (Kind.BUSY, "The service is busy with too many requests. Wait a minute, then generate again")
_DOWN = (Kind.SERVICE_DOWN, "The service has a fault at the moment. Try again in a few minutes")
_PICTURE = (Kind.PICTURE, "The service could not use this picture. Save it as PNG or JPEG, or choose another one")
_CONTENT = (
    Kind.CONTENT,
    "The picture was refused by the service's content policy. Choose another picture, or change this one",
)
_VERSION = (Kind.REFUSED, "The service does not know this model version. Choose another one")
_GONE = (Kind.TASK_LOST, "The service does not know this task. It may belong to another API key, or have expired")
_UPLOAD_GONE = (Kind.PICTURE, "The service no longer has the uploaded picture. Generate again to upload it anew")

# Tripo's error codes (its v2 error page), and those of the gateway software that ModelStream resembles.
_BY_CODE: dict[str, tuple[Kind, str]] = {
    "1000": _DOWN,
    "1001": _DOWN,
    "1002": _KEY,
    "1005": _ACCESS,
    "1007": _BUSY,
    "2000": _BUSY,
    "2001": _GONE,
    "2003": _PICTURE,
    "2004": _PICTURE,
    "2008": _CONTENT,
    "2010": _CREDIT,
    "2014": _DOWN,
    "2015": _VERSION,
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
_BY_STATUS: dict[int, tuple[Kind, str]] = {401: _KEY, 402: _CREDIT, 403: _ACCESS, 413: _PICTURE, 429: _BUSY}


def failure_of(answer: HttpAnswer) -> Failure:
    """Give the failure that a refusing answer stands for. A 401 is the key, whatever code the body gives."""
    complaint = complaint_of(read_json(answer.body)) or Complaint()
    known = _BY_STATUS[401] if answer.status == 401 else _BY_CODE.get(complaint.code)
    known = known or _BY_STATUS.get(answer.status) or (_DOWN if answer.status >= 500 else None)
    said = words_of(complaint)
    if known is None and 300 <= answer.status < 400:
        known = (
            Kind.REFUSED,
            "The base URL leads on to another address, where the API key is not sent. Correct it in the preferences",
        )
    if known is None:
        advice = said or f"it gave HTTP status {answer.status} without a reason"
        known = (Kind.REFUSED, f"The service refused the request: {advice}. Change the settings and generate again")
    detail = f"HTTP {answer.status}" + (f": {said}" if said else f": {excerpt(answer.body)}" if answer.body else "")
    return Failure(known[0], known[1], detail, complaint.code, trace_id_of(answer))


def failure_of_task(status: str, code: str, message: str, task_id: str, trace_id: str) -> Failure:
    """Give the failure that an unsuccessful task stands for; `status` is the service's own word."""
    detail = f"task {task_id} is {status}" + (f": {message}" if message else "")
    known = _CONTENT if status == "banned" else _BY_CODE.get(code)
    if known is None and status == "expired":
        known = (Kind.TASK_FAILED, "The task expired before the service came to it. Generate again")
    if known is None:
        said = f" ({message})" if message else ""
        sentence = (
            f"The service could not make a model from this picture{said}. Failed tasks are usually not charged; "
            "try again, or choose a clearer picture"
        )
        known = (Kind.TASK_FAILED, sentence)
    return Failure(known[0], known[1], detail, code, trace_id)


def words_of(complaint: Complaint) -> str:
    """Give what the service said, with its suggestion, in one line."""
    parts = [part.rstrip(". ") for part in (complaint.message, complaint.suggestion) if part]
    return ". ".join(parts)[:300]
