"""The add-on is switched off while a job runs, and on again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy

PACKAGE = "bl_ext.user_default.tripo_blender"


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    desk.generate()
    yield from desk.until_generating()
    tick, worker = desk.module("app.session").tick, desk.session._worker.pid
    desk.notes["before"] = [bpy.app.timers.is_registered(tick), _state(worker)]

    bpy.ops.preferences.addon_disable(module=PACKAGE)
    desk.notes["timer"] = bpy.app.timers.is_registered(tick)
    yield from desk.until(lambda: _state(worker) in ("", "Z"), "the worker to end", 20)
    desk.notes["worker"] = _state(worker)
    desk.notes["types"] = sorted(name for name in dir(bpy.types) if name.upper().startswith("TRIPO"))
    desk.notes["operators"] = dir(bpy.ops.tripo)
    desk.notes["scene"] = hasattr(bpy.types.Scene, "tripo")
    yield from desk.redrawn()
    desk.photograph("1-off", whole=True)

    bpy.ops.preferences.addon_enable(module=PACKAGE)
    desk.watch()
    desk.notes["modules"] = sorted(name for name in sys.modules if "tripo_blender" in name)[:3]
    yield from desk.open_sidebar()
    desk.notes["image"] = desk.settings.image is not None
    desk.notes["jobs"] = desk.states
    desk.preferences.api_key, desk.preferences.base_url = desk.order["key"], desk.order["url"]  # went with the add-on
    desk.generate()
    yield from desk.until_all_ended()
    desk.notes["again"] = desk.states


def _state(pid: int) -> str:
    """Give a process's state as the kernel has it; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return ""
