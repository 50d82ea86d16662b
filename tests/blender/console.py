"""Command lines of scripts/generate.py, each in a process of its own, or many in one; and what they leave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from soaking.consoles import hears_ctrl_c

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate.py"
SECONDS = 60.0  # for one process; it takes two
SMALL = ("--no-texture", "--face-limit", "1000")

# Carries out one command line after the other, each as if Blender had just started: a start costs a second or two, and
# there are many. For the same reason all have one second Blender. What is asked for beside the words: how stdout and
# stderr are, and how large a file may grow.
CONSOLE = """
import contextlib, json, os, runpy, sys
if os.name == "posix":
    import resource

def limit(size):
    if os.name == "posix":
        resource.setrlimit(resource.RLIMIT_FSIZE, (size or resource.RLIM_INFINITY, resource.RLIM_INFINITY))

replies = os.fdopen(os.dup(1), "w")
script = runpy.run_path(sys.argv[1], run_name="generate")
import bpy
sys.path.insert(0, os.path.dirname(os.path.dirname(sys.argv[1])))
from tripo_blender.app import account, preparation
preparation.warm(account.access(bpy.context))
end, preparation.end = preparation.end, lambda: None

def open_as(how):
    if how == "broken":
        end, start = os.pipe()
        os.close(end)
        return start
    return os.open("/dev/full" if how == "full" else how, os.O_WRONLY)

def lay(number, how):
    if how == "closed":
        os.close(number)
    else:
        file = open_as(how)
        os.dup2(file, number)
        os.close(file)

def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            pass

for line in sys.stdin:
    order = json.loads(line)
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.argv = ["generate.py", *order["arguments"]]
    kept = os.dup(1), os.dup(2)
    if order["opened"]:
        lay(1, os.devnull)
        bpy.ops.wm.open_mainfile(filepath=order["opened"], load_ui=False)
        flush()
    # As after `blender FILE --background --command`, which leaves the context without a window.
    context = bpy.context.temp_override(window=None) if order["opened"] else contextlib.nullcontext()
    for number, how in ((1, order["out"]), (2, order["err"])):
        lay(number, how)
    limit(order["limit"])
    try:
        context.__enter__()
        if order["offline"]:
            bpy.context.preferences.system.use_online_access = False
            from tripo_blender.cli import main as cli
            code = cli.run(["generate", *order["arguments"]])
        else:
            code = script["main"]()
    except BaseException as error:
        code = repr(error)
    context.__exit__(None, None, None)
    limit(0)
    flush()
    for number in (1, 2):
        lay(number, os.devnull)
    flush()  # what could not be written is not the next one's
    for number in (1, 2):
        os.dup2(kept[number - 1], number)
        os.close(kept[number - 1])
    replies.write(json.dumps(code) + "\\n")
    replies.flush()
end()
script["end"](0)
"""


@dataclass(frozen=True)
class Outcome:
    """What a command line gave."""

    code: int
    out: str
    err: str = ""

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def result(self) -> dict[str, Any]:
        """The last of the JSON lines; nothing but them is on stdout."""
        records = [json.loads(line) for line in self.lines]
        assert records, self.err
        assert [record["event"] for record in records].count("result") == 1
        last: dict[str, Any] = records[-1]
        assert last["event"] == "result"
        assert last["exit_code"] == self.code
        assert last["ok"] is (self.code == 0)
        return last

    @property
    def error(self) -> dict[str, Any]:
        assert self.code != 0
        assert "Traceback" not in self.out + self.err
        error: dict[str, Any] = self.result["error"]
        assert_one_sentence(error["message"])
        return error


def assert_one_sentence(text: str) -> None:
    """A sentence, or one that says what is wrong and one that says what to do: in one line, for a person."""
    assert text.strip() == text != ""
    assert text[0].isupper() or not text[0].isalpha()
    assert not set(text) & set("\n\t{}")
    assert "Error:" not in text


def with_address(arguments: Sequence[object], url: str) -> list[str]:
    """Words of a command line, with the service's address where they reach it."""
    words = [str(word) for word in arguments]
    return words if {"--help", "jobs", "import"} & set(words[:2]) else [*words, "--url", url]


