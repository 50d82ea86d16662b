"""Brings the model of a ready job into the scene: when Blender can take it, and as one undo step."""

from pathlib import Path

import bpy
from mathutils import Vector

from ..core.errors import Kind, TripoError
from ..core.job import Job
from .importing import import_model, rolled_back
from .materials import name_after
from .placing import note_origin, place
from .version import addon_version


def wait_reason(context: bpy.types.Context) -> str:
    """Give what a ready model waits for, in words for the panel; empty when it can come in."""
    if bpy.app.is_job_running("RENDER"):
        return "Waits for the render to finish"
    if context.mode != "OBJECT":
        return "Waits for Object Mode"
    if _transforming(context):
        return "Waits for the tool to finish"
    return ""


def _transforming(context: bpy.types.Context) -> bool:
    """Whether something is being moved, turned or scaled: an undo step in between would make its cancelling real.

    Other modal operators are not waited for: some add-ons keep one running for ever.
    """
    windows = context.window_manager.windows
    return any(
        operator.bl_idname.startswith("TRANSFORM_OT_") for window in windows for operator in window.modal_operators
    )


def bring_in(job: Job, location: Vector, context: bpy.types.Context) -> bpy.types.Object:
    """Import a ready job's model, place its base on `location`, and give its main object.

    Raises `TripoError` of kind import, with nothing left in the file.
    """
    if job.model_format is None:
        raise TripoError(Kind.INTERNAL, "This job has no model file. Please report it", detail=f"state {job.state}")
    if not Path(job.model_path).is_file():
        raise TripoError(
            Kind.IMPORT, "The downloaded model is gone from the disk. Generate it again", detail=job.model_path
        )
    known = set(bpy.data.materials)
    with rolled_back():
        main = place(import_model(Path(job.model_path), job.model_format), job.name, location, context)
        name_after([material for material in bpy.data.materials if material not in known], main.name)
        note_origin(main, job, addon_version())
    if bpy.ops.ed.undo_push.poll():  # type: ignore[attr-defined]  # not where Blender keeps no undo, as in the background
        bpy.ops.ed.undo_push(message=f"Generate {job.name}")
    return main
