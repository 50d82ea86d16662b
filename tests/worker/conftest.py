"""A gateway to talk to, jobs to carry out, and what must be true after every one of them."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.options import SMALL_MODELS, Options
from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from tripo_blender.core import retry
from tripo_blender.core.events import Event
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.network import Network
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.serialization import to_record
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.locks import Ownership
from tripo_blender.worker.gateway_profile import GatewayProfile
from tripo_blender.worker.http.client import Client
from tripo_blender.worker.pool import ThreadStop
from tripo_blender.worker.runner import Runner
from tripo_blender.worker.stop import Stop

from .course import DEADLINE, KEY, SECRET, SERVICE, SMALL, Course, check_course
from .fault_table import TALLY
from .processes import ROOT, Worker

_OPTIONS = {"seconds": 0.05, "key": KEY, **SMALL_MODELS}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in TALLY.lines():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def _running_simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(**_OPTIONS) as simulator:
        yield simulator


@pytest.fixture
def simulator(_running_simulator: SimulatorProcess) -> SimulatorProcess:
    """One for all tests, as new for each; tests with long generations start their own."""
    options = vars(Options(**_OPTIONS)).copy()
    del options["port"]
    _running_simulator.options(**options)
    _running_simulator.play([])
    _running_simulator.forget()
    return _running_simulator


@pytest.fixture
def start_simulator() -> Iterator[Callable[..., SimulatorProcess]]:
    """Starts one of the test's own."""
    running: list[SimulatorProcess] = []

    def start(**options: Any) -> SimulatorProcess:
        running.append(SimulatorProcess(**{**_OPTIONS, **options}))
        running[-1].start()
        return running[-1]

    yield start
    for simulator in running:
        simulator.stop()


@pytest.fixture(scope="session")
def png() -> bytes:
    """A red disc on grey."""
    y, x = np.mgrid[0:96, 0:128]
    pixels = np.full((96, 128, 3), 128, np.uint8)
    pixels[np.hypot(x - 64, y - 48) < 30] = (200, 40, 30)
    return write_png(pixels)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the job folders lie."""
    yield tmp_path / "jobs"
    Ownership(tmp_path / "jobs").release_all()  # a ready job is this process's own until its end is written down


@pytest.fixture
def make_job(folder: Path, png: bytes) -> Callable[..., Job]:
    """A job with its own copy of the picture, as the add-on's shell makes one."""
    made: list[Job] = []

    def make(base_url: str, settings: Settings = SMALL, picture: str = "", **fields: Any) -> Job:
        job_id = f"job{len(made) + 1}"
        if not picture:
            path = Journal(folder).folder_of(job_id) / "picture.png"
            path.write_bytes(png)
            picture = str(path)
        job = image_job(job_id, "Disc", picture, settings, base_url, time.time(), **fields)
        made.append(job)
        return job

    return make


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of milliseconds between two tries and two polls."""
    monkeypatch.setattr(retry, "retry_wait", lambda attempt, retry_after, chance: 0.01)
    monkeypatch.setattr(retry, "poll_wait", lambda waited, polls, *guesses: 0.02)


Run = Callable[..., Course]


@pytest.fixture
def run(folder: Path, quick: None) -> Run:
    """Carries a job in this process as far as it goes, and looks at what is left."""

    def carry(
        job: Job,
        *,
        key: str = KEY,
        stop: Stop | None = None,
        profile: GatewayProfile | None = None,
        at: Path = folder,
        network: Network = Network(),  # noqa: B008  # frozen
    ) -> Course:
        events: list[Event] = []
        with Client(key, network=network) as client:
            runner = Runner(
                job, SERVICE, client, Journal(at), stop or ThreadStop(), events.append, profile or GatewayProfile()
            )
            course = Course(runner.run(), events)
        check_course(course, at)
        return course

    return carry


@pytest.fixture
def run_aside(run: Run) -> Callable[..., Callable[[], Course]]:
    """Carries a job in a thread; what it gives waits for the end."""

    def start(job: Job, **options: Any) -> Callable[[], Course]:
        future: Future[Course] = Future()

        def work() -> None:
            try:
                future.set_result(run(job, **options))
            except BaseException as error:  # noqa: BLE001 - raised where the end is waited for
                future.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        return lambda: future.result(DEADLINE)

    return start


@pytest.fixture
def start_worker(folder: Path, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts a worker process; none is left at the end."""
    workers: list[Worker] = []

    def start(**configuration: Any) -> Worker:
        workers.append(Worker(folder, tmp_path / f"worker{len(workers)}.log", **configuration))
        return workers[-1]

    yield start
    for worker in workers:
        worker.handle.close(10)
        if worker.handle.alive:
            worker.handle._process.kill()
            worker.handle._process.wait()
            pytest.fail("the worker did not end by itself")
        assert KEY not in worker.log
        assert SECRET not in worker.log


@pytest.fixture
def start_parent() -> Iterator[Callable[[str, dict[str, Any]], "subprocess.Popen[str]"]]:
    """Starts a Python script with an order on its stdin."""
    scripts: list[subprocess.Popen[str]] = []

    def start(code: str, order: dict[str, Any]) -> "subprocess.Popen[str]":
        script = subprocess.Popen(
            [sys.executable, "-c", code, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        scripts.append(script)
        assert script.stdin is not None
        script.stdin.write(json.dumps({"key": KEY, **order, "job": to_record(order["job"])}) + "\n")
        script.stdin.flush()
        return script

    yield start
    for script in scripts:
        if script.poll() is None:
            script.kill()
        script.wait()
        for pipe in (script.stdin, script.stdout, script.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
