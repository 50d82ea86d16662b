"""What can be done with a model that waits since Blender was closed: resume it, or leave it."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ...app import account, blocking, recovery, session
from ...app.startup_scan import redraw, waiting
from ...core import errors
from ...core.repeated_press import LISTED, another_costs, several_cost
from ...core.sentences.text import text
from ..shown import shown
from .jobs import OnJob
from .purchase import AsksFirst, note_press, press_refused

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems

    from ...core.recovery import Unfinished

_TOOLTIPS = {
    "order": "Order this model now. The picture is sent to the service, which charges for the model",
    "follow": "Go on with this model, which the service has been paid for. Nothing is ordered",
    "take_in": "Bring this model in from the disk. Neither network nor key is needed",
    "decide": "Download the task that this order made after all, by its ID in your account. Nothing is ordered",
}


class TRIPO_OT_resume(AsksFirst, OnJob, bpy.types.Operator):
    """Go on with a job that Blender's end has interrupted"""

    bl_idname = "tripo.resume"
    bl_label = "Resume"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        task_id: str
        send_again: bool
    else:
        task_id: StringProperty(
            name="Task ID",
            description="ID of the task that this order made after all, as your account shows it",
            options={"SKIP_SAVE"},
        )
        send_again: BoolProperty(name="Generate Again", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: "TRIPO_OT_resume") -> str:  # type: ignore[override]
        """Give the tooltip: above all, whether it costs."""
        if properties.send_again:
            return "Order this model once more. Look at your account first: you may have been charged already"
        found = waiting.found.get(properties.job_id)
        return _TOOLTIPS[found.way] if found is not None else str(cls.__doc__)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask for the task where the order is uncertain, or whether to repeat it; else start the job."""
        self.beside = not bpy.app.background
        if reason := press_refused(LISTED):
            self.report({"INFO"}, shown(reason))
            return {"CANCELLED"}
        found = waiting.found.get(self.job_id)
        if found is not None and found.way == "decide" and not self.task_id:
            if not self.send_again:
                return context.window_manager.invoke_props_dialog(self)
            price = account.price(found.job.request)
            return self.ask(context, event, "Generate Again", another_costs(price, uncertain=True))
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Go on: beside the artist after an invoke, to the end for scripts."""
        if self.slipped(context):
            return {"CANCELLED"}
        try:
            found = recovery.known(self.job_id)
            _go_on(context, found, beside=self.beside, send_again=self.send_again, task_id=self.task_id)
        except errors.TripoError as error:
            _look_again(self.job_id)
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


class TRIPO_OT_resume_all(AsksFirst, bpy.types.Operator):
    """Go on with all models that wait. Those that are not ordered yet are ordered by this, and charged for"""

    bl_idname = "tripo.resume_all"
    bl_label = "Resume All"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Whether a model waits that needs no decision."""
        if waiting.looked and not any(found.way != "decide" for found in waiting.found.values()):
            cls.poll_message_set(shown(text("panel.nothing_waits")))
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask first where it costs."""
        self.beside = not bpy.app.background
        orders = [found.job for found in waiting.found.values() if found.way == "order"]
        if not orders:
            return self.execute(context)
        price = account.price(*(job.request for job in orders))
        return self.ask(context, event, self.bl_label, several_cost(len(orders), price))

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Go on with each: beside the artist after an invoke, to the end for scripts."""
        if self.slipped(context):
            return {"CANCELLED"}
        failures: list[errors.Failure] = []
        try:
            for found in recovery.on_record()[0]:
                if not found.waits or found.way == "decide":
                    continue
                try:
                    _go_on(context, found, beside=self.beside)
                except errors.TripoError as error:
                    failures.append(error.failure)
        except errors.TripoError as error:
            failures.append(error.failure)
        for sentence in dict.fromkeys(map(shown, failures)):
            self.report({"ERROR"}, sentence)
        return {"CANCELLED"} if failures else {"FINISHED"}


class TRIPO_OT_dismiss(OnJob, bpy.types.Operator):
    """Discard this model. What was paid for can still be downloaded by its task ID"""

    bl_idname = "tripo.dismiss"
    bl_label = "Discard"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Discard the job that was under the mouse when it was pressed."""
        if reason := press_refused(LISTED):
            self.report({"INFO"}, shown(reason))
            return {"CANCELLED"}
        outcome = self.execute(context)
        if outcome == {"FINISHED"}:
            note_press(LISTED)
        return outcome

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Discard the job, and say what is left of it; without a job, hide what was told of unreadable records."""
        if not self.job_id:
            waiting.unreadable.clear()
            return {"FINISHED"}
        try:
            left = recovery.leave(recovery.known(self.job_id))
        except errors.TripoError as error:
            _look_again(self.job_id)
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        waiting.found.pop(self.job_id, None)
        redraw()
        self.report({"INFO"}, shown(left))
        return {"FINISHED"}


def _go_on(
    context: bpy.types.Context, found: "Unfinished", *, beside: bool, send_again: bool = False, task_id: str = ""
) -> None:
    """Carry an unfinished job out; raises `TripoError`."""
    given = account.access(context)
    if not beside:
        blocking.check_takes_models()
    job, folder = recovery.ready_to_run(found, given, send_again=send_again, task_id=task_id)
    if beside:
        session.session.start(job, given, folder)
        note_press(LISTED)
    waiting.found.pop(job.id, None)
    redraw()
    if not beside:
        blocking.finish(job, given, folder)


def _look_again(job_id: str) -> None:
    """Take a job out of the list of those that wait if it does not any more."""
    try:
        if recovery.state_of(job_id) is None:
            waiting.found.pop(job_id, None)
    except errors.TripoError:
        waiting.found.pop(job_id, None)
