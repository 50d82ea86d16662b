"""Images of four sides while an artist has a render and an undo history: one a step, and nothing else happens."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2] / "blender"))
from unchanged import unchanged  # what proves it without a window


def story(desk: Any) -> Any:
    bpy.context.preferences.view.render_display_type = "NONE"
    scene = desk.window.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.render.resolution_x = scene.render.resolution_y = 64
    with desk.at_viewport():
        bpy.ops.render.render("INVOKE_DEFAULT")
    yield from desk.until(lambda: bpy.data.images["Render Result"].has_data, "the artist's render")
    yield from desk.until(lambda: not bpy.app.is_job_running("RENDER"), "the artist's render to end")
    with desk.at_viewport():  # an object with its own camera for the viewport, which takes no part
        bpy.ops.mesh.primitive_monkey_add(location=(6, 0, 0))
    # The graphics card subdivides what the window shows.
    bpy.context.object.modifiers.new("Subdivision", "SUBSURF").levels = 2
    local = desk.area.spaces.active
    local.use_local_camera, local.camera = True, bpy.data.objects["Camera"]
    desk.push_undo("Add a Monkey")
    yield 0.3

    folder = Path(desk.order["folder"]) / "turntable"
    folder.mkdir()
    desk.notes["seconds of an image"] = []
    turntable = desk.module("scene.capture.turntable")
    with unchanged():
        steps = turntable.turntable_steps(bpy.data.objects["Suzanne"], folder)
    for _ in range(4):
        began = time.monotonic()
        with desk.at_viewport(), unchanged():
            view, path = next(steps)
        desk.notes["seconds of an image"].append((view, round(time.monotonic() - began, 2), path.stat().st_size))
        yield 0.1
    desk.notes["over"] = next(steps, None)
    desk.notes["render still there"] = bpy.data.images["Render Result"].has_data
    for path in folder.iterdir():
        shutil.move(path, Path(desk.order["photographs"], f"{desk.order['name']}-{path.name}"))

    yield from desk.press("Z", ctrl=True)
    yield from desk.until(lambda: "Suzanne" not in bpy.data.objects, "one undo to take the monkey away", 10)
    yield from desk.press("Z", ctrl=True, shift=True)
    yield from desk.until(lambda: "Suzanne" in bpy.data.objects, "one redo to bring it back", 10)

    desk.notes["undone in between"] = yield from _undone_in_between(desk, turntable, folder)


def _undone_in_between(desk: Any, turntable: Any, folder: Path) -> Any:
    """Undo the object away between two steps."""
    steps = turntable.turntable_steps(bpy.data.objects["Suzanne"], folder, size=64)
    next(steps)
    yield from desk.press("Z", ctrl=True)
    yield from desk.until(lambda: "Suzanne" not in bpy.data.objects, "the undo", 10)
    try:
        next(steps)
    except desk.module("core.errors").TripoError as error:
        return [str(error), [path.name for path in folder.iterdir()]]
    return "no error"
