"""How long the main thread stands still for a model, and how soon it is in the scene: ours and the stock importer."""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurements import links
from measurements.models import REAL, SEAMS, Model
from simulator.sculpture.atlas import SEAMS as REAL_SEAMS

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

TRIANGLES = (50_000, 500_000, 1_500_000)
TEXTURES = (0, 2048, 4096)
_TARGET = Model(500_000, 2048, "glb")
_REPEATS = 5  # of an arrival; it takes milliseconds
_SLOW = 1_000_000  # triangles, from which on the stock importer is timed once


def measure(bench: Bench) -> dict[str, Any]:
    """Give one row a model."""
    cells = [Model(count, size, kind) for count in TRIANGLES for size in TEXTURES for kind in ("glb", "fbx")]
    if bench.brief:
        cells = [cell for cell in cells if cell.texture == _TARGET.texture]
    if bench.quick:
        cells = [_TARGET, replace(_TARGET, suffix="fbx")]
    cells.append(REAL)
    models = [{"path": str(bench.workshop.make(cell)), **asdict(cell), "name": cell.name} for cell in cells]
    small = str(bench.workshop.make(Model(50_000, 0, "glb")))
    notes = bench.play("stalls", models=models, small=small, repeats=3 if bench.quick else 5)
    return {"rows": notes["rows"], "press_ms": notes["press_ms"]}


def story(desk: Desk) -> Steps:
    """In Blender: a whole job for every model, its arrival again and again, then the stock importer."""
    desk.set_up()
    yield from desk.empty()
    yield from desk.warm_up(desk.order["small"])
    rows: list[dict[str, Any]] = []
    for model in desk.order["models"]:
        row: dict[str, Any] = {name: model[name] for name in ("name", "triangles", "texture", "suffix")}
        row["megabytes"] = Path(model["path"]).stat().st_size / 1e6
        jobs: list[dict[str, float]] = []
        stock: list[float] = []
        for _ in range(1 if model["triangles"] >= _SLOW else desk.order["repeats"]):  # by turns: the machine has moods
            yield from _whole_job(desk, model["path"], jobs)
            yield from _stock(desk, model["path"], stock, row)
        row |= {name: statistics.median(job[name] for job in jobs) for name in jobs[0]}
        row |= _course_of_fastest(jobs)
        yield from _arrivals(desk, row)
        _compare(desk, row, stock)
        rows.append(row)
    desk.notes["rows"], desk.notes["press_ms"] = rows, statistics.median(desk.presses)


def _whole_job(desk: Desk, path: str, jobs: list[dict[str, float]]) -> Steps:
    yield from desk.empty()
    desk.simulator.options(seconds=1.0, model_file=path)
    desk.ticks.clear()
    desk.keep_prepared = True
    job_id = desk.press()
    yield from desk.until_done(job_id)
    desk.keep_prepared = False
    yield 0.2
    jobs.append(
        {
            "job_longest_ms": max(desk.presses[-1], *(tick.wall for tick in desk.ticks)),
            "job_without_arrival_ms": max(desk.presses[-1], *(tick.wall for tick in desk.ticks if not tick.arrival)),
            **course(desk, job_id),
        }
    )


def course(desk: Desk, job_id: str) -> dict[str, float]:
    """Give when a job's model was finished, asked for and in the scene; seconds since it was finished."""
    job = desk.jobs[job_id]
    task = next(task for task in desk.simulator.tasks() if task["task_id"] == job.task_id)
    requests = [entry for entry in desk.simulator.requests() if job.task_id in entry["path"]]
    download = min(entry["at"] for entry in requests if entry["server"] == "files")
    return {
        "heard_s": download - task["finished"],
        "in_scene_s": desk.arrived[job_id] - task["finished_time"],
        "polls": sum(entry["server"] == "api" for entry in requests),
    }


def _course_of_fastest(jobs: list[dict[str, float]]) -> dict[str, float]:
    """Give how the fastest job went: what else the machine does only ever makes one slower."""
    fastest = min(jobs, key=lambda job: job["in_scene_s"])
    return {name: fastest[name] for name in ("heard_s", "in_scene_s", "polls")}


