"""How a model arrives, in a Blender with a window and an artist at work in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess
from simulator.sculpture.sculptor import Commission, sculpt

from .conftest import PICTURE, Play

pytestmark = pytest.mark.in_ci("what an artist has on the screen stays theirs when a model arrives")


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A GLB file with a texture."""
    file = tmp_path / "a model.glb"
    file.write_bytes(sculpt(Commission(picture=PICTURE.read_bytes(), face_limit=2000, **SMALL_MODELS), "local").model)
    return str(file)


@pytest.mark.parametrize(
    ("mode", "called"),
    [
        ("WEIGHT_PAINT", "PAINT_WEIGHT"),
        ("POSE", "POSE"),
        ("VERTEX_PAINT", "PAINT_VERTEX"),
        ("TEXTURE_PAINT", "PAINT_TEXTURE"),
    ],
)
def test_arrival_waits_for_object_mode(play: Play, mode: str, called: str) -> None:
    notes = play("arrival_waiting", what="mode", mode=mode)

    assert notes["before"]["mode"] == called
    assert notes["meanwhile"] == notes["before"], "mode, objects and selection are the artist's"
    assert "Waiting for Object Mode" in notes["words"]
    _came_in(notes)
    assert notes["after redo"] == "OBJECT"


def test_arrival_waits_for_a_tool(play: Play) -> None:
    notes = play("arrival_waiting", what="transform")

    assert notes["modal"] == ["TRANSFORM_OT_translate"]
    _came_in(notes)
    assert notes["moved"] != [3, 0, 0]
    assert notes["moved after redo"] == notes["moved"], "the model's undo step is not the tool's"


@pytest.mark.parametrize("display", ["WINDOW", "NONE"])
def test_arrival_waits_for_a_render(play: Play, display: str) -> None:
    notes = play("arrival_waiting", what="render", display=display)

    assert notes["rendering"]
    _came_in(notes)


def test_arrival_and_a_bake(play: Play) -> None:
    notes = play("arrival_waiting", what="bake")

    assert notes["baking at first"]
    assert notes["note"] == "Waiting for the bake to finish"
    _came_in(notes)


def test_arrival_waits_for_a_local_scene(play: Play) -> None:
    notes = play("arrival_waiting", what="linked")

    assert notes["editable"] is False
    assert "Waiting for a scene that is not linked" in notes["words"]
    _came_in(notes)
    assert notes["in scene"]
    assert notes["linked scene"] == ["Stage"]


def test_arrival_while_the_animation_plays(play: Play) -> None:
    notes = play("arrival_waiting", what="playing")

    assert notes["playing"]
    _came_in(notes)


def _came_in(notes: dict[str, Any]) -> None:
    assert notes.get("state", ["ready"]) == ["ready"]
    assert notes["came in"] == ["done"]
    assert notes["active"] == "dahlia"
    assert "dahlia" not in notes["undone"]
    assert "dahlia" in notes["redone"]


@pytest.mark.parametrize("how", ["excluded", "viewport", "layer"])
def test_arrival_beside_a_hidden_collection(play: Play, how: str) -> None:
    notes = play("arrival_scene", what="hidden", how=how)

    assert notes["visible"]
    assert notes["visible after redo"]
    assert notes["collections"] == ["Scene Collection"]
    assert "The collection Tripo is hidden or linked" in notes["sentence"]
    assert notes["clipped"] == []


def test_arrival_in_local_view(play: Play) -> None:
    notes = play("arrival_scene", what="local view")

    assert notes["local"]
    assert notes["seen in it"]
    assert not notes["camera not"]
    assert notes["seen after redo"]
    assert notes["left"]
    assert notes["seen afterwards"]


@pytest.mark.parametrize("collection", ["tripo", "active"])
def test_arrival_beside_an_override(play: Play, collection: str) -> None:
    notes = play("arrival_scene", what="override", collection=collection)

    assert notes["visible"]
    assert notes["collections"] == (["Tripo"] if collection == "tripo" else ["Scene Collection"])
    assert ("is hidden or linked" in notes["sentence"]) is (collection == "active")
    assert notes["prop"] == ["Prop", 3.0], "the override is as it was"


