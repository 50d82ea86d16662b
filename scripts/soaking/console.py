"""Stands in for a script of an artist's: one job in the foreground, which Ctrl-C may strike at any time."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from soaking.desk import tell  # noqa: E402
from tripo_blender.core.account import Credentials  # noqa: E402
from tripo_blender.core.events import Event  # noqa: E402
from tripo_blender.core.job import Job  # noqa: E402
from tripo_blender.core.serialization import from_record  # noqa: E402
from tripo_blender.worker import foreground  # noqa: E402


def main() -> None:
    """Carry the job out that comes in on standard input, and say each event."""
    order = json.loads(sys.stdin.readline())
    place = Path(order["place"])

    def say(event: Event) -> None:
        sys.stdout.write(f"{type(event).__name__}\n")
        sys.stdout.flush()

    job = from_record(Job, order["job"])
    tell(place, foreground.run(job, Credentials(job.account, order["key"]), place / "jobs", say))


if __name__ == "__main__":
    main()
