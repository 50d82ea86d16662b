"""The records, where the disk does not do as it should."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.events import (
    Cancelled,
    Downloaded,
    Event,
    Failed,
    Generated,
    Imported,
    Kept,
    Started,
    Submitting,
    TaskCreated,
    model_downloaded,
)
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.core.job import Job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.recovery import Way
from tripo_blender.core.sentences.text import text
from tripo_blender.core.serialization import from_record, to_record
from tripo_blender.core.states import JobState
from tripo_blender.core.task import Artifact, OutputOf, Request, Role
from tripo_blender.storage import cleanup
from tripo_blender.storage.journal import Journal

from .conftest import Run
from .course import KEY, Course, check_folder, check_sentence, orders, record_of, wait_for
from .processes import ROOT

MakeJob = Callable[..., Job]
PICTURE = "https://pictures.example.test/cat.png"

# Runs a job in a process whose files may not grow past a limit, and prints how it ended.
LIMITED = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.core.account import Credentials
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record, to_record
from tripo_blender.worker import foreground
order = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], order["limit"]))
job = from_record(Job, order["job"])
job = foreground.run(job, Credentials(job.account, order["key"]), Path(order["folder"]), lambda event: None)
print(json.dumps(to_record(job)))
"""


def test_a_file_lies_where_the_folder_should_be(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, tmp_path: Path
) -> None:
    place = tmp_path / "taken"
    place.write_text("mine")
    course = run(make_job(simulator.url, picture=PICTURE), at=place)
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.DISK
    assert not simulator.requests()
    assert place.read_text() == "mine"


def test_no_order_that_could_not_be_remembered(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path
) -> None:
    """The disk fails after the picture went up: nothing is bought."""
    job = make_job(simulator.url)
    (folder / job.id / "job.part").mkdir()  # the record cannot be written beside its place
    course = run(job)
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.DISK
    assert not orders(simulator)


def limited(job: Job, folder: Path, limit: int) -> Job:
    order = {"job": to_record(job), "key": KEY, "folder": str(folder), "limit": limit}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(ROOT)],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert KEY not in done.stdout + done.stderr
    return from_record(Job, json.loads(done.stdout))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to a process's files")
def test_the_disk_is_full_before_the_order(simulator: SimulatorProcess, make_job: MakeJob, folder: Path) -> None:
    job = limited(make_job(simulator.url), folder, 100)
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.kind is Kind.DISK
    assert job.failure.sentence.endswith(", and try again")
    check_sentence(job.failure)
    assert not orders(simulator)
    assert not (folder / job.id).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to a process's files")
def test_the_disk_is_full_when_the_model_comes(simulator: SimulatorProcess, make_job: MakeJob, folder: Path) -> None:
    job = limited(make_job(simulator.url, Settings()), folder, 100_000)
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.kind is Kind.DISK
    assert job.failure.sentence.endswith(", then download the model again, which is paid for")
    check_sentence(job.failure)
    assert len(orders(simulator)) == 1
    assert {path.name for path in (folder / job.id).iterdir()} == {"job.json"}
    assert record_of(folder, job.id)["task_id"] == simulator.creates()[0]["answer"]["task_id"]
    check_folder(folder)


def test_the_folder_goes_while_it_generates(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    run_aside: Callable[..., Callable[[], Course]],
    folder: Path,
) -> None:
    simulator = start_simulator(seconds=1)
    job = make_job(simulator.url)
    end = run_aside(job)
    wait_for(simulator.creates, "the task")
    wait_for(lambda: record_of(folder, job.id).get("task_id"), "its record")
    moved = folder.rename(folder.with_name("moved"))
    assert end().job.state is JobState.READY
    assert (moved / job.id / "picture.png").is_file()


def test_records_come_back_as_they_were(make_job: MakeJob, folder: Path) -> None:
    journal = Journal(folder)
    first = make_job("https://a.test")
    second = make_job("https://a.test").after(
        Failed(Failure(Kind.BUSY, text("service.is_busy"), "detail", "2000", "trace"))
    )
    for job in (second, first):
        journal.write(job)
    assert journal.read() == [first, second]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format": 2, "job": {}}', '{"format": 1}', '{"format": 1, "job": {"id": 7}}', "\x00"],
)
def test_a_broken_record_is_left_where_it_is(make_job: MakeJob, folder: Path, text: str) -> None:
    journal = Journal(folder)
    whole, broken = make_job("https://a.test"), make_job("https://a.test")
    journal.write(whole)
    path = folder / broken.id / "job.json"
    path.write_text(text)
    assert journal.read() == [whole]
    assert path.read_text() == text


