"""A task as it is shown: in the service's own shape, and in a gateway's around it."""

import uuid
from collections.abc import Mapping
from typing import Any

from simulator.files import FileHost
from simulator.options import Options
from simulator.results import File
from simulator.rules.files import file_objects
from simulator.tasks import Moment, Task

_GATEWAY_STATUS = {"queued": "QUEUED", "running": "IN_PROGRESS", "success": "SUCCESS"}


def described(task: Task, moment: Moment, host: FileHost, options: Options) -> dict[str, Any]:
    """Return the service's task object, with fresh links."""
    content: dict[str, Any] = {
        "task_id": task.task_id,
        "type": task.input["type"],
        "status": moment.status,
        "input": task.input,
        "output": _output(task, host, options) if moment.status == "success" else {},
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


def _output(task: Task, host: FileHost, options: Options) -> dict[str, Any]:
    def link(file: File) -> str:
        name = f"{task.task_id}/{file.name}_{task.task_id}.{file.suffix}"
        return host.publish(name, file.data, options.link_seconds)

    output: dict[str, Any] = {}
    for key, entry in task.work.result().output.items():
        if key != "rendered_image" or options.rendered_image:
            output[key] = link(entry) if isinstance(entry, File) else {name: link(file) for name, file in entry.items()}
    return output


def wrapped(task: Task, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gateway's own task object around the service's."""
    status = str(content.get("status", "unknown"))
    final = status not in ("queued", "running")
    started = int(task.created_time + task.seconds * 0.15)
    return {
        "task_id": task.task_id,
        "platform": "tripo",
        "action": task.input["type"],
        "status": _GATEWAY_STATUS.get(status, "UNKNOWN" if status == "unknown" else "FAILURE"),
        "fail_reason": "" if not final or status == "success" else f"the task is {status}",
        "result_url": _first_link(content.get("output") or {}),
        "progress": f"{content.get('progress', 0)}%",
        "submit_time": int(task.created_time),
        "start_time": 0 if status == "queued" else started,
        "finish_time": int(task.created_time + task.seconds) if final else 0,
        "data": {"code": 0, "data": dict(content)},
    }


def _first_link(output: Any) -> Any:
    while isinstance(output, Mapping):
        output = next(iter(output.values()), "")
    return output


def echo(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked create as its task's input shows it."""
    shown = {key: value for key, value in body.items() if key not in ("file", "files")}
    entries = [_echo(entry) for entry in file_objects(body)]
    if entries:
        shown |= {"file": entries[0]} if len(entries) == 1 and "file" in body else {"files": entries}
    return shown


def _echo(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file object: an upload by its place in the store, a data URI not at all."""
    if not entry:
        return {}
    shown: dict[str, Any] = {"type": entry["type"]} if "type" in entry else {}
    if str(entry.get("url", "data:")).startswith("data:"):
        shown["object"] = {"bucket": "tripo-data", "key": f"client/{uuid.uuid4()}"}
    else:
        shown["url"] = entry["url"]
    return shown
