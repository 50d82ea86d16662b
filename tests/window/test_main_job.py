"""The add-on's main job, done by hand."""

from __future__ import annotations

import pytest

from simulator.process import SimulatorProcess

from .conftest import Play

pytestmark = pytest.mark.in_ci("the add-on's main job, by hand")


@pytest.mark.parametrize("texture", [True, False], ids=["textured", "plain"])
@pytest.mark.parametrize("quad", [False, True], ids=["triangles", "quads"])
def test_a_click_makes_a_model(play: Play, simulator: SimulatorProcess, quad: bool, texture: bool) -> None:
    watched = texture and not quad
    simulator.options(seconds=5 if watched else 1)

    notes = play("main_job", quad=quad, texture=texture)

    assert notes["states"] == ["done"]
    assert len(simulator.creates()) == 1, "one click orders one model"
    assert notes["percents"] == sorted(notes["percents"])
    assert len(notes["bars"]) >= (3 if watched else 1)
    assert "Done" in notes["words"]
    assert notes["active"] in notes["arrived"]
    assert set(notes["selected"]) <= set(notes["arrived"])
    assert notes["corners"] == ([4] if quad else [3])
    assert 1000 <= notes["faces"] <= 2500
    assert bool(notes["pictures"]) is texture
    assert notes["picture kept"], "undo takes the model away and nothing else"
    assert notes["brought back"] == notes["arrived"]
