"""How a job stands by its record, read without anything else of ours: most have ended, and nobody asks for more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from .small_file import read_small


class RecordHead(NamedTuple):
    """What a record says of its job; all of it empty where it cannot be read, of which `record` says why.

    Values at their default are not in a record: the state is empty where the job is queued.
    """

    state: str = ""
    task_id: str = ""
    name: str = ""


def head_of(folder: Path) -> RecordHead | None:
    """Give how the job stands that has a folder; None where nothing is on record yet."""
    try:
        job = json.loads(read_small(folder / "job.json"))["job"]
        return RecordHead(*(str(job[name]) if name in job else "" for name in RecordHead._fields))
    except FileNotFoundError:
        return RecordHead() if (folder / "job.part").is_file() else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return RecordHead()
