"""What can be done with a job in the list."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ...core.errors import TripoError
from .. import ordering
from ..preferences import access, obstacle
from ..session import session

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems


class _OnJob:
    """An operator on the job whose id it is given."""

    if TYPE_CHECKING:
        job_id: str
    else:
        job_id: StringProperty(name="Job", options={"HIDDEN", "SKIP_SAVE"})


class TRIPO_OT_cancel(_OnJob, bpy.types.Operator):
    """Stop this job. A model that the service has begun may still be charged"""

    bl_idname = "tripo.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Cancel the job."""
        if self.job_id not in session.jobs:
            self.report({"ERROR"}, f"There is no job {self.job_id!r}")
            return {"CANCELLED"}
        session.cancel(self.job_id)
        return {"FINISHED"}


class TRIPO_OT_send_again(_OnJob, bpy.types.Operator):
    """Order this model once more. Look at your account first: it may have been bought already"""

    bl_idname = "tripo.send_again"
    bl_label = "Send Again"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Order the job again."""
        given = access(context)
        try:
            if (failure := obstacle(given)) is not None:
                raise failure
            if self.job_id not in session.jobs:
                raise KeyError(self.job_id)
            session.send_again(self.job_id, given, ordering.jobs_folder())
        except (TripoError, OSError, KeyError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class TRIPO_OT_clear(bpy.types.Operator):
    """Take the finished, failed and cancelled jobs out of the list"""

    bl_idname = "tripo.clear"
    bl_label = "Clear Finished"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Whether a job has ended."""
        if not any(job.final for job in session.jobs.values()):
            cls.poll_message_set("No job has ended yet")
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Clear the list."""
        session.clear()
        return {"FINISHED"}
