"""Orders the jobs, makes the weather, kills, starts again, and looks at what is left."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from soaking.account import Account, Auditor
from soaking.deaths import Deaths
from soaking.weather import rules
from tripo_blender.core.job import Job
from tripo_blender.core.request import Settings
from tripo_blender.worker.journal import Journal

KEY = "sk-of-the-soak-8e21b7"
_LONGEST = 1200.0  # s, after which it has hung


def soak(place: Path, jobs: int, seed: int, at_once: int) -> Account:
    """Run that many jobs and give their account; everything lies in `place`."""
    account, began = Account(jobs), time.monotonic()
    with SimulatorProcess(seconds=0.3, key=KEY, concurrency=10_000, **SMALL_MODELS) as simulator:
        ordered = _order(place, jobs, simulator.url)
        run = _Run(place, seed, jobs, at_once, simulator, account)
        run.go()
        entries = simulator.requests()
    account.seconds = time.monotonic() - began
    Auditor(place, ordered, entries, account, run.deaths, KEY).look()
    return account


def _order(place: Path, jobs: int, url: str) -> list[Job]:
    """Write the records of jobs that wait; each has a picture and a seed of its own, to be told by."""
    picture = write_png(np.full((64, 64, 3), 128, np.uint8))
    journal = Journal(place / "jobs")
    (place / "pictures").mkdir(parents=True)
    ordered = []
    for number in range(jobs):
        name = f"job{number:04}"
        own = picture + f"{number}".encode()
        (place / "pictures" / f"{name}.png").write_bytes(own)
        path = journal.folder_of(name) / "picture.png"
        path.write_bytes(own)
        settings = Settings(face_limit=1000, model_seed=number + 1)
        ordered.append(Job(name, name, str(path), settings, url, time.time() + number * 1e-3))
        journal.write(ordered[-1])
    return ordered


class _Run:
    def __init__(
        self, place: Path, seed: int, jobs: int, at_once: int, simulator: SimulatorProcess, account: Account
    ) -> None:
        self._place = place
        self._chance = random.Random(seed)
        self._kills = max(3, jobs // 6)
        self._at_once = at_once
        self._simulator = simulator
        self._account = account
        self.deaths = Deaths(place / "jobs")
        self._temporary = place / "temporary"
        self._temporary.mkdir()

    def go(self) -> None:
        """Until a stand-in for Blender ends by itself, with nothing left to do."""
        until = time.monotonic() + _LONGEST
        weather = kill = aim = 0.0
        desk = self._desk()
        try:
            while True:
                now = time.monotonic()
                self.deaths.watch()
                if now > until:
                    self._account.violations.append(f"not finished after {_LONGEST:.0f} s")
                    return
                if now >= weather:
                    self._simulator.play(rules(self._chance, self._at_once))
                    weather = now + self._chance.uniform(0.5, 1.5)
                code = desk.poll()
                if code is not None and code != -signal.SIGKILL:
                    if code:
                        self._account.violations.append(f"the stand-in for Blender ended with code {code}")
                    return
                if code is not None:
                    desk = self._desk()
                    kill = now + self._chance.uniform(0.5, 2.0)
                elif self._kills and now >= kill and (now >= aim or any(self.deaths.ordering())):
                    if kill:
                        self._kill(desk)
                    kill = now + self._chance.uniform(0.5, 2.5)
                    aim = kill + self._chance.choice((0.0, 5.0))  # half of them wait for an order that is out
                time.sleep(0.05)
        finally:
            self._end(desk)

    def _desk(self) -> "subprocess.Popen[str]":
        desk = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("desk.py"))],
            stdin=subprocess.PIPE,
            text=True,
            env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary)),
        )
        assert desk.stdin is not None
        desk.stdin.write(json.dumps({"key": KEY, "place": str(self._place), "at_once": self._at_once}) + "\n")
        desk.stdin.close()
        return desk

    def _kill(self, desk: "subprocess.Popen[str]") -> None:
        who = self._chance.choice(("worker", "desk", "both"))
        workers = self._place / "workers"
        pids = workers.read_text().split() if workers.exists() else []
        if not pids:
            return
        self._kills -= 1
        self.deaths.watch()
        if who in ("worker", "both"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pids[-1]), signal.SIGKILL)
        if who in ("desk", "both"):
            desk.kill()
            desk.wait()
        self.deaths.note(who)

    def _end(self, desk: "subprocess.Popen[str]") -> None:
        if desk.poll() is None:
            desk.kill()
        desk.wait()
