"""Runs the measurements, prints their text, and leaves JSON and a plot; bench.py starts this in the right Python."""

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

from measurements import crowd, large, lateness, plot, polling, stalls, starts  # noqa: E402
from measurements.bench import Bench  # noqa: E402

MEASUREMENTS = {
    "stalls": stalls,
    "lateness": lateness,
    "polling": polling,
    "crowd": crowd,
    "starts": starts,
    "large": large,
}


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--blender", default="")
    parser.add_argument("--only", action="append", choices=tuple(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tripo-bench-") as folder:
        bench = Bench(Path(folder), options.blender, quick=options.quick)
        version = bench.run({"measurement": "version"})["blender"].split()[0]  # without "LTS"
        figures["blender"] = f"{version} {'with a window' if options.blender else 'module'}"
        figures |= {"machine": _machine(), "date": time.strftime("%Y-%m-%d"), "quick": options.quick}
        _say(f"Blender {figures['blender']}; {figures['machine']}; {figures['date']}")
        for name in options.only or MEASUREMENTS:
            began = time.monotonic()
            figures[name] = MEASUREMENTS[name].measure(bench)
            _say("\n" + "\n".join(MEASUREMENTS[name].lines(figures[name])))
            _say(f"({name}: {time.monotonic() - began:.0f} s)")
    _keep(figures, version + ("-window" if options.blender else ""), whole=not (options.only or options.quick))


def _keep(figures: dict[str, Any], name: str, *, whole: bool) -> None:
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() and not whole else {}
    file.write_text(json.dumps(known | figures, indent=1), encoding="utf-8")
    if whole:
        (ROOT / "docs" / "bench.svg").write_text(plot.draw(figures), encoding="utf-8")
    _say(f"\n{file.relative_to(ROOT)} holds the figures")


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        names = [
            line.partition(":")[2].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


main()
