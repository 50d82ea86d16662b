"""Many jobs through faults of the network and sudden deaths: none may be lost, and none bought twice.

`python3 scripts/soak.py` runs 200 jobs against the simulator with random faults, and kills the worker, the process that
stands in for Blender, or both, at random. `--seed` repeats a run's faults; the exit code is 1 where the accounts do not
add up.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import environments

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Runs the soak in its environment and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random (default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=8, help="jobs side by side (default: %(default)s)")
    options = parser.parse_args()
    try:
        python = environments.environment("tools")
    except environments.SetUpError as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    command = [str(python), str(ROOT / "scripts" / "soaking")]
    command += ["--jobs", str(options.jobs), "--seed", str(options.seed), "--at-once", str(options.at_once)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODELSTREAM_", "BLENDER_"))}
    return subprocess.call(command, env=clean)


if __name__ == "__main__":
    sys.exit(main())
