"""Speaks with the service plainly, as a script of a few lines would: creates, polls, downloads."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the service is on this machine


def create(order: dict[str, Any]) -> str:
    """Begin a task, of a picture on the web; gives its id."""
    body = {"type": "image_to_model", "file": {"type": "png", "url": "http://127.0.0.1/picture.png"}}
    return str(_call(order, "/task", json.dumps(body).encode())["task_id"])


def model_link(order: dict[str, Any], task_id: str) -> str:
    """Ask how far a task is; gives the link to its model, empty while there is none."""
    task = _call(order, f"/task/{task_id}")
    return next((str(link) for name, link in task["output"].items() if name.endswith("model")), "")


def download(link: str, target: Path) -> None:
    """Put a file of the file host on the disk."""
    with _OPENER.open(link) as answer, target.open("wb") as file:
        while chunk := answer.read(1 << 20):
            file.write(chunk)


def _call(order: dict[str, Any], route: str, body: bytes | None = None) -> Any:
    headers = {"Authorization": f"Bearer {order['key']}", "Content-Type": "application/json"}
    request = urllib.request.Request(order["url"] + route, body, headers)  # noqa: S310  # the simulator's own address
    with _OPENER.open(request) as answer:
        return json.loads(answer.read())["data"]
