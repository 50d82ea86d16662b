"""One request and its answer as data, apart from sockets."""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any, Literal

ServerName = Literal["api", "files"]
_LONGEST_RECORDED = 2_000


@dataclass(frozen=True)
class Request:
    """As it came in; the body has been read whole."""

    server: ServerName
    method: str
    path: str  # with the query
    headers: "Message[str, str]"
    body: bytes

    @property
    def route(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]

    def recorded_body(self) -> Any:
        """The body for the record: parsed JSON with over-long strings cut short, else its size and digest.

        For a multipart body also those of its file.
        """
        if not self.body:
            return None
        if self.headers.get_content_type() == "application/json":
            try:
                return _shortened(json.loads(self.body))
            except ValueError:
                pass
        part = file_part(self)
        return digest(self.body) if part is None else {**digest(self.body), "file": digest(part)}


def digest(data: bytes) -> dict[str, Any]:
    """What identifies bytes in a record."""
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def file_part(request: Request) -> bytes | None:
    """The field named file of a multipart body."""
    boundary = request.headers.get_param("boundary")
    if request.headers.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        return None
    for part in request.body.split(b"--" + boundary.encode()):
        head, _, data = part.partition(b"\r\n\r\n")
        if re.search(rb'[; ]name="?file"?(?:[;\r\n]|$)', head):
            return data.removesuffix(b"\r\n")
    return None


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_shortened(entry) for entry in value]
    if isinstance(value, str) and len(value) > _LONGEST_RECORDED:
        return f"{value[:64]}... ({len(value)} characters, sha256 {hashlib.sha256(value.encode()).hexdigest()})"
    return value


@dataclass(frozen=True)
class Answer:
    """What goes back. task_id is set by an accepted create, for the record."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    task_id: str | None = None

    def naming(self, task_id: str) -> "Answer":
        """The same with that task wherever {task_id} stands."""
        headers = {name: value.replace("{task_id}", task_id) for name, value in self.headers.items()}
        return replace(self, body=self.body.replace(b"{task_id}", task_id.encode()), headers=headers)


def json_answer(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer with the trace id that the service puts on each."""
    return Answer(
        status,
        json.dumps(content).encode(),
        {"Content-Type": "application/json", "X-Tripo-Trace-ID": str(uuid.uuid4()), **(headers or {})},
    )
