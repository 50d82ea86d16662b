"""Giving a job up: it says so only where it is so."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import bpy
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
    job, request, journal_of = module("core.job"), module("core.options.generation"), module("storage.journal").Journal
    resuming, errors = module("app.recovery"), module("core.errors")
    with tempfile.TemporaryDirectory(prefix="tripo-given-up-") as place:
        Path(place).chmod(0o755)
        folder = Path(place, "jobs")
        monkeypatch.setattr(resuming, "jobs_folder", lambda: folder)
        task_id = "task-1" if state in ("failed", "generating") else ""
        made = job.image_job(
            "job1", "Disc", "", request.Settings(), "https://a.test", 1.0, state=job.JobState(state), task_id=task_id
        )
        journal_of(folder).write(made)
        found = resuming.known("job1")
        with unwritable(folder), pytest.raises(errors.TripoError, match="could not be discarded") as caught:
            resuming.leave(found)
        assert caught.value.failure.kind == "disk"
        assert journal_of(folder).read() == [made]
        assert resuming.leave(resuming.known("job1")).english().startswith("Disc was discarded")
        left = [str(each.state) for each in journal_of(folder).read()]
        assert left == (["cancelled"] if state == "generating" else [])


@pytest.mark.parametrize("state", ["queued", "uploading", "uncertain", "generating", "ready"])
def test_one_that_was_given_up_elsewhere_says_that_and_not_what_is_missing_of_it(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: str
) -> None:
    job, request, journal_of = module("core.job"), module("core.options.generation"), module("storage.journal").Journal
    resuming, errors, access = module("app.recovery"), module("core.errors"), module("app.account").access
    monkeypatch.setattr(resuming, "jobs_folder", lambda: tmp_path / "jobs")
    url, model, picture = "http://127.0.0.1:9/tripo", tmp_path / "model.glb", tmp_path / "jobs" / "job1" / "picture.png"
    task_id = "task-1" if state in ("generating", "ready") else ""
    downloaded = module("core.events").model_downloaded(str(model), "glb")
    made = job.image_job("job1", "Disc", str(picture), request.Settings(), url, 1.0, state=job.JobState(state))
    journal_of(tmp_path / "jobs").write(replace(made, task_id=task_id, artifacts=downloaded.artifacts))
    picture.touch()
    model.touch()
    found, given = resuming.known("job1"), access(bpy.context, url, "sk-1234")
    decided = {"send_again": state == "uncertain"}
    assert resuming.ready_to_run(found, given, **decided)[0].id == "job1"
    resuming.leave(resuming.known("job1"))
    with pytest.raises(errors.TripoError, match="Disc was discarded elsewhere") as caught:
        resuming.ready_to_run(found, given, **decided)
    assert caught.value.failure.kind == "elsewhere"


def test_in_the_list_too_it_is_said_whether_it_is_given_up(
    module: Callable[[str], ModuleType], capfd: pytest.CaptureFixture[str]
) -> None:
    job, request, journal_of = module("core.job"), module("core.options.generation"), module("storage.journal").Journal
    session = module("app.session").session
    with tempfile.TemporaryDirectory(prefix="tripo-given-up-") as place:
        Path(place).chmod(0o755)
        folder = Path(place, "jobs")
        made = job.image_job(
            "job1", "Disc", "", request.Settings(), "https://a.test", 1.0, state=job.JobState.UNCERTAIN
        )
        journal_of(folder).write(made)
        session.jobs["job1"], session._folders["job1"] = made, folder
        try:
            with unwritable(folder), pytest.raises(RuntimeError, match="Disc could not be discarded"):
                bpy.ops.tripo.cancel(job_id="job1", gives_up=True)
            assert session.jobs["job1"].state == "uncertain"
            assert journal_of(folder).read() == [made]
            capfd.readouterr()
            assert bpy.ops.tripo.cancel(job_id="job1", gives_up=True) == {"FINISHED"}
            assert "Disc was discarded. If your account shows its task" in capfd.readouterr().out
            assert session.jobs["job1"].state == "cancelled"
            assert bpy.ops.tripo.cancel(job_id="job1", gives_up=True) == {"FINISHED"}
            assert "Disc has ended before, so there was nothing to discard" in capfd.readouterr().out
        finally:
            session.jobs.pop("job1", None)
            session._folders.pop("job1", None)
