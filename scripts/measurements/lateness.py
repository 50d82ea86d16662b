"""How late a model is in the scene after the service has finished it: ours and the usual ways, by the real clock."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurements import links
from measurements.models import Model
from measurements.usual import WAYS, Gap

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

SECONDS = (5.0, 12.0)
_APART, _LONGER = 1.3, 0.29  # s between two jobs, and part of a second by which each takes longer than the one before:
# so their ends are apart, and fall on all parts of a pause


def measure(bench: Bench) -> dict[str, Any]:
    """Give one row a length and way."""
    model = str(bench.workshop.make(Model(50_000, 2048, "glb")))
    lengths = SECONDS[:1] if bench.quick else SECONDS
    notes = bench.play("lateness", model=model, lengths=lengths, jobs=3 if bench.quick else 6)
    return {"rows": notes["rows"]}


def story(desk: Desk) -> Steps:
    """In Blender: some jobs of ours; and beside each, one for either usual way, as their add-ons would do it."""
    desk.set_up()
    yield from desk.empty()
    yield from desk.warm_up(desk.order["model"])
    rows: list[dict[str, Any]] = []
    for seconds in desk.order["lengths"]:
        yield from desk.empty()
        desk.simulator.forget()
        ours: list[str] = []
        rivals: list[Rival] = []
        for number in range(desk.order["jobs"]):
            desk.simulator.options(seconds=seconds + _LONGER * number % 1.0, model_file=desk.order["model"])
            ours.append(desk.press())
            rivals += [Rival(desk, name, gap) for name, gap in WAYS.items()]
            until = time.monotonic() + _APART
            while time.monotonic() < until:
                yield from _ask(rivals)
        while not (all(desk.jobs[job_id].final for job_id in ours) and all(rival.arrived for rival in rivals)):
            yield from _ask(rivals)
        yield from desk.until_done(*ours)
        rows += _rows(desk, seconds, ours, rivals)
    desk.notes["rows"] = rows


def _ask(rivals: list[Rival]) -> Steps:
    for rival in rivals:
        rival.step()
    yield 0.02


class Rival:
    """A task that is followed, downloaded and imported as usual, in a timer."""

    def __init__(self, desk: Desk, way: str, gap: Gap) -> None:
        self._desk, self._gap = desk, gap
        self.way, self.task_id = way, links.create(desk.order)
        self.asked, self.arrived = 0, 0.0
        self._due = 0.0

    def step(self) -> None:
        """Ask, if it is time; and take the model in when it is finished."""
        if self.arrived or time.monotonic() < self._due:
            return
        link = links.model_link(self._desk.order, self.task_id)
        self.asked += 1
        if link:
            path = Path(self._desk.order["folder"], f"{self.task_id}.glb")
            links.download(link, path)
            self._desk.import_as_usual(str(path))
            self.arrived = time.time()
        self._due = time.monotonic() + self._gap(self.asked)


def _rows(desk: Desk, seconds: float, ours: list[str], rivals: list[Rival]) -> list[dict[str, Any]]:
    tasks = {task["task_id"]: task for task in desk.simulator.tasks()}
    requests = desk.simulator.requests()
    mine = [desk.jobs[job_id] for job_id in ours]
    followed = [("ours", job.task_id, desk.arrived[job.id]) for job in mine]
    followed += [(rival.way, rival.task_id, rival.arrived) for rival in rivals]
    rows = []
    for way in ("ours", *WAYS):
        mine_of_way = [(task_id, arrived) for name, task_id, arrived in followed if name == way]
        late = [arrived - tasks[task_id]["finished_time"] for task_id, arrived in mine_of_way]
        heard, polls = [], []
        for task_id, _ in mine_of_way:
            of_task = [entry for entry in requests if task_id in entry["path"]]
            download = min(entry["at"] for entry in of_task if entry["server"] == "files")
            heard.append(download - tasks[task_id]["finished"])
            polls.append(sum(entry["server"] == "api" for entry in of_task))
        rows.append(
            {
                "seconds": seconds,
                "way": way,
                "jobs": len(late),
                "median_s": statistics.median(late),
                "worst_s": max(late),
                "heard_median_s": statistics.median(heard),
                "heard_worst_s": max(heard),
                "polls": statistics.mean(polls),
            }
        )
    return rows


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    text = [
        "Lateness, by the clock: from finished until it is heard of, and until the model is in the scene",
        f"{'job':>6}  {'way':10}{'/fixed':>8} |{'in scene, s':>12}{'worst':>7}{'heard, s':>10}{'worst':>7}{'polls':>7}",
    ]
    for row in figures["rows"]:
        base = next(
            other for other in figures["rows"] if other["seconds"] == row["seconds"] and other["way"] == "fixed 2 s"
        )
        ratio = row["median_s"] / base["median_s"]
        in_scene = f"{row['median_s']:12.2f}{row['worst_s']:7.2f}"
        heard = f"{row['heard_median_s']:10.2f}{row['heard_worst_s']:7.2f}"
        text.append(f"{row['seconds']:4.0f} s  {row['way']:10}{ratio:8.2f} |{in_scene}{heard}{row['polls']:7.1f}")
    return text
