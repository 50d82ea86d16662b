"""A job's copy of its image, looked at before it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ..core.formats.image.check import check


def hash_of_whole(path: Path, go_on: Callable[[], object]) -> str:
    """Return the SHA-256, in hex, of an image file; raise `TripoError` of kind picture where it is not whole.

    `go_on` is asked meanwhile, and raises to end it. Raises `OSError` too.
    """
    data = path.read_bytes()
    check(data, go_on)
    return hashlib.sha256(data).hexdigest()
