"""What the jobs' folders take on the disk: looked at again only where a folder has changed since."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class End(NamedTuple):
    """What a record says of a job's end: of one that has ended when it was asked for (s), of others what they need."""

    created: float | None = None
    needs: tuple[str, ...] = ()


@dataclass
class _Seen:
    """A folder as it was: when a name in it last changed (ns), its bytes, and what its record said."""

    stamp: int
    size: int
    end: End | None = None


class Usage:
    """The sizes of all jobs in a folder, and the ages of those that have ended, for one process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, _Seen] = {}

    def sizes(self) -> dict[str, int]:
        """Give the bytes that each job takes. No record is read."""
        seen: dict[str, _Seen] = {}
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # it went meanwhile, or is a link in a circle
                    if entry.is_dir() and not entry.name.startswith("."):
                        stamp = entry.stat().st_mtime_ns
                        old = self._seen.get(entry.name)
                        current = old is not None and old.stamp == stamp
                        seen[entry.name] = old if old and current else _Seen(stamp, size_of(entry.path))
        self._seen = seen
        return {name: each.size for name, each in seen.items()}

    def oldest_first(self, end_of: Callable[[str], End]) -> list[str]:
        """Return the jobs that have ended and that no other needs, of those that `sizes` has seen last, oldest first.

        `end_of` reads a record. It is asked once of each, and again where a record was written since.
        """
        ended: list[tuple[float, str]] = []
        needed: set[str] = set()
        for name, each in self._seen.items():
            each.end = each.end or end_of(name)
            needed.update(each.end.needs)
            if each.end.created is not None:
                ended.append((each.end.created, name))
        return [name for _, name in sorted(ended) if name not in needed]


def size_of(folder: str | Path) -> int:
    """Give the bytes of the files in a folder; of one that is gone, 0."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
    return 0
