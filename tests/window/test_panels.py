"""What the sidebar looks like, and what it costs."""

from __future__ import annotations

import pytest

from simulator.process import SimulatorProcess

from .conftest import Play

pytestmark = pytest.mark.in_ci("what is drawn, and that drawing costs nothing")


def test_the_panels_draw_whatever_there_is(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("panels", but="There is no render of this scene yet")

    assert set(notes["states"]) == set(notes["all states"])
    assert notes["render offered"] == [False, False], "not before there is one, and not from another file"
    for told in notes["nothing rendered"]:
        assert "Render an image first (F12)" in told
    assert "no render of this scene yet" in notes["rendered in another scene"]
    assert simulator.requests() == [], "nothing was sent"
    assert notes["advanced at first"] == [], "the sub-panel is closed"
    usual, narrow, wide, _scaled = notes["widths"]
    assert narrow < 200 < usual < 400 < wide
    assert notes["clipped"] == [], "sentences are broken into lines that fit"


def test_the_waiting_panel_at_every_width(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("waiting_panel")

    assert notes["words"][0] == "4 models are waiting"
    assert {"tripo.resume_all", "Generate Again...", "Download by Task ID", "Resume", "Order Now"} <= set(
        notes["words"]
    )
    assert notes["clipped"] == []
    assert simulator.requests() == [], "nothing was sent"


def test_the_main_thread_is_not_held_up(play: Play, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=6)

    notes = play("main_thread")

    for phase in ("sidebar shut", "sidebar open"):
        assert notes[phase]["states"] == ["done"] * 3
        assert len(notes[phase]["ticks with an arrival"]) == 3, "one model a tick"
