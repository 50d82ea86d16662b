"""Without a key, and without online access: the sidebar says so and leads to the place."""

from __future__ import annotations

from simulator.process import SimulatorProcess

from .conftest import Play


def test_no_key(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("missing", access={"key": ""}, button="tripo.show_preferences")

    assert "API key" in notes["sentence"]
    assert notes["clipped"] == []
    assert notes["can generate"] is False
    assert notes["jobs"] == []
    assert notes["section"] == "ADDONS"
    assert "Tripo" in notes["search"]
    assert simulator.requests() == []


def test_offline(play: Play) -> None:
    notes = play("missing", access={"url": ""}, button="tripo.show_online_access")

    assert "Online access required to generate a model. Enable online access in System preferences" in notes["sentence"]
    assert notes["clipped"] == []
    assert notes["can generate"] is False
    assert notes["jobs"] == []
    assert notes["section"] == "SYSTEM"
