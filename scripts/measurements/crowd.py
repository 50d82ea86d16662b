"""Fifty jobs at once through one worker: throughput, the ticks meanwhile, and memory over time."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from measurements import memory
from measurements.models import Model

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

_AT_ONCE = 10  # of the simulator's and of ours
_SAMPLE_SECONDS = 0.5


def measure(bench: Bench) -> dict[str, Any]:
    """Give the figures; memory in MB."""
    model = str(bench.workshop.make(Model(50_000, 0, "glb")))
    jobs, seconds = (20, 2.0) if bench.quick else (50, 5.0)
    figures = bench.play("crowd", model=model, jobs=jobs, seconds=seconds, stock=False)
    return figures | {"stock": bench.play("crowd", model=model, jobs=jobs, stock=True)}


def story(desk: Desk) -> Steps:
    """In Blender: press so many times, and wait for all models."""
    desk.set_up()
    yield from desk.empty()
    if desk.order["stock"]:
        yield from _stock(desk)
        return
    yield from desk.warm_up(desk.order["model"])
    yield from desk.empty()
    yield 1.0
    start = desk.memory()
    jobs, seconds = desk.order["jobs"], desk.order["seconds"]
    # The companion takes a place of the worker and of the simulator all the time.
    desk.preferences.at_once = _AT_ONCE
    desk.simulator.options(seconds=seconds, model_file=desk.order["model"], concurrency=_AT_ONCE)
    desk.ticks.clear()
    samples: list[dict[str, float]] = []
    began = time.time()
    ids = yield from _round(desk, jobs, samples, began)
    took = max(desk.arrived[job_id] for job_id in ids) - began
    full = desk.memory()
    yield from desk.empty()
    yield 1.0
    end = desk.memory()
    yield from _round(desk, jobs, samples, began)
    yield from desk.empty()
    yield 1.0
    again = desk.memory()
    give_back_ms = memory.give_back()
    held = desk.memory()
    places = _AT_ONCE - 1
    desk.notes |= {
        "jobs": jobs,
        "seconds": took,
        "limit_seconds": math.ceil(jobs / places) * seconds,
        "at_once": places,
        "job_seconds": seconds,
        "memory_start": start,
        "memory_full": full,
        "memory_end": end,
        "memory_again": again,
        "memory_held": held,
        "give_back_ms": give_back_ms,
        "memory_most": {name: max(sample.get(name, 0.0) for sample in samples) for name in start},
        "memory_over_time": samples,
        "memory_measurable": memory.MEASURABLE,
        "tick": _ticks([tick for tick in desk.ticks if not tick.arrival]),
        "arrival_ms": statistics.median(tick.wall for tick in desk.ticks if tick.arrival),
        "press_ms": statistics.median(desk.presses),
    }


def _round(desk: Desk, jobs: int, samples: list[dict[str, float]], began: float) -> Generator[float, None, list[str]]:
    ids = [desk.press() for _ in range(jobs)]
    while not all(desk.jobs[job_id].final for job_id in ids):
        samples.append({"second": time.time() - began, **desk.memory()})
        yield _SAMPLE_SECONDS
    yield from desk.until_done(*ids)
    return ids


def _stock(desk: Desk) -> Steps:
    """The same models by the stock importer, and taken away again; once before, as a job of ours comes before."""
    desk.import_as_usual(desk.order["model"])
    yield from desk.empty()
    yield 1.0
    desk.notes["memory_start"] = desk.memory()
    for when in ("end", "again"):
        for _ in range(desk.order["jobs"]):
            desk.import_as_usual(desk.order["model"])
            yield 0.05
        desk.notes.setdefault("memory_full", desk.memory())
        yield from desk.empty()
        yield 1.0
        desk.notes[f"memory_{when}"] = desk.memory()
    desk.notes["give_back_ms"] = memory.give_back()
    desk.notes["memory_held"] = desk.memory()


def _ticks(ticks: list[Any]) -> dict[str, float]:
    walls = [tick.wall for tick in ticks]
    return {
        "count": len(ticks),
        "median_ms": statistics.median(walls),
        "p99_ms": _p99(walls),
        "p99_own_ms": _p99([tick.own for tick in ticks]),
        "longest_ms": max(walls),
    }


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    tick, start = figures["tick"], figures["memory_start"]
    ratio = figures["limit_seconds"] / figures["seconds"]
    limit = f"the simulator, {figures['at_once']} at a time, takes {figures['limit_seconds']:.1f} s"
    text = [
        f"{figures['jobs']} jobs at once through one worker, of {figures['job_seconds']:g} s and 50,000 triangles each",
        f"throughput / the simulator's own limit {ratio:6.2f}   ({figures['seconds']:.1f} s; {limit})",
    ]
    if not figures["memory_measurable"]:
        text.append("memory is measured on Linux only")
    ways = [("ours", name, figures) for name in start] + [("stock", "Blender", figures["stock"])]
    for way, name, told in ways if figures["memory_measurable"] else ():
        first, full, end, again = (told[f"memory_{when}"].get(name, 0.0) for when in ("start", "full", "end", "again"))
        text.append(
            f"memory of {name:9} {way:6}end / start {end / first:6.2f}, after as many again / end {again / end:5.2f}   "
            f"(start {first:.0f} MB, all models in {full:.0f}, file emptied {end:.0f}, again {again:.0f})"
        )
        if name == "Blender":  # the allocator can be asked in this process only
            held = told["memory_held"][name]
            text.append(
                f"    in use: once its allocator let go {held / first:6.2f}   "
                f"({held:.0f} MB; asking it takes {told['give_back_ms']:.1f} ms of the main thread)"
            )
    others = f"median {tick['median_ms']:.3f}, longest {tick['longest_ms']:.3f}, of {tick['count']:.0f}"
    own = f"{tick['p99_own_ms']:.3f} of it the thread's own time"
    return [
        *text,
        f"a tick: {tick['p99_ms']:.3f} ms at the 99th percentile ({own}), {others}",
        f"an arrival {figures['arrival_ms']:.1f} ms, pressing Generate {figures['press_ms']:.1f} ms",
    ]
