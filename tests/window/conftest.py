"""A real Blender with a window, one for each story; the simulator; and what became of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PICTURE = ROOT / "scripts" / "photograph" / "dahlia.jpg"
SECONDS = 1.5  # that the simulator takes for a model
LIMIT_SECONDS = 200  # a story takes about ten; the machine may be busy with other things

# Lines on stderr that a Blender without a fault of ours may write.
_HARMLESS = re.compile(
    r"Draco|CUEW initialization|ALSA|Failed to open dir|Error: Could not create.*shader|XDG_RUNTIME_DIR"
)
_COMPLAINT = re.compile(r"Traceback|Error|Exception|[Ww]arning:|leaked|Not freed|ERROR|CRITICAL")

_KEPT_OUT = ("BLENDER_", "MODELSTREAM_", "TRIPO_")  # no Blender here sees the caller's settings and keys

_SIMULATE = "--enable-event-simulate"  # with it Blender ignores the real mouse and keys
_DRIVE = ["--python-exit-code", "9", "--python", str(HERE / "driver.py")]

Play = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def application() -> str:
    """The Blender to test: TRIPO_TEST_BLENDER."""
    return os.environ["TRIPO_TEST_BLENDER"]


@pytest.fixture(scope="session")
def photographs(application: str) -> Path:
    said = subprocess.run(
        [application, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r"Blender (\d\S*)", said.stdout)
    assert found, said.stdout
    folder = ROOT / "build" / "window" / found.group(1)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def installed(application: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's resources with the zip installed, as a pattern: every story starts with a copy."""
    folder = tmp_path_factory.mktemp("resources")
    done = subprocess.run(
        [
            application,
            "--command",
            "extension",
            "install-file",
            "-r",
            "user_default",
            "-e",
            os.environ["TRIPO_TEST_ZIP"],
        ],
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def _running() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(seconds=SECONDS, **SMALL_MODELS) as process:
        yield process


@pytest.fixture
def simulator(_running: SimulatorProcess) -> SimulatorProcess:
    """The simulator as it was at first."""
    _running.play([])
    _running.options(seconds=SECONDS, key=_running.key)
    _running.forget()
    return _running


@pytest.fixture
def resources(installed: Path, tmp_path: Path) -> Path:
    """The settings and files of the user of this test."""
    return shutil.copytree(installed, tmp_path / "resources")


@pytest.fixture
def play(
    application: str,
    resources: Path,
    photographs: Path,
    simulator: SimulatorProcess,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Play:
    """Play a story in a Blender of its own, and give its notes.

    Fails where the story did, where Blender ended badly, and where it complained of anything but of `but`.
    """

    def played(story: str, *, but: str = "", simulate: bool = True, **details: Any) -> dict[str, Any]:
        order = {
            "story": str(HERE / "stories" / f"{story}.py"),
            "name": re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-"),
            "notes": str(tmp_path / "notes.json"),
            "photographs": str(photographs),
            "picture": str(PICTURE),
            "url": simulator.url,
            "key": simulator.key,
            "folder": str(tmp_path),
            **details,
        }
        for old in photographs.glob(f"{order['name']}[-.]*"):
            old.unlink(missing_ok=True)
        (tmp_path / "order.json").write_text(json.dumps(order), encoding="utf-8")
        drive = [_SIMULATE, *_DRIVE] if simulate else _DRIVE
        code, said = run([application, *drive, "--", str(tmp_path / "order.json")], environment(resources), tmp_path)
        notes = tmp_path / "notes.json"
        told = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else {"error": "no notes", "notes": {}}
        record = json.dumps({"ended with": code, "said": said.splitlines()[-60:], **told}, indent=1)
        (photographs / f"{order['name']}.json").write_text(record, encoding="utf-8")
        assert not told["error"], f"{told['error']}\nBlender ended with {code} and said:\n{said[-4000:]}"
        assert code == 0, f"Blender ended with {code} and said:\n{said[-4000:]}"
        assert [line for line in complaints(said) if not but or but not in line] == []
        notes_taken: dict[str, Any] = told["notes"]
        return notes_taken

    return played


def environment(resources: Path) -> dict[str, str]:
    """Give what a Blender of ours is started with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_OUT)}
    return {**kept, "BLENDER_USER_RESOURCES": str(resources)}


def run(command: list[str], surroundings: dict[str, str], folder: Path) -> tuple[int, str]:
    """Run to the end, or to the limit; give the exit code and all that was said."""
    said = folder / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=surroundings, cwd=ROOT
        )
        try:
            code = process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            process.kill()
            process.wait()
    return code, said.read_text(encoding="utf-8", errors="replace")


def complaints(said: str) -> list[str]:
    """Give the lines that tell of an error or a warning."""
    return [line for line in said.splitlines() if _COMPLAINT.search(line) and not _HARMLESS.search(line)]
