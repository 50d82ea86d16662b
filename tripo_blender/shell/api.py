"""For Python scripts: a picture in, an object in the scene out.

from bl_ext.user_default.tripo_blender.shell import api
chair = api.generate("chair.png", quad=True, face_limit=8000)
"""

import contextlib
from collections.abc import Callable
from pathlib import Path

import bpy

from ..core.errors import Failure, Kind, TripoError
from ..core.job import Event, Failed, Imported, Job, JobState
from ..core.request import Value, asked
from ..worker.journal import KEPT_RESULTS, Journal
from . import ordering
from .arrival import bring_in, wait_reason
from .preferences import Access, access

__all__ = ["TripoError", "fetch", "generate"]


def generate(
    picture: ordering.Picture,
    *,
    url: str = "",
    key: str = "",
    on_event: Callable[[Event], None] | None = None,
    **settings: Value | None,
) -> bpy.types.Object:
    """Make a model of a picture and bring it into the current scene; blocks until it is there.

    `picture` is a path, an image of Blender or a public web address. `settings` are those of `core.request.Settings`
    (`quad`, `pbr`, `texture`, `texture_quality`, `geometry_quality`, `face_limit`, `auto_size`, `model_version`,
    `model_seed`, ...). `url` and `key` stand for those of the preferences and the environment. `on_event` is told
    every event of `core.job`.

    Gives the main object: selected, active, its base on the 3D cursor, in the collection "Tripo".
    Raises `TripoError`: `str()` is a sentence that says what to do, and `.failure` holds kind,
    detail, code and trace id.
    """
    given = access(bpy.context, url, key)
    check_takes_models()
    job, folder = ordering.order(picture, asked(**settings), given, bpy.context.scene)
    return finish(job, given, folder, on_event)[1]


def fetch(
    task_id: str, *, url: str = "", key: str = "", on_event: Callable[[Event], None] | None = None
) -> bpy.types.Object:
    """Bring in the model of a task that was made before, without ordering anything; otherwise as `generate`."""
    given = access(bpy.context, url, key)
    check_takes_models()
    job, folder = ordering.fetch(task_id, given)
    return finish(job, given, folder, on_event)[1]


def check_takes_models() -> None:
    """Raise `TripoError` where Blender could not take a model in now: before one is ordered."""
    if reason := wait_reason(bpy.context):
        raise TripoError(Kind.USAGE, f"Blender cannot take a model in now. It {reason[0].lower()}{reason[1:]}")


def finish(
    job: Job, given: Access, folder: Path, on_event: Callable[[Event], None] | None = None
) -> tuple[Job, bpy.types.Object]:
    """Run a job to its end in the foreground and bring its model in on the 3D cursor; raises `TripoError`."""
    tell = on_event or (lambda event: None)
    location = bpy.context.scene.cursor.location.copy()
    job = ordering.run(job, given, folder, tell)
    if job.state is not JobState.READY:
        raise TripoError.of(job.failure or cancelled(job))
    journal = Journal(folder)
    try:
        main = bring_in(job, location, bpy.context)
    except TripoError as error:
        _write_down(journal, job.after(Failed(error.failure)))
        raise
    imported = Imported(main.name)
    job = job.after(imported)
    _write_down(journal, job)
    journal.prune(KEPT_RESULTS)
    tell(imported)
    return job, main


def _write_down(journal: Journal, job: Job) -> None:
    with contextlib.suppress(OSError):  # the model is in the scene; a record that says less is harmless
        journal.write(job)
        journal.settle(job)


def cancelled(job: Job | None) -> Failure:
    """Give the failure of a job that was stopped."""
    if job is None or not job.task_id:
        return Failure(Kind.CANCELLED, "Cancelled before anything was ordered")
    return Failure(Kind.CANCELLED, f"Cancelled. The service goes on with its task {job.task_id} and may charge for it")
