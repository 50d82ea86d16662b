"""Starts the simulator and prints the API's base URL on the first line."""

import json
import os
import sys
import threading
from pathlib import Path

# Started as a folder, Python puts the folder itself first; the package is found from the one above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from simulator.options import Options, parser  # noqa: E402
from simulator.server import Simulator  # noqa: E402


def main() -> None:
    """Serves until terminated."""
    arguments = vars(parser().parse_args())
    faults, end_with_stdin = arguments.pop("faults"), arguments.pop("end_with_stdin")
    # Polls stay quick while a model is made in another thread.
    sys.setswitchinterval(0.0005)
    simulator = Simulator(Options(**arguments))
    if faults:
        simulator.script.play(json.loads(Path(faults).read_text("utf-8")))
    simulator.start()
    print(simulator.url, flush=True)
    if end_with_stdin:
        sys.stdin.buffer.read()
        os._exit(0)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        os._exit(0)


if __name__ == "__main__":
    main()
