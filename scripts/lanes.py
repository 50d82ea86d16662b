"""Runs commands side by side and shows what each of them wrote in one piece, when it has ended."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

_LOOK_S = 0.2  # between two looks at the running commands
_PATIENCE_S = 20  # that a command has to end what it started when it is told to end


class Command(NamedTuple):
    """A command and the name it is shown by; one that runs `alone` has the machine to itself, after the others.

    Without `surroundings` it has the environment of this process.
    """

    name: str
    arguments: List[str]
    alone: bool = False
    surroundings: Optional[Dict[str, str]] = None


class Ended(NamedTuple):
    """How a command ended: its exit code, and how long it took."""

    code: int
    seconds: float


class _Running(NamedTuple):
    command: Command
    process: "subprocess.Popen[bytes]"
    output: Path
    started: float


def run_one(command: List[str], limit_s: float, **more: Any) -> Optional[int]:
    """The command's exit code, None if it took too long. Whatever it started ends with it. `more` goes to Popen."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=sys.platform != "win32", **more)
    try:
        return process.wait(timeout=limit_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if sys.platform == "win32":
            if process.poll() is None:
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(commands: Sequence[Command], at_once: int, say: Callable[[str], None]) -> Dict[str, Ended]:
    """Run the commands in their order, `at_once` of them side by side; give how each ended, by its name."""
    waiting = [command for command in commands if not command.alone]
    ended: Dict[str, Ended] = {}
    running: List[_Running] = []
    with tempfile.TemporaryDirectory(prefix="tripo-lanes-") as folder:
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    running.append(_start(waiting.pop(0), Path(folder, str(len(ended) + len(running)))))
                    say("-- {} begins".format(running[-1].command.name))
                time.sleep(_LOOK_S)
                for each in [each for each in running if each.process.poll() is not None]:
                    running.remove(each)
                    ended[each.command.name] = Ended(each.process.returncode, time.monotonic() - each.started)
                    say("\n== {}".format(each.command.name))
                    say(each.output.read_text(encoding="utf-8", errors="replace").rstrip())
        finally:
            _end(running)
    for command in [command for command in commands if command.alone]:
        say("\n== {}".format(command.name))
        started = time.monotonic()
        process = subprocess.Popen(command.arguments, stdin=subprocess.DEVNULL, env=command.surroundings)
        try:
            ended[command.name] = Ended(process.wait(), time.monotonic() - started)
        finally:
            _end([_Running(command, process, Path(), started)])
    return ended


def _start(command: Command, output: Path) -> _Running:
    with output.open("wb") as file:
        process = subprocess.Popen(
            command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=command.surroundings,
        )
    return _Running(command, process, output, time.monotonic())


def _end(running: Sequence[_Running]) -> None:
    """Tell what still runs to end, so that it can end what it started itself; then make sure."""
    for each in running:
        each.process.terminate()
    for each in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            each.process.wait(_PATIENCE_S)
        each.process.kill()
        each.process.wait()
