"""The models of earlier days that wait to be taken up, looked for after the start: a few small files at a time."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import errors
from ..scene.folders import jobs_path
from ..storage import record_head
from . import incremental, job_list, preload, recovery

if TYPE_CHECKING:
    from ..core.recovery import Unfinished
    from ..core.sentences.text import Text

_FIRST_SECONDS = 2.0  # after the add-on is switched on, when Blender's start is over
_TICK_SECONDS = 0.02  # with 10,000 jobs, half a minute
_NAMES = 200  # of folders that a step lists, in a quarter of a millisecond
_ENDED = ("done", "cancelled")


class Waiting:
    """What waits, by the job's id, and a text for each record that cannot be read."""

    def __init__(self) -> None:
        self.found: dict[str, Unfinished] = {}
        self.unreadable: list[Text] = []
        self.tasks: dict[str, str] = {}  # of jobs that failed, with their names
        self.looked = False

    def clear(self) -> None:
        """Know of nothing."""
        self.found.clear()
        self.unreadable.clear()
        self.tasks.clear()
        self.looked = False


waiting = Waiting()


def start() -> None:
    """Look for waiting models soon."""
    waiting.clear()
    _scan.start(_FIRST_SECONDS)


def stop() -> None:
    """Look no more."""
    _scan.stop()


def _look() -> Iterator[None]:
    folder = jobs_path()
    names: list[str] = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # else there has never been a job
        for number, entry in enumerate(entries):
            if entry.is_dir():
                names.append(entry.name)
            if number % _NAMES == _NAMES - 1:
                yield
    preloaded = False
    for name in sorted(names, reverse=True):  # they begin with the time: what waits is mostly new
        if _is_candidate(folder, name):
            if not preloaded:
                yield from preload.steps()
            preloaded = True
            _handle(name)
        yield
    waiting.looked = True


def _is_candidate(folder: str, name: str) -> bool:
    """Whether a job may wait, or its record cannot be read, by a look that loads next to nothing of ours."""
    head = record_head.head_of(Path(folder, name))
    if head is None or head.state in _ENDED:
        return False
    if head.state == "failed" and head.task_id:  # without a task it may be one that nobody has heard of
        waiting.tasks[head.task_id] = head.name
        return False
    return True


def _handle(job_id: str) -> None:
    if job_id in job_list.jobs:
        return
    try:
        found = recovery.state_of(job_id)
    except errors.TripoError as error:
        waiting.unreadable.insert(0, error.failure.text)
        redraw()
        return
    if found is not None and found.waits:
        waiting.found = {job_id: found, **waiting.found}  # the oldest first
        redraw()


def redraw() -> None:
    """Have the sidebars drawn anew."""
    incremental.redraw("VIEW_3D", "UI")


_scan = incremental.IncrementalWork(_look, _TICK_SECONDS)
tick = _scan.tick
