"""What keeps a file from being written, in words, by the system's number for it."""

from __future__ import annotations

import errno

NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)  # connections count among the files that are open

_NO_ROOM = "the disk has no room for it. Make room"
_NO_RIGHT = "the folder cannot be written to. Make it writable"
_GONE = "the folder is gone. Make it again"
_WORDS = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: _NO_ROOM,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ENAMETOOLONG: "its name is too long. Choose a shorter one",
}


def why_not_written(number: int | None) -> str:
    """Return why a file could not be written, and, as a sentence of its own, what to do; `number` is the errno."""
    return _WORDS.get(number or 0, "something is wrong with the disk. See that its folder is there and has room")
