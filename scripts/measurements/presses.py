"""How long the first press of Generate in a fresh Blender holds it, and what it loaded beforehand in small steps."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

_LEISURE_SECONDS = 4.0  # in which an artist chooses an image
_WAYS = {"at_once": "at once", "later": f"{_LEISURE_SECONDS:.0f} s after the panel"}
_FIGURES = ("first_ms", "first_own_ms", "second_ms", "loading_ms", "loading_own_ms")


def measure(bench: Bench) -> dict[str, Any]:
    """Give one row a way; every press is in a Blender of its own."""
    rounds = 3 if bench.quick else 5
    taken: dict[str, list[dict[str, Any]]] = {way: [] for way in _WAYS}
    for _ in range(rounds):
        for way in _WAYS:  # by turns: the machine has moods
            taken[way].append(bench.play("presses", way=way))
    rows = [{"way": way, **{name: min(one[name] for one in taken[way]) for name in _FIGURES}} for way in _WAYS]
    for row in rows:
        row["brought_in"] = taken[row["way"]][0]["brought_in"]
        row["longest_first_ms"] = max(one["first_ms"] for one in taken[row["way"]])
    return {"rows": rows, "rounds": rounds}


def story(desk: Desk) -> Steps:
    """In Blender: show the panel, press, and press again for another image."""
    desk.register()
    took: list[tuple[float, float]] = []
    _time_the_preload(desk, took)
    yield from desk.empty()
    desk.choose_picture(desk.order["picture"])
    if desk.order["way"] == "later":
        yield from _show(desk)
    else:
        yield 1.0
    before = set(sys.modules)
    first, first_own = _press(desk)
    brought_in = len(set(sys.modules) - before)
    yield 2.0
    other = Path(desk.order["folder"], "other.png")
    other.write_bytes(Path(desk.order["picture"]).read_bytes())
    desk.choose_picture(str(other))
    desk.notes |= {
        "first_ms": first,
        "first_own_ms": first_own,
        "second_ms": _press(desk)[0],
        "loading_ms": max((wall for wall, _ in took), default=0.0),
        "loading_own_ms": max((own for _, own in took), default=0.0),
        "brought_in": brought_in,
    }


def _show(desk: Desk) -> Steps:
    """Have the panel drawn, and the time pass in which an artist looks at it."""
    import bpy

    if not bpy.app.background:
        desk.show_panel()
        yield _LEISURE_SECONDS
        return
    preload = desk.module("app.preload")
    preload.start()  # as the panel does, which nobody draws here
    while preload.loading.tick() is not None:
        yield 0.01


def _time_the_preload(desk: Desk, took: list[tuple[float, float]]) -> None:
    loading = desk.module("app.preload").loading
    real = loading.tick

    def tick() -> float | None:
        own, wall = time.thread_time(), time.perf_counter()
        delay: float | None = real()
        took.append(((time.perf_counter() - wall) * 1000, (time.thread_time() - own) * 1000))
        return delay

    loading.tick = tick


def _press(desk: Desk) -> tuple[float, float]:
    """Press the button, as a click does, and give the ms by the clock, and those of the main thread's own time."""
    import bpy

    operator: Any = bpy.ops.tripo  # type: ignore[attr-defined]
    generate = desk.module("ui.operators.generate")
    own, began = time.thread_time(), time.perf_counter()
    if bpy.app.background:  # where the operator itself would wait for the model
        generate.start(bpy.context)
    elif operator.generate("INVOKE_DEFAULT") != {"FINISHED"}:
        raise RuntimeError("the press was refused")
    return (time.perf_counter() - began) * 1000, (time.thread_time() - own) * 1000


_HEAD = "{:24}{:>8}{:>8}{:>9}{:>8} |{:>8}{:>8} |{:>8}"


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text."""
    text = [
        f"The first press of Generate in a fresh Blender, the fastest of {figures['rounds']}, and the second one",
        _HEAD.format("ms", "first", "own", "slowest", "second", "a tick", "own", "modules"),
    ]
    for row in figures["rows"]:
        values = (f"{row[name]:.1f}" for name in ("first_ms", "first_own_ms", "longest_first_ms", *_FIGURES[2:]))
        text.append(_HEAD.format(_WAYS[row["way"]], *values, row["brought_in"]))
    return [
        *text,
        "(own: of the main thread itself, which other programs hardly lengthen; a tick: the longest of those that",
        "load what a press needs; modules: those that were left to load)",
    ]
