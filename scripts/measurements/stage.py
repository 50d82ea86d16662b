"""Plays a story inside a Blender: by its timers where it has a window, and by hand in the bpy module.

Started as `python stage.py ORDER.json`, or `blender --python stage.py -- ORDER.json`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

Steps = Generator[float, None, None]  # a story yields the seconds until its next step


def main() -> None:
    """Play the story that the order names."""
    order = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    import bpy

    imported = time.perf_counter() - began
    desk = importlib.import_module("measurements.desk").Desk(order)
    desk.notes["blender"], desk.notes["import_bpy_s"] = bpy.app.version_string, imported
    steps = importlib.import_module(f"measurements.{order['measurement']}").story(desk)
    if bpy.app.background:
        _play_by_hand(steps, desk)
        return

    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.system.viewport_aa = "OFF"  # software OpenGL draws every change eight times otherwise

    def step() -> float:
        try:
            return next(steps)  # type: ignore[no-any-return]
        except BaseException as error:  # noqa: BLE001  # an error in a timer would leave the window open for ever
            _end(desk, error)
        return 0.0

    bpy.app.timers.register(step, first_interval=0.2, persistent=True)


def _play_by_hand(steps: Steps, desk: Any) -> None:
    next_step = next_tick = time.perf_counter()
    try:
        while True:
            now = time.perf_counter()
            if now >= next_step:
                next_step = next(steps) + time.perf_counter()
            if not desk.ticking:
                next_tick = now + desk.first_interval
            elif now >= next_tick:
                next_tick = desk.tick() + time.perf_counter()
            time.sleep(max(0.0, min(next_step, next_tick, now + 0.05) - time.perf_counter()))
    except BaseException as error:  # noqa: BLE001
        _end(desk, error)


def _end(desk: Any, error: BaseException) -> None:
    """Write the notes and leave: Blender's own clean-up at exit is slow, and crashes in some versions."""
    failure = "" if isinstance(error, StopIteration) else traceback.format_exc()
    try:
        desk.leave()
    finally:
        file = Path(desk.order["notes"])
        file.with_suffix(".part").write_text(json.dumps({"notes": desk.notes, "error": failure}), encoding="utf-8")
        file.with_suffix(".part").replace(file)
        sys.stdout.flush()
        os._exit(0)


main()
