"""A job has one owner: two processes that want the same, and what becomes of it when one dies."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.account import Credentials
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import Cancelled, Event, Failed, Imported, Progressed, TaskCreated
from tripo_blender.core.job import Job
from tripo_blender.core.messages import CONVERTER_HOME, Ended
from tripo_blender.core.recovery import Way, resumed
from tripo_blender.core.serialization import to_record
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.locks import Ownership
from tripo_blender.worker import foreground

from .course import KEY, check_sentence, orders, record_of, wait_for
from .processes import ROOT, Worker

MakeJob = Callable[..., Job]
StartWorker = Callable[..., Worker]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")

# Takes the jobs it is told of, keeps those with a plus, gives back those with a minus, and says what came of it.
OWNER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.storage.locks import Ownership
owners = Ownership(Path(sys.argv[2]))
for line in sys.stdin:
    name = line.strip()
    said = {"-": owners.release, "+": owners.keep}.get(name[0], owners.take)(name.lstrip("+-"))
    print(json.dumps(said), flush=True)
"""


class Other:
    """Another process that takes jobs."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(ROOT), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, name: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def other(folder: Path) -> Iterator[Other]:
    process = Other(folder)
    yield process
    process.end()


def locks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.lock"))


def test_one_owner(other: Other, folder: Path) -> None:
    mine = Ownership(folder)
    assert other("a") is True
    assert mine.elsewhere("a")
    assert not mine.take("a")
    assert mine.take("b")
    assert mine.take("b"), "it is ours already"
    assert not mine.elsewhere("b")
    assert other("b") is False
    mine.release("b")
    assert other("b") is True
    other("-a")
    assert not mine.elsewhere("a")
    assert mine.take("a")
    mine.release_all()
    mine.release("a")
    assert locks(folder) == ["b.lock"]


def test_who_dies_gives_it_back(other: Other, folder: Path) -> None:
    assert other("a") is True
    other.end()
    mine = Ownership(folder)
    assert not mine.elsewhere("a")
    assert mine.take("a")
    mine.release("a")
    assert locks(folder) == []


def test_one_that_waits_is_its_owner_s_too(other: Other, folder: Path) -> None:
    mine = Ownership(folder)
    assert other("+a") is True
    assert other("+b") is True
    assert mine.elsewhere("a")
    assert not mine.take("a")
    assert not mine.keep("a")
    assert locks(folder) == [], "no lock lies beside what only waits, nor where it was tried to be taken"
    assert not mine.elsewhere("c")
    assert mine.keep("c")
    assert other("c") is False
    assert other("+c") is False
    assert mine.take("c"), "it is ours: its turn has come"
    assert locks(folder) == ["c.lock"]
    assert mine.keep("c"), "it waits again"
    assert locks(folder) == []
    assert other("c") is False
    mine.release("c")
    assert other("c") is True
    other("-c")
    assert other("a") is True
    other("-a")
    assert not mine.elsewhere("a")
    assert mine.elsewhere("b")
    other("-b")
    assert mine.keep("b")
    mine.release_all()
    assert not (folder / ".waiting").exists()
    assert locks(folder) == []
    assert Journal(folder).names() == []


def test_what_waits_in_a_dead_process_s_hands_is_free(other: Other, folder: Path) -> None:
    assert other("+a") is True
    other.end()
    mine = Ownership(folder)
    assert not mine.elsewhere("a")
    assert mine.take("a")
    mine.release("a")
    assert len(list((folder / ".waiting").iterdir())) == 1
    mine.tidy()
    assert not (folder / ".waiting").exists()


def test_hundreds_that_wait_cost_one_file(folder: Path) -> None:
    mine = Ownership(folder)
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for number in range(300):
        assert mine.keep(f"job{number}")
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    another = Other(folder)
    assert [another(f"job{number}") for number in (0, 150, 299, 300)] == [False, False, False, True]
    another.end()
    mine.release_all()


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.READY])
def test_a_job_that_waits_its_turn_or_for_blender_is_not_offered_elsewhere(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    start_worker: StartWorker,
    folder: Path,
    state: JobState,
) -> None:
    simulator = start_simulator(seconds=60 if state is JobState.QUEUED else 0.05)
    worker = start_worker(at_once=1)
    jobs = [make_job(simulator.url) for _ in range(4)]
    for job in jobs:
        worker.run(job)
    wait_for((folder / jobs[-1].id / "job.json").exists, "all to be on record")
    if state is JobState.READY:
        for job in jobs:
            assert worker.until_ended(job).state is state
        wait_for(lambda: locks(folder) == [], "the locks of what runs no more to go")
    else:
        wait_for(simulator.creates, "the first to be made")
        wait_for(lambda: locks(folder) == [f"{jobs[0].id}.lock"], "a lock for what runs alone")
    journal = Journal(folder)
    assert [journal.unfinished(job) for job in journal.read()] == [None] * 4
    again = start_worker()
    again.run(jobs[-1])
    refused = again.until_ended(jobs[-1])
    assert refused.failure is not None
    assert refused.failure.kind is Kind.ELSEWHERE
    os.kill(worker.handle.pid, signal.SIGKILL)
    wait_for(lambda: not worker.handle.alive, "its end")
    offered = [journal.unfinished(job) for job in journal.read()]
    assert None not in offered


def test_a_child_that_outlives_its_parent_has_no_job(folder: Path, tmp_path: Path) -> None:
    """The second Blender is started by the worker that has the lock."""
    mine = Ownership(folder)
    assert mine.take("a")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    try:
        mine.release("a")
        another = Other(folder)
        assert another("a") is True
        another.end()
    finally:
        child.communicate(b"\n")


def test_locks_of_the_dead_are_tidied_up(other: Other, folder: Path, make_job: MakeJob) -> None:
    job = make_job("https://a.test")
    for name in ("gone", "alive", job.id):
        assert other(name) is True
    other.end()
    another = Other(folder)
    assert another("alive") is True
    mine = Ownership(folder)
    assert mine.take("mine")
    Journal(folder).prune(20)
    assert locks(folder) == ["alive.lock", "mine.lock"]
    assert another("mine") is False, "tidying up gives nothing back"
    mine.release("mine")
    another.end()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of the processes to be started."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def test_a_worker_tidies_up_at_its_start(
    other: Other, folder: Path, make_job: MakeJob, start_worker: StartWorker, temporary: Path
) -> None:
    """The next one after a kill: a lock beside its job, half a record, a picture whose job never came to its record.

    And the home of a second Blender that was killed too.
    """
    homes = [temporary / f"{CONVERTER_HOME}{name}" for name in ("old", "new")]
    for home in homes:
        home.mkdir()
    recorded, abandoned, fresh, owned = (make_job("https://a.test") for _ in range(4))
    for job in (recorded, owned):
        Journal(folder).write(job)
        (folder / job.id / "job.part").write_text("{")
    assert other(recorded.id) is True
    other.end()
    another = Other(folder)
    assert another(owned.id) is True
    yesterday = time.time() - 25 * 3600
    for job in (recorded, abandoned, owned):
        for path in (Path(job.picture), folder / job.id):
            os.utime(path, (yesterday, yesterday))
    os.utime(homes[0], (yesterday, yesterday))
    start_worker().end()
    assert [home.exists() for home in homes] == [False, True]
    assert locks(folder) == [f"{owned.id}.lock"]
    assert Journal(folder).names() == [recorded.id, fresh.id, owned.id]
    assert Path(recorded.picture).is_file()
    assert [path.parent.name for path in folder.glob("*/job.part")] == [owned.id], "which is being written"
    another.end()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("odd", ["pipe", "folder", "circle", "nothing"])
def test_what_is_no_lock_holds_nobody_up(folder: Path, odd: str) -> None:
    """Whatever lies under the name of a lock or a list: nobody waits for it."""
    (folder / ".waiting").mkdir(parents=True)
    for path in (folder / "a.lock", folder / ".waiting" / "1-00"):
        if odd == "pipe":
            os.mkfifo(path)
        elif odd == "folder":
            path.mkdir()
        elif odd == "circle":
            path.symlink_to(path.name)
        else:
            path.symlink_to("nowhere/at/all")
    mine = Ownership(folder)
    mine.tidy()
    assert not mine.elsewhere("a")
    assert mine.take("a")
    assert mine.keep("b")
    mine.release("a")
    mine.release_all()


# Runs out of files to open, in the worker or in the process that looks.
HUNGRY = """
import json, os, resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.storage.journal import Journal
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record
journal = Journal(Path(sys.argv[2]))
job = from_record(Job, json.loads(sys.argv[3]))
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
files = []
while True:
    try:
        files.append(open(os.devnull))
    except OSError:
        break
