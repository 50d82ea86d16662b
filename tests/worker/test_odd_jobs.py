"""Jobs of odd names, in odd folders, beside records that are none: each comes through, and none hides another."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from soaking.mischief import ODD_NAMES, ODD_RECORDS, plant
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal

from .course import record_of
from .processes import Worker

MakeJob = Callable[..., Job]


def test_odd_names_beside_odd_records(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: Callable[..., Worker], folder: Path
) -> None:
    plant(folder)
    worker = start_worker()
    jobs = [replace(make_job(simulator.url), name=name, source=name) for name in ODD_NAMES]
    for job in jobs:
        worker.run(job)
    for job in jobs:
        ended = worker.until_ended(job)
        assert ended.state is JobState.READY, ended.failure
        assert Path(ended.model_path).parent == folder / job.id
        assert record_of(folder, job.id)["name"] == job.name
    worker.end()
    found, told = Journal(folder).look()
    sentences = [each.english() for each in told]
    assert {job.id for job in jobs} <= {job.id for job in found}
    unreadable = [name for name in ODD_RECORDS if not any(job.id == name for job in found)]
    for name in unreadable:
        assert sum(name in sentence for sentence in sentences) == 1, sentences
        assert (folder / name / "job.json").exists()
    assert len(sentences) == len(unreadable)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", ["\udcff", "two\nlines", "a b;c'd\"e", "椅子", "n" * 200], ids=ascii)
def test_a_folder_of_an_odd_name(
    simulator: SimulatorProcess, png: bytes, make_job: MakeJob, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name / "jobs"
    job = make_job(simulator.url, picture=str(Journal(folder).folder_of("job1") / "picture.png"))
    Path(job.picture).write_bytes(png)
    worker = Worker(folder, tmp_path / "log")
    worker.run(job)
    assert worker.until_ended(job).state is JobState.READY
    worker.end()
    (recorded,) = Journal(folder).read()
    assert recorded.picture == job.picture
    assert Path(recorded.model_path).is_file()
