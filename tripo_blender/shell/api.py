"""For Python scripts: a picture in, an object in the scene out.

from bl_ext.user_default.tripo_blender.shell import api
chair = api.generate("chair.png", quad=True, face_limit=8000)
"""

from collections.abc import Callable
from pathlib import Path

import bpy
from mathutils import Vector

from ..core.errors import Failure, Kind, TripoError
from ..core.job import Event, Imported, Job, JobState
from ..core.request import Value, asked
from ..worker.journal import KEPT_RESULTS, Journal
from . import ordering
from .arrival import bring_in, wait_reason
from .preferences import Access, access, obstacle

__all__ = ["TripoError", "generate"]


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
    job, given, folder = order(picture, url=url, key=key, **settings)
    return finish(job, given, folder, bpy.context.scene.cursor.location.copy(), on_event)[1]


def order(
    picture: ordering.Picture, *, url: str = "", key: str = "", **settings: Value | None
) -> tuple[Job, Access, Path]:
    """Check everything that can be checked before money is spent, and give the job with what it takes to run it."""
    wanted = asked(**settings)
    given = access(bpy.context, url, key)
    if (failure := obstacle(given)) is not None:
        raise failure
    if reason := wait_reason(bpy.context):
        raise TripoError(Kind.USAGE, f"Blender cannot take a model in now: {reason[0].lower()}{reason[1:]}")
    try:
        folder = ordering.jobs_folder()
    except OSError as error:
        raise TripoError(
            Kind.DISK, "The add-on's folder cannot be made. Make Blender's user folder writable", detail=str(error)
        ) from error
    return ordering.order(picture, wanted, given, bpy.context.scene, folder), given, folder


def finish(
    job: Job, given: Access, folder: Path, location: Vector, on_event: Callable[[Event], None] | None = None
) -> tuple[Job, bpy.types.Object]:
    """Run a job to its end in the foreground and bring its model in; raises `TripoError`."""
    tell = on_event or (lambda event: None)
    job = ordering.run(job, given, folder, tell)
    if job.state is not JobState.READY:
        raise TripoError.of(job.failure or cancelled(job))
    main = bring_in(job, location, bpy.context)
    imported = Imported(main.name)
    job = job.after(imported)
    journal = Journal(folder)
    journal.write(job)
    journal.settle(job)
    journal.prune(KEPT_RESULTS)
    tell(imported)
    return job, main


def cancelled(job: Job | None) -> Failure:
    """Give the failure of a job that was stopped."""
    if job is None or not job.task_id:
        return Failure(Kind.CANCELLED, "Cancelled before anything was ordered")
    return Failure(Kind.CANCELLED, f"Cancelled. The service goes on with its task {job.task_id} and may charge for it")
