"""Starts a second Blender that will not live long, and watches what it leaves.

From inside, since what starts Blender on a virtual screen may end all its processes when Blender ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bpy

_PATIENCE_SECONDS = 20.0


def story(desk: Any) -> Any:
    folder = Path(desk.order["folder"])
    inner = {
        **desk.order,
        "story": str(Path(desk.order["story"]).with_name("leaving.py")),
        "notes": str(folder / "inner.json"),
    }
    (folder / "inner-order.json").write_text(json.dumps(inner), encoding="utf-8")
    command = [bpy.app.binary_path, *sys.argv[1:-1], str(folder / "inner-order.json")]
    said = folder / "inner.txt"
    with said.open("wb") as output:
        blender = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    most = 0

    def over() -> bool:
        nonlocal most
        most = max(most, len(_processes()))
        return blender.poll() is not None

    yield from desk.until(over, "the other Blender to end", 90)
    ended = time.monotonic()
    while _processes() and time.monotonic() < ended + _PATIENCE_SECONDS:
        yield 0.05
    desk.notes["seconds until the worker had ended"] = round(time.monotonic() - ended, 2)
    desk.notes["left"] = list(_processes().values())
    desk.notes["most"] = most
    desk.notes["ended with"] = blender.returncode
    desk.notes["said"] = said.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]


def _processes() -> dict[str, str]:
    """Give the command lines of the add-on's processes, but for those that have ended and wait to be buried."""
    found: dict[str, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if "tripo_blender" in command and state != "Z":
            found[folder.name] = command
    return found
