"""What keeps a file from being written, in words, by the system's number for it."""

from __future__ import annotations

import errno

from .sentences.text import Text, text

NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)  # connections count among the files that are open

_NO_ROOM, _NO_RIGHT, _GONE = text("disk.no_room"), text("disk.read_only"), text("disk.folder_gone")
_WHY = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: _NO_ROOM,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ENAMETOOLONG: text("disk.name_too_long"),
}


def why_not_written(number: int | None) -> Text:
    """Return why a file could not be written, and what to do, as a part of a sentence; `number` is the errno."""
    return _WHY.get(number or 0, text("disk.unknown"))
