"""Orders the jobs, makes the weather, kills, interrupts, spoils, starts again, and looks at what is left."""

import compileall
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

import tripo_blender
from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from soaking import mischief
from soaking.account import Account, Auditor
from soaking.consoles import Consoles
from soaking.deaths import Deaths
from soaking.weather import rules
from soaking.words import Words
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.options.generation import Settings
from tripo_blender.storage.journal import Journal

KEY = "sk-of-the-soak-8e21b7"
_PACKAGE = Path(tripo_blender.__file__).parent
_LOOK_SECONDS = 0.05
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one way to end a process, and it is this one
_FOREGROUND_SHARE = 8  # every so many jobs, one is carried out by a script
_SPOILT_SHARE = 0.3  # of the times when all are dead
_FULL_SHARE = 0.2  # of the weathers
_BRIEF_SECONDS = 0.15  # without any room; more would end every job that waits, each without an order


def soak(place: Path, jobs: int, seed: int, at_once: int, wrong: str = "", longest: float = 1200.0) -> Account:
    """Run that many jobs and return their account; everything lies in `place`.

    `wrong` names what the worker does wrong on purpose, see wrong.py. After `longest` seconds it has hung.
    """
    account, began = Account(jobs), time.monotonic()
    # Python itself leaves half a module's bytecode behind on a full disk, and stumbles over it ever after.
    compileall.compile_dir(_PACKAGE, quiet=2)
    with SimulatorProcess(seconds=0.3, key=KEY, concurrency=max(2, at_once - 2), **SMALL_MODELS) as simulator:
        ordered = _ordered(place, jobs, simulator.url, random.Random(seed))
        run = _Run(place, seed, ordered, at_once, simulator, account, wrong)
        run.go(longest)
        entries = simulator.requests()
    account.seconds = time.monotonic() - began
    Auditor(place, ordered, entries, account, run.deaths, KEY).look(run.spoilt, full=run.full)
    return account


def _ordered(place: Path, jobs: int, url: str, chance: random.Random) -> list[Job]:
    """Return jobs that wait; each has a picture and a seed of its own, to be told by, and some an odd name."""
    picture = write_png(np.full((64, 64, 3), 128, np.uint8))
    journal = Journal(place / "jobs")
    (place / "pictures").mkdir(parents=True)
    ordered = []
    for number in range(jobs):
        job_id = f"job{number:04}"
        own = picture + f"{number}".encode()
        (place / "pictures" / f"{job_id}.png").write_bytes(own)
        path = journal.folder_of(job_id) / "picture.png"
        path.write_bytes(own)
        settings = Settings(face_limit=1000, model_seed=number + 1)
        name = chance.choice(mischief.ODD_NAMES) if number % 3 == 0 else job_id
        ordered.append(image_job(job_id, name, str(path), settings, url, time.time() + number * 1e-3, source=name))
    return ordered


