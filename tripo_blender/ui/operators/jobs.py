"""What can be done with a job in the list."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ...app import account, blocking, recovery, session, submit
from ...app.startup_scan import waiting
from ...core import errors, recovery as unfinished
from ...core.repeated_press import another_costs
from ...core.sentences.text import text
from ...scene import location
from .. import properties
from ..shown import shown
from .purchase import AsksFirst

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems

    from ...core.job import Job


class OnJob:
    """An operator on the job whose id it is given."""

    if TYPE_CHECKING:
        job_id: str
    else:
        job_id: StringProperty(name="Job", options={"HIDDEN", "SKIP_SAVE"})


class TRIPO_OT_cancel(OnJob, bpy.types.Operator):
    """Stop this job. A model that the service has begun may still be charged"""

    bl_idname = "tripo.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        gives_up: bool
    else:
        gives_up: BoolProperty(name="Discard", options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Cancel the job."""
        try:
            job = known(self.job_id)
            session.session.cancel(job.id, gives_up=self.gives_up)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        if self.gives_up:
            if job.final:
                told = text("panel.ended_before", name=job.name)
            else:
                told = unfinished.given_up(unfinished.Unfinished(job, unfinished.Way.DECIDE))
            self.report({"INFO"}, shown(told))
        return {"FINISHED"}


class TRIPO_OT_send_again(AsksFirst, OnJob, bpy.types.Operator):
    """Order this model once more. Look at your account first: you may have been charged already"""

    bl_idname = "tripo.send_again"
    bl_label = "Generate Again..."
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask first: it may be charged twice."""
        try:
            job = known(self.job_id)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        price = account.price(job.request)
        return self.ask(context, event, "Generate Again", another_costs(price, uncertain=True))

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Order the job again."""
        if self.slipped(context):
            return {"CANCELLED"}
        given = account.access(context)
        try:
            if (failure := account.unavailable_reason(given)) is not None:
                raise failure
            session.session.send_again(known(self.job_id).id, given, submit.jobs_folder())
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


def _failed_tasks(_self: object, _context: bpy.types.Context, text: str) -> list[tuple[str, str]]:
    """Give the tasks of failed jobs, each with its name, to be chosen from; any other can be pasted."""
    return [each for each in waiting.tasks.items() if text.lower() in " ".join(each).lower()]


class TRIPO_OT_fetch(OnJob, bpy.types.Operator):
    """Download the model of a task that was made before. Nothing is ordered"""

    bl_idname = "tripo.fetch"
    bl_label = "Download by Task ID"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        task_id: str
        beside: bool
    else:
        task_id: StringProperty(
            name="Task ID",
            description="ID of the task, as your account or a failed job shows it",
            search=_failed_tasks,
            search_options={"SUGGESTION"},
            options={"SKIP_SAVE"},
        )
        beside: BoolProperty(name="Beside", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask for the id where it is not known, start a job and return at once."""
        self.beside = not bpy.app.background
        job = session.session.jobs.get(self.job_id)
        self.task_id = self.task_id or (job.task_id if job else "")
        if not self.task_id:
            return context.window_manager.invoke_props_dialog(self)
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Fetch the model: beside the artist after an invoke, to the end for scripts."""
        given = account.access(context)
        try:
            like = known(self.job_id) if self.job_id else None
            if not self.beside:
                blocking.check_takes_models()
            if like is not None and like.state == "uncertain":  # it stays so where there is no such task
                found = recovery.known(like.id)
                job, folder = recovery.ready_to_run(found, given, task_id=self.task_id)
            else:
                arrival = properties.of(context.scene).arrival.arrival()
                place = location.spot(context, arrival, context.scene.cursor.location)
                job, folder = submit.fetch(self.task_id, given, arrival, place, like)
            if not self.beside:
                job = blocking.finish(job, given, folder)[0]
                if job.id in session.session.jobs:
                    session.session.finished(job)
            else:
                session.session.start(job, given, folder)
                if like is not None and like.id != job.id:
                    session.session.replace(like.id)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


def known(job_id: str) -> "Job":
    """Give the job of that id; raises `TripoError`."""
    if job_id not in session.session.jobs:
        raise errors.TripoError(errors.Kind.USAGE, text("job.not_listed", job=job_id))
    return session.session.jobs[job_id]


class TRIPO_OT_clear(bpy.types.Operator):
    """Take the finished, failed and cancelled jobs out of the list"""

    bl_idname = "tripo.clear"
    bl_label = "Clear Finished"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Whether a job has ended."""
        if not any(job.final for job in session.session.jobs.values()):
            cls.poll_message_set(shown(text("panel.none_ended")))
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Clear the list."""
        session.session.clear()
        return {"FINISHED"}
