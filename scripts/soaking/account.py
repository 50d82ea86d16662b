"""The accounts after a soak: every job accounted for, nothing bought twice, nothing left over, no key anywhere."""

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soaking.deaths import Deaths
from soaking.desk import runs
from soaking.weather import fits, lost, surely_refused
from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.job import Job, JobState
from tripo_blender.core.records import from_record
from tripo_blender.worker.checking import check_file
from tripo_blender.worker.journal import Journal

SECRETS = ("Signature=",)
Entry = Mapping[str, Any]


@dataclass
class Account:
    """What became of all jobs, and all that must not be."""

    jobs: int
    kills: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    creates: int = 0
    bought_for: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def table(self) -> str:
        """What happened, in lines."""
        rows = [
            ("jobs", f"{self.jobs} in {self.seconds:.0f} s"),
            *((f"  {end}", str(count)) for end, count in sorted(self.ends.items())),
            ("killed", ", ".join(f"{who} {count}" for who, count in sorted(self.kills.items())) or "nobody"),
            ("faults struck", str(self.faults.total())),
            *((f"  {fault}", str(count)) for fault, count in sorted(self.faults.items())),
            ("orders sent", str(self.orders)),
            ("tasks bought", f"{self.creates}, for {self.bought_for} jobs"),
            ("violations", str(len(self.violations))),
        ]
        lines = [f"{name:<20} {value}" for name, value in rows]
        return "\n".join(lines + [f"  {violation}" for violation in self.violations])


class Auditor:
    """Looks at the records, the files, the processes and the simulator's log."""

    def __init__(
        self, place: Path, ordered: list[Job], entries: Sequence[Entry], account: Account, deaths: Deaths, key: str
    ) -> None:
        self._place = place
        self._ordered = ordered
        self._entries = entries
        self._account = account
        self._deaths = deaths
        self._key = key
        journal = Journal(place / "jobs")
        jobs, unreadable = journal.look()
        account.violations += unreadable
        found = ((job, journal.unfinished(job)) for job in jobs)
        self._records = {job.id: unfinished.job if unfinished else job for job, unfinished in found}
        lines = (place / "told").read_text().splitlines() if (place / "told").exists() else []
        told = [from_record(Job, json.loads(line)) for line in lines]
        # What another process had at that moment goes on there, or is taken up once more.
        self._told = {job.id: job for job in told if job.failure is None or job.failure.kind is not Kind.ELSEWHERE}

    def look(self) -> None:
        """Put everything into the account."""
        account = self._account
        account.kills.update(self._deaths.count)
        account.faults.update(entry["answer"]["fault"] for entry in self._entries if entry["answer"].get("fault"))
        for job in self._ordered:
            try:
                self._look_at(job)
            except AssertionError as error:
                account.violations.append(f"{job.id}: {error}")
        account.creates = sum(bool(entry["answer"].get("task_id")) for entry in self._entries)
        if account.creates != account.bought_for:
            account.violations.append(f"{account.creates} tasks were bought for {account.bought_for} jobs")
        self._look_for_remains()

    def _look_at(self, ordered: Job) -> None:
        orders = [
            entry
            for entry in self._entries
            if _is_order(entry) and entry["body"].get("model_seed") == ordered.settings.model_seed
        ]
        bought = [entry["answer"]["task_id"] for entry in orders if entry["answer"].get("task_id")]
        self._account.orders += len(orders)
        self._account.bought_for += bool(bought)
        job = self._records.get(ordered.id) or self._told.get(ordered.id)
        self._account.ends[job.state if job else "gone unheard"] += 1
        assert len(bought) <= 1, f"bought {len(bought)} times"
        assert all(surely_refused(entry) for entry in orders[:-1]), "ordered again although it may have arrived"
        requests = orders + self._requests_of(ordered, bought)
        if job is None:  # it had cost nothing, and the process that would have heard of its end was killed
            assert not bought, "bought and forgotten"
            assert self._deaths.unheard(ordered.id), "gone without a word"
            return
        if job.task_id:
            assert [job.task_id] == bought, f"its record names the task {job.task_id}, bought was {bought}"
        if job.state is JobState.READY:
            _check_model(job)
        elif job.state is JobState.UNCERTAIN:
            assert job.failure is not None, "uncertain without a sentence"
            assert job.failure.kind is Kind.UNCERTAIN, job.failure.sentence
            killed = self._deaths.while_ordering(job.id)
            assert killed or (orders and lost(orders[-1])), "uncertain although nothing was lost"
        else:
            assert job.state is JobState.FAILED, f"it ended {job.state}"
            assert job.failure is not None, "failed without a sentence"
            assert fits(job.failure.kind, requests), f"{job.failure.sentence}: {job.failure.technical()}"
            assert job.task_id or not bought, "bought, failed and forgotten"

    def _requests_of(self, job: Job, task_ids: list[str]) -> list[Entry]:
        """Its uploads, by the picture, and its polls and downloads, by the task."""
        digest = hashlib.sha256(picture_of(job)).hexdigest()
        return [
            entry
            for entry in self._entries
            if any(task_id in entry["path"] for task_id in task_ids)
            or ("/upload" in entry["path"] and (entry["body"] or {}).get("file", {}).get("sha256") in (digest, None))
        ]

    def _look_for_remains(self) -> None:
        violations = self._account.violations
        for path in self._place.rglob("*"):
            name = path.relative_to(self._place)
            if path.is_file():
                if path.suffix.startswith(".part"):
                    violations.append(f"left over: {name}")
                data = path.read_bytes()
                violations += [f"a secret in {name}" for word in (self._key, *SECRETS) if word.encode() in data]
            elif path.parent == self._place / "jobs" and path.name not in self._records:
                violations.append(f"a folder without a record: {name}")
            if path.suffix == ".lock" or path.parent == self._place / "temporary":
                violations.append(f"left over: {name}")
        for entry in self._entries:
            if entry["server"] != "api" and self._key in json.dumps(entry):
                violations.append(f"the key was sent to {entry['path']}")
        violations += [f"process {pid} still runs" for pid in _processes(str(self._place / "temporary")) if runs(pid)]


def _processes(mark: str) -> Iterator[int]:
    """Give the processes that have a text in their environment, as far as the system tells."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                yield int(path.parent.name)


def picture_of(job: Job) -> bytes:
    """The picture that a job was ordered with."""
    return (Path(job.picture).parent.parent.parent / "pictures" / f"{job.id}.png").read_bytes()


def _is_order(entry: Entry) -> bool:
    return bool(entry["method"] == "POST" and entry["path"].endswith("/task") and isinstance(entry["body"], dict))


def _check_model(job: Job) -> None:
    try:
        check_file(Path(job.model_path))
    except (OSError, TripoError) as error:
        raise AssertionError(f"its model is not whole: {error}") from error