class _Run:
    def __init__(
        self,
        place: Path,
        seed: int,
        ordered: list[Job],
        at_once: int,
        simulator: SimulatorProcess,
        account: Account,
        wrong: str,
    ) -> None:
        self._place = place
        self._chance = random.Random(seed)
        self._kills = max(3, len(ordered) // 6)
        self._at_once = at_once
        self._simulator = simulator
        self._account = account
        self._wrong = wrong
        self._temporary = place / "temporary"
        self._temporary.mkdir()
        self._journal = Journal(place / "jobs")
        scripts = [job for number, job in enumerate(ordered) if number % _FOREGROUND_SHARE == 1]
        for job in ordered:
            if job not in scripts:
                self._journal.write(job)
        self._consoles = Consoles(place, scripts, KEY, self._chance, Words(place / "words"))
        self._desks = 0
        self._alone = False  # whether this desk was started when all scripts had ended
        mischief.plant(place / "jobs")
        self.deaths = Deaths(place / "jobs")
        self.spoilt: dict[str, bytes] = {}  # what is left of the records that were spoilt
        self.full = False  # whether the disk was, at any time

    def go(self, longest: float) -> None:
        """Until a stand-in for Blender ends by itself, with nothing left to do."""
        until = time.monotonic() + longest
        weather = kill = aim = room = 0.0
        desk = self._desk()
        try:
            while True:
                now = time.monotonic()
                self.deaths.watch()
                self._consoles.look()
                if now > until:
                    self._account.violations.append(f"not finished after {longest:.0f} s")
                    return
                if now >= weather:
                    self._simulator.play(rules(self._chance, self._at_once))
                    weather = now + self._chance.uniform(0.5, 1.5)
                    room = min(weather, now + self._fill_disk())
                elif now >= room:
                    mischief.fill_disk(self._worker, None)
                code = desk.poll()
                if code not in (None, 0, -_KILL):
                    self._account.violations.append(f"the stand-in for Blender ended with code {code}")
                    return
                if code == 0 and self._alone:
                    return
                if code is not None and (code or self._consoles.ended):
                    desk = self._desk()
                    kill = now + self._chance.uniform(0.5, 2.0)
                elif code is None and self._kills and now >= kill and (now >= aim or any(self.deaths.ordering())):
                    if kill:
                        self._kill(desk)
                    kill = now + self._chance.uniform(0.5, 2.5)
                    aim = kill + self._chance.choice((0.0, 5.0))  # half of them wait for an order that is out
                time.sleep(_LOOK_SECONDS)
        finally:
            self._end(desk)

    def _desk(self) -> "subprocess.Popen[str]":
        self._alone = self._consoles.ended
        self._desks += 1
        desk = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("desk.py"))],
            stdin=subprocess.PIPE,
            text=True,
            env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary)),
        )
        assert desk.stdin is not None
        order = {"key": KEY, "place": str(self._place), "at_once": self._at_once, "wrong": self._wrong}
        desk.stdin.write(json.dumps(order | {"seed": self._chance.randrange(2**32)}) + "\n")
        desk.stdin.close()
        return desk

    @property
    def _worker(self) -> int:
        """The newest worker's process id; 0 where there was none yet."""
        workers = self._place / "workers"
        return int((workers.read_text().split() if workers.exists() else ["0"])[-1])

    def _fill_disk(self) -> float:
        """Leave the worker no room at times; return for how many seconds."""
        if not self._worker or self._chance.random() >= _FULL_SHARE:
            return 0.0
        room = self._chance.choice((mischief.NO_ROOM, mischief.LITTLE_ROOM))
        full = mischief.fill_disk(self._worker, room)
        self._account.full += full
        self.full = self.full or full
        return _BRIEF_SECONDS if room == mischief.NO_ROOM else 10.0

    def _kill(self, desk: "subprocess.Popen[str]") -> None:
        who = self._chance.choice(("worker", "desk", "both"))
        if not self._worker:
            return
        self._kills -= 1
        self.deaths.watch()
        if who in ("worker", "both"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._worker, _KILL)
        if who in ("desk", "both"):
            desk.kill()
            desk.wait()
        self.deaths.note(who)
        if who == "both" and self._chance.random() < _SPOILT_SHARE:
            self._spoil()

    def _spoil(self) -> None:
        """Cut the record of a job that nobody has."""
        records = [path for path in sorted((self._place / "jobs").glob("job*/job.json")) if path.stat().st_size]
        idle = [path for path in records if not self._journal.ownership.elsewhere(path.parent.name)]
        if idle:
            record = self._chance.choice(idle)
            self.spoilt[record.parent.name] = mischief.spoil(record)

    def _end(self, desk: "subprocess.Popen[str]") -> None:
        if desk.poll() is None:
            desk.kill()
        desk.wait()
        self._consoles.close()
        self._account.violations += self._consoles.violations
        self._account.presses = self._consoles.presses
