"""Many jobs through faults of the network and sudden deaths: none may be lost, and none bought but at the user's word.

`python3 scripts/soak.py` runs 200 jobs against the simulator, most of them side by side in a worker, some in scripts of
their own. Half of the faults that strike an order come of a task that was made. The worker, the process that stands in
for Blender, or both are killed at random; disks are full at times, records are spoilt, folders are odd. The user
cancels, presses Ctrl-C, and says of uncertain jobs that they be sent again, fetched by their task, given up, or left.
`--seed` repeats a run's faults; the exit code is 1 where the accounts do not add up. With `--wrong` the worker is wrong
on purpose, and they must not.
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
    parser.add_argument(
        "--wrong", default="", metavar="HOW", help="what the worker does wrong on purpose: see scripts/soaking/wrong.py"
    )
    options = parser.parse_args()
    if sys.platform == "win32":
        parser.error("Its scripts are interrupted by signals, which Windows does not have. Run it on Linux or macOS.")
    try:
        python = environments.environment("tools")
    except environments.SetUpError as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    command = [str(python), str(ROOT / "scripts" / "soaking")]
    command += ["--jobs", str(options.jobs), "--seed", str(options.seed), "--at-once", str(options.at_once)]
    command += ["--wrong", options.wrong] if options.wrong else []
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODELSTREAM_", "BLENDER_"))}
    return subprocess.call(command, env=clean)


if __name__ == "__main__":
    sys.exit(main())
