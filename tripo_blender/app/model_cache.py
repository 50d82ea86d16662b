"""The models that are kept on this disk: how much room they take, and their removal; a small step at a time."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import TripoError
from ..core.sentences.text import Text, text
from ..scene.folders import jobs_folder, jobs_path
from . import incremental
from .on_exit import on_exit

_FRESH_SECONDS = 5.0  # that a look stands for; the preferences are drawn anew by it
_TOLD_SECONDS = 30.0  # after a clearing
_MODELS = ("model.glb", "model.fbx", "refused.model")


@dataclass(frozen=True)
class Kept:
    """How many models there are, the bytes that all the jobs' folders take, and those that the disk has left."""

    models: int
    size: int
    free: int


found: Kept | None = None  # as it was when it was last looked at
cleared = 0, 0  # how many models the last clearing has removed, and the jobs that it could not clear
_told_until = 0.0  # by the monotonic clock: until when that is told
_looked = 0.0  # by the monotonic clock; 0: never


def _look() -> Iterator[None]:
    global found
    models = size = 0
    for folder in _folders():
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    models += entry.name in _MODELS
                    size += entry.stat().st_size
        except OSError:  # it went meanwhile
            continue
        yield
    found = Kept(models, size, _free())
    incremental.redraw("PREFERENCES", "WINDOW")


def _clear() -> Iterator[None]:
    from ..storage.journal import Journal  # noqa: PLC0415  # Blender's start shall not wait for it

    global cleared, _told_until
    cleared = 0, 0
    try:
        journal = Journal(jobs_folder())
    except TripoError:  # there is none, and nothing in it
        return
    removed = failed = 0
    for job_id in journal.names():
        before = _models_in(job_id)
        failed += not journal.clear(job_id)
        removed += before - _models_in(job_id)
        yield
    cleared = removed, failed
    _told_until = time.monotonic() + _TOLD_SECONDS
    look.start()


def outcome() -> Text:
    """Say what the last clearing has removed, and what it could not."""
    removed, failed = cleared
    if not (removed or failed):
        return text("panel.cleared_none")
    what = text("panel.cleared", models=_models(removed))
    if not failed:
        return what
    jobs = text("panel.job") if failed == 1 else text("panel.jobs", count=failed)
    return text("panel.cleared_partly", what=what, jobs=jobs)


def _models(count: int) -> Text:
    return text("panel.model") if count == 1 else text("panel.models", count=count)


def _models_in(job_id: str) -> int:
    return sum(Path(jobs_path(), job_id, name).is_file() for name in _MODELS)


def _folders() -> list[str]:
    try:
        with os.scandir(jobs_path()) as entries:
            return [entry.path for entry in entries if entry.is_dir()]
    except OSError:  # there has never been a job
        return []


def _free() -> int:
    folder = Path(jobs_path())
    try:
        return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.is_dir())).free
    except (OSError, StopIteration):
        return 0


look = incremental.IncrementalWork(_look)
clear = incremental.IncrementalWork(_clear)
on_exit(look.stop)
on_exit(clear.stop)


def told() -> Text | None:
    """Give a line on what is kept, for the preferences; it is looked at meanwhile, unless that was just now."""
    global _looked
    if not _looked or time.monotonic() - _looked > _FRESH_SECONDS:
        _looked = time.monotonic()
        look.start()
    if found is None:
        return None
    line = text("panel.stored", models=_models(found.models), size=_size(found.size), free=_size(found.free))
    if time.monotonic() < _told_until:
        return text("panel.cleared_and_stored", cleared=outcome(), stored=line)
    return line


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
