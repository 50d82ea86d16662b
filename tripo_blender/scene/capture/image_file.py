"""Reads the image file that was picked; what cannot be read is said by its own reason, not by that of our folder."""

import os
import stat
from pathlib import Path

from ...core.errors import Kind, TripoError
from ...core.sentences.text import Text, text

_LONGEST_NAME = 60  # characters of it in a sentence
_MISSING = text("image.why.missing")
_KINDS = (
    (stat.S_ISDIR, text("image.why.folder")),
    (stat.S_ISFIFO, text("image.why.pipe")),
    (stat.S_ISSOCK, text("image.why.socket")),
    (stat.S_ISCHR, text("image.why.device")),
    (stat.S_ISBLK, text("image.why.device")),
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


def why_unreadable(path: Path) -> Text | None:
    """Return why a path leads to no file that could be read, as the end of a sentence; None where it does."""
    try:
        found = os.stat(path)  # noqa: PTH116  # raises where `Path` answers "no"
        if not stat.S_ISREG(found.st_mode):
            return next((words for kind, words in _KINDS if kind(found.st_mode)), text("image.why.no_file"))
        os.close(_open(path))
    except OSError as error:
        return _reason(error)
    except ValueError:  # a zero in it, or a character that no name on this disk can have
        return _MISSING
    return None


def _open(path: Path) -> int:
    """Open a file for reading; a pipe that took its place meanwhile holds nobody up."""
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def _reason(error: OSError) -> Text:
    if isinstance(error, FileNotFoundError):
        return _MISSING
    return text("image.why.unreadable", why=(error.strerror or str(error)).lower())


def _unreadable(path: Path, why: Text) -> TripoError:
    if why == _MISSING:
        return TripoError(Kind.PICTURE, text("image.missing", path=str(path)))
    name = path.name if len(path.name) <= _LONGEST_NAME else f"{path.name[:_LONGEST_NAME]}..."
    return TripoError(Kind.PICTURE, text("image.unreadable", name=name, why=why), detail=repr(str(path)))
