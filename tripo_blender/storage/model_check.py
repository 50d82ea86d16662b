"""Checks a model file that lies on the disk."""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Iterator
from pathlib import Path

from ..core.formats.limits import Limits
from ..core.formats.model import FROM_SERVICE, OF_USER, ModelFormat, check
from ..core.job import Job
from ..core.sentences.text import Text
from .mapped_file import mapped


def check_file(
    path: Path, advice: Text = FROM_SERVICE, limits: Limits | None = None, *, trusted: bool = False
) -> ModelFormat:
    """Give the format of a model file by its bytes; raises `TripoError` of kind model file, or `OSError`.

    `advice` is what to do about a bad file. A trusted file is the user's own. The arrays of an FBX are
    unpacked by whoever imports it: that takes longer than all the rest, and hurts only the importer in Python.
    """
    limits = limits or Limits()
    folder = path.absolute().parent

    def leads(named: str) -> bool:
        return leads_out(named, folder)

    with mapped(path) as data:
        return check(data, advice, limits, trusted=trusted, unpacks=False, leads=leads)


def check_model(job: Job, limits: Limits) -> None:
    """Check the file of a ready job, right before an importer sees it; raises as `check_file`.

    A file that came with no task is the user's own.
    """
    if job.task_id:
        check_file(Path(job.model_path), limits=limits)
    else:
        check_file(Path(job.model_path), OF_USER, limits, trusted=True)


def leads_out(named: str, folder: Path) -> bool:
    """Whether a path that a file in a folder names leads to anything outside that folder, in any way importers read it.

    They try it from the root, from the folder, and each of its ends from the folder, whatever the case of its letters.
    (They try it from the working folder too; that of the Blender which imports is not known here.) Only names are
    looked up, nothing is opened.
    """
    for place in _places(named.replace("\\", "/"), folder.as_posix()):
        found = _found(place)
        if found and not os.path.isdir(found) and not Path(found).is_relative_to(folder):  # noqa: PTH112
            return True
    return False


def _places(named: str, folder: str) -> Iterator[str]:
    """Give the paths that are tried, without "..": Blender takes it out even after a folder that is not there."""
    drive, colon, rest = named.partition(":")
    if named.startswith("/") or (colon and sys.platform == "win32"):
        yield posixpath.normpath(named)
    elif colon:
        yield posixpath.normpath(f"/{drive.lower()}/{rest}")
    parts = named.split("/")
    for at in range(len(parts)):
        yield posixpath.normpath(f"{folder}/{'/'.join(parts[at:])}")


def _found(place: str) -> str:
    """Give a path as it is on the disk, whatever the case of its letters; nothing where there is none."""
    if os.path.lexists(place):
        return place
    at, *rest = place.split("/")
    at += "/"
    for part in rest:
        exact = posixpath.join(at, part)
        if not os.path.lexists(exact):
            try:
                names = os.listdir(at)  # noqa: PTH208
            except OSError:
                return ""
            other = next((name for name in names if name.casefold() == part.casefold()), None)
            if other is None:
                return ""
            exact = posixpath.join(at, other)
        at = exact
    return at
