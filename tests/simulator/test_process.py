"""The simulator as a child process."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess

from .conftest import Client

WORDS = {"type": "text_to_model", "prompt": "a box", "face_limit": 1000}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_started_steered_and_stopped() -> None:
    lost = {"on": "create", "do": "lost"}
    options: dict[str, Any] = {
        "seconds": 0.2,
        "key": "another",
        "uploads": ["upload"],
        "rendered_image": False,
        **SMALL_MODELS,
    }
    with (
        SimulatorProcess(faults=[lost], **options) as simulator,
        contextlib.closing(Client(simulator.url, simulator.key)) as client,
    ):
        with pytest.raises(ConnectionError):
            client.create(**WORDS)
        task = client.finish(client.create(**WORDS).json["data"]["task_id"])
        assert set(task["output"]) == {"pbr_model"}
        assert len(simulator.creates()) == 2
        assert [entry["method"] for entry in simulator.requests()[:2]] == ["POST", "POST"]
        assert [known["status"] for known in simulator.tasks() if known["task_id"] == task["task_id"]] == ["success"]
        settings = simulator.options(seconds=9)
        assert (settings["seconds"], settings["uploads"], settings["api"]) == (9.0, ["upload"], simulator.url)
        with pytest.raises(ValueError, match="no such option"):
            simulator.options(colour="red")
        with pytest.raises(ValueError, match="not a rule"):
            simulator.play([{"do": "explode"}])
        simulator.play([{"on": "create", "do": "status", "status": 500}])
        assert client.create(**WORDS).status == 500
        simulator.forget()
        assert simulator.requests() == []
        pid = simulator.pid
    assert not alive(pid)
    simulator.stop()


def test_a_wrong_option_is_told() -> None:
    simulator = SimulatorProcess(answers="sung")
    with pytest.raises(RuntimeError, match="did not start"):
        simulator.start()


def test_it_ends_with_its_parent() -> None:
    code = (
        "import sys, os; sys.path.insert(0, sys.argv[1])\n"
        "from simulator.process import SimulatorProcess\n"
        "simulator = SimulatorProcess(); simulator.start()\n"
        "print(simulator.pid, flush=True); os._exit(1)\n"
    )
    scripts = Path(__file__).parents[2] / "scripts"
    parent = subprocess.run([sys.executable, "-c", code, str(scripts)], capture_output=True, text=True, check=False)
    pid = int(parent.stdout)
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid)
