"""How late it is heard that the service has finished: the worker's own runner and the usual ways, by a simulated clock.

The runner's decisions, the service's module and the simulator's gateway are the real ones; only the time between two
requests does not pass.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar
from unittest import mock

from measurements.usual import WAYS, Gap
from simulator.exchange import Request
from simulator.files import FileHost
from simulator.gateway import BASE, Gateway
from simulator.options import Options
from simulator.tasks import TaskStore

if TYPE_CHECKING:
    from measurements.bench import Bench

SECONDS = (5.0, 12.0, 40.0, 120.0)
_BETWEEN = (7.0, 25.0, 63.0, 90.0, 200.0)  # the law is made for no length in particular
_ROUND_TRIP = 0.06  # s that a poll takes
_SPREAD = 0.1  # the jobs of a length differ by so much of it, up and down
_HOST = "http://127.0.0.1:1"  # nobody is there
_URL = f"{_HOST}{BASE}"

T = TypeVar("T")
Told = Callable[[float, float], dict[str, Any]]  # (seconds left, the job's whole length) to the fields that are told


def _as_it_is(left: float, length: float) -> dict[str, Any]:
    del left, length
    return {}


def _not_at_all(left: float, length: float) -> dict[str, Any]:
    del left, length
    return {"running_left_time": None}


def _nothing(left: float, length: float) -> dict[str, Any]:
    del left, length
    return {"running_left_time": None, "progress": 0}


def _unevenly(left: float, length: float) -> dict[str, Any]:
    """Progress that goes slowly at first and fast at last, and no estimate."""
    return {"running_left_time": None, "progress": min(99, int(100 * (1 - left / length) ** 2))}


def _wrong(left: float, length: float) -> dict[str, Any]:
    """A guess that is off by a half to two, the same for the whole job."""
    factor = 0.5 * 4.0 ** ((length * 7.919) % 1.0)
    return {"running_left_time": max(0, round(left * factor))}


ESTIMATES: dict[str, Told] = {
    "exact": _as_it_is,
    "progress alone": _not_at_all,
    "uneven progress": _unevenly,
    "off by 0.5 to 2": _wrong,
    "nothing": _nothing,
}


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class _World:
    """The simulator's gateway without sockets, and its clock."""

    def __init__(self, model: str) -> None:
        self.clock = _Clock()
        self._options = Options(model_file=model, concurrency=1_000_000, rendered_image=False)
        self._tasks = TaskStore(self.clock.monotonic)
        files = FileHost()
        files.address = _HOST  # for the links
        self._gateway = Gateway(self._tasks, files)
        self.polls = 0

    def begin(self, seconds: float) -> str:
        """Give the id of a task that takes so long."""
        task = self._tasks.create({"type": "image_to_model"}, None, seconds, model_file=self._options.model_file)
        task.work.result()
        task.sculpted = self.clock.now
        self.polls = 0
        return task.task_id

    def ask(self, task_id: str, told: Told) -> tuple[int, bytes]:
        """Poll; gives the answer's status and body."""
        self.polls += 1
        self.clock.now += _ROUND_TRIP / 2
        headers: Message[str, str] = Message()
        headers["Authorization"] = f"Bearer {self._options.key}"
        task = self._tasks.get(task_id)
        assert task is not None
        fields = told(task.created + task.seconds - self.clock.now, task.seconds)
        request = Request("api", "GET", f"{BASE}/task/{task_id}", headers, b"")
        answer = self._gateway.answer(request, self._options, fields)
        self.clock.now += _ROUND_TRIP / 2
        return answer.status, answer.body

    def stop(self) -> None:
        self._tasks.stop()


def measure(bench: Bench) -> dict[str, Any]:
    """Give one row a length, way and kind of estimate."""
    rows = []
    chance = random.Random(1)
    lengths = {
        seconds: [seconds * chance.uniform(1 - _SPREAD, 1 + _SPREAD) for _ in range(30 if bench.quick else 100)]
        for seconds in (SECONDS if bench.quick else sorted(SECONDS + _BETWEEN))
    }
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model.glb")
        model.write_bytes(b"glTF")
        world = _World(str(model))
        try:
            for seconds, jobs in lengths.items():
                ways = {f"ours, {name}": _ours(told) for name, told in ESTIMATES.items()}
                ways |= {name: _usual(gap) for name, gap in WAYS.items()}
                rows += [_row(world, seconds, name, follow, jobs) for name, follow in ways.items()]
        finally:
            world.stop()
    return {"rows": rows, "round_trip_s": _ROUND_TRIP}


