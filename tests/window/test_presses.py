"""One press orders one model, and what may be charged twice is asked first."""

from __future__ import annotations

from simulator.process import SimulatorProcess

from .conftest import Play


def test_presses(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("presses")

    assert notes["brought in by the first press"] == [], "all of it was loaded since the panel was drawn"
    assert notes["double-click"] == ["done"]
    assert notes["once more"] == ["done"]
    nothing = [["uncertain"], 0]
    assert [notes[how] for how in ("escaped", "double-clicked", "too fast")] == [nothing] * 3
    assert notes["confirmed"] == [["done"], 1]

    assert notes["waiting"] == ["order", "decide"], "the button that moved under the mouse did nothing"
    assert notes["order now"] == [["done"], 1]
    assert notes["still waiting"] == ["order", "decide"]
    assert notes["never sent again"] == 1
    assert len(simulator.creates()) == 5, "two by Generate, one whose answer was lost, one sent again, one that waited"
