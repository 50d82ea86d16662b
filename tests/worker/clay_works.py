"""A service unlike the others: its calls, and a small server that answers them and has the files.

An image goes up as a bare body, a PUT creates the job, its state is asked for below it, and a finished one has a model,
two images and a film. It tells its balance, and knows nothing of codes, envelopes and statuses that others use.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from simulator.sculpture.sculptor import Commission, sculpt
from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.price import Price
from tripo_blender.core.sentences.text import text
from tripo_blender.core.services import endpoint
from tripo_blender.core.services.base import (
    Balance,
    Created,
    HttpAnswer,
    HttpRequest,
    Refused,
    RouteMissing,
    Slot,
    TaskReport,
    TaskSpec,
    TaskStatus,
    Unclear,
    Uploaded,
)
from tripo_blender.core.services.endpoint import UploadMethod
from tripo_blender.core.task import ImageFile, Request, Role, TaskType

_ROLES = {"mesh": Role.MODEL, "still": Role.PREVIEW, "sketch": Role.IMAGE}
_STATES = {"waiting": TaskStatus.QUEUED, "in the kiln": TaskStatus.RUNNING, "fired": TaskStatus.SUCCESS}


class ClayWorks:
    """The service."""

    id = "clay-works"
    name = "Clay Works"
    base_url = "https://clay.example.test"
    key_variable = "CLAY_WORKS_KEY"
    outputs: tuple[Role, ...] = (Role.IMAGE, Role.MODEL)
    upload_methods: tuple[UploadMethod, ...] = (UploadMethod("shelf", "Shelf", "Put images on the shelf"),)

    def spec(self, task: TaskType, version: str = "") -> TaskSpec | None:
        slots = {"image": Slot("drawing", (ImageFile,), required=True)}
        return TaskSpec(slots, outputs=self.outputs) if task is TaskType.IMAGE_TO_MODEL else None

    def problem_of_task(self, task: TaskType, version: str = "") -> str:
        return "" if task is TaskType.IMAGE_TO_MODEL else "The clay works make pots of drawings alone"

    def price(self, request: Request) -> Price | None:
        return None

    def key_problem(self, key: str) -> str:
        return endpoint.key_problem(key, self.name)

    def upload(self, base_url: str, method: UploadMethod, path: str, mime_type: str) -> HttpRequest:
        return HttpRequest("PUT", f"{base_url}/{method.name}", file=path, mime_type=mime_type, form_field="")

    def read_upload(self, answer: HttpAnswer) -> Uploaded | RouteMissing | Refused:
        return Uploaded(answer.headers["location"]) if answer.status == 201 else _refused(answer)

    def create(self, base_url: str, request: Request, uploads: Mapping[str, Uploaded], dialect: str) -> HttpRequest:
        after = {slot: upload.token or upload.url for slot, upload in uploads.items()}
        return HttpRequest("PUT", f"{base_url}/jobs", {"after": after, "faces": request.options["face_limit"]})

    def read_create(self, answer: HttpAnswer) -> Created | Refused | Unclear:
        if answer.status == 202:
            return Created(answer.headers["location"].rpartition("/")[2])
        refused = _refused(answer)
        return refused if refused.again or answer.status < 500 else Unclear(refused.failure)

    def poll(self, base_url: str, task_id: str) -> HttpRequest:
        return HttpRequest("GET", f"{base_url}/jobs/{task_id}/state")

    def read_poll(self, answer: HttpAnswer, task_id: str) -> TaskReport | Refused:
        if answer.status != 200:
            return _refused(answer)
        state = json.loads(answer.body)
        outputs = {_ROLES[file["of"]]: file["at"] for file in state["files"] if file["of"] in _ROLES}
        holds = ", ".join(file["of"] for file in state["files"])
        return TaskReport(_STATES[state["is"]], 100 * state["done"], outputs=outputs, holds=holds)

    def balance(self, base_url: str) -> HttpRequest:
        return HttpRequest("GET", f"{base_url}/purse")

    def read_balance(self, answer: HttpAnswer) -> Balance | Refused:
        return Balance(json.loads(answer.body)["coins"]) if answer.status == 200 else _refused(answer)


def _refused(answer: HttpAnswer) -> Refused:
    if answer.status == 402:
        return Refused(Failure(Kind.NO_CREDIT, text("service.no_credit", advice=text("service.top_up"))))
    cold = Failure(Kind.SERVICE_DOWN, text("service.fault", advice=text("service.try_later")))
    return Refused(cold, again=answer.status == 503)


class ClayWorksServer:
    """The other side. `files` are those of a finished job; `replies` come first, by method and path."""

    KEY = "clay-of-the-tests-77"

    def __init__(self, image: bytes) -> None:
        made = sculpt(Commission(image, face_limit=200, texture_size=8), "clay")
        self.files = {"mesh": made.model, "still": made.preview, "sketch": made.preview, "film": b"a film"}
        self.replies: dict[str, list[int]] = {}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.states = ["waiting", "in the kiln"]  # of the one job, before it is fired
        self.url = ""

    @property
    def heard(self) -> list[str]:
        """Method and path of every call, in order."""
        return [line for line, _, _ in self.requests]

    @contextmanager
    def running(self) -> Iterator["ClayWorksServer"]:
        """Answer for as long as this is entered."""
        with ThreadingHTTPServer(("127.0.0.1", 0), self._handler()) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, line: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        self.requests.append((line, headers, body))
        if self.replies.get(line):
            return self.replies[line].pop(0), {}, b""
        if line.startswith("GET /files/"):
            return 200, {}, self.files[line.rpartition("/")[2]]
        if headers.get("authorization") != f"Bearer {self.KEY}":
            return 401, {}, b""
        routes: dict[str, Callable[[bytes], tuple[int, dict[str, str], bytes]]] = {
            "PUT /shelf": lambda body: (201, {"Location": "/shelf/1"}, b""),
            "PUT /jobs": lambda body: (202, {"Location": "/jobs/pot-1"}, b""),
            "GET /jobs/pot-1/state": lambda body: (200, {}, self._state()),
            "GET /purse": lambda body: (200, {}, b'{"coins": 40}'),
        }
        return routes[line](body) if line in routes else (404, {}, b"")

    def _state(self) -> bytes:
        if self.states:
            return json.dumps({"is": self.states.pop(0), "done": 0.5, "files": []}).encode()
        files = [{"of": name, "at": f"{self.url}/files/{name}"} for name in self.files]
        return json.dumps({"is": "fired", "done": 1, "files": files}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        works = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more, answer = works.answer(f"{self.command} {self.path}", headers, body)
                self.send_response(status)
                for name, value in {**more, "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = _respond  # noqa: N815  # the standard library's names

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