class Place:
    """Folders of its own for everything a command line may write to."""

    def __init__(self, folder: Path, simulator: SimulatorProcess) -> None:
        self.home, self.temporary, self.out = folder / "home", folder / "temporary", folder / "out"
        for path in (self.home, self.temporary, self.out):
            path.mkdir(parents=True)
        self.picture = draw_disc(folder / "Red Disc.png")
        self._simulator = simulator
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("BLENDER_", "MODELSTREAM_"))},
            "BLENDER_USER_RESOURCES": str(self.home),
            "MODELSTREAM_API_KEY": simulator.key,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.temporary)),
        }

    def start(
        self, *arguments: object, simulator: SimulatorProcess | None = None, **more: str
    ) -> subprocess.Popen[str]:
        words = with_address(arguments, (simulator or self._simulator).url)
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), *words],
            env={**self.environment, **more},
            cwd=self.out,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            preexec_fn=hears_ctrl_c if os.name == "posix" else None,  # noqa: PLW1509  # no other thread forks
        )

    def run(self, *arguments: object, **more: str) -> Outcome:
        return ended(self.start(*arguments, **more))

    def kept(self) -> list[str]:
        """The names of the files below the user's folder that are ours."""
        return sorted(path.name for path in (self.home / "datafiles").rglob("*") if path.is_file())

    def assert_nothing_left(self, *, paid: bool = False, refused: bool = False) -> None:
        """No output, no part, no picture; of a task that was paid for, the record with its id, and a refused model."""
        assert list(self.out.iterdir()) == []
        assert self.kept() == ["job.json"] * paid + ["refused.model"] * refused
        jobs = [path for path in self.home.rglob("jobs/*") if path.is_dir()]
        assert len(jobs) == int(paid)


def ended(process: subprocess.Popen[str]) -> Outcome:
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return Outcome(process.returncode, out, err)


def draw_disc(path: Path, size: int = 96) -> Path:
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    pixels = np.full((size, size, 3), 255, np.uint8)
    pixels[x**2 + y**2 < (0.4 * size) ** 2] = 230, 25, 25
    path.write_bytes(write_png(pixels))
    return path


def wait_for(process: subprocess.Popen[str], words: str) -> list[str]:
    """Read lines until one holds the words."""
    assert process.stdout is not None
    lines: list[str] = []
    until = time.monotonic() + SECONDS
    while not lines or words not in lines[-1]:
        assert time.monotonic() < until
        line = process.stdout.readline()
        assert line, lines
        lines.append(line)
    return lines


class Console:
    """One process that carries out many command lines; each still finds its folders as if it were the first."""

    def __init__(self, folder: Path, simulator: SimulatorProcess) -> None:
        self.place = Place(folder, simulator)
        self.picture = self.place.picture
        self._simulator = simulator
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-c", CONSOLE, str(SCRIPT)],
            env=self.place.environment,
            cwd=self.place.out,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(
        self,
        *arguments: object,
        key: str | None = None,
        url: str = "",
        offline: bool = False,
        keeps: bool = False,
        folder: Path | None = None,
        out: str = "",
        err: str = "",
        limit: int = 0,
        opened: Path | None = None,
    ) -> Outcome:
        """Carry a command line out in `folder`. With `keeps` it finds what those before have left.

        `opened` is a .blend that Blender has open. `out` and `err` say how the two streams are: closed, broken (nobody
        reads) or full (a disk). No file can grow over `limit` bytes.
        """
        if not keeps:
            self.forget()
        streams = self._folder / "stdout.txt", self._folder / "stderr.txt"
        for path in streams:
            path.write_bytes(b"")
        order = {
            "arguments": with_address(arguments, url or self._simulator.url),
            "environment": {"MODELSTREAM_API_KEY": self._simulator.key if key is None else key},
            "folder": str(folder or self.place.out),
            "offline": offline,
            "out": out or str(streams[0]),
            "err": err or str(streams[1]),
            "limit": limit,
            "opened": str(opened or ""),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = json.loads(self._process.stdout.readline())
        assert isinstance(code, int), code
        said, printed = (path.read_bytes() for path in streams)
        return Outcome(code, said.decode("utf-8"), printed.decode("utf-8", errors="replace"))

    def forget(self) -> None:
        """Remove what command lines before have left."""
        shutil.rmtree(self.place.home / "datafiles", ignore_errors=True)

    def leave(self, picture: object = "", *words: str, limit: int = 60_000) -> str:
        """Have a job whose model is on the disk, but could not be saved as a file of that size; give its id."""
        words = (*(words or SMALL), "--out", "unsaved.blend", "--json")
        outcome = self(picture or self.picture, *words, keeps=True, limit=limit)
        assert (outcome.code, outcome.error["kind"]) == (1, "disk"), outcome.out
        assert not list(self.place.out.glob("*unsaved*"))
        return str(outcome.result["job"])

    def listed(self) -> list[dict[str, Any]]:
        """The jobs that can be gone on with."""
        outcome = self("jobs", "--json", keeps=True)
        assert outcome.code == 0, outcome.out
        assert outcome.result["jobs"] == len(outcome.lines) - 1
        return [json.loads(line) for line in outcome.lines[:-1]]

    def close(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait(SECONDS)
