"""Every kind of model that waits, in sidebars of several widths and scales; and the preferences, whole.

The jobs are made up: no service is asked.
"""

from __future__ import annotations

from typing import Any

import bpy

_NARROW, _USUAL = 160, 290  # px at scale 1


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    _make_up(desk)
    yield from _look(desk, "usual")
    yield from desk.widen(_NARROW)
    yield from _look(desk, "narrow")
    yield from desk.widen(_USUAL)
    bpy.context.preferences.view.ui_scale = 1.5
    yield 0.3
    yield from _look(desk, "scale-1.5")
    bpy.context.preferences.view.ui_scale = 1.0
    yield 0.3
    desk.module("app.startup_scan").waiting.clear()

    yield from _preferences(desk)


def _look(desk: Any, name: str) -> Any:
    yield from desk.leave()
    yield from desk.redrawn()
    yield from desk.redrawn()
    desk.photograph(name)
    desk.notes.setdefault("clipped", []).extend(desk.clipped())
    desk.notes["words"] = desk.words("TRIPO_PT_waiting")


def _preferences(desk: Any) -> Any:
    """Show the add-on's preferences where the scene was, which has the room."""
    area = next(each for each in desk.window.screen.areas if each.type == "VIEW_3D")
    area.type = "PREFERENCES"
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "Tripo"
    package = desk.module("scene.addon_preferences").ADDON
    with bpy.context.temp_override(window=desk.window, area=area):
        bpy.ops.preferences.addon_show(module=package)
    yield 1.0
    desk.photograph("preferences", whole=True)


def _make_up(desk: Any) -> None:
    core, way = desk.module("core.job"), desk.module("core.recovery").Way
    found = desk.module("app.startup_scan").waiting.found
    settings, state = desk.settings.settings(), core.JobState
    lost = desk.module("core.services.purchase").lost_answer("timeout")
    for number, (name, where, how, values) in enumerate(
        (
            ("Picture", state.QUEUED, way.ORDER, {}),
            ("A statue of a rather long name", state.GENERATING, way.FOLLOW, {"percent": 61.0, "task_id": "1"}),
            ("Dahlia", state.READY, way.TAKE_IN, {}),
            ("Chair \udce9", state.UNCERTAIN, way.DECIDE, {"failure": lost}),
        )
    ):
        job = core.image_job(str(number), name, "", settings, "", 0.0, state=where, **values)
        found[job.id] = desk.module("core.recovery").Unfinished(job, how)
