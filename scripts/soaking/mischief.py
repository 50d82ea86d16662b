"""What a disk does: no room at times, a record spoilt, folders that nobody knows of."""

import contextlib
import os
import sys
from pathlib import Path

NO_ROOM, LITTLE_ROOM = 200, 5_000  # bytes that a file may have on a full disk: a record has two thousand, a model more

# What a folder of jobs may hold besides: none of it may hide the others, or hold anybody up. None: no file at all.
ODD_RECORDS: dict[str, str | None] = {
    "odd-cut": '{"format": 1, "job": {"id": "odd-',
    "odd-empty": "",
    "odd-list": "[]",
    "odd-newer": '{"format": 99, "job": {}}',
    "odd-deep": "[" * 100_000,
    "odd-surrogate": r"""{"format": 1, "job": {"id": "odd-surrogate", "name": "\ud800", "picture": "\udcff.png",
        "settings": {}, "base_url": "http://127.0.0.1:9", "created": 1.0, "state": "cancelled"}}""",
    "odd-age": """{"format": 1, "job": {"id": "odd-age", "name": "Age", "picture": "", "settings": {},
        "base_url": "http://127.0.0.1:9", "created": -Infinity, "state": "cancelled"}}""",
    "odd-folder": None,
    **({} if sys.platform == "win32" else {"odd-pipe": None}),
}
ODD_NAMES = (
    "",
    "..",
    "a/b",
    "two\nlines",
    "\x1b[31mred",
    "n" * 300,
    "\u202egpj.riahc",
    "\ud800",
    "\udcff.png",
    "{task_id}",
    "椅子",
)


def plant(jobs: Path) -> None:
    """Put folders among the jobs that are none."""
    for name, text in ODD_RECORDS.items():
        (jobs / name).mkdir(parents=True)
        if text is not None:
            (jobs / name / "job.json").write_text(text)
    (jobs / "odd-folder" / "job.json").mkdir()
    if sys.platform != "win32":
        os.mkfifo(jobs / "odd-pipe" / "job.json")


def is_odd(name: str) -> bool:
    """Whether a job's folder is one of those."""
    return name.startswith("odd-")


def spoil(record: Path) -> bytes:
    """Cut a record in the middle, as a disk that lies about what it has written; return what is left."""
    left = record.read_bytes()[: record.stat().st_size // 2]
    record.write_bytes(left)
    return left


def fill_disk(pid: int, room: int | None) -> bool:
    """Leave a process so much room for each file that it writes, or all (None); False where that cannot be done."""
    if sys.platform == "linux" and pid:
        import resource  # which Windows has not

        with contextlib.suppress(OSError, ValueError):
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if room is None else room, hard))
            return True
    return False
