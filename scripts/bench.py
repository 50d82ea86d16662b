"""Measures what the add-on costs the artist's main thread, ours and the usual way side by side, ratios first.

`python3 scripts/bench.py` runs the newest Blender that this machine has a Python for; `--version 4.2.23` another one.
The figures go to the terminal and, as JSON, to `build/bench/`.
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
    options = parser.parse_args()
    try:
        python = (
            environments.environment("bpy-{}".format(options.version)) if options.version else demo.newest_environment()
        )
    except environments.SetUpError as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODELSTREAM_", "BLENDER_"))}
    return subprocess.call([str(python), str(ROOT / "scripts" / "measurements.py")], env=clean)


if __name__ == "__main__":
    sys.exit(main())