def test_arrival_on_a_turned_cursor(play: Play) -> None:
    notes = play("arrival_scene", what="cursor")

    assert notes["parent"] is False
    assert notes["location"] == [1.5, -2, 0.5]
    assert notes["rotation"] == [0, 0, 0]
    assert notes["scale"] == [1, 1, 1]
    assert notes["base"] == [1.5, -2, 0.5]


def test_arrival_in_the_place_of_an_object(play: Play) -> None:
    notes = play("arrival_scene", what="box")

    assert notes["base"] == [1, 2, 0.5]
    room = (3, 0.8, 2)
    assert all(side <= most + 0.001 for side, most in zip(notes["size"], room, strict=True))
    assert any(side == pytest.approx(most, abs=0.002) for side, most in zip(notes["size"], room, strict=True))
    assert notes["hidden"] == [True, True, False]
    assert notes["after undo"] == [False, False, True, True]
    assert notes["after redo"] == [True, True, False]


def test_arrival_leaves_the_selection(play: Play) -> None:
    notes = play("arrival_scene", what="select off")

    assert notes["selected"] == notes["selected after redo"] == ["Cube", "Cone"]
    assert notes["active"] == "Cube"


def test_arrival_where_it_is_clicked(play: Play) -> None:
    notes = play("arrival_click", but="Click inside a 3D Viewport")

    assert notes["modal"]
    assert notes["jobs while it asks"] == []
    assert notes["turned"] > 0.05
    assert notes["zoomed"]
    assert notes["modal after the turn"]
    assert notes["modal after the sidebar"]
    assert notes["jobs after the sidebar"] == []
    assert notes["modal after the click"] is False
    assert notes["spot"] == pytest.approx([-1, 0, 2], abs=0.02)
    assert notes["location"] == pytest.approx([-1, 0, 2], abs=0.02)
    assert notes["ESC"] == notes["RIGHTMOUSE"] == [True, False, 1]
    assert notes["floor"] == [1.5, -1.0, 0.0]
    assert notes["in local view"] == 0, "not on what the local view leaves out"
    assert notes["from above"] == [1, 0, 0, 0]
    assert notes["modal after turning"]
    assert notes["jobs after turning"] == 3


def test_arrival_of_a_file_by_a_script(play: Play, model: str) -> None:
    notes = play("arrival_files", what="script", model=model)

    assert notes["result"] == ["FINISHED"]
    assert notes["arrived"] == ["a model"]
    assert notes["undone"] == ["Camera", "Light"]


def test_arrival_of_a_file_by_the_browser_and_again(play: Play, model: str, simulator: SimulatorProcess) -> None:
    notes = play("arrival_files", what="browser", model=model)

    assert notes["first"] == ["a model"]
    assert any("faces" in text and "quads" in text for text in notes["words"])
    assert notes["clipped"] == []
    assert notes["states"] == ["done", "done"]
    assert notes["second"] == ["a model.001"]
    assert simulator.requests() == [], "nothing was sent"


def test_arrival_tells_where_it_came_from(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("arrival_files", what="origin")

    assert "Task" in notes["rows"]
    assert notes["jobs while it asks"] == 1
    assert notes["states"] == ["done", "done"]
    assert notes["settings"]
    assert notes["arrived"] == ["dahlia.001"]
    assert len(simulator.creates()) == 2


def test_arrival_with_textures_beside_the_file(play: Play) -> None:
    notes = play("arrival_files", what="textures")

    assert len(notes["pictures"]) >= 1
    for _name, path, packed, sized, filled in notes["pictures"]:
        assert path.startswith("//textures")
        assert not packed
        assert sized
        assert filled
    assert notes["pictures reopened"] == notes["pictures"]
    assert [name for name in notes["files"] if name.startswith("textures/")]
