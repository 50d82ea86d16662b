"""Blender is killed at every point of a job's way, alone or with its worker, and the next one takes the job up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulator.process import SimulatorProcess

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
DEADLINE = 60.0

FAULTS: dict[str, dict[str, Any]] = {
    "uploading": {"on": "upload", "do": "hang", "seconds": 60},
    "submitting": {"on": "create", "do": "delay", "seconds": 1},
    "downloading": {"on": "download", "do": "hang", "seconds": 60},
}


class Blender:
    """A process of its own, and what it has said."""

    def __init__(self, simulator: SimulatorProcess, **order: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("living_blender.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdin is not None
        given = {"key": simulator.key, "url": simulator.url, "resume": False, "converts": False, **order}
        self.process.stdin.write(json.dumps(given) + "\n")
        self.process.stdin.flush()
        self.said: list[dict[str, Any]] = []
        self.worker = 0

    def until(self, **words: Any) -> dict[str, Any]:
        """Hear it until it says that; an end of its words is an end too."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if not line.startswith("{"):
                continue  # a word of Blender's own while it is imported
            said: dict[str, Any] = json.loads(line)
            self.said.append(said)
            self.worker = said.get("worker") or self.worker
            if all(said.get(name) == value for name, value in words.items()):
                return said
        return {}

    def rest(self) -> dict[str, Any]:
        """Hear it to its end, and give its last words."""
        self.until(never=1)
        assert self.process.wait(DEADLINE) == 0, self.said
        return self.said[-1]


@pytest.fixture
def start(simulator: SimulatorProcess) -> Iterator[Callable[..., Blender]]:
    running: list[Blender] = []

    def begin(**order: Any) -> Blender:
        running.append(Blender(simulator, **order))
        return running[-1]

    yield begin
    for blender in running:
        blender.process.kill()
        blender.process.communicate()


@pytest.fixture
def folder(module: Callable[[str], ModuleType], preferences: Any) -> Iterator[Path]:
    """The folder of the jobs, without those of other tests."""
    place = Path(module("app.submit").jobs_folder())
    shutil.rmtree(place)
    yield place
    shutil.rmtree(place, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition: Callable[[], Any], what: str) -> None:
    until = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.01)


@pytest.mark.parametrize("killed", ["Blender", "both"])
@pytest.mark.parametrize("state", ["uploading", "submitting", "generating", "downloading", "ready", "importing"])
def test_the_next_blender_goes_on(
    simulator: SimulatorProcess,
    start: Callable[..., Blender],
    folder: Path,
    picture: Path,
    state: str,
    killed: str,
) -> None:
    simulator.options(seconds=2 if state == "generating" else 0.1)
    simulator.play([FAULTS[state]] if state in FAULTS else [])
    first = start(picture=str(picture), until=state)
    if state == "importing":
        first.until(never=1)  # it kills itself at the moment of the import
    else:
        assert first.until(state=state)
    if state == "submitting":
        wait_for(lambda: any(entry["path"].endswith("/task") for entry in simulator.requests()), "the order")
    if killed == "both" and alive(first.worker):
        os.kill(first.worker, signal.SIGKILL)
    first.process.kill()
    first.process.wait()
    wait_for(lambda: not alive(first.worker), "the worker's end")
    if state != "uploading":
        wait_for(simulator.creates, "the task")
    simulator.play([])

    task_id = simulator.creates()[0]["answer"]["task_id"] if state != "uploading" else ""
    asked = len(simulator.requests())
    second = start(resume=True, task_id=task_id, converts=state == "generating")
    last = second.rest()

    ways = {"uploading": "order", "ready": "take_in", "importing": "take_in"}
    if state == "submitting" and killed == "both":
        ways["submitting"] = "decide"
    assert [said["way"] for said in second.said if "found" in said] == [ways.get(state, "follow")]
    assert last["ended"] == ["done"]
    assert last["objects"] == [["Red Disc", 3]], "where the cursor was when it was asked for"
    assert len(simulator.creates()) == 1
    if ways.get(state) == "take_in":
        assert len(simulator.requests()) == asked, "it needs no network"
    wait_for(lambda: not alive(second.worker), "no process to be left")
    assert list(folder.glob("*.lock")) == []
    (home,) = [path for path in folder.iterdir() if path.is_dir()]
    assert json.loads((home / "job.json").read_text())["job"]["state"] == "done"


def test_two_blenders_at_once(
    simulator: SimulatorProcess, start: Callable[..., Blender], folder: Path, picture: Path
) -> None:
    """The second neither sees nor runs what the first is at, and takes it up when the first is gone."""
    simulator.options(seconds=30)
    first = start(picture=str(picture), until="generating")
    job_id = first.until(state="generating")["job"]
    assert start(resume=True, task_id="").rest() == {"ended": [], "objects": []}
    first.process.kill()
    wait_for(lambda: not alive(first.worker), "the worker's end")
    third = start(resume=True, task_id="")
    assert third.until(found=job_id)
    assert third.until(state="generating")
    assert len(simulator.creates()) == 1
