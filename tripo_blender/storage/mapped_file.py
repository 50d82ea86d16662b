"""Files mapped into memory, to be read without a copy."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def mapped(path: Path) -> Iterator[memoryview]:
    """Map a file for reading; its bytes are gone at the end. Raise `OSError`."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:  # which cannot be mapped
            yield memoryview(b"")
            return
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        with memoryview(data) as view:
            yield view
    finally:
        with suppress(BufferError):  # an error that passes has parts of it in its frames, and closes it at its own end
            data.close()
