"""Gives a file that is whole the name under which others read it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

_TRIES = 50  # of half a second in all; a reader has a record for a millisecond, a virus scanner a new file for longer
_TRY_SECONDS = 0.01


def put_in_place(part: Path, target: Path) -> None:
    """Rename a file, over another one if that is there; raises `OSError`.

    Windows renames no file that somebody has open, and none over such a one: it is tried again for a moment.
    """
    if sys.platform == "win32":
        for _ in range(_TRIES - 1):
            try:
                part.replace(target)
            except PermissionError:
                time.sleep(_TRY_SECONDS)
            else:
                return
    part.replace(target)
