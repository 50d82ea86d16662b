"""Blender ends while a job runs: the artist quits, or it is killed."""

from __future__ import annotations

import os
import signal
from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    desk.generate()
    yield from desk.until_generating()
    if desk.order["how"] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    with bpy.context.temp_override(window=desk.window):
        bpy.ops.wm.quit_blender()
    yield 30.0
