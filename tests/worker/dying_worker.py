"""A worker that is killed in the instant before it writes down the state that TRIPO_TEST_DIES_AT names.

TRIPO_TEST_DIES_FOR may name the one job of which that is.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tripo_blender.core.job import Job
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.loop import serve


class DyingJournal(Journal):
    """Gets no further than to that state."""

    def write(self, job: Job) -> None:
        if job.state == os.environ["TRIPO_TEST_DIES_AT"] and job.id == os.environ.get("TRIPO_TEST_DIES_FOR", job.id):
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(job)


if __name__ == "__main__":
    import tripo_blender.worker.loop

    tripo_blender.worker.loop.Journal = DyingJournal  # type: ignore[misc]
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        serve(sys.stdin.buffer, answers)
