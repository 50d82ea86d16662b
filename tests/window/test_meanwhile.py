"""The artist goes on working while a job runs."""

from __future__ import annotations

import pytest

from simulator.process import SimulatorProcess

from .conftest import Play


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_a_model_waits_for_object_mode(play: Play, mode: str) -> None:
    notes = play("other_mode", mode=mode)

    assert notes["state"] == ["ready"]
    assert "Waiting for Object Mode" in notes["words"]
    assert notes["meanwhile"] == notes["before"], "the artist's mode, objects and selection are as they were"
    assert notes["before"]["mode"] == ("EDIT_MESH" if mode == "EDIT" else "SCULPT")
    assert notes["came in"] == ["done"]
    assert notes["active"] == "dahlia"
    assert notes["undone"]["objects"] == notes["before"]["objects"]
    assert notes["undone"]["mode"] == "OBJECT"


@pytest.mark.parametrize("what", ["new", "open", "undo", "scene"])
def test_a_job_outlives_what_happens_meanwhile(play: Play, simulator: SimulatorProcess, what: str) -> None:
    simulator.options(seconds=4)

    notes = play("meanwhile", what=what)

    assert notes["meanwhile"]["states"] == ["generating"]
    assert "dahlia" in notes["words"], "the job is still listed"
    assert notes["states"] == ["done"]
    assert notes["arrived"] == ["dahlia"]
    assert notes["in scene"], "it arrived in the scene that is open"
    assert notes["undone"], "one undo takes the model away and nothing else"
    assert notes["file"] == ("mine.blend" if what == "open" else "")
    assert len(simulator.creates()) == 1
