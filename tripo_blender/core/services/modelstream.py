"""ModelStream's gateway in the shape of Tripo's v2 API: calls as data, answers to what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

# As modules, and not by their names: what the service is called and where it is, Blender's start needs; the rest, which
# takes ten times as long to import, waits for the first job.
from .. import price, task as tasks
from ..errors import Failure, Kind
from ..sentences.text import Text, text
from . import base, endpoint, failures, purchase, quoting, responses, tripo_prices, tripo_tasks
from .endpoint import UploadMethod, normal_url


class ModelStream:
    """The service as the others know it, see `Service`."""

    id = "modelstream"
    name = "ModelStream"
    base_url = "https://api.modelstream.ai/tripo/v2/openapi"
    key_variable = "MODELSTREAM_API_KEY"
    upload_methods: tuple[UploadMethod, ...] = (
        UploadMethod("upload/sts", "Upload (STS)", "Send pictures to the address that ends in /upload/sts"),
        UploadMethod("upload", "Upload", "Send pictures to the address that ends in /upload"),
        UploadMethod(
            "data-uri", "Inside the Request", "Send pictures as a data address inside the request", inline=True
        ),
    )

    def spec(self, task: tasks.TaskType, version: str = "") -> base.TaskSpec | None:
        """Return what is known of a kind of task with a model of that version; None where it is not offered."""
        return tripo_tasks.spec_of(task, version)

    def problem_of_task(self, task: tasks.TaskType, version: str = "") -> Text | None:
        """Return why a kind of task is not offered; None where it is."""
        return tripo_tasks.problem_of_task(task, version)

    def price(self, request: tasks.Request) -> price.Price | None:
        """Return what a request costs by Tripo's own list; the gateway has another, which is not published."""
        return tripo_prices.estimated(request)

    def key_problem(self, key: str) -> Text | None:
        """Return what is wrong with an API key; None when it can be sent.

        Its beginning tells nothing: `sk-`, `ms-` and `tsk_` have all been seen. Only a client id is known to be none.
        """
        if key.startswith("tcli_"):
            return text("key.client_id")
        return endpoint.key_problem(key, self.name)

    def upload(self, base_url: str, method: UploadMethod, path: str, mime_type: str) -> base.HttpRequest:
        """Return the call that uploads an image to one of the two addresses, which their methods are named for."""
        return base.HttpRequest("POST", f"{normal_url(base_url)}/{method.name}", file=path, mime_type=mime_type)

    def read_upload(self, answer: base.HttpAnswer) -> base.Uploaded | base.RouteMissing | base.Refused:
        """Return what the answer to an upload means. Nothing is bought by it, so an odd one may be tried again."""
        value = responses.read_json(answer.body)
        task = responses.task_of(value)
        token = next((task[name] for name in ("image_token", "file_token") if isinstance(task.get(name), str)), "")
        if answer.status < 300 and token:
            return base.Uploaded(token)
        complaint = responses.complaint_of(value)
        if answer.status in (404, 405) and (complaint is None or not responses.is_tripos(complaint.code)):
            return base.RouteMissing()  # one of Tripo's own codes would speak of the picture
        if complaint is None and answer.status < 300:
            failure = Failure(
                Kind.ANSWER,
                text("service.upload_unreadable"),
                f"HTTP {answer.status} without a token",
                trace_id=responses.trace_id_of(answer),
            )
            return base.Refused(failure, again=True)
        return base.Refused(
            failures.failure_of(answer),
            answer.status in (408, 429, 500, 502, 503, 504),
            responses.retry_after_of(answer),
        )

    def create(
        self, base_url: str, request: tasks.Request, uploads: Mapping[str, base.Uploaded], dialect: str
    ) -> base.HttpRequest:
        """Return the call that buys a task; one dialect has a `model` field besides, which some gateways route by."""
        body = {"type": str(request.task), **tripo_tasks.body_of(request, uploads)}
        if dialect == purchase.WITH_MODEL:
            body["model"] = str(request.task)
        return base.HttpRequest("POST", f"{normal_url(base_url)}/task", body=body)

    def read_create(self, answer: base.HttpAnswer) -> base.Created | base.Refused | base.Unclear:
        """Return what the answer to a purchase means."""
        return purchase.read_create(answer)

    def poll(self, base_url: str, task_id: str) -> base.HttpRequest:
        """Return the call that asks how far a task is."""
        return base.HttpRequest("GET", f"{normal_url(base_url)}/task/{quote(task_id, safe='')}")

    def read_poll(self, answer: base.HttpAnswer, task_id: str) -> base.TaskReport | base.Refused:
        """Return how far a task is. A refusal that may pass (busy, a fault, no JSON) says so by `again`."""
        value = responses.read_json(answer.body)
        complaint = responses.complaint_of(value)
        task = responses.task_of(value)
        if answer.status >= 300 or complaint is not None:
            failure = failures.failure_of(answer, task_id)
            gone = answer.status == 404 or failure.kind is Kind.TASK_LOST
            passing = answer.status >= 500 or answer.status in (408, 429) or failure.kind is Kind.BUSY
            if gone:
                failure = failures.lost_task(task_id, failure.technical())
            return base.Refused(failure, passing or gone, responses.retry_after_of(answer))
        if "status" not in task:
            failure = Failure(
                Kind.ANSWER,
                text("task.answer_unreadable", advice=failures.may_still_be_made(task_id)),
                f"HTTP {answer.status}: {quoting.excerpt(answer)}",
                trace_id=responses.trace_id_of(answer),
            )
            return base.Refused(failure, again=True)
        status = responses.status_of(task)
        failed: Failure | None = None
        if status is base.TaskStatus.FAILED:
            code = responses.number_of(task, "error_code")
            failed = failures.failure_of_task(
                str(task["status"]).lower(),
                str(int(code)) if code >= 0 else "",
                quoting.told(
                    task.get("error_msg") or task.get("error_message") or task.get("fail_reason"), answer.masks, 300
                ),
                task_id,
                responses.trace_id_of(answer),
            )
        return base.TaskReport(
            status,
            percent=responses.number_of(task, "progress"),
            queue_position=int(responses.number_of(task, "queuing_num", "queue_position")),
            seconds_left=responses.number_of(task, "running_left_time"),
            credits=responses.number_of(task, "consumed_credit", "credits_consumed"),
            outputs=responses.outputs_of(task),
            model_seed=responses.seed_of(task, "model_seed"),
            texture_seed=responses.seed_of(task, "texture_seed"),
            failure=failed,
            holds=quoting.told(_names(task.get("output")), answer.masks, 300),
            trace_id=responses.trace_id_of(answer),
        )


def _names(output: object) -> str:
    return ", ".join(sorted(map(str, output))) if isinstance(output, dict) else ""
