"""What the services and the client hand each other: a request, an answer, and what an answer meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..errors import Failure
from ..redaction import Masks


@dataclass(frozen=True)
class HttpRequest:
    """One call of the API. `file` is the path of a file that goes as the multipart field `file`."""

    method: str
    url: str
    body: dict[str, Any] | None = None
    file: str = ""
    mime_type: str = ""


@dataclass(frozen=True)
class HttpAnswer:
    """Status, headers (names in lower case) and body of an answer, as they came.

    `masks` are for whatever of it is shown, kept or logged. `broken` is that its end was not as promised.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    masks: Masks = Masks()  # noqa: RUF009  # frozen
    broken: bool = False


@dataclass(frozen=True)
class Uploaded:
    """The picture is with the service; `fields` is how a create names it."""

    fields: Mapping[str, str]


@dataclass(frozen=True)
class RouteMissing:
    """The gateway has no such upload address; the next rung is tried."""


@dataclass(frozen=True)
class Created:
    """The service has made the task."""

    task_id: str
    trace_id: str = ""


@dataclass(frozen=True)
class Refused:
    """The service surely did not do it.

    `again` says that the same call may succeed later, after `retry_after` seconds (-1: the service does not say);
    `wants_model` that it missed the `model` field; `may_be_the_picture` that the picture may be what it minds.
    """

    failure: Failure
    again: bool = False
    retry_after: float = -1.0
    wants_model: bool = False
    may_be_the_picture: bool = False


@dataclass(frozen=True)
class Unclear:
    """Nobody can tell from this answer whether it was done."""

    failure: Failure


class TaskStatus(StrEnum):
    """Where the service says its task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TaskReport:
    """One answer to "how far is it": -1 and empty texts stand for what the service did not say.

    `model_url` and `preview_url` (the service's own picture of the model) are signed links: they are used at once,
    never stored and never shown. The seeds are those that the service took, also where none was asked for.
    """

    status: TaskStatus
    percent: float = -1.0
    queue_position: int = -1
    seconds_left: float = -1.0
    credits: float = -1.0
    model_url: str = field(default="", repr=False)
    preview_url: str = field(default="", repr=False)
    model_seed: int = -1
    texture_seed: int = -1
    failure: Failure | None = None
