"""The kinds of task of Tripo's v2 API, a row each: what a task gives, and what the call that buys it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..options.generation import body_fields, settings_of
from ..task import IMAGE, Request, TaskType
from .base import TaskSpec, Uploaded


class TaskRow(NamedTuple):
    """One kind of task. `body` returns the fields of its call beside the type."""

    body: Callable[[Request, Mapping[str, Uploaded]], dict[str, Any]]
    spec: TaskSpec = TaskSpec()


def _image_to_model(request: Request, uploads: Mapping[str, Uploaded]) -> dict[str, Any]:
    return {"file": _file(uploads[IMAGE]), **body_fields(settings_of(request.options))}


def _file(uploaded: Uploaded) -> dict[str, str]:
    place = {"file_token": uploaded.token} if uploaded.token else {"url": uploaded.url}
    return {"type": uploaded.format, **place}


TASKS: Mapping[TaskType, TaskRow] = {
    TaskType.IMAGE_TO_MODEL: TaskRow(_image_to_model),
}