def _arrivals(desk: Desk, row: dict[str, Any]) -> Steps:
    """Let the prepared model come in again and again, by the session's own tick."""
    access = desk.module("app.account").Access("", "", converts=False)
    from measurements.desk import heartbeat

    job = desk.prepared
    took: list[float] = []
    own: list[float] = []
    gaps: list[float] = []
    for number in range(_REPEATS):
        yield from desk.empty()
        desk.ticks.clear()
        again = replace(job, id=f"{job.id}-{number}")
        with heartbeat(gaps):
            desk.session.take_over(again, access, Path(desk.order["folder"]))
            yield from desk.until_done(again.id)
            yield 0.05
        arrival = next(tick for tick in desk.ticks if tick.arrival)
        took.append(arrival.wall)
        own.append(arrival.own)
    row["arrival_ms"], row["arrival_longest_ms"] = statistics.median(took), max(took)
    row["arrival_own_ms"] = statistics.median(own)  # of the main thread itself, which other programs do not lengthen
    if gaps:
        row["arrival_with_redraw_ms"] = min(gaps)


def _stock(desk: Desk, path: str, took: list[float], row: dict[str, Any]) -> Steps:
    from measurements.desk import heartbeat

    gaps: list[float] = []
    yield from desk.empty()
    with heartbeat(gaps):
        yield 0.01
        took.append(desk.import_as_usual(path))
        yield 0.05
    yield from desk.empty()
    if gaps:
        row["stock_with_redraw_ms"] = min(gaps[0], row.get("stock_with_redraw_ms", gaps[0]))


def _compare(desk: Desk, row: dict[str, Any], stock: list[float]) -> None:
    row["stock_ms"] = statistics.median(stock)
    row["download_ms"] = min(_download(desk) for _ in range(len(stock) + 1))
    row["stall_ratio"] = row["arrival_ms"] / row["stock_ms"]
    row["plain_s"] = (row["download_ms"] + min(stock)) / 1000
    row["in_scene_ratio"] = row["in_scene_s"] / row["plain_s"]
    row["heard_to_scene_ratio"] = (row["in_scene_s"] - row["heard_s"]) / row["plain_s"]


def _download(desk: Desk) -> float:
    """Download the newest model plainly into a file, and give the ms."""
    link = links.model_link(desk.order, desk.prepared.task_id)
    began = time.perf_counter()
    links.download(link, Path(desk.order["folder"], "plain"))
    return (time.perf_counter() - began) * 1000


_HEAD = "{:18}{:>8}{:>9}{:>9} |{:>9}{:>8}{:>8}{:>9}{:>7}{:>7}{:>7}"


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    text = [
        "Longest stall of the main thread at a model's arrival, and finished to in the scene",
        f"({SEAMS:.0%} of a GLB's vertices are in it twice, at seams, and of one like the service's {REAL_SEAMS:.0%}:",
        "we merge them, the stock importer does not; stalls are medians, in scene and plain the fastest of several)",
        _HEAD.format(
            *("", "stall", "in scene", "heard to"),
            *("arrival", "stock", "whole", "in scene", "heard", "plain", ""),
        ),
        _HEAD.format("model", "/stock", "/plain", "/plain", "ms", "ms", "job, ms", "s", "s", "s", "MB"),
    ]
    for row in figures["rows"]:
        ratios = (
            f"1/{1 / row['stall_ratio']:.0f}",
            *(f"{row[name]:.2f}" for name in ("in_scene_ratio", "heard_to_scene_ratio")),
        )
        stalls = f"{row['arrival_ms']:.1f}", f"{row['stock_ms']:.0f}", f"{row['job_longest_ms']:.1f}"
        waits = (f"{seconds:.2f}" for seconds in (row["in_scene_s"], row["heard_s"], row["plain_s"]))
        text.append(_HEAD.format(row["name"], *ratios, *stalls, *waits, f"{row['megabytes']:.1f}"))
        if "arrival_with_redraw_ms" in row:
            redraws = f"{row['arrival_with_redraw_ms']:9.0f}{row['stock_with_redraw_ms']:8.0f}"
            text.append(f"{'  with the redraw':44} |{redraws}")
    return [*text, f"pressing Generate takes {figures['press_ms']:.1f} ms"]
