"""What thousands of jobs that have ended cost: the look after Blender's start, a job, a listing; and 300 presses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurements.models import Model

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

_ENDED = (0, 2_000, 10_000)
_HANDED_OVER = 300
_DAY, _A_DAY, _FIRST = 86_400, 50, 1_700_000_000  # s; jobs; s since the epoch
_SMALL = 1000  # bytes of each file but the record: their number counts, not their size


def measure(bench: Bench) -> dict[str, Any]:
    """Give one row a number of jobs that have ended."""
    model = str(bench.workshop.make(Model(50_000, 0, "glb")))
    numbers = _ENDED[:2] if bench.quick else _ENDED
    return {"rows": [{"ended": ended, **bench.play("scale", model=model, ended=ended)} for ended in numbers]}


def story(desk: Desk) -> Steps:
    """In Blender: a job whose folder is the pattern of all, the look for what waits, another job, then many."""
    desk.set_up()
    yield from desk.empty()
    desk.simulator.options(seconds=0.5, model_file=desk.order["model"])
    first = desk.press()
    yield from desk.until_done(first)
    yield from desk.until(lambda: not desk.ticking, "the worker to be sent away")
    folder = Path(desk.module("scene.folders").jobs_path())
    _multiply(folder, first, desk.order["ended"])

    desk.notes["scan_ms"], desk.notes["scan_s"] = _scan(desk)
    desk.notes["listing_s"] = _least(lambda: desk.module("app.recovery").on_record())
    desk.notes["again_s"] = _least(lambda: desk.module("app.submit").kept("no such task"))
    took: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        yield from desk.until_done(desk.press())
        took.append(time.perf_counter() - began)
        yield from desk.until(lambda: not desk.ticking, "the worker to be sent away")
    desk.notes["job_s"] = min(took)

    desk.presses.clear()
    desk.ticks.clear()
    desk.preferences.at_once = 1
    desk.simulator.options(seconds=3600.0, model_file=desk.order["model"])
    ids = [desk.press() for _ in range(_HANDED_OVER)]
    yield 3.0
    desk.notes["presses_ms"], desk.notes["press_worst_ms"] = sum(desk.presses), max(desk.presses)
    desk.notes["tick_worst_ms"] = max(tick.wall for tick in desk.ticks)
    desk.notes["descriptors"] = len(list(Path(f"/proc/{desk.worker}/fd").glob("*"))) if Path("/proc").exists() else 0
    for job_id in ids:
        desk.session.cancel(job_id)
    yield from desk.until(lambda: not desk.ticking, "the worker to be sent away")


def _multiply(folder: Path, pattern: str, count: int) -> None:
    """Lay down as many jobs as real ones lie there: the record by our own code, with another id."""
    text = (folder / pattern / "job.json").read_text(encoding="utf-8")
    others = [path.name for path in (folder / pattern).iterdir() if path.name != "job.json"]
    for number in range(count):
        asked_for = _FIRST + number // _A_DAY * _DAY + number % _A_DAY
        job_id = time.strftime("%Y%m%d-%H%M%S", time.gmtime(asked_for)) + f"-{number:08x}"
        target = folder / job_id
        target.mkdir()
        record = json.loads(text.replace(pattern, job_id))
        record["job"] |= {"created": asked_for, "task_id": f"task-{number}"}
        (target / "job.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        for name in others:
            (target / name).write_bytes(bytes(_SMALL))


def _scan(desk: Desk) -> tuple[float, float]:
    """Look for what waits, as after Blender's start; give the ms of the longest tick, and the s of all ticks."""
    scan = desk.module("app.startup_scan")
    scan.stop()
    scan.start()
    took: list[float] = []
    on = True
    while on:
        began = time.perf_counter()
        on = scan.tick() is not None
        took.append(time.perf_counter() - began)
    return max(took) * 1000, sum(took)


def _least(work: Callable[[], object]) -> float:
    took = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


_HEAD = "{:>8} |{:>9}{:>9} |{:>9}{:>12}{:>9} |{:>9}{:>9}{:>9}{:>7}"


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text."""
    text = [
        f"Jobs that have ended and lie on the disk, and {_HANDED_OVER} that are asked for at once",
        _HEAD.format("", "a tick of", "all of it", "listing", "generate", "a job", "presses", "worst", "tick", "files"),
        _HEAD.format("ended", "scan, ms", "s", "s", "again, s", "s", "ms", "ms", "ms", "open"),
    ]
    for row in figures["rows"]:
        values = (
            f"{row['scan_ms']:.1f}",
            f"{row['scan_s']:.2f}",
            *(f"{row[name]:.2f}" for name in ("listing_s", "again_s", "job_s")),
            *(f"{row[name]:.0f}" for name in ("presses_ms", "press_worst_ms", "tick_worst_ms", "descriptors")),
        )
        text.append(_HEAD.format(row["ended"], *values))
    return text
