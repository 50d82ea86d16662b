"""The measurements of bench.py, run inside the bpy module with the timer pumped by hand."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PHOTOGRAPH = ROOT / "scripts" / "photograph" / "dahlia.jpg"
OUT = ROOT / "build" / "bench"
JOBS = 3
SECONDS = 12.0  # that a model takes; a few hundred ticks go by
FACES = 100_000  # of each model


def measure() -> dict[str, Any]:
    """Give all figures; times in milliseconds."""
    import bpy

    from simulator.process import SimulatorProcess

    with (
        tempfile.TemporaryDirectory(prefix="tripo-bench-") as resources,
        SimulatorProcess(seconds=SECONDS) as simulator,
    ):
        os.environ["BLENDER_USER_RESOURCES"] = resources
        os.environ["MODELSTREAM_API_KEY"] = simulator.key
        bpy.ops.preferences.addon_enable(module="io_scene_gltf2")
        figures: dict[str, Any] = {
            "blender": bpy.app.version_string,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "date": time.strftime("%Y-%m-%d"),
            "register": _registration(),
        }
        return figures | _three_jobs(simulator)


class Spent(NamedTuple):
    """What a call took: by the clock, and of the main thread's own time (which other programs do not lengthen)."""

    wall: float
    own: float


def _spent(act: Callable[[], object]) -> Spent:
    own, wall = time.thread_time(), time.perf_counter()
    act()
    return Spent((time.perf_counter() - wall) * 1000, (time.thread_time() - own) * 1000)


def _milliseconds(act: Callable[[], object]) -> float:
    return _spent(act).wall


def _registration() -> dict[str, float]:
    """Time switching on: the first time with its imports, and the median of five more."""
    import tripo_blender

    first = _milliseconds(tripo_blender.register)
    again = []
    for _ in range(5):
        tripo_blender.unregister()
        again.append(_milliseconds(tripo_blender.register))
    return {"first_ms": first, "median_ms": statistics.median(again)}


def _three_jobs(simulator: Any) -> dict[str, Any]:
    """Run three jobs at once, and time every tick; then the stock importer on the same file."""
    import bpy

    from tripo_blender.shell import preferences, properties, session
    from tripo_blender.shell.operators import generate

    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.preferences.addons.new().module = "tripo_blender"
    chosen = preferences.get(bpy.context)
    assert chosen is not None
    chosen.base_url = simulator.url
    group: Any = properties.of(bpy.context.scene)
    group.source, group.filepath, group.face_limit = "FILE", str(PHOTOGRAPH), FACES

    presses = [_milliseconds(lambda: generate.start(bpy.context)) for _ in range(JOBS)]
    jobs = session.session.jobs
    ticks: list[Spent] = []  # that took no model in
    arrivals: list[float] = []
    while not all(job.final for job in jobs.values()):
        done = sum(job.final for job in jobs.values())
        spent = _spent(session.tick)
        if sum(job.final for job in jobs.values()) == done:
            ticks.append(spent)
        else:
            arrivals.append(spent.wall)
        time.sleep(0.1)
    assert all(job.state == "done" for job in jobs.values()), list(jobs.values())
    while session.tick() is not None:
        time.sleep(0.1)

    path = next(iter(jobs.values())).model_path
    bpy.ops.wm.read_homefile(use_empty=True)
    stock = [_milliseconds(lambda: bpy.ops.import_scene.gltf(filepath=path)) for _ in range(JOBS)]
    p99 = _p99([spent.wall for spent in ticks])
    return {
        "tick": {
            "count": len(ticks),
            "median_ms": statistics.median(spent.wall for spent in ticks),
            "p99_ms": p99,
            "p99_own_ms": _p99([spent.own for spent in ticks]),
            "longest_ms": max(spent.wall for spent in ticks),
        },
        "press_ms": statistics.median(presses),
        "arrival_ms": statistics.median(arrivals),
        "stock_import_ms": statistics.median(stock),
        "arrival_to_stock_import": statistics.median(arrivals) / statistics.median(stock),
        "tick_p99_to_stock_import": p99 / statistics.median(stock),
        "faces": FACES,
        "jobs": JOBS,
        "seconds_a_job": SECONDS,
    }


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _text(figures: dict[str, Any]) -> str:
    tick = figures["tick"]
    return "\n".join(
        [
            f"Blender {figures['blender']}, {figures['machine']}, {figures['date']}",
            f"{figures['jobs']} jobs at once, {figures['seconds_a_job']:g} s each, {figures['faces']:,} faces each",
            "",
            f"arrival / stock import      {figures['arrival_to_stock_import']:8.2f}",
            f"tick p99 / stock import     {figures['tick_p99_to_stock_import']:8.4f}",
            "",
            f"a tick, {tick['count']} of them        {tick['median_ms']:8.3f} ms median",
            f"                            {tick['p99_ms']:8.3f} ms 99th percentile",
            f"                            {tick['p99_own_ms']:8.3f} ms of it the main thread's own time",
            f"                            {tick['longest_ms']:8.3f} ms longest",
            f"pressing Generate           {figures['press_ms']:8.1f} ms",
            f"the tick of an arrival      {figures['arrival_ms']:8.1f} ms",
            f"the stock importer's call   {figures['stock_import_ms']:8.1f} ms",
            f"register(), first           {figures['register']['first_ms']:8.1f} ms, with its imports",
            f"register(), again           {figures['register']['median_ms']:8.1f} ms",
        ]
    )


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
    result = measure()
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"blender-{result['blender']}.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    print("\n" + _text(result))
    sys.stdout.flush()