Follow = Callable[[_World, str], None]


def _row(world: _World, seconds: float, way: str, follow: Follow, jobs: list[float]) -> dict[str, Any]:
    late, polls = [], []
    for length in jobs:
        begun = world.clock.now
        follow(world, world.begin(length))
        late.append(world.clock.now - begun - length)
        polls.append(world.polls)
    return {
        "seconds": seconds,
        "way": way,
        "median_s": statistics.median(late),
        "worst_s": max(late),
        "polls": statistics.mean(polls),
    }


def _usual(gap: Gap) -> Follow:
    def follow(world: _World, task_id: str) -> None:
        asked = 1
        while b'"success"' not in world.ask(task_id, _as_it_is)[1]:
            world.clock.now += gap(asked)
            asked += 1

    return follow


def _ours(told: Told) -> Follow:
    """Give the worker's runner, with its sleeps, its clock and its connection taken over."""

    def follow(world: _World, task_id: str) -> None:
        from tripo_blender.core.events import Generated, TaskCreated
        from tripo_blender.core.job import image_job
        from tripo_blender.core.options.generation import Settings
        from tripo_blender.core.services.base import HttpAnswer
        from tripo_blender.core.services.registry import DEFAULT, service_of
        from tripo_blender.worker.gateway_profile import GatewayProfile
        from tripo_blender.worker.runner import Runner

        stop = _Stop(world.clock)

        def call(request: Any, **_: Any) -> Any:
            status, body = world.ask(request.url.rpartition("/")[2], told)
            return HttpAnswer(status, {}, body)

        def emit(event: Any) -> None:
            if isinstance(event, Generated):
                stop.ended = True

        job = image_job("measured", "Model", "", Settings(), _URL, 0.0).after(TaskCreated(task_id))
        client: Any = SimpleNamespace(call=call)
        journal: Any = SimpleNamespace(write=lambda job: None, settle=lambda job: None)
        with _clocked(world.clock):
            ended = Runner(job, service_of(DEFAULT), client, journal, stop, emit, GatewayProfile()).run()
        if not stop.ended:
            raise RuntimeError(f"the runner went another way: {ended}")

    return follow


class _Stop:
    """What the runner waits on: the clock jumps."""

    cancelled = False

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self.ended = False

    def is_set(self) -> bool:
        return self.ended

    def wait(self, timeout: float) -> bool:
        self._clock.now += timeout
        return self.ended

    def aside(self, work: Callable[[], T], seconds: float, /) -> Callable[[], T | None]:
        del seconds
        return work

    def hedged(self, ask: Callable[[float], T], good: Callable[[T], bool], seconds: float, /) -> T | None:
        del good, seconds
        return ask(0.0)

    def shielded(self) -> AbstractContextManager[object]:
        return nullcontext()

    interruptible = uninterrupted = shielded


@contextmanager
def _clocked(clock: _Clock) -> Iterator[None]:
    from tripo_blender.worker import runner

    with mock.patch.object(runner, "time", clock):
        yield


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    text = [
        "Lateness, by a simulated clock: from finished until it is heard of; ours by what the service tells",
        f"{'job':>6}  {'way':22}{'late /fixed':>12}{'polls /fixed':>13} |{'median s':>9}{'worst s':>9}{'polls':>7}",
    ]
    for row in figures["rows"]:
        base = next(
            other for other in figures["rows"] if other["seconds"] == row["seconds"] and other["way"] == "fixed 2 s"
        )
        text.append(
            f"{row['seconds']:4.0f} s  {row['way']:22}{row['median_s'] / base['median_s']:12.2f}"
            f"{row['polls'] / base['polls']:13.2f} |{row['median_s']:9.2f}{row['worst_s']:9.2f}{row['polls']:7.1f}"
        )
    return text