failure = journal.begin(job)
print(json.dumps([journal.ownership.elsewhere(job.id), failure.sentence if failure else "", journal.end(job)]))
"""


@posix
def test_without_a_file_to_open_nothing_is_taken_and_the_reason_is_true(folder: Path, make_job: MakeJob) -> None:
    job = make_job("https://a.test")
    Journal(folder).write(job)
    said = subprocess.run(
        [sys.executable, "-c", HUNGRY, str(ROOT), str(folder), json.dumps(to_record(job))],
        capture_output=True,
        text=True,
        check=True,
    )
    elsewhere, sentence, ended = json.loads(said.stdout)
    assert elsewhere, "who has it cannot be told"
    assert "No more files can be opened" in sentence
    assert not ended
    assert Journal(folder).read() == [job]


@posix
def test_more_jobs_than_files_can_be_open(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    start_worker: StartWorker,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eighty handed over to a worker that may open sixty-four: each gets its turn, and none fails."""
    import resource

    simulator = start_simulator(seconds=0.02, concurrency=1000)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    worker = start_worker(at_once=8)
    resource.prlimit(worker.handle.pid, resource.RLIMIT_NOFILE, (64, limits[1]))
    jobs = [make_job(simulator.url, picture="https://pictures.example.test/cat.png") for _ in range(80)]
    for job in jobs:
        worker.run(job)
    ended = [worker.until_ended(job) for job in jobs]
    assert [job.failure for job in ended if job.state is not JobState.READY] == []
    assert len(orders(simulator)) == 80


