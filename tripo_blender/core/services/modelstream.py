"""ModelStream's gateway in the shape of Tripo's v2 API: calls as data, answers to what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from ..errors import Failure, Kind
from ..options.generation import Settings, body_fields
from .endpoint import normal_url
from .failures import failure_of, failure_of_task, may_still_be_made
from .quoting import excerpt, told
from .responses import (
    complaint_of,
    is_tripos,
    model_url_of,
    number_of,
    preview_url_of,
    read_json,
    retry_after_of,
    seed_of,
    status_of,
    task_of,
    trace_id_of,
)
from .wire import (
    HttpAnswer,
    HttpRequest,
    Refused,
    RouteMissing,
    TaskReport,
    TaskStatus,
    Uploaded,
)

TASK_TYPE = "image_to_model"


def upload(base_url: str, rung: str, path: str, mime_type: str) -> HttpRequest:
    """Give the call that takes a picture up by one of the two upload addresses."""
    return HttpRequest("POST", f"{normal_url(base_url)}/{rung}", file=path, mime_type=mime_type)


def read_upload(answer: HttpAnswer) -> Uploaded | RouteMissing | Refused:
    """Read the answer to an upload. Nothing is bought by it, so an odd answer may simply be tried again."""
    value = read_json(answer.body)
    task = task_of(value)
    token = next((task[name] for name in ("image_token", "file_token") if isinstance(task.get(name), str)), "")
    if answer.status < 300 and token:
        return Uploaded({"file_token": token})
    complaint = complaint_of(value)
    if answer.status in (404, 405) and (complaint is None or not is_tripos(complaint.code)):
        return RouteMissing()  # one of Tripo's own codes would speak of the picture
    if complaint is None and answer.status < 300:
        failure = Failure(
            Kind.ANSWER,
            "The service's answer to the picture could not be read. Check the base URL in the preferences",
            f"HTTP {answer.status} without a token",
            trace_id=trace_id_of(answer),
        )
        return Refused(failure, again=True)
    return Refused(failure_of(answer), answer.status in (408, 429, 500, 502, 503, 504), retry_after_of(answer))


def create(
    base_url: str, settings: Settings, picture_type: str, picture: Mapping[str, str], with_model: bool
) -> HttpRequest:
    """Give the call that buys a model.

    `picture_type` is jpg, png or webp; `picture` is how it is named: by `file_token` or by `url`. `with_model` adds
    the `model` field that some gateways route by.
    """
    body = {"type": TASK_TYPE, "file": {"type": picture_type, **picture}, **body_fields(settings)}
    if with_model:
        body["model"] = TASK_TYPE
    return HttpRequest("POST", f"{normal_url(base_url)}/task", body=body)


def poll(base_url: str, task_id: str) -> HttpRequest:
    """Give the call that asks how far a task is."""
    return HttpRequest("GET", f"{normal_url(base_url)}/task/{quote(task_id, safe='')}")


def read_poll(answer: HttpAnswer, task_id: str) -> TaskReport | Refused:
    """Read how far a task is. A refusal that may pass (busy, a fault, no JSON) says so by `again`."""
    value = read_json(answer.body)
    complaint = complaint_of(value)
    task = task_of(value)
    if answer.status >= 300 or complaint is not None:
        failure = failure_of(answer, task_id)
        gone = answer.status == 404 or failure.kind is Kind.TASK_LOST
        passing = answer.status >= 500 or answer.status in (408, 429) or failure.kind is Kind.BUSY
        if gone:
            failure = lost_task(task_id, failure.technical())
        return Refused(failure, passing or gone, retry_after_of(answer))
    if "status" not in task:
        failure = Failure(
            Kind.ANSWER,
            f"The service's answer could not be read. {may_still_be_made(task_id)}",
            f"HTTP {answer.status}: {excerpt(answer)}",
            trace_id=trace_id_of(answer),
        )
        return Refused(failure, again=True)
    status = status_of(task)
    failed: Failure | None = None
    if status is TaskStatus.SUCCESS and not model_url_of(task):
        failed = Failure(
            Kind.ANSWER,
            "The service says the model is ready, but gives no link to it. Ask its support with the task id",
            f"task {task_id}; output holds {told(_names(task.get('output')), answer.masks, 300)}",
            trace_id=trace_id_of(answer),
        )
    if status is TaskStatus.FAILED:
        code = number_of(task, "error_code")
        failed = failure_of_task(
            str(task["status"]).lower(),
            str(int(code)) if code >= 0 else "",
            told(task.get("error_msg") or task.get("error_message") or task.get("fail_reason"), answer.masks, 300),
            task_id,
            trace_id_of(answer),
        )
    return TaskReport(
        status,
        percent=number_of(task, "progress"),
        queue_position=int(number_of(task, "queuing_num", "queue_position")),
        seconds_left=number_of(task, "running_left_time"),
        credits=number_of(task, "consumed_credit", "credits_consumed"),
        model_url=model_url_of(task),
        preview_url=preview_url_of(task),
        model_seed=seed_of(task, "model_seed"),
        texture_seed=seed_of(task, "texture_seed"),
        failure=failed,
    )


def _names(output: object) -> str:
    return ", ".join(sorted(map(str, output))) if isinstance(output, dict) and output else "nothing"


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
