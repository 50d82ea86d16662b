"""Brings the model of a ready job into the scene: when Blender can take it, and as one undo step."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..core.errors import Kind, TripoError
from ..core.events import Imported
from ..core.inspection import shortfalls
from ..core.job import Job
from ..core.sentences.text import Text, text
from ..core.services.registry import name_of
from ..core.task import IMAGE_ROLES, Role
from ..storage.model_check import check_model
from ..storage.version import addon_version
from . import assets
from .addon_preferences import memory_limit
from .deliver_images import bring_in_images

if TYPE_CHECKING:
    from ..converter.prepared import PreparedModel

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrived:
    """What a job brought: the objects of a model, the main one first, or images by their role; `event` tells of it.

    `shift` is how far to the right a model stands of where it was asked for, in scene units: variations stand in a row.
    """

    event: Imported
    objects: list[bpy.types.Object] = field(default_factory=list)
    images: Mapping[Role, bpy.types.Image] = field(default_factory=dict)
    shift: float = 0.0

    @property
    def main(self) -> bpy.types.Object:
        """The main object of the model."""
        return self.objects[0]


def awaited(context: bpy.types.Context) -> Text | None:
    """Give what a ready model waits for; None when it can come in."""
    if bpy.app.is_job_running("RENDER"):
        return text("import.waiting.render")
    if bpy.app.is_job_running("OBJECT_BAKE"):  # it reads the file's data in a thread of its own
        return text("import.waiting.bake")
    if context.mode != "OBJECT":
        return text("import.waiting.object_mode")
    if _transforming(context):
        return text("import.waiting.tool")
    if not context.scene.is_editable or context.scene.override_library is not None:
        return text("import.waiting.scene")
    return None


def _transforming(context: bpy.types.Context) -> bool:
    """Whether something is being moved, turned or scaled: an undo step in between would make its cancelling real.

    Other modal operators are not waited for: some add-ons keep one running for ever.
    """
    windows = context.window_manager.windows
    return any(
        operator.bl_idname.startswith("TRANSFORM_OT_") for window in windows for operator in window.modal_operators
    )


def bring_in(job: Job, context: bpy.types.Context, asset: assets.AssetOptions | None = None) -> Arrived:
    """Bring in what a ready job gave: its model, where the job says, as an asset too as wished or preferred; or images.

    Raises `TripoError` of kind import or model file, with nothing left in the file.
    """
    if job.artifact(Role.MODEL) is None and not IMAGE_ROLES.isdisjoint(each.role for each in job.artifacts):
        return _bring_in_images(job)
    from ..converter.importing import rolled_back  # noqa: PLC0415  # Blender's start shall not wait for it
    from . import place, textures  # noqa: PLC0415

    if job.model_format is None:
        raise TripoError(Kind.INTERNAL, text("import.no_model"), detail=f"state {job.state}")
    if not Path(job.model_path).is_file():
        raise TripoError(Kind.IMPORT, _gone(job), detail=job.model_path)
    before = list(context.view_layer.objects.selected), context.view_layer.objects.active
    with rolled_back():
        prepared, remark = _prepared(job, context)
        place.select(*before, context)  # the importers select what they bring
        misplaced, shift = place.put(prepared, job, context)
        remarks = [remark, misplaced]
        if job.arrival.textures == "files":
            remarks.append(textures.write_beside(prepared.images))
        remarks.append(_keep(prepared.main, job, asset or assets.asset_options(context), context))
    _push_undo(f"Generate {job.name}" if job.task_id else f"Import {job.name}")
    if job.ordered:
        remarks += shortfalls(job.settings, prepared.inspection)
    warnings = tuple(remark for remark in remarks if remark is not None)
    objects = [prepared.main, *(obj for obj in prepared.objects if obj != prepared.main)]
    return Arrived(Imported(prepared.main.name, prepared.inspection, warnings), objects, shift=shift)


def _bring_in_images(job: Job) -> Arrived:
    images = bring_in_images(job)
    _push_undo(f"Generate {job.name}")  # else the next undo would take them along
    return Arrived(Imported(next(iter(images.values())).name), images=images)


def _push_undo(message: str) -> None:
    if bpy.ops.ed.undo_push.poll():  # type: ignore[attr-defined]  # not where Blender keeps no undo, as in the background
        bpy.ops.ed.undo_push(message=message)


def _prepared(job: Job, context: bpy.types.Context) -> tuple["PreparedModel", Text | None]:
    """Give a job's model, set up: appended where a second Blender has done that, else imported here; and why so."""
    why = job.prepared.why if job.prepared is not None else None
    if job.prepared is not None and job.prepared.path:
        from ..converter.importing import rolled_back  # noqa: PLC0415
        from .append import append  # noqa: PLC0415

        try:
            with rolled_back():  # a part of a model must not stay beside the whole one
                return append(job.prepared), None
        except TripoError as error:
            _log.warning("%s", error.failure.technical())
            why = text("import.in_place.gone")
    try:
        check_model(job, memory_limit(context))
    except OSError as error:
        raise TripoError(Kind.IMPORT, _gone(job), detail=str(error)) from error
    # With it come numpy and all that sets a model up: a tenth of a second that nothing else needs.
    from ..converter.prepare import prepare  # noqa: PLC0415

    with _scene_collection_active(context.view_layer):
        return prepare(job, name_of(job.account.service), addon_version()), why


@contextmanager
def _scene_collection_active(layer: bpy.types.ViewLayer) -> Iterator[None]:
    """Have the importers link what they bring to the scene's own collection: one that is linked takes nothing in."""
    own = layer.active_layer_collection
    layer.active_layer_collection = layer.layer_collection
    try:
        yield
    finally:
        layer.active_layer_collection = own


def _keep(main: bpy.types.Object, job: Job, asset: assets.AssetOptions, context: bpy.types.Context) -> Text | None:
    """Keep a model as an asset; give a text where that failed but was not required.

    Else it raises `TripoError` of kind disk: the library was looked at before anything was ordered.
    """
    if not (asset.in_file or asset.library):
        return None
    try:
        _log.info("%s", assets.keep(main, job, asset, context).english())
    except TripoError as error:
        if asset.required:
            raise TripoError(Kind.DISK, error.failure.text, detail=error.failure.detail) from error
        return error.failure.text
    return None


def _gone(job: Job) -> Text:
    return text("import.download_gone") if job.task_id else text("import.file_gone")
