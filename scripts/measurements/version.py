"""Which Blender it is, which the stage notes by itself, and what draws its window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measurements.desk import Desk, Steps


def story(desk: Desk) -> Steps:
    """Note what draws, where there is a window."""
    import bpy

    if not bpy.app.background:
        import gpu

        desk.notes["renderer"] = gpu.platform.renderer_get()
    yield 0.0
