"""Sees that a file which Blender wrote is whole on the disk before it gets its name."""

import errno
import os
from pathlib import Path

import bpy

from ..core.formats.complete import ENDS, is_whole


def check(path: Path, suffix: str) -> None:
    """Wait until a .blend, .glb or .fbx, by its `suffix`, is on the disk; raise `OSError` where it is cut short.

    Blender's operators do not tell: on a full disk Blender 5 saves a small .blend cut and reports success.
    """
    sync(path)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(ENDS)
        file.seek(max(0, size - ENDS))
        tail = file.read()
    if not is_whole(suffix, head, tail, size) or (suffix == ".blend" and not _opens(path)):
        raise OSError(errno.ENOSPC, f"it was cut after {size} bytes", str(path))


def sync(path: Path) -> None:
    """Wait until what was written to a file is on the disk; raises `OSError`."""
    with path.open("r+b") as file:  # Windows writes back only what is open for writing
        os.fsync(file.fileno())


def _opens(path: Path) -> bool:
    """Return whether Blender reads a .blend: its last block describes all others."""
    try:
        with bpy.data.libraries.load(str(path), link=False) as (there, _):
            return bool(there.objects)
    except (OSError, RuntimeError):
        return False
