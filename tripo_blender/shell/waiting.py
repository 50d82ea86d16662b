"""The models of earlier days that wait to be taken up, looked for after the start: a few small files at a time."""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from .. import __package__ as base_package
from . import beside, later

if TYPE_CHECKING:
    from ..core.unfinished import Unfinished

_FIRST_SECONDS = 2.0  # after the add-on is switched on, when Blender's start is over
_ENDED = ("done", "cancelled")
# One a tick, and only where a job waits: imported together they would hold Blender up for a twentieth of a second.
_MODULES = (
    *("core.errors", "core.options", "core.arrival_table", "core.arrival", "core.setting_table", "core.request"),
    *("core.model_file", "core.placement", "core.inspection", "core.job", "core.records", "core.job_record"),
    *("core.services.wire", "core.services.answers", "core.services.refusals", "core.services.modelstream"),
    *("core.unfinished", "worker.ownership", "worker.journal", "shell.access", "shell.resuming"),
)


class Waiting:
    """What waits, by the job's id, and a sentence for each record that cannot be read."""

    def __init__(self) -> None:
        self.found: dict[str, Unfinished] = {}
        self.unreadable: list[str] = []
        self.tasks: dict[str, str] = {}  # of jobs that failed, with their names
        self.looked = False

    def clear(self) -> None:
        """Know of nothing."""
        self.found.clear()
        self.unreadable.clear()
        self.tasks.clear()
        self.looked = False


waiting = Waiting()


def jobs_path() -> str:
    """Give where the folder of the job records and models lies, in the user's own resources; raises `OSError`."""
    package = base_package or ""
    if package.count(".") == 2:  # bl_ext.<repository>.<name>: installed as an extension
        return str(bpy.utils.extension_path_user(package, path="jobs"))
    return str(bpy.utils.user_resource("DATAFILES", path="tripo_blender/jobs"))


def start() -> None:
    """Look for waiting models soon."""
    waiting.clear()
    _beside.start(_FIRST_SECONDS)


def stop() -> None:
    """Look no more."""
    _beside.stop()


def _look() -> Iterator[None]:
    folder = jobs_path()
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:  # there has never been a job
        names = []
    candidates = []
    for name in names:
        if _is_candidate(folder, name):
            candidates.append(name)
        yield
    for module in _MODULES if candidates else ():
        importlib.import_module(f"{base_package}.{module}")
        yield
    for name in candidates:
        _take_note(name)
        yield
    waiting.looked = True
    if waiting.found or waiting.unreadable:
        redraw()


def _is_candidate(folder: str, name: str) -> bool:
    """Whether a job may wait, by a look that needs no more of our own modules than one that reads small files."""
    from ..worker.small_file import read_small  # noqa: PLC0415  # where there is a job at all

    try:
        job = later.json.loads(read_small(Path(folder, name, "job.json")))["job"]
        if job["state"] == "failed":
            waiting.tasks[str(job["task_id"])] = str(job["name"])
        return job["state"] not in _ENDED and job["state"] != "failed"
    except FileNotFoundError:
        return Path(folder, name, "job.part").is_file()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return True  # the journal says what is wrong with it


def _take_note(job_id: str) -> None:
    if later.is_loaded("session") and job_id in later.session.session.jobs:
        return
    try:
        found = later.resuming.standing(job_id)
    except later.errors.TripoError as error:
        waiting.unreadable.append(str(error))
        return
    if found is not None and found.waits:
        waiting.found[job_id] = found


def redraw() -> None:
    """Have the sidebars drawn anew."""
    beside.redraw("VIEW_3D", "UI")


_beside = beside.Beside(_look)
tick = _beside.tick
