"""Measures what the add-on costs the artist: ours and the usual way side by side, ratios first.

`python3 scripts/bench.py` runs the newest Blender that this machine has a Python for; `--version 4.2.23` another one,
`--version all` each of them, `--blender PATH` an application with a window; both may be repeated. Text and JSON of each
go to the terminal and to `build/bench/`; a run of everything in several Blenders leaves `docs/bench.svg` and `.txt`.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import List

import demo
import environments

ROOT = Path(__file__).resolve().parent.parent
_MEASUREMENTS = ROOT / "scripts" / "measurements"
_ONCE = ("lateness", "polling", "large", "scale")  # Blender's version makes no difference to them
_QUICK_ONCE = ("polling",)
_EACH = ("starts", "stalls", "views", "crowd", "presses")


def main() -> int:
    """Runs the measurements in their environments, one after another, and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    versions = environments.bpy_versions()
    parser.add_argument(
        "--version", choices=(*versions, "all"), action="append", default=[], help="the Blender to measure in"
    )
    parser.add_argument(
        "--blender", metavar="PATH", action="append", default=[], help="an application with a window to measure in"
    )
    parser.add_argument("--only", metavar="NAME", action="append", default=[], help="only this; may be repeated")
    parser.add_argument("--quick", action="store_true", help="less of everything, in about a minute each")
    options = parser.parse_args()
    chosen = [version for version in versions if version in options.version or "all" in options.version]
    try:
        runs = [[str(environments.environment("bpy-{}".format(version)))] for version in reversed(chosen)]
        if options.blender:
            tools = str(environments.environment("tools"))
            runs += [[tools, "--blender", str(Path(path).expanduser().absolute())] for path in options.blender]
        if not runs:
            runs = [[str(demo.newest_environment())]]
    except environments.SetUpError as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    began, codes = time.time(), []
    for number, (python, *more) in enumerate(runs):
        names = options.only or (_EACH if number else (*_EACH, *(_QUICK_ONCE if options.quick else _ONCE)))
        only = [word for name in names if not number or name not in _ONCE for word in ("--only", name)]
        if not only:
            continue
        command = [python, str(_MEASUREMENTS), *more, *only] + ["--quick"] * options.quick
        command += ["--brief"] * bool(number) + ["--part"] * bool(options.only)
        codes.append(_call(command))
        print(flush=True)
    print("all of it: {:.0f} s".format(time.time() - began))
    folder = ROOT / "build" / "bench"
    files = [str(file) for file in sorted(folder.glob("*.json")) if file.stat().st_mtime >= began]
    whole = len(runs) > 1 and not (options.only or options.quick)
    if not any(codes) and files:
        target = ROOT / "docs" if whole else folder
        codes.append(_call([runs[0][0], str(_MEASUREMENTS / "plot.py"), str(target / "bench.svg"), *files]))
        if whole:
            texts = [Path(file).with_suffix(".txt").read_text(encoding="utf-8") for file in files]
            (target / "bench.txt").write_text("\n\n".join(texts), encoding="utf-8")
    return max(codes)


def _call(command: List[str]) -> int:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODELSTREAM_", "BLENDER_"))}
    return subprocess.call(command, env=clean)


if __name__ == "__main__":
    sys.exit(main())
