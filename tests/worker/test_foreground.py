"""One job without another process, and Ctrl-C at its worst moments."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.account import Credentials
from tripo_blender.core.events import Event
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record
from tripo_blender.core.states import JobState
from tripo_blender.worker import foreground
from tripo_blender.worker.gateway_profile import ProfileBook

from .course import KEY, Course, check_course, downloads, orders, previews, wait_for

MakeJob = Callable[..., Job]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")

SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.core.account import Credentials
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record, to_record
from tripo_blender.worker import foreground
order = json.loads(sys.stdin.readline())
def emit(event):
    print(json.dumps({"event": type(event).__name__}), flush=True)
job = from_record(Job, order["job"])
job = foreground.run(job, Credentials(job.account, order["key"]), Path(order["folder"]), emit)
print(json.dumps({"job": to_record(job)}), flush=True)
"""

StartParent = Callable[[str, dict[str, Any]], "subprocess.Popen[str]"]


def in_the_foreground(
    job: Job, folder: Path, emit: Callable[[Event], None] = lambda event: None, method: str = ""
) -> Job:
    return foreground.run(job, Credentials(job.account, KEY, upload_method=method), folder, emit)


def last_word(script: "subprocess.Popen[str]") -> Job:
    """The job as the script gives it at its end."""
    lines, errors = script.communicate(timeout=20)
    assert script.returncode == 0, errors
    return from_record(Job, json.loads(lines.splitlines()[-1])["job"])


def test_one_job(simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None) -> None:
    events: list[Event] = []
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background of a shell
    job = in_the_foreground(make_job(simulator.url), folder, events.append)
    assert job.state is JobState.READY
    check_course(Course(job, events), folder)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_pinned_way(simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None) -> None:
    job = in_the_foreground(make_job(simulator.url), folder, method="upload")
    assert job.state is JobState.READY
    assert simulator.requests()[0]["path"].endswith("/openapi/upload")


@pytest.mark.parametrize("method", ["", "upload"], ids=["any", "pinned"])
def test_many_models_of_one_gateway(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    folder: Path,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    """What the first has taught is known to the second."""
    monkeypatch.setattr(foreground, "_profiles", ProfileBook())
    simulator.options(model_field="required", uploads=("upload",))
    for _ in range(2):
        assert in_the_foreground(make_job(simulator.url), folder, method=method).state is JobState.READY
    assert len(orders(simulator)) == 3
    assert len(simulator.creates()) == 2


@posix
@pytest.mark.parametrize("during", ["upload", "order", "generation", "download", "preview"])
def test_ctrl_c(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    folder: Path,
    start_parent: StartParent,
    during: str,
) -> None:
    simulator = start_simulator(seconds=60 if during == "generation" else 0.1)
    if during == "order":
        simulator.play([{"on": "create", "do": "delay", "seconds": 0.5}])
    elif during != "generation":
        simulator.play([{"on": during, "do": "delay", "seconds": 60}])
    job = make_job(simulator.url)
    script = start_parent(SCRIPT, {"job": job, "folder": str(folder)})
    arrived: Callable[[], Any] = {
        "upload": simulator.requests,
        "order": lambda: orders(simulator),
        "generation": lambda: [entry for entry in simulator.requests() if entry["method"] == "GET"],
        "download": lambda: downloads(simulator),
        "preview": lambda: previews(simulator),
    }[during]
    wait_for(arrived, f"the {during}")
    script.send_signal(signal.SIGINT)
    ended = last_word(script)
    assert ended.state is JobState.CANCELLED
    check_course(Course(ended), folder)
    if during == "upload":
        assert not ended.task_id
    else:
        assert ended.task_id == simulator.creates()[0]["answer"]["task_id"]


def test_a_preview_that_hangs(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for without a thread of its own, which Blender does not want, and yet not for long."""
    monkeypatch.setattr("tripo_blender.worker.preview.SECONDS", 0.4)
    simulator.play([{"on": "preview", "do": "hang", "seconds": 60}])
    threads = set(threading.enumerate())
    began = time.monotonic()
    job = in_the_foreground(make_job(simulator.url), folder, lambda event: None)
    assert time.monotonic() - began < 10
    assert job.state is JobState.READY
    assert job.preview_path == ""
    assert set(threading.enumerate()) <= threads


@posix
def test_ctrl_c_in_the_instant_after_the_answer(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is read, the task's id not yet written down."""
    shielded = foreground.Interrupt.shielded

    class Hasty(foreground.Interrupt):
        def shielded(self) -> Any:
            context = shielded(self)

            class Shield:
                def __enter__(self) -> None:
                    context.__enter__()

                def __exit__(self, *error: object) -> None:
                    context.__exit__(None, None, None)
                    if simulator.creates():
                        os.kill(os.getpid(), signal.SIGINT)

            return Shield()

    monkeypatch.setattr(foreground, "Interrupt", Hasty)
    job = in_the_foreground(make_job(simulator.url), folder, lambda event: None)
    assert job.state is JobState.CANCELLED
    assert job.task_id == simulator.creates()[0]["answer"]["task_id"]
    check_course(Course(job), folder)
