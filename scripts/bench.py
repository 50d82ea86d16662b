"""Measures what the add-on costs the artist: ours and the usual way side by side, ratios first.

`python3 scripts/bench.py` runs the newest Blender that this machine has a Python for; `--version 4.2.23` another one;
`--blender PATH` an application with a window. The figures go to the terminal and, with a plot, to `build/bench/`.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import demo
import environments

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Runs the measurements in their environment and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", choices=environments.bpy_versions(), help="the Blender to measure in")
    parser.add_argument("--blender", metavar="PATH", help="an application with a window to measure in instead")
    parser.add_argument("--only", metavar="NAME", action="append", help="only this measurement; may be repeated")
    parser.add_argument("--quick", action="store_true", help="less of everything, in under a minute")
    options = parser.parse_args()
    try:
        if options.blender:
            python = environments.environment("tools")
        elif options.version:
            python = environments.environment("bpy-{}".format(options.version))
        else:
            python = demo.newest_environment()
    except environments.SetUpError as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    command = [str(python), str(ROOT / "scripts" / "measurements")]
    if options.blender:
        command += ["--blender", str(Path(options.blender).expanduser().absolute())]
    for name in options.only or []:
        command += ["--only", name]
    if options.quick:
        command.append("--quick")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODELSTREAM_", "BLENDER_"))}
    return subprocess.call(command, env=clean)


if __name__ == "__main__":
    sys.exit(main())
