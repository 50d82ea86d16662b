"""Reads the image file that was picked; what cannot be read is said by its own reason, not by that of our folder."""

import os
import stat
from pathlib import Path

from ...core.errors import Kind, TripoError

_LONGEST_NAME = 60  # characters of it in a sentence
_MISSING = "is not there"
_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


def read(path: Path, most: int) -> tuple[bytes, int]:
    """Return the first bytes of a file, at most so many, and its size.

    Raises `TripoError` of kind picture where there is no file, or none that can be read.
    """
    if why := why_unreadable(path):
        raise _unreadable(path, why)
    try:
        with open(_open(path), "rb") as file:  # of what was opened without waiting
            return file.read(most), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise _unreadable(path, _reason(error)) from error


def why_unreadable(path: Path) -> str:
    """Return why a path leads to no file that could be read, as the end of a sentence; empty where it does."""
    try:
        found = os.stat(path)  # noqa: PTH116  # raises where `Path` answers "no"
        if not stat.S_ISREG(found.st_mode):
            return next((words for kind, words in _KINDS if kind(found.st_mode)), "is no file")
        os.close(_open(path))
    except OSError as error:
        return _reason(error)
    except ValueError:  # a zero in it, or a character that no name on this disk can have
        return _MISSING
    return ""


def _open(path: Path) -> int:
    """Open a file for reading; a pipe that took its place meanwhile holds nobody up."""
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return _MISSING
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


def _unreadable(path: Path, why: str) -> TripoError:
    if why == _MISSING:
        return TripoError(Kind.PICTURE, f"There is no image at {str(path)!r}. Check the path")
    name = path.name if len(path.name) <= _LONGEST_NAME else f"{path.name[:_LONGEST_NAME]}..."
    return TripoError(Kind.PICTURE, f"The image {name!r} {why}. Choose another image file", detail=repr(str(path)))
