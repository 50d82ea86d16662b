"""Checks a model file that lies on the disk."""

from __future__ import annotations

import mmap
from pathlib import Path

from ..core.model_file import FROM_SERVICE, ModelFormat, check


def check_file(path: Path, advice: str = FROM_SERVICE) -> ModelFormat:
    """Give the format of a model file by its bytes; raises `TripoError` of kind model file, or `OSError`.

    `advice` ends the sentence: what to do about a bad file.
    """
    if path.stat().st_size == 0:
        return check(b"", advice)
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        memoryview(data) as view,
    ):
        return check(view, advice)
