"""Whatever lies where a job's record should be: the others are listed, pruned and tidied, and it is left as it is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState
from tripo_blender.storage import cleanup
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.record import record_text
from tripo_blender.storage.small_file import LARGEST_RECORD

from .conftest import Run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither such pipes nor such devices")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5_000_000_000)


def of_an_odd_time(path: Path) -> None:
    path.write_text('{"format": 1, "job": {"id": "odd", "created": -Infinity}}')


ODD: dict[str, Callable[[Path], object]] = {
    "a pipe that nobody writes to": os.mkfifo,
    "a folder": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path),
    "a link to nothing": lambda path: path.symlink_to(path.parent / "gone" / "away"),
    "a link to a device without an end": lambda path: path.symlink_to("/dev/zero"),
    "a link to a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a file of five gigabytes": huge,
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "deep": lambda path: path.write_text("[" * (LARGEST_RECORD // 2)),
    "of an odd time": of_an_odd_time,
}


@pytest.mark.parametrize("name", ["job.json", "job.part"])
@pytest.mark.parametrize("odd", ODD)
def test_it_neither_hides_nor_holds_up_the_others(
    make_job: Callable[..., Job], folder: Path, odd: str, name: str
) -> None:
    journal, good = Journal(folder), make_job("https://a.test")
    journal.write(good)
    (folder / "odd").mkdir()
    ODD[odd](folder / "odd" / name)
    jobs, unreadable = journal.look()
    sentences = [each.english() for each in unreadable]
    assert jobs == [good]
    told = name == "job.json" and odd != "a link to nothing"
    told = told or (folder / "odd" / "job.part").is_file()
    assert len(sentences) == told
    assert all("job odd" in sentence and "is left as it is" in sentence for sentence in sentences)
    before = os.lstat(folder / "odd" / name)
    journal.prune(1)
    journal.clear("odd")
    cleanup.remove(journal, time.time())
    assert os.path.samestat(before, os.lstat(folder / "odd" / name))
    assert journal.look()[0] == [good]


def test_a_name_that_no_encoding_takes_comes_back_as_text(make_job: Callable[..., Job], folder: Path) -> None:
    """Version 0.1.0 took names of files as they are, and on Linux these need not be text."""
    job = replace(make_job("https://a.test"), name="caf\udce9", source="caf\udce9.png")
    Journal(folder).write(job)
    found = Journal(folder).record_of(job.id)
    assert found is not None
    assert (found.name, found.source) == ("caf_", "caf_.png")
    record_text(job).encode("ascii")


STANDING: dict[str, Callable[[Path, Path], object]] = {
    "a pipe that nobody reads": lambda path, _mine: os.mkfifo(path),
    "a link to a file of mine": lambda path, mine: path.symlink_to(mine),
    "a link to nothing": lambda path, mine: path.symlink_to(mine.with_name("gone")),
    "a link to itself": lambda path, _mine: path.symlink_to(path),
}


@pytest.mark.parametrize("standing", STANDING)
@pytest.mark.parametrize("name", ["job.part", "model.part", "model.part.json", "preview.png"])
def test_what_stands_where_a_file_is_to_be_written_neither_holds_up_nor_is_followed(
    simulator: SimulatorProcess, make_job: Callable[..., Job], run: Run, folder: Path, tmp_path: Path, name: str,
    standing: str,
) -> None:  # fmt: skip
    mine = tmp_path / "mine.txt"
    mine.write_bytes(b"mine")
    job = make_job(simulator.url)
    (folder / job.id).mkdir(parents=True, exist_ok=True)
    STANDING[standing](folder / job.id / name, mine)
    course = run(job)
    assert course.job.state is JobState.READY, course.job.failure
    assert Path(course.job.model_path).stat().st_size > 1000
    assert Journal(folder).record_of(job.id) == course.job
    assert mine.read_bytes() == b"mine"
    assert not mine.with_name("gone").exists()
