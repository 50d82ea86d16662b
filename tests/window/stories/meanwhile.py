"""Something large happens while a job runs: another file, undo, the end of the scene that it was asked from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    if desk.order["what"] == "scene":
        desk.window.scene = bpy.data.scenes.new("Second")
        desk.settings.image, desk.settings.face_limit = bpy.data.images["dahlia.jpg"], 2000
        desk.push_undo("Scene")
    desk.generate()
    yield from desk.until_generating()
    yield from _HAPPENINGS[desk.order["what"]](desk)
    desk.notes["meanwhile"] = {"states": desk.states, "objects": desk.objects}
    yield from desk.open_sidebar()
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    desk.photograph("1-meanwhile")

    yield from desk.until_all_ended()
    yield from desk.redrawn()
    desk.photograph("2-arrived", whole=True)
    desk.notes["states"] = desk.states
    desk.notes["arrived"] = [name for name in desk.objects if name not in desk.notes["meanwhile"]["objects"]]
    desk.notes["in scene"] = desk.jobs[0].object_name in desk.window.scene.objects
    desk.notes["file"] = Path(bpy.data.filepath).name

    yield from desk.press("Z", ctrl=True)
    yield from desk.until(lambda: desk.jobs[0].object_name not in bpy.data.objects, "undo to take it away", 10)
    desk.notes["undone"] = desk.objects == desk.notes["meanwhile"]["objects"]


def _new(desk: Any) -> Any:
    bpy.ops.wm.read_homefile()
    yield 0.3


def _open(desk: Any) -> Any:
    file = str(Path(desk.order["folder"], "mine.blend"))
    bpy.data.objects["Camera"].name = "Mine"
    bpy.ops.wm.save_as_mainfile(filepath=file, copy=True)
    bpy.ops.wm.open_mainfile(filepath=file)
    yield 0.3


def _undo(desk: Any) -> Any:
    for _ in range(2):
        with desk.at_sidebar():
            bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=6)
        desk.push_undo("Sphere")
    for left in (1, 0):
        yield from desk.press("Z", ctrl=True)
        yield from desk.until(lambda: sum("Sphere" in name for name in desk.objects) == left, "undo", 10)  # noqa: B023


def _scene(desk: Any) -> Any:
    with bpy.context.temp_override(window=desk.window):
        bpy.ops.scene.delete()
    yield 0.3


_HAPPENINGS = {"new": _new, "open": _open, "undo": _undo, "scene": _scene}