@pytest.fixture
def ended(make_job: MakeJob, folder: Path) -> Callable[[Event], Job]:
    """Gives a job that had its model, a preview and something left behind, after its last event."""

    def end(last: Event) -> Job:
        job = make_job("https://a.test")
        home = folder / job.id
        for name in ("model.glb", "preview.webp", "model.part"):
            (home / name).write_bytes(b"x")
        model, preview = str(home / "model.glb"), str(home / "preview.webp")
        for event in (Started(), Submitting(), TaskCreated("t"), Generated()):
            job = job.after(event)
        job = job.after(model_downloaded(model, ModelFormat.GLB, preview)).after(last)
        Journal(folder).write(job)
        return job

    return end


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        (Imported("Disc"), {"job.json", "model.glb", "preview.webp", "picture.png"}),
        (Failed(Failure(Kind.IMPORT, text("import.mistake"))), {"job.json", "model.glb", "preview.webp"}),
        (Cancelled(), {"job.json", "model.glb", "preview.webp"}),
    ],
    ids=["done", "failed", "cancelled"],
)
def test_what_stays_of_a_paid_job(ended: Callable[[Event], Job], folder: Path, last: Event, kept: set[str]) -> None:
    job = ended(last)
    Journal(folder).settle(job)
    assert {path.name for path in (folder / job.id).iterdir()} == kept
    Journal(folder).forget(job.id)
    assert not (folder / job.id).exists()


@pytest.mark.parametrize("name", ["model.part", "front.part", "image.part"])
def test_what_a_killed_process_left_half_goes_with_the_next(
    ended: Callable[[Event], Job], folder: Path, name: str
) -> None:
    job = ended(Imported("Disc"))
    (folder / job.id / "model.part").rename(folder / job.id / name)
    cleanup.remove(Journal(folder), time.time())
    left = {path.name for path in (folder / job.id).iterdir()}
    assert left == {"job.json", "model.glb", "preview.webp", "picture.png"}


def test_what_is_pruned_goes_whole(ended: Callable[[Event], Job], folder: Path) -> None:
    job = ended(Imported("Disc"))
    Journal(folder).settle(job)
    Journal(folder).clear(job.id)
    assert not (folder / job.id).exists()


@pytest.mark.parametrize("task_id", ["", "t"], ids=["local", "fetched"])
@pytest.mark.parametrize(
    "last", [Imported("Chair"), Failed(Failure(Kind.IMPORT, text("import.mistake"))), Cancelled()], ids=str
)
def test_a_model_elsewhere_is_never_removed(
    make_job: MakeJob, folder: Path, tmp_path: Path, task_id: str, last: Event
) -> None:
    journal = Journal(folder)
    model, preview = tmp_path / "chair.glb", tmp_path / "preview.png"
    for path in (model, preview):
        path.write_bytes(b"the artist's own")
    job = make_job("https://a.test", task_id=task_id)
    job = job.after(model_downloaded(str(model), ModelFormat.GLB, str(preview))).after(last)
    for tidy in (
        lambda: journal.settle(job),
        lambda: journal.prune(1),
        lambda: journal.clear(job.id),
        lambda: journal.forget(job.id),
    ):
        journal.write(job)
        tidy()
        assert model.read_bytes() == preview.read_bytes() == b"the artist's own"


@pytest.mark.parametrize("name", ["", ".", "..", "../elsewhere", "another"])
def test_a_record_that_names_another_folder_is_passed_over(
    make_job: MakeJob, folder: Path, tmp_path: Path, name: str
) -> None:
    """Its folder is what forgetting removes."""
    journal = Journal(folder)
    for place in (tmp_path / "elsewhere", folder / "another"):
        place.mkdir(parents=True)
        (place / "mine").write_bytes(b"")
    job = make_job("https://a.test", task_id="t", state=JobState.DONE)
    journal.write(job)
    record = folder / job.id / "job.json"
    record.write_text(record.read_text().replace(f'"id": "{job.id}"', f'"id": "{name}"'))
    assert journal.read() == []
    journal.prune(1)
    journal.clear(job.id)
    assert (tmp_path / "elsewhere" / "mine").is_file()
    assert (folder / "another" / "mine").is_file()
    assert record.is_file()


@pytest.fixture
def results(ended: Callable[[Event], Job], folder: Path) -> list[Job]:
    """Four that ended, oldest first, each a thousand bytes and a record; the third was cancelled, the last failed."""
    failed = Failed(Failure(Kind.IMPORT, text("import.mistake")))
    jobs = [ended(last) for last in (Imported("Disc"), Imported("Disc"), Cancelled(), failed)]
    for job in jobs:
        Journal(folder).settle(job)
        Path(job.model_path).write_bytes(bytes(1_000_000))
    return jobs


