"""The API: uploads, creates and polls, in the service's shape or wrapped by a gateway."""

import hmac
import json
import random
import threading
from collections.abc import Mapping
from typing import Any

from simulator.exchange import Answer, Request, json_answer
from simulator.files import FileHost
from simulator.limits import check_limit
from simulator.options import Options
from simulator.refusals import Refusal
from simulator.results import Inputs
from simulator.rules.check import DRAFTED, check
from simulator.rules.originals import original_of
from simulator.rules.parameters import PARAMETERS
from simulator.task_object import described, echo, wrapped
from simulator.tasks import Task, TaskStore
from simulator.uploads import Uploads

BASE = "/tripo/v2/openapi"
_UPLOADS = {f"{BASE}/upload/sts": "sts", f"{BASE}/upload": "upload"}


class Gateway:
    """Answers the API's requests."""

    def __init__(self, tasks: TaskStore, files: FileHost) -> None:
        self._tasks = tasks
        self._files = files
        self._uploads = Uploads()
        self._counting = threading.Lock()

    @staticmethod
    def kind(request: Request) -> str | None:
        """What a request is to the fault script."""
        if request.method == "POST":
            return "create" if request.route == f"{BASE}/task" else "upload" if request.route in _UPLOADS else None
        return "poll" if request.method == "GET" and request.route.startswith(f"{BASE}/task/") else None

    def answer(self, request: Request, options: Options, task_fields: Mapping[str, Any]) -> Answer:
        """Processes the request; task_fields override those of a polled task."""
        kind = self.kind(request)
        if kind is None or (kind == "upload" and _UPLOADS[request.route] not in options.uploads):
            return json_answer(404, {"error": {"message": f"Invalid URL ({request.method} {request.route})"}})
        try:
            self._authenticate(request, options)
            if kind == "upload":
                return self._uploads.add(request)
            if kind == "create":
                return self._create(request, options)
            return self._poll(request, options, task_fields)
        except Refusal as refusal:
            return refusal.answer(options.errors)

    @staticmethod
    def _authenticate(request: Request, options: Options) -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {options.key}".encode()):
            raise Refusal(1002)

    def _create(self, request: Request, options: Options) -> Answer:
        body = _body(request, options)
        # The gateway's own field is none of the service's.
        asked = {key: value for key, value in body.items() if key != "model"}
        check(asked, options.draft_versions)
        images = self._uploads.images(asked, options)
        original = original_of(asked, self._tasks)
        drafted = asked["type"] in DRAFTED and asked.get("model_version") in options.draft_versions
        wrapping = options.answers == "wrapped"
        with self._counting:
            check_limit(asked, (task.input for task in self._tasks.running()), options)
            task = self._tasks.create(
                _seeds(asked) | echo(body),
                Inputs(images) if original is None else _handed_on(original),
                options.seconds,
                "task_" if wrapping else "",
                draft=drafted,
                model_file=options.model_file,
                triangles=options.triangles,
                texture_size=options.texture_size,
                image_format=options.image_format,
            )
        content: dict[str, Any] = {"code": 0, "data": {"task_id": task.task_id}}
        if wrapping:
            content = {"code": "success", "message": "", "data": {"task_id": task.task_id}}
        answer = json_answer(200, content)
        return Answer(answer.status, answer.body, answer.headers, task_id=task.task_id)

    def _poll(self, request: Request, options: Options, task_fields: Mapping[str, Any]) -> Answer:
        task = self._tasks.get(request.route.rpartition("/")[2])
        if task is None:
            raise Refusal(2001)
        moment = self._tasks.moment(task)
        content = {**described(task, moment, self._files, options), **task_fields}
        content = {name: value for name, value in content.items() if value is not None}
        if options.answers == "wrapped":
            return json_answer(200, {"code": "success", "message": "", "data": wrapped(task, content)})
        return json_answer(200, {"code": 0, "data": content})


def _body(request: Request, options: Options) -> dict[str, Any]:
    """Return the object of a create, which says as much of the model as this gateway wants to hear."""
    try:
        body = json.loads(request.body)
    except ValueError:
        raise Refusal(1003) from None
    if not isinstance(body, dict):
        raise Refusal(1003)
    if options.model_field == "required" and not body.get("model"):
        raise Refusal(1004, "model name not specified, model name cannot be empty", "model")
    if options.model_field == "refused" and "model" in body:
        # The service takes "model" for the old name of model_version.
        raise Refusal(2017, str(body["model"]), "model")
    return body


def _seeds(body: Mapping[str, Any]) -> dict[str, int]:
    """Return the seeds that the service chooses for a model where it is not told any."""
    names = [name for name in ("model_seed", "texture_seed") if name in PARAMETERS[body["type"]]]
    return {name: random.randrange(2**31) for name in names}


def _handed_on(original: Task) -> Inputs:
    """Return what a task has made for another that goes on from it."""
    return Inputs(views=original.work.result().views, commission=original.commission)
