"""The levers for tests, under /simulator on the API's port: no key, no record, no faults."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from simulator.exchange import Answer, Request, json_answer
from simulator.faults import Script
from simulator.files import FileHost
from simulator.options import Options
from simulator.tasks import TaskStore

PREFIX = "/simulator/"


class Simulator(Protocol):
    """What the levers move: the simulator as its server knows it."""

    options: Options
    script: Script
    tasks: TaskStore
    file_host: FileHost

    @property
    def url(self) -> str: ...

    def clock(self) -> float: ...

    def records(self) -> list[dict[str, Any]]: ...

    def forget(self) -> None: ...


def answer(simulator: Simulator, request: Request) -> Answer:
    """Routes to the lever; 400 with the reason for a wrong value."""
    lever = _LEVERS.get((request.method, request.route.removeprefix(PREFIX)))
    if lever is None:
        return json_answer(404, {"message": "no such lever"})
    try:
        return json_answer(200, lever(simulator, json.loads(request.body or b"null")))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        return json_answer(400, {"message": f"{type(error).__name__}: {error}"})


def _requests(simulator: Simulator, _: Any) -> Any:
    return simulator.records()


def _forget(simulator: Simulator, _: Any) -> Any:
    simulator.forget()
    return {}


def _faults(simulator: Simulator, script: Any) -> Any:
    simulator.script.play(script)
    return {}


def _options(simulator: Simulator, values: Any) -> Any:
    if values:
        simulator.options = simulator.options.changed(values)
    return asdict(simulator.options) | {"api": simulator.url, "files": simulator.file_host.address}


def _tasks(simulator: Simulator, _: Any) -> Any:
    now = simulator.clock()
    return [
        {
            "task_id": task.task_id,
            "input": task.input,
            "status": task.moment(now).status,
            "created": task.created,
            "finished": task.finished(now),
            "created_time": task.created_time,
            "finished_time": None if (end := task.finished(now)) is None else task.created_time + end - task.created,
        }
        for task in simulator.tasks.all()
    ]


_LEVERS: dict[tuple[str, str], Callable[[Simulator, Any], Any]] = {
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget,
    ("POST", "faults"): _faults,
    ("GET", "options"): _options,
    ("POST", "options"): _options,
    ("GET", "tasks"): _tasks,
}
