"""What the measurements share outside Blender: the models, the simulator, and Blenders to play stories in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measurements.models import Workshop
from simulator.process import SimulatorProcess

HERE = Path(__file__).parent
_LIMIT_SECONDS = 900.0  # for one story
_KEPT_OUT = ("BLENDER_", "MODELSTREAM_", "TRIPO_", "PYTHON")


class Bench:
    """One run: in the bpy module of this Python, or in the application `blender`."""

    def __init__(self, folder: Path, blender: str = "", *, quick: bool = False, brief: bool = False) -> None:
        self.folder = folder
        self.blender = blender
        self.quick = quick
        self.brief = brief  # one of several Blenders: the tables are shorter
        (folder / "models").mkdir()
        self.workshop = Workshop(folder / "models")

    def play(self, measurement: str, **details: Any) -> dict[str, Any]:
        """Play a measurement's story in a fresh Blender beside a fresh simulator, and give its notes."""
        with SimulatorProcess(seconds=1.0, concurrency=1000, link_seconds=600.0) as simulator:
            order = {
                "measurement": measurement,
                "url": simulator.url,
                "key": simulator.key,
                "picture": str(self.workshop.make_picture()),
                **details,
            }
            return self.run(order)

    def run(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give what a story noted; raises `RuntimeError` where it failed."""
        with tempfile.TemporaryDirectory(prefix=f"{order['measurement']}-", dir=self.folder) as name:
            folder = Path(name)
            order |= {"folder": name, "notes": str(folder / "notes.json")}
            (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
            stage = [str(HERE / "stage.py")]
            drive = ["--factory-startup", "--python-exit-code", "9", "--python", *stage, "--"]
            command = [self.blender, *drive] if self.blender else [sys.executable, *stage]
            code, said = self.start([*command, str(folder / "order.json")], folder)
            notes = folder / "notes.json"
            told: dict[str, Any] = {"error": "it left no notes"}
            if notes.exists():
                told = json.loads(notes.read_text(encoding="utf-8"))
        if told["error"]:
            raise RuntimeError(f"{order['measurement']}: {told['error']}\nBlender ended with {code}: {said[-3000:]}")
        result: dict[str, Any] = told["notes"]
        return result

    def start(self, command: list[str], resources: Path) -> tuple[int, str]:
        """Run a Blender to its end with settings of its own; give the exit code and what it said."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_OUT)}
        surroundings = {**kept, "BLENDER_USER_RESOURCES": str(resources), "BL_TIMEOUT": str(int(_LIMIT_SECONDS))}
        said = resources / "said.txt"
        with said.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=surroundings
            )
            try:
                code = process.wait(_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                code = -1
            finally:
                process.kill()
                process.wait()
        return code, said.read_text(encoding="utf-8", errors="replace")
