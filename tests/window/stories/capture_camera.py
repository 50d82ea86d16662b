"""The camera view, rendered while the artist goes on: no window opens, nothing changes; then closed early."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2] / "blender"))
from unchanged import everything  # what proves it without a window


def story(desk: Any) -> Any:
    camera = desk.module("scene.capture.camera")
    scene = desk.window.scene
    scene.cycles.samples, scene.cycles.use_denoising = 16, False
    folder = Path(desk.order["folder"]) / "camera"
    folder.mkdir()
    desk.notes["windows"] = set()
    desk.notes["engines"] = {}
    desk.notes["differences"] = []
    for engine in ("BLENDER_WORKBENCH", "CYCLES"):
        scene.render.engine = engine
        yield 0.3
        before, began = everything(), time.monotonic()
        path = yield from _rendered(desk, camera.camera_view_steps(scene, folder, size=320), busy=engine == "CYCLES")
        desk.notes["engines"][engine] = [round(time.monotonic() - began, 2), path.name]
        yield from _compare(desk, before)
        shutil.move(path, Path(desk.order["photographs"], f"{desk.order['name']}-{engine}.png"))

    scene.cycles.samples = 256
    before = everything()
    steps = camera.camera_view_steps(scene, folder, size=640)
    next(steps)
    yield 0.3
    next(steps)
    steps.close()
    desk.notes["goes on"] = bpy.app.is_job_running("RENDER")
    yield from desk.until(lambda: not bpy.app.is_job_running("RENDER"), "the render whose steps were closed", 120)
    yield 0.5
    yield from _compare(desk, before)
    desk.notes["files"] = [path.name for path in folder.iterdir()]
    desk.notes["windows"] = sorted(desk.notes["windows"])


def _rendered(desk: Any, steps: Any, *, busy: bool) -> Any:
    """Take the steps until the end; meanwhile nothing else may be rendered."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        windows = bpy.context.window_manager.windows
        desk.notes["windows"].add((len(windows), *sorted(area.ui_type for area in windows[0].screen.areas)))
        if busy and "while rendering" not in desk.notes:
            desk.notes["while rendering"] = _refused(desk)
        yield 0.02


def _refused(desk: Any) -> list[str]:
    folder, said = Path(desk.order["folder"]), []
    for call in (
        lambda: desk.module("scene.capture.camera").render_camera_view(desk.window.scene, folder, size=64),
        lambda: desk.module("scene.capture.turntable").turntable(bpy.data.objects["Cube"], folder, size=64),
    ):
        try:
            call()
        except desk.module("core.errors").TripoError as error:
            said.append(str(error))
    return said


def _compare(desk: Any, before: dict[str, Any]) -> Any:
    yield 0.2
    after = everything()
    names = sorted(before.keys() | after.keys())
    desk.notes["differences"] += [
        f"{name}: {before.get(name)} -> {after.get(name)}" for name in names if before.get(name) != after.get(name)
    ]
