"""A worker that is wrong on purpose, as SOAK_WRONG says, and who started it likewise: the soak must find it out."""

import contextlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tripo_blender.core.job import Job  # noqa: E402
from tripo_blender.core.services.base import Created, HttpAnswer, Refused, Unclear  # noqa: E402
from tripo_blender.core.services.modelstream import ModelStream  # noqa: E402
from tripo_blender.core.states import JobState  # noqa: E402
from tripo_blender.storage.journal import Journal  # noqa: E402
from tripo_blender.worker.pool import Pool  # noqa: E402


def trusts_proxies() -> None:
    """Take every answer that is no success for a refusal that passes."""
    read = ModelStream.read_create

    def trusting(self: ModelStream, answer: HttpAnswer) -> Created | Refused | Unclear:
        meaning = read(self, answer)
        return Refused(meaning.failure, again=True) if isinstance(meaning, Unclear) else meaning

    ModelStream.read_create = trusting  # type: ignore[method-assign]


def forgets() -> None:
    """Tidy up after an uncertain job as if it had cost nothing."""
    settle = Journal.settle

    def forgetful(self: Journal, job: Job) -> None:
        settle(self, job)
        if job.state is JobState.UNCERTAIN:
            self.forget(job.id)

    Journal.settle = forgetful  # type: ignore[method-assign]


def loses_cancels() -> None:
    """Have no cancel reach the disk or the job."""
    Pool.cancel = lambda self, job_id: None  # type: ignore[method-assign]
    Journal.cancel = lambda self, job_id: True  # type: ignore[method-assign]


def writes_late() -> None:
    """Write no order down before it is sent."""
    write = Journal.write

    def late(self: Journal, job: Job) -> None:
        if job.state is not JobState.SUBMITTING:
            write(self, job)

    Journal.write = late  # type: ignore[method-assign]


WRONGS = {wrong.__name__.replace("_", "-"): wrong for wrong in (trusts_proxies, forgets, loses_cancels, writes_late)}

if __name__ == "__main__":
    from tripo_blender.worker.loop import serve

    WRONGS[os.environ["SOAK_WRONG"]]()
    with contextlib.closing(os.fdopen(os.dup(1), "wb", buffering=0)) as answers:
        serve(sys.stdin.buffer, answers)
