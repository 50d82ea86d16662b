"""A simulator in this process, and a plain client for it."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from simulator.options import SMALL_MODELS, Options
from simulator.sculpture.png import write_png
from simulator.server import Simulator


@dataclass(frozen=True)
class Reply:
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One kept connection a host."""

    def __init__(self, url: str, key: str = "test-key") -> None:
        self.url = url
        self.key = key
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def request(self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        """A path belongs to the API and carries the key; a whole URL does not."""
        own = url.startswith("/")
        parts = urlsplit(self.url + url if own else url)
        sent = {"Authorization": f"Bearer {self.key}"} if own else {}
        if body is not None and not isinstance(body, bytes):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        connection = self._connections.setdefault(parts.netloc, http.client.HTTPConnection(parts.netloc, timeout=10))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body, sent | (headers or {}))
            response = connection.getresponse()
            return Reply(response.status, response.reason, dict(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            raise

    def get(self, url: str, **headers: str) -> Reply:
        return self.request("GET", url, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def create(self, **body: Any) -> Reply:
        version = {"model_version": "v3.0-20250812"} if str(body.get("type")).endswith("_to_model") else {}
        return self.request("POST", "/task", version | body)

    def make(self, **body: Any) -> dict[str, Any]:
        """Create a task and return it once it is final."""
        reply = self.create(**body)
        assert reply.status == 200, reply.json
        return self.finish(reply.json["data"]["task_id"])

    def token(self, data: bytes) -> dict[str, str]:
        """Upload an image; return the file object that names it."""
        return {"type": "png", "file_token": self.upload(data).json["data"]["image_token"]}

    def words(self, **body: Any) -> str:
        """The id of a small task made from words."""
        task_id: str = self.create(**{"type": "text_to_model", "prompt": "a box", "face_limit": 1000, **body}).json[
            "data"
        ]["task_id"]
        return task_id

    def upload(self, data: bytes, route: str = "/upload/sts") -> Reply:
        head = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        return self.request("POST", route, head + data + b"\r\n--x--\r\n", headers)

    def finish(self, task_id: str) -> dict[str, Any]:
        """Polls until the task is final."""
        while True:
            task: dict[str, Any] = self.get(f"/task/{task_id}").json["data"]
            if task["status"] not in ("queued", "running"):
                return task
            time.sleep(0.02)


Start = Callable[..., tuple[Simulator, Client]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulators with these options; a generation takes 50 ms unless said otherwise."""
    running: list[tuple[Simulator, Client]] = []

    def begin(**options: Any) -> tuple[Simulator, Client]:
        simulator = Simulator(Options().changed({"seconds": 0.05, **SMALL_MODELS, **options}))
        simulator.start()
        running.append((simulator, Client(simulator.url)))
        return running[-1]

    yield begin
    for simulator, client in running:
        client.close()
        simulator.stop()


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A PNG of a red disc on grey."""
    y, x = np.mgrid[0:96, 0:128]
    pixels = np.full((96, 128, 3), 128, np.uint8)
    pixels[np.hypot(x - 64, y - 48) < 30] = (200, 40, 30)
    return write_png(pixels)
