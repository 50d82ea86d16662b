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
from soaking.judge import Order, Story, violations
from soaking.mischief import is_odd
from soaking.weather import is_order, may_be_refused, meaning_of
from soaking.words import OFFERED, Words
from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import RecordError, from_record
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.model_check import check_file

SECRETS = ("Signature=",)
Entry = Mapping[str, Any]


@dataclass
class Account:
    """What became of all jobs, and all that must not be."""

    jobs: int
    kills: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    presses: int = 0
    full: int = 0
    spoilt: int = 0
    orders: int = 0
    creates: int = 0
    by_right: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return what happened, in lines."""
        rows = [
            ("jobs", f"{self.jobs} in {self.seconds:.0f} s"),
            *((f"  {end}", str(count)) for end, count in sorted(self.ends.items())),
            ("killed", _listed(self.kills)),
            ("the user's words", _listed(self.words)),
            ("Ctrl-C", f"{self.presses} times"),
            ("disk full", f"{self.full} times"),
            ("records spoilt", str(self.spoilt)),
            ("faults struck", str(self.faults.total())),
            *((f"  {fault}", str(count)) for fault, count in sorted(self.faults.items())),
            ("orders sent", str(self.orders)),
            ("tasks bought", f"{self.creates}, of {self.by_right} that may be by right"),
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
        self._journal = Journal(place / "jobs")
        self._words = list(Words(place / "words").read())
        lines = (place / "told").read_text().splitlines() if (place / "told").exists() else []
        told = [from_record(Job, json.loads(line)) for line in lines]
        # What another process had at that moment goes on there, or is taken up once more.
        self._told = {job.id: job for job in told if job.failure is None or job.failure.kind is not Kind.ELSEWHERE}

    def look(self, spoilt: Mapping[str, bytes], *, full: bool) -> None:
        """Put everything into the account; `spoilt` is what was left of records, `full` whether the disk ever was."""
        account = self._account
        account.kills.update(self._deaths.count)
        account.faults.update(entry["answer"]["fault"] for entry in self._entries if entry["answer"].get("fault"))
        account.words.update(word.word for word in self._words if word.word != OFFERED)
        account.creates = sum(bool(entry["answer"].get("task_id")) for entry in self._entries)
        account.spoilt = len(spoilt)
        for job in self._ordered:
            story = self._story(job, damaged=job.id in spoilt, full=full)
            account.orders += len(story.orders)
            account.by_right += story.right if story.orders else 0
            end = story.record or story.told
            account.ends["record spoilt" if story.damaged else end.state if end else "gone unheard"] += 1
            account.violations += [f"{job.id}: {violation}" for violation in violations(story)]
            if story.record is not None and story.record.state is JobState.READY:
                account.violations += [f"{job.id}: {flaw}" for flaw in _flaws(story.record)]
        for job_id, left in spoilt.items():
            path = self._place / "jobs" / job_id / "job.json"
            if not path.is_file() or path.read_bytes() != left:
                account.violations.append(f"{job_id}: its spoilt record was not left as it was")
        self._look_for_remains(set(spoilt))

    def _story(self, job: Job, *, damaged: bool, full: bool) -> Story:
        entries = [
            entry
            for entry in self._entries
            if is_order(entry) and entry["body"].get("model_seed") == job.settings.model_seed
        ]
        orders = [
            Order(entry["time"], meaning_of(entry), entry["answer"].get("task_id") or "", may_be_refused(entry))
            for entry in sorted(entries, key=lambda entry: float(entry["time"]))
        ]
        record = None
        with contextlib.suppress(RecordError):
            if (recorded := self._journal.record_of(job.id)) is not None:
                found = self._journal.unfinished(recorded)
                record = found.job if found else recorded
        return Story(
            tuple(orders),
            tuple(word for word in self._words if word.job == job.id),
            record,
            self._told.get(job.id),
            picture=Path(job.picture).is_file(),
            killed=self._deaths.while_ordering(job.id),
            unheard=self._deaths.unheard(job.id),
            full=full,
            damaged=damaged,
            requests=tuple(entries + self._requests_of(job, [order.task_id for order in orders if order.task_id])),
        )

    def _requests_of(self, job: Job, task_ids: list[str]) -> list[Entry]:
        """Its uploads, by the picture, and its polls and downloads, by the task."""
        picture = self._place / "pictures" / f"{job.id}.png"
        digest = hashlib.sha256(picture.read_bytes()).hexdigest()
        return [
            entry
            for entry in self._entries
            if any(task_id in entry["path"] for task_id in task_ids)
            or ("/upload" in entry["path"] and (entry["body"] or {}).get("file", {}).get("sha256") in (digest, None))
        ]

    def _look_for_remains(self, spoilt: set[str]) -> None:
        violations = self._account.violations
        known = {job.id for job in self._journal.read()} | spoilt
        for path in self._place.rglob("*"):
            name = path.relative_to(self._place)
            if path.is_file():
                if path.suffix.startswith(".part"):
                    violations.append(f"left over: {name}")
                data = path.read_bytes()
                violations += [f"a secret in {name}" for word in (self._key, *SECRETS) if word.encode() in data]
            elif (
                path.parent == self._place / "jobs" and path.is_dir() and not (path.name in known or is_odd(path.name))
            ):
                holds = ", ".join(sorted(each.name for each in path.iterdir())) or "nothing"
                violations.append(f"a folder without a record: {name} with {holds}")
            if path.suffix == ".lock" or path.parent == self._place / "temporary":
                violations.append(f"left over: {name}")
        for entry in self._entries:
            if entry["server"] != "api" and self._key in json.dumps(entry):
                violations.append(f"the key was sent to {entry['path']}")
        violations += [f"process {pid} still runs" for pid in _processes(str(self._place / "temporary")) if runs(pid)]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def _processes(mark: str) -> Iterator[int]:
    """Yield the processes that have a text in their environment, as far as the system tells."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                yield int(path.parent.name)


def _flaws(job: Job) -> Iterator[str]:
    try:
        check_file(Path(job.model_path))
    except (OSError, TripoError) as error:
        yield f"its model is not whole: {error}"
