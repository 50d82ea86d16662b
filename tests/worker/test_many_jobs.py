"""What thousands of jobs on the disk cost one more: counted, not timed."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tripo_blender.core.job import Job
from tripo_blender.core.messages import Configure, Ended, encode
from tripo_blender.core.states import JobState
from tripo_blender.storage import cleanup, journal
from tripo_blender.storage.journal import Journal
from tripo_blender.worker import loop

MakeJob = Callable[..., Job]
MANY = 60
LARGE = 10**9


@pytest.fixture
def done(make_job: MakeJob, folder: Path) -> list[Job]:
    """Many that have ended, and one that waits."""
    jobs = [make_job("https://a.test", task_id=f"t{number}", state=JobState.DONE) for number in range(MANY)]
    for job in [*jobs, make_job("https://a.test")]:
        Journal(folder).write(job)
    return jobs


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs whose records were read."""
    found: list[str] = []
    real = journal.read_small

    def read_small(path: Path, *limit: int) -> bytes:
        found.append(path.parent.name)
        return real(path, *limit)

    monkeypatch.setattr(journal, "read_small", read_small)
    return found


def test_within_the_limit_no_record_is_read(done: list[Job], folder: Path, reads: list[str]) -> None:
    Journal(folder).prune(LARGE)
    assert reads == []


def test_above_it_each_is_read_once_and_again_where_it_changed(
    done: list[Job], make_job: MakeJob, folder: Path, reads: list[str]
) -> None:
    mine = Journal(folder)
    size = mine.size_of(done[0].id)
    limit = MANY * size - size // 2
    mine.prune(limit)
    assert done[0].id in reads
    assert not (folder / done[0].id).exists()
    before = set(mine.names())

    reads.clear()
    (folder / done[1].id / "picture.png").write_bytes(bytes(3 * size))
    young = make_job("https://a.test", task_id="young", state=JobState.DONE)
    mine.write(young)
    (folder / done[1].id / "new").touch()  # a name in it is new, so it is looked at again
    mine.prune(limit)
    assert done[1].id not in mine.names()
    assert set(reads) <= {*(job.id for job in done[1:8]), young.id}
    assert before - set(mine.names()) <= {job.id for job in done[1:8]}


def test_an_order_does_not_wait_for_the_cleaning_up(
    done: list[Job], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    before_the_order: list[int] = []
    real_look, real_end = cleanup._look_at, Journal.end

    def look_at(mine: Journal, job_id: str, now: float) -> None:
        looked.append(job_id)
        real_look(mine, job_id, now)

    def end(mine: Journal, job: Job) -> bool:
        before_the_order.append(len(looked))
        return real_end(mine, job)

    monkeypatch.setattr(cleanup, "_look_at", look_at)
    monkeypatch.setattr(Journal, "end", end)
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as orders, os.fdopen(writer, "wb", buffering=0) as blender:
        blender.write(encode(Configure(str(folder))) + encode(Ended(done[0])))
        blender.close()
        loop.serve(orders, io.BytesIO())
    assert before_the_order == [0]
    assert len(looked) >= MANY - 1, "it is done before the end at the latest"


def test_what_this_process_has_is_not_cleaned_up(make_job: MakeJob, folder: Path) -> None:
    """It may be writing just now; so cleaning up need not be over when the first job begins."""
    mine = Journal(folder)
    working, waiting, left = (make_job("https://a.test") for _ in range(3))
    for job in (working, waiting, left):
        mine.write(job)
        (folder / job.id / "job.part").write_text("{")
    assert mine.ownership.take(working.id)
    assert mine.ownership.keep(waiting.id)
    cleanup.remove(mine, time.time())
    assert {path.parent.name for path in folder.glob("*/job.part")} == {working.id, waiting.id}
    assert mine.ownership.has(working.id)
    mine.ownership.release_all()


def test_of_a_job_as_it_should_be_the_names_are_enough(
    done: list[Job], folder: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stats: list[Any] = []
    real = Path.stat

    def stat(path: Path, **how: Any) -> os.stat_result:
        if path.parent.parent == folder:
            stats.append(path)
        return real(path, **how)

    monkeypatch.setattr(Path, "stat", stat)
    cleanup.remove(Journal(folder), time.time())
    assert (reads, stats) == ([], [])


def test_what_has_ended_is_not_read_whole_to_list_the_others(done: list[Job], folder: Path, reads: list[str]) -> None:
    jobs, sentences = Journal(folder).look(ended=False)
    assert [job.id for job in jobs] == reads
    assert len(reads) == 1
    assert sentences == []
