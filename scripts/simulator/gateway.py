"""The API: uploads, creates and polls, in the service's shape or wrapped by a gateway."""

import base64
import binascii
import hmac
import json
import random
import re
import threading
import uuid
from collections.abc import Mapping
from typing import Any

from simulator.exchange import Answer, Request, file_part, json_answer
from simulator.files import PREVIEW, FileHost
from simulator.options import Options
from simulator.refusals import Refusal
from simulator.rules import check, pictures
from simulator.sculpture.picture import picture_format
from simulator.tasks import Moment, Task, TaskStore

BASE = "/tripo/v2/openapi"
MOST_BYTES = 20 * 1024 * 1024
_UPLOADS = {f"{BASE}/upload/sts": "sts", f"{BASE}/upload": "upload"}
_GATEWAY_STATUS = {"queued": "QUEUED", "running": "IN_PROGRESS", "success": "SUCCESS"}


class Gateway:
    """Answers the API's requests; holds the uploaded pictures."""

    def __init__(self, tasks: TaskStore, files: FileHost) -> None:
        self._tasks = tasks
        self._files = files
        self._pictures: dict[str, bytes] = {}
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
                return self._upload(request)
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

    def _upload(self, request: Request) -> Answer:
        data = file_part(request)
        if data is None:
            raise Refusal(1004, "a multipart field named file is required", "file")
        self._check_picture(data)
        token = str(uuid.uuid4())
        self._pictures[token] = data
        return json_answer(200, {"code": 0, "data": {"image_token": token}})

    @staticmethod
    def _check_picture(data: bytes) -> None:
        if not data:
            raise Refusal(2003, parameter="file")
        if len(data) > MOST_BYTES:
            raise Refusal(2022, parameter="file")
        if picture_format(data) is None:
            raise Refusal(2004, parameter="file")

    def _create(self, request: Request, options: Options) -> Answer:
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
        check(body)
        files = pictures(body)
        views = [self._picture(entry, options) for entry in files]
        wrapped = options.answers == "wrapped"
        seeds = {name: random.randrange(2**31) for name in ("model_seed", "texture_seed")}
        echo = seeds | {key: value for key, value in body.items() if key not in ("file", "files")}
        if files:
            echo["file"] = _echo(files[0])
        with self._counting:
            running = self._tasks.running()
            if running >= options.concurrency:
                raise Refusal(2000, f"{running} tasks are running", retry_after=1)
            picture, prefix = views[0] if views else None, "task_" if wrapped else ""
            task = self._tasks.create(
                echo,
                picture,
                options.seconds,
                prefix,
                options.model_file,
                triangles=options.triangles,
                texture_size=options.texture_size,
            )
        content: dict[str, Any] = {"code": 0, "data": {"task_id": task.task_id}}
        if wrapped:
            content = {"code": "success", "message": "", "data": {"task_id": task.task_id}}
        answer = json_answer(200, content)
        return Answer(answer.status, answer.body, answer.headers, task_id=task.task_id)

    def _picture(self, entry: Mapping[str, Any], options: Options) -> bytes | None:
        """The bytes behind a file object; None for what is on the Internet, which is never fetched."""
        if "file_token" in entry:
            if entry["file_token"] not in self._pictures:
                raise Refusal(2019, parameter="file")
            return self._pictures[entry["file_token"]]
        url = str(entry.get("url", ""))
        if match := re.match(r"data:image/[\w.+-]+;base64,", url):
            if options.data_uri == "refused":
                raise Refusal(1004, "url must be an http or https URL", "file")
            try:
                data = base64.b64decode(url[match.end() :], validate=True)
            except binascii.Error:
                raise Refusal(1004, "url is not base64", "file") from None
            self._check_picture(data)
            return data
        if "url" in entry and not re.match(r"https?://[^/\s]+", url):
            raise Refusal(1004, "url must be an http or https URL", "file")
        return None

    def _poll(self, request: Request, options: Options, task_fields: Mapping[str, Any]) -> Answer:
        task = self._tasks.get(request.route.rpartition("/")[2])
        if task is None:
            raise Refusal(2001)
        moment = self._tasks.moment(task)
        content = {**self._describe(task, moment, options), **task_fields}
        content = {name: value for name, value in content.items() if value is not None}
        if options.answers == "wrapped":
            return json_answer(200, {"code": "success", "message": "", "data": _wrapped(task, content)})
        return json_answer(200, {"code": 0, "data": content})

    def _describe(self, task: Task, moment: Moment, options: Options) -> dict[str, Any]:
        output = {}
        if moment.status == "success":
            made = task.work.result()
            name = f"{task.task_id}/tripo_{task.output_key}_{task.task_id}.{made.suffix}"
            output[task.output_key] = self._files.publish(name, made.model, options.link_seconds)
            if options.rendered_image:
                name = f"{task.task_id}/{PREVIEW}_{task.task_id}.png"
                output["rendered_image"] = self._files.publish(name, made.preview, options.link_seconds)
        content: dict[str, Any] = {
            "task_id": task.task_id,
            "type": task.input["type"],
            "status": moment.status,
            "input": task.input,
            "output": output,
            "progress": moment.progress,
            "create_time": int(task.created_time),
            "queuing_num": moment.queuing_num,
            "running_left_time": moment.running_left_time,
        }
        if moment.status != "queued":
            content["consumed_credit"] = 0 if moment.status == "failed" else task.credits
        if moment.status == "failed":
            content["error_code"] = 2020
        return content


def _wrapped(task: Task, content: Mapping[str, Any]) -> dict[str, Any]:
    """The gateway's own task object around the service's answer."""
    status = str(content.get("status", "unknown"))
    output = content.get("output") or {}
    final = status not in ("queued", "running")
    started = int(task.created_time + task.seconds * 0.15)
    return {
        "task_id": task.task_id,
        "platform": "tripo",
        "action": task.input["type"],
        "status": _GATEWAY_STATUS.get(status, "UNKNOWN" if status == "unknown" else "FAILURE"),
        "fail_reason": "" if not final or status == "success" else f"the task is {status}",
        "result_url": next(iter(output.values()), ""),
        "progress": f"{content.get('progress', 0)}%",
        "submit_time": int(task.created_time),
        "start_time": 0 if status == "queued" else started,
        "finish_time": int(task.created_time + task.seconds) if final else 0,
        "data": {"code": 0, "data": dict(content)},
    }


def _echo(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A file object as the task's input shows it: an upload by its place in the store, a data URI not at all."""
    echo: dict[str, Any] = {"type": entry["type"]} if "type" in entry else {}
    if str(entry.get("url", "data:")).startswith("data:"):
        echo["object"] = {"bucket": "tripo-data", "key": f"client/{uuid.uuid4()}"}
    else:
        echo["url"] = entry["url"]
    return echo
