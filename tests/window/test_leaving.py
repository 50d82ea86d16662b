"""Nothing of the add-on's outlives it: switched off, Blender closed, Blender killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.process import SimulatorProcess

from .conftest import Play, complaints

pytestmark = [
    pytest.mark.in_ci("nothing may outlive the add-on or Blender, nor be lost with them"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"),
]


def test_switched_off_while_a_job_runs(play: Play, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=4)

    notes = play("disable")

    assert notes["before"][0] is True, "a job ran"
    assert notes["timer"] is False
    assert notes["worker"] == "", "the worker has ended and is buried: no defunct process stays"
    assert notes["types"] == []
    assert notes["operators"] == []
    assert notes["scene"] is False
    assert notes["jobs"] == [], "switched on again it starts from nothing"
    assert notes["image"], "the picture that was picked is still picked"
    assert notes["again"] == ["done"]


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_blender_ends_while_a_job_runs(play: Play, simulator: SimulatorProcess, how: str) -> None:
    simulator.options(seconds=120)

    notes = play("watching", how=how)

    assert notes["most"] == 2, "there were one worker and one second Blender"
    assert notes["ended with"] == (0 if how == "closed" else -9)
    assert complaints("\n".join(notes["said"])) == []
    assert notes["left"] == []
    assert notes["seconds until the worker had ended"] < 10
