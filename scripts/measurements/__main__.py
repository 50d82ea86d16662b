"""Runs the measurements, prints their text, and leaves text and JSON; bench.py starts this in the right Python."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from measurements import crowd, large, lateness, polling, presses, scale, stalls, starts, views  # noqa: E402
from measurements.bench import Bench  # noqa: E402

MEASUREMENTS = {
    "stalls": stalls,
    "views": views,
    "lateness": lateness,
    "polling": polling,
    "crowd": crowd,
    "starts": starts,
    "presses": presses,
    "scale": scale,
    "large": large,
}


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--blender", default="")
    parser.add_argument("--only", action="append", choices=tuple(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--part", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tripo-bench-") as folder:
        bench = Bench(Path(folder), options.blender, quick=options.quick, brief=options.brief)
        told = bench.run({"measurement": "version"})
        version = told["blender"].split()[0]  # without "LTS"
        figures["blender"] = f"{version} {'with a window' if options.blender else 'module'}"
        figures |= {"machine": _machine(), "date": time.strftime("%Y-%m-%d"), "quick": options.quick}
        figures["renderer"] = told.get("renderer", "")
        text = [f"Blender {figures['blender']}; {figures['machine']}; {figures['date']}"]
        if figures["renderer"]:
            text.append(f"drawn by {figures['renderer']}")
        _say("\n".join(text))
        for name in options.only or MEASUREMENTS:
            began = time.monotonic()
            figures[name] = MEASUREMENTS[name].measure(bench)
            took = f"({name}: {time.monotonic() - began:.0f} s)"
            text += ["", *MEASUREMENTS[name].lines(figures[name]), took]
            _say("\n".join(["", *MEASUREMENTS[name].lines(figures[name]), took]))
    part = "-part" if options.part or options.quick else ""  # does not overwrite the figures of a whole run
    _keep(figures, text, version + ("-window" if options.blender else "") + part)


def _keep(figures: dict[str, Any], text: list[str], name: str) -> None:
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    file.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    file.with_suffix(".txt").write_text("\n".join([*text, ""]), encoding="utf-8")
    _say(f"\n{file.relative_to(ROOT)} holds the figures")


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        names = [
            line.partition(":")[2].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


main()
