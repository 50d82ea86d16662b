"""How long Blender's main thread is held up: by three jobs, with the sidebar shut and open, beside doing nothing."""

from __future__ import annotations

import itertools
import statistics
import time
from typing import Any

import bpy

_PULSE_SECONDS = 0.01


def story(desk: Any) -> Any:
    module = desk.module("app.session")
    ticks: list[tuple[float, bool]] = []  # seconds, and whether a model came in
    real = module.tick

    def timed() -> float | None:
        done = desk.states.count("done")
        began = time.perf_counter()
        delay: float | None = real()
        ticks.append((time.perf_counter() - began, desk.states.count("done") > done))
        return delay

    module.tick = timed  # what Session.start registers
    beats: list[float] = []

    def beat() -> float:
        beats.append(time.perf_counter())
        return _PULSE_SECONDS

    yield from desk.sit_down()
    bpy.app.timers.register(beat)
    for name, shown, jobs in (("idle", True, 0), ("sidebar shut", False, 3), ("sidebar open", True, 3)):
        desk.area.spaces.active.show_region_ui = shown
        yield 1.0  # until that is drawn
        beats.clear()
        ticks.clear()
        began = time.perf_counter()
        for quad, texture in ((False, True), (True, True), (False, False))[:jobs]:
            desk.settings.quad, desk.settings.texture = quad, texture
            if shown:
                desk.generate()
            else:  # the context of a sidebar that is shut is that of the viewport
                with bpy.context.temp_override(window=desk.window, area=desk.area):
                    bpy.ops.tripo.generate("INVOKE_DEFAULT")
        ordered = time.perf_counter()
        if jobs:
            yield from desk.until_all_ended()
        else:
            yield 3.0
        desk.notes[name] = _figures(beats, ticks)
        desk.notes[name]["three clicks"] = round((ordered - began) * 1000, 1)
        desk.notes[name]["seconds"] = round(time.perf_counter() - ordered, 1)
        desk.notes[name]["states"] = desk.states
        desk.session.clear()
    bpy.app.timers.unregister(beat)
    module.tick = real


def _figures(beats: list[float], ticks: list[tuple[float, bool]]) -> dict[str, Any]:
    """Give milliseconds."""
    gaps = sorted((later - earlier) * 1000 for earlier, later in itertools.pairwise(beats))
    plain = sorted(seconds * 1000 for seconds, arrival in ticks if not arrival)
    figures: dict[str, Any] = {
        "beats": len(beats),
        "longest gap": round(gaps[-1], 1),
        "second longest gaps": [round(gap, 1) for gap in gaps[-6:-1]],
        "gap, median": round(statistics.median(gaps), 1),
    }
    if plain:
        figures |= {
            "ticks": len(ticks),
            "tick, median": round(statistics.median(plain), 3),
            "tick, 99th percentile": round(plain[min(len(plain) - 1, int(len(plain) * 0.99))], 3),
            "tick, longest": round(plain[-1], 3),
            "ticks with an arrival": [round(seconds * 1000, 1) for seconds, arrival in ticks if arrival],
        }
    return figures
