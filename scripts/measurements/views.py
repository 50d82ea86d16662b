"""What a window shows of a model like the service's: the call that brings it in, and the first redraw behind it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurements.models import REAL, Model

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

SHADINGS = {"SOLID": "Solid", "MATERIAL": "Material Preview"}
_WAYS = ("ours", "stock")
_REDRAWS = 6  # behind an arrival: textures come in over several
_COMPILING_SECONDS = 30.0  # in which Blender compiles its shaders for a first model of the kind, beside drawing it grey
_FIGURES = ("call_ms", "first_ms", "others_ms")


def measure(bench: Bench) -> dict[str, Any]:
    """Give one row a kind of shading, where there is a window."""
    if not bench.blender:
        return {"window": False}
    model = str(bench.workshop.make(REAL))
    small = str(bench.workshop.make(Model(50_000, 0, "glb")))
    notes = bench.play("views", model=model, small=small, rounds=2 if bench.quick else 5)
    return {"window": True, "rows": notes["rows"]}


def story(desk: Desk) -> Steps:
    """In Blender: the same model by turns, ours and stock, before a viewport that looks at it."""
    desk.set_up()
    yield from desk.empty()
    yield from desk.warm_up(desk.order["small"])
    yield from desk.empty()
    desk.simulator.options(model_file=desk.order["model"])
    desk.keep_prepared = True
    yield from desk.until_done(desk.press())
    desk.keep_prepared = False
    desk.notes["rows"] = []
    for shading, name in SHADINGS.items():
        yield from _compile(desk, shading)
        taken: dict[str, list[dict[str, float]]] = {way: [] for way in _WAYS}
        for _ in range(desk.order["rounds"]):
            for way in _WAYS:
                yield from _arrival(desk, way, shading, taken[way])
        # The fastest: what else the machine does only ever makes one slower, here by up to three times.
        row = {way: {figure: min(one[figure] for one in taken[way]) for figure in _FIGURES} for way in _WAYS}
        before = min(one["before_ms"] for way in _WAYS for one in taken[way])
        desk.notes["rows"].append({"shading": name, "before_ms": before, **row})


def _compile(desk: Desk, shading: str) -> Steps:
    """Have a first model shown until Blender has its shaders for it."""
    yield from _arrival(desk, "stock", shading, [])
    until = time.monotonic() + _COMPILING_SECONDS
    while shading == "MATERIAL" and time.monotonic() < until:
        desk.redraw()
        yield 0.5


def _arrival(desk: Desk, way: str, shading: str, taken: list[dict[str, float]]) -> Steps:
    """Bring the model into an empty file, and draw."""
    yield from desk.empty()
    desk.look_at_the_middle(shading)
    yield 0.5
    before = min(desk.redraw() for _ in range(3))
    call = desk.import_as_usual(desk.order["model"]) if way == "stock" else _bring_in(desk)
    first, *others = (desk.redraw() for _ in range(_REDRAWS))
    taken.append({"call_ms": call, "first_ms": first, "others_ms": sum(others), "before_ms": before})


def _bring_in(desk: Desk) -> float:
    """Let the prepared model come in again, by the session's own tick, and give the ms that this took."""
    access = desk.module("app.account").Access("", "", converts=False)
    job = replace(desk.prepared, id=f"{desk.prepared.id}-{len(desk.jobs)}")
    desk.ticks.clear()
    desk.session.take_over(job, access, Path(desk.order["folder"]))
    while not desk.jobs[job.id].final:
        desk.tick()
    return next(tick.wall for tick in desk.ticks if tick.arrival)


_HEAD = "{:18}{:>8}{:>8}{:>8} |{:>8}{:>8} |{:>8}{:>8} |{:>8}{:>8} |{:>8}"


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    if not figures["window"]:
        return ["How long a window stands still to draw a model is measured where there is one"]
    others = f"next {_REDRAWS - 1}"
    text = [
        "A model like the service's before a viewport: the call that brings it in, the first redraw of the window",
        f"behind it, the {others} together, and a redraw before; the fastest of several goes",
        "(where software draws, textures take seconds)",
        _HEAD.format("", "call", "first", others, "call", "stock", "first", "stock", others, "stock", "before"),
        _HEAD.format("viewport in", *("/stock",) * 3, *("ms",) * 7),
    ]
    for row in figures["rows"]:
        pairs = [(row["ours"][figure], row["stock"][figure]) for figure in _FIGURES]
        ratios = (f"{ours / stock:.2f}" for ours, stock in pairs)
        each = (f"{ms:.0f}" for pair in (*pairs, (row["before_ms"],)) for ms in pair)
        text.append(_HEAD.format(row["shading"], *ratios, *each))
    return text