@pytest.mark.parametrize(
    ("limit", "left"), [(0, 4), (5_000_000, 4), (3_500_000, 3), (2_500_000, 2), (1_500_000, 1), (1, 1)]
)
def test_the_oldest_results_go_when_they_take_too_much(
    results: list[Job], make_job: MakeJob, folder: Path, limit: int, left: int
) -> None:
    """The newest that ended stays, however large; so does what is not at its end."""
    journal = Journal(folder)
    waiting = make_job("https://a.test")
    journal.write(waiting)
    journal.prune(limit)
    assert [job.id for job in journal.read()] == [job.id for job in [*results[-left:], waiting]]


def test_what_failed_after_it_was_paid_for_loses_its_files_and_keeps_its_record(
    ended: Callable[[Event], Job], folder: Path
) -> None:
    refused = Artifact(Role.MODEL, str(folder / "job1" / "refused.model"))
    failed = Failed(Failure(Kind.MODEL_FILE, text("import.no_mesh")), (refused,))
    jobs = [ended(last) for last in (failed, Imported("Disc"))]
    refused = folder / "job1" / "refused.model"
    refused.write_bytes(bytes(1_000_000))
    for job in jobs:
        Journal(folder).settle(job)
    Journal(folder).prune(500_000)
    assert [path.name for path in (folder / "job1").iterdir()] == ["job.json"]
    found = Journal(folder).unfinished(Journal(folder).read()[0])
    assert found is not None
    assert found.way is Way.FETCH
    assert Path(jobs[1].model_path).is_file()


def test_clearing_leaves_what_may_be_fetched_and_what_is_on_its_way(
    results: list[Job], make_job: MakeJob, folder: Path
) -> None:
    journal = Journal(folder)
    waiting, unheard = make_job("https://a.test"), make_job("https://a.test")
    journal.write(waiting)
    journal.write(replace(unheard, state=JobState.FAILED))
    (folder / "strange").mkdir()
    (folder / "strange" / "job.json").write_text("{")
    for job_id in journal.names():
        journal.clear(job_id)
    assert [job.id for job in journal.read()] == [results[-1].id, waiting.id, unheard.id]
    assert Path(unheard.picture).is_file()
    assert [path.name for path in (folder / results[-1].id).iterdir()] == ["job.json"]
    assert Path(waiting.picture).is_file()
    assert (folder / "strange" / "job.json").is_file()


@pytest.mark.skipif(not shutil.which("flock"), reason="there is no program that takes a lock")
def test_what_another_process_has_is_neither_pruned_nor_cleared(results: list[Job], folder: Path) -> None:
    lock = folder / f"{results[0].id}.lock"
    with subprocess.Popen(["flock", str(lock), "cat"], stdin=subprocess.PIPE) as other:
        wait_for(lambda: Journal(folder).ownership.elsewhere(results[0].id), "the other process's lock")
        Journal(folder).prune(1)
        Journal(folder).clear(results[0].id)
        assert (folder / results[0].id / "model.glb").is_file()
        assert other.stdin is not None
        other.stdin.close()


def test_what_a_job_gave_stays_though_it_is_no_model(make_job: MakeJob, folder: Path) -> None:
    journal = Journal(folder)
    front = journal.folder_of("job1") / "front.png"
    front.write_bytes(b"an image")
    job = make_job("https://a.test", delivers=False)
    for event in (Started(), Submitting(), TaskCreated("t"), Generated()):
        job = job.after(event)
    job = job.after(Downloaded((Artifact(Role.FRONT, str(front), "png"),))).after(Kept())
    journal.end(job)
    assert front.read_bytes() == b"an image"
    assert journal.record_of(job.id) == job


def test_what_another_job_needs_is_not_pruned(results: list[Job], make_job: MakeJob, folder: Path) -> None:
    journal, oldest = Journal(folder), results[0]
    needs = Request(inputs={"image": OutputOf(Role.PREVIEW, oldest.id)})
    journal.write(waiting := replace(make_job("https://a.test"), request=needs))
    journal.prune(1)
    assert [job.id for job in journal.read()] == [oldest.id, results[-1].id, waiting.id]
    assert Path(oldest.model_path).is_file()
    journal.forget(waiting.id)
    journal.prune(1)
    assert [job.id for job in journal.read()] == [results[-1].id]
