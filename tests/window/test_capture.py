"""Images of the scene: four sides of an object, the camera view, the viewport."""

from __future__ import annotations

import pytest

from .conftest import Play


def test_images_of_four_sides_disturb_nothing(play: Play) -> None:
    notes = play("capture_turntable")

    assert [view for view, _seconds, _bytes in notes["seconds of an image"]] == ["front", "left", "back", "right"]
    assert notes["over"] is None
    assert notes["render still there"], "the panel offers the last render by that"
    assert notes["undone in between"] == [
        "The object was removed while images of it were taken. Try again",
        [],
    ]


@pytest.mark.in_ci("a render job, which only a window has")
def test_the_camera_view_is_rendered_without_a_window_of_its_own(play: Play) -> None:
    notes = play("capture_camera")

    assert {engine: name for engine, (_seconds, name) in notes["engines"].items()} == {
        "BLENDER_WORKBENCH": "camera.png",
        "CYCLES": "camera.png",
    }
    assert notes["differences"] == []
    assert len(notes["windows"]) == 1, "no window and no editor opens"
    assert notes["while rendering"] == ["Blender is rendering. Wait until the render has finished, then try again"] * 2
    assert notes["goes on"] is True
    assert notes["files"] == []


def test_the_render_of_the_camera_view_ends_by_esc(play: Play) -> None:
    notes = play("capture_camera_cancelled", simulate=False)

    if "left out" in notes:
        pytest.skip(notes["left out"])
    assert notes["said"] == ["cancelled", "The render of the camera view was cancelled"]
    scenes, images, files, shown, handlers = notes["left"]
    assert scenes == ["Scene"]
    assert " " not in images
    assert (files, shown, handlers) == ([], "WINDOW", 0)


@pytest.mark.in_ci("a viewport, which only a window has")
def test_images_of_the_viewport(play: Play) -> None:
    notes = play("capture_viewport", but="clipboard_paste")

    assert notes["overlays are shown"] is True
    assert notes["colors"]["overlays False"] < notes["colors"]["overlays True"], "no grid, no outlines"
    if not isinstance(notes["on screen"], str):
        same_size, differing = notes["on screen"]
        assert same_size
        assert differing < 0.001
    whole, part, covered, said = notes["cropped"]
    assert part[0] < whole[0] / 2
    assert part[1] < whole[1] / 2
    assert covered == pytest.approx(part, abs=2), "the cube fills the crop"
    assert said == "Nothing is selected. Select what the image is to be cropped to"
    assert notes["rendered by Cycles"].startswith("What Cycles renders in the viewport cannot be taken as an image")
    assert notes["four views"] == [4, True]
    assert notes["without a viewport"] == "There is no 3D viewport in this window. Open one, then try again"
    assert "clipboard" in notes["words on the clipboard"]
    assert notes["pasted"] == [["Clipboard", True, 0], ["Clipboard", True, 1]], "and every editor shows what it did"
    assert notes["files"] == []