def test_where_no_lock_can_lie_nobody_is_kept_away(tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("mine")
    assert Ownership(place).take("a")
    assert not Ownership(place).elsewhere("a")
    Ownership(place).release("a")


def test_what_another_has_is_not_tidied_up(other: Other, folder: Path, make_job: MakeJob) -> None:
    journal = Journal(folder)
    job = make_job("https://a.test", task_id="t", state=JobState.DONE)
    journal.write(job)
    before = sorted(path.name for path in (folder / job.id).iterdir())
    assert other(job.id) is True
    failed = replace(job, task_id="", state=JobState.FAILED)
    for tidy in (lambda: journal.clear(job.id), lambda: journal.settle(failed), lambda: journal.end(failed)):
        tidy()
        assert sorted(path.name for path in (folder / job.id).iterdir()) == before
    assert journal.read() == [job]
    other.end()
    journal.clear(job.id)
    assert not (folder / job.id).exists()


def test_another_s_job_is_not_unfinished(other: Other, folder: Path, make_job: MakeJob) -> None:
    journal = Journal(folder)
    job = make_job("https://a.test", task_id="t", state=JobState.GENERATING)
    journal.write(job)
    assert other(job.id) is True
    assert journal.unfinished(job) is None
    other.end()
    found = journal.unfinished(job)
    assert found is not None
    assert found.way is Way.FOLLOW


def test_two_workers_and_one_job(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator = start_simulator(seconds=1)
    first, second = start_worker(), start_worker()
    job = make_job(simulator.url)
    first.run(job)
    first.until(lambda: first.of(job, TaskCreated), "the task")
    second.run(job)
    refused = second.until_ended(job)
    assert refused.failure is not None
    assert refused.failure.kind is Kind.ELSEWHERE
    assert "Another Blender" in refused.failure.sentence
    check_sentence(refused.failure)
    ready = first.until_ended(job)
    assert ready.state is JobState.READY, "the other has not disturbed it"
    assert Journal(folder).ownership.elsewhere(job.id), "until it is in the scene"
    first.handle.send(Ended(ready.after(Imported("Disc"))))
    wait_for(lambda: not Journal(folder).ownership.elsewhere(job.id), "it to be given back")
    assert len(orders(simulator)) == 1
    assert locks(folder) == []


def test_what_another_has_bought_is_not_bought_again(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    """The other has ended since; here the job was read before, when nothing was ordered."""
    job = make_job(simulator.url)
    bought = foreground.run(job, Credentials(job.account, KEY), folder, lambda event: None)
    Ownership(folder).release(job.id)
    worker = start_worker()
    worker.run(job)
    failure = worker.until_ended(job).failure
    assert failure is not None
    check_sentence(failure)
    assert bought.task_id in failure.sentence
    assert len(orders(simulator)) == 1
    events: list[Any] = []
    assert foreground.run(job, Credentials(job.account, KEY), folder, events.append).failure == failure
    assert events == [Failed(failure)]
    assert record_of(folder, job.id)["state"] == "ready"


@pytest.mark.parametrize("last", [Cancelled(), None], ids=["given up", "gone"])
def test_what_was_given_up_after_it_was_looked_at_is_not_ordered(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: StartWorker, folder: Path, last: Event | None
) -> None:
    """As by another process, while this one goes on with the jobs of a list one after the other."""
    job = make_job(simulator.url, picture="https://example.test/chair.png")
    journal = Journal(folder)
    journal.write(job)
    recorded = journal.record_of(job.id)
    assert recorded is not None
    looked_at = journal.unfinished(recorded)
    assert looked_at is not None
    if last is None:
        journal.forget(job.id)
    else:
        journal.end(job.after(last))
    worker = start_worker()
    worker.run(resumed(looked_at))
    failure = worker.until_ended(job).failure
    assert failure is not None
    assert "was discarded elsewhere in the meantime, so nothing was sent" in failure.sentence
    assert orders(simulator) == []


@posix
def test_a_script_keeps_a_worker_away(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    folder: Path,
    start_parent: Callable[[str, dict[str, Any]], Any],
    start_worker: StartWorker,
) -> None:
    from .test_foreground import SCRIPT

    simulator = start_simulator(seconds=60)
    job = make_job(simulator.url)
    script = start_parent(SCRIPT, {"job": job, "folder": str(folder)})
    wait_for(simulator.creates, "the task")
    wait_for(lambda: record_of(folder, job.id).get("task_id"), "its record")
    recorded = Journal(folder).record_of(job.id)
    assert recorded is not None
    worker = start_worker()
    worker.run(recorded)
    assert worker.until_ended(recorded).state is JobState.FAILED
    os.kill(script.pid, signal.SIGKILL)
    script.wait()
    asked = len(simulator.requests())
    worker = start_worker()
    worker.run(recorded)
    worker.until(lambda: worker.of(recorded, Progressed), "the task to be followed on")
    assert len(simulator.requests()) > asked
    assert len(orders(simulator)) == 1


def test_a_closed_worker_leaves_no_lock(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: StartWorker, folder: Path
) -> None:
    simulator = start_simulator(seconds=60)
    worker = start_worker()
    job = make_job(simulator.url)
    worker.run(job)
    worker.until(lambda: worker.of(job, TaskCreated), "its task")
    assert locks(folder) == [f"{job.id}.lock"]
    worker.end()
    assert locks(folder) == []
