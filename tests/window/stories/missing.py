"""Something is missing before a model can be generated: what the sidebar says, and where its button leads."""

from __future__ import annotations

from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down(**desk.order["access"])
    yield from desk.leave()
    yield from desk.redrawn()
    desk.notes["sentence"] = desk.sentence("TRIPO_PT_main")
    desk.notes["clipped"] = desk.clipped()
    with desk.at_sidebar():
        desk.notes["can generate"] = bpy.ops.tripo.generate.poll()
    desk.photograph("1-panel")

    x, y = yield from desk.find("tripo.generate")
    yield 0.3
    desk.move(x + 3, y)
    yield 2.0  # until Blender shows the reason
    desk.photograph("2-reason", whole=True)
    yield from desk.click("tripo.generate(")
    yield from desk.leave()
    desk.notes["jobs"] = desk.states

    yield from desk.click(desk.order["button"])
    yield from desk.until(lambda: _preferences_window() is not None, "the preferences to open", 20)
    yield 0.5
    desk.notes["section"] = bpy.context.preferences.active_section
    desk.notes["search"] = getattr(bpy.context.window_manager, "addon_search", "")
    yield 1.5
    desk.photograph("3-preferences", whole=True)


def _preferences_window() -> bpy.types.Window | None:
    for window in bpy.context.window_manager.windows:
        if any(area.type == "PREFERENCES" for area in window.screen.areas):
            return window
    return None
