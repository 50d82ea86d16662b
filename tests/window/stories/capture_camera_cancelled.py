"""A render of the camera view that would take minutes, ended by Esc on a real keyboard."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import bpy


def story(desk: Any) -> Any:
    if shutil.which("xdotool") is None:
        desk.notes["left out"] = "there is no xdotool here, and Blender ignores Esc where it is simulated"
        return
    scene = desk.window.scene
    scene.render.engine, scene.cycles.samples = "CYCLES", 100_000
    yield 0.5
    folder = Path(desk.order["folder"]) / "cancelled"
    folder.mkdir()
    steps = desk.module("scene.capture.camera").camera_view_steps(scene, folder, size=1024)
    began = time.monotonic()
    try:
        while True:
            next(steps)
            if time.monotonic() - began > 90:
                raise TimeoutError("Esc did not end the render")
            if time.monotonic() - began > 1.0:
                x, y = desk.area.x + desk.area.width // 3, desk.window.height - desk.area.y - desk.area.height // 2
                subprocess.run(["xdotool", "mousemove", str(x), str(y), "key", "Escape"], check=True)
            yield 0.2
    except desk.module("core.errors").TripoError as error:
        desk.notes["said"] = [str(error.failure.kind), str(error)]
    yield 0.3
    desk.notes["left"] = [
        sorted(each.name for each in bpy.data.scenes),
        sorted(each.name for each in bpy.data.images),
        [path.name for path in folder.iterdir()],
        bpy.context.preferences.view.render_display_type,
        len(bpy.app.handlers.render_cancel),
    ]
