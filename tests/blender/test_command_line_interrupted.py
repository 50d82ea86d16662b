"""Ctrl-C on the command line, again and again and at any moment of an order: the last line says what is true."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess

from .console import Place, ended, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")


@pytest.mark.parametrize("seed", range(4))
def test_a_burst_of_ctrl_c(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    slow = [{"on": on, "do": "delay", "seconds": chance.uniform(0.2, 0.6)} for on in ("upload", "create", "poll")]
    with SimulatorProcess(seconds=0.2, faults=slow, **SMALL_MODELS) as simulator:
        place = Place(tmp_path, simulator)
        process = place.start(place.picture, "--json")
        wait_for(process, "uploading")
        time.sleep(chance.uniform(0, 1.5))
        for _ in range(chance.randint(5, 40)):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                time.sleep(chance.uniform(0, 0.05))
        outcome = ended(process)
        bought = [entry["answer"]["task_id"] for entry in simulator.creates()]

    assert "Traceback" not in outcome.out + outcome.err
    result = json.loads(outcome.lines[-1])
    assert (result["event"], result["exit_code"]) == ("result", outcome.code)
    records = [json.loads(path.read_text("utf-8"))["job"] for path in place.home.rglob("job.json")]
    if result["ok"]:
        return  # it was quicker
    assert [record["task_id"] for record in records] == bought
    assert result["task_id"] == "".join(bought)
    assert outcome.code == 1
    if bought:
        assert bought[0] in result["error"]["message"]
        assert records[0]["state"] in ("cancelled", "ready")
    else:
        assert "before anything was ordered" in result["error"]["message"]
    assert list(place.home.rglob("*.lock")) == []
