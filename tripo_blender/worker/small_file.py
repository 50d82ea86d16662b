"""Reads a small file that may be anything by now: a pipe that nobody writes to, a device, a folder, far too large."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LARGEST_RECORD = 1_000_000  # bytes; a job's record has about 2,000, with sentences of the service 5,000


def read_small(path: Path, most: int = LARGEST_RECORD) -> bytes:
    """Return what a regular file of at most `most` bytes holds; raise `OSError` for all else, without waiting."""
    # Non-blocking: the opening of a pipe would wait for its writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name} is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(data) > most:
        raise OSError(f"{path.name} is larger than {most} bytes")
    return data
