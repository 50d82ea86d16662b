"""Import Model File, and Import Again: a model that is on the disk comes in the way a generated one does."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, StringProperty

from ...app import account, blocking, preparation, session, submit
from ...core import errors
from ...scene import location
from .. import properties
from ..panels.import_options import draw_arrival
from ..shown import shown
from .jobs import OnJob, known

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems

    from ...core.job import Job


class TRIPO_OT_import_model(bpy.types.Operator):
    """Bring in GLB or FBX files from the disk, placed and set up like a generated model"""

    bl_idname = "tripo.import_model"
    bl_label = "Import Model File"
    bl_options = {"REGISTER"}  # the arrival pushes its own undo step

    if TYPE_CHECKING:
        filepath: str
        directory: str
        files: Any
        filter_glob: str
        beside: bool
    else:
        filepath: StringProperty(name="File", description="GLB or FBX file", subtype="FILE_PATH", options={"SKIP_SAVE"})
        directory: StringProperty(name="Folder", subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})
        files: CollectionProperty(name="Files", type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
        filter_glob: StringProperty(name="Filter", default="*.glb;*.fbx", options={"HIDDEN"})
        beside: BoolProperty(name="Beside", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask for the files."""
        self.beside = not bpy.app.background
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the options of the arrival beside the files."""
        draw_arrival(self.layout, context)

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Import: beside the artist after an invoke, at once for scripts."""
        names = [Path(self.directory, entry.name) for entry in self.files if entry.name]
        try:
            jobs = [_job(context, path) for path in names or [Path(bpy.path.abspath(self.filepath))]]
            for job in jobs:
                take_in(job, context, beside=self.beside)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


class TRIPO_OT_import_again(OnJob, bpy.types.Operator):
    """Bring this model in once more, from the disk and as Arrival says now. Nothing is ordered"""

    bl_idname = "tripo.import_again"
    bl_label = "Import Again"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Import as soon as Blender can take it."""
        return self._import(context, beside=not bpy.app.background)

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Import at once, for scripts."""
        return self._import(context, beside=False)

    def _import(self, context: bpy.types.Context, *, beside: bool) -> "set[OperatorReturnItems]":
        try:
            job = known(self.job_id)
            take_in(_job(context, Path(job.model_path), job), context, beside=beside)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


class TRIPO_OT_import_here(OnJob, bpy.types.Operator):
    """Open this model in this Blender although a second one ended on it. Save your work first"""

    bl_idname = "tripo.import_here"
    bl_label = "Import Here Anyway"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        beside: bool
    else:
        beside: BoolProperty(name="Beside", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask first: Blender may crash."""
        self.beside = not bpy.app.background
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=self.bl_label,
            message="Blender may crash on this file. Save your work first",
            confirm_text="Import",
            icon="WARNING",
        )

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Import in place: beside the artist after an invoke, at once for scripts."""
        try:
            job = known(self.job_id)
            take_in(_job(context, Path(job.model_path), job), context, beside=self.beside, here=True)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


def _job(context: bpy.types.Context, path: Path, like: "Job | None" = None) -> "Job":
    arrival = properties.of(context.scene).arrival.arrival()
    # A click cannot be asked for after the file browser: the model stands on the cursor then.
    return submit.import_file(path, arrival, location.spot(context, arrival, context.scene.cursor.location), like)


def take_in(job: "Job", context: bpy.types.Context, *, beside: bool, here: bool = False) -> None:
    """Bring a ready job in: when Blender can take it, or at once; raises `TripoError`.

    `here`: without a second Blender, whatever the preferences say.
    """
    given = account.access(context)
    if here:
        given = replace(given, converts=False)
    if beside:
        session.session.take_over(job, given, submit.jobs_folder())
    else:
        blocking.check_takes_models()
        preparation.bring_in(job, given, context)
