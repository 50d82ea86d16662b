"""Opens files where anything may stand by now: a pipe with nobody at its end, a link, a device, a huge file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

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


def open_new(path: Path) -> BinaryIO:
    """Open a new file for writing, in place of whatever stands there; raise `OSError`, without waiting.

    A pipe of that name would wait for its reader, and what a link leads to is not ours.
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    return os.fdopen(descriptor, "wb")
