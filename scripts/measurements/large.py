"""A model file of 200 MB: the most memory that each process takes, against the file's size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurements import memory

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

_MEGABYTES = 200


def measure(bench: Bench) -> dict[str, Any]:
    """Give peaks in MB: of a job of ours, and of the stock importer in a Blender of its own."""
    if not memory.MEASURABLE:
        return {"measurable": False}
    path = bench.workshop.make_heavy(40 if bench.quick else _MEGABYTES)
    small = str(bench.workshop.make_picture())
    ours = bench.play("large", model=str(path), small=small, stock=False)
    stock = bench.play("large", model=str(path), small=small, stock=True)
    return {
        "measurable": True,
        "megabytes": path.stat().st_size / 1e6,
        "ours": {"start": ours["start"], "peak": ours["peak"]},
        "stock": {"start": stock["start"], "peak": stock["peak"]},
        "arrival_ms": ours["arrival_ms"],
        "stock_ms": stock["stock_ms"],
    }


def story(desk: Desk) -> Steps:
    """In Blender: one job, or one plain import."""
    desk.set_up()
    yield from desk.empty()
    if desk.order["stock"]:
        desk.notes["start"] = {"Blender": memory.resident(os.getpid())}
        desk.notes["stock_ms"] = desk.import_as_usual(desk.order["model"])
        yield 0.5
        desk.notes["peak"] = {"Blender": memory.peak(os.getpid())}
        return
    desk.simulator.options(seconds=3600.0, model_file=desk.order["model"])
    companion = desk.press()
    yield from desk.until(lambda: desk.jobs[companion].state == "generating", "the companion to generate")
    yield 4.0  # the converter starts
    desk.notes["start"] = desk.memory()
    desk.simulator.options(seconds=1.0)
    job_id = desk.press()
    yield from desk.until_done(job_id)
    yield 0.5
    desk.notes["peak"] = desk.peaks()
    desk.notes["arrival_ms"] = next(tick.wall for tick in desk.ticks if tick.arrival)
    Path(desk.jobs[job_id].model_path).unlink(missing_ok=True)


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    if not figures["measurable"]:
        return ["Memory for a large model is measured on Linux only"]
    size = figures["megabytes"]
    text = [f"The most memory for a model of {size:.0f} MB, beyond what was taken before, against the file's size"]
    for way in ("ours", "stock"):
        for name, peak in figures[way]["peak"].items():
            start = figures[way]["start"].get(name, 0.0)
            text.append(f"{way:6}{name:10}{(peak - start) / size:6.1f}   (peak {peak:.0f} MB, before {start:.0f})")
    return [*text, f"the arrival {figures['arrival_ms']:.0f} ms, the stock importer {figures['stock_ms']:.0f} ms"]
