"""Giving a job up: it says so only where it is so."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Nobody may write there: not even the superuser, who is somebody else for that time."""
    privileged = os.geteuid() == 0
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555)
    if privileged:
        os.seteuid(65534)
    try:
        yield
    finally:
        if privileged:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


@pytest.mark.parametrize("state", ["uncertain", "failed", "generating", "queued"])
def test_what_the_disk_keeps_is_not_given_up(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    job, request, journal_of = module("core.job"), module("core.request"), module("worker.journal").Journal
    resuming, errors = module("shell.resuming"), module("core.errors")
    with tempfile.TemporaryDirectory(prefix="tripo-given-up-") as place:
        Path(place).chmod(0o755)
        folder = Path(place, "jobs")
        monkeypatch.setattr(resuming, "jobs_folder", lambda: folder)
        task_id = "task-1" if state in ("failed", "generating") else ""
        made = job.Job(
            "job1", "Disc", "", request.Settings(), "https://a.test", 1.0, state=job.JobState(state), task_id=task_id
        )
        journal_of(folder).write(made)
        found = resuming.known("job1")
        with unwritable(folder), pytest.raises(errors.TripoError, match="could not be given up") as caught:
            resuming.leave(found)
        assert caught.value.failure.kind == "disk"
        assert journal_of(folder).read() == [made]
        assert "was given up" in resuming.leave(resuming.known("job1"))
        left = [str(each.state) for each in journal_of(folder).read()]
        assert left == (["cancelled"] if state == "generating" else [])
