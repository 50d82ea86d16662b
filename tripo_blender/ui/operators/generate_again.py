"""Generate Again With These Settings: from a model in the scene back to the sidebar, or straight to a new job."""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ...app import account, blocking, session, sources, submit
from ...core import errors, provenance, task
from ...core.options import generation
from ...core.repeated_press import another_costs
from ...core.sentences.text import text
from ...scene import location, provenance as origin
from .. import properties
from ..shown import shown
from .purchase import AsksFirst

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems

    from ...app.account import Access
    from ...core.job import Job


class TRIPO_OT_generate_again(AsksFirst, bpy.types.Operator):
    """Order a model of the same picture with the settings that this one was made with. The service charges for it"""

    bl_idname = "tripo.generate_again"
    bl_label = "Generate Again With These Settings"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether the active object says how it was made, and the service can be used."""
        obj = context.object
        if origin.settings_of(obj) is None:
            cls.poll_message_set(shown(text("panel.select_object")))
            return False
        if (error := account.poll_unavailable_reason(context)) is not None:
            cls.poll_message_set(shown(error.failure))
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask first: it costs."""
        self.beside = not bpy.app.background
        settings = origin.settings_of(context.object)
        assert settings is not None
        price = account.price(task.Request(options=generation.as_options(settings)))
        return self.ask(context, event, "Generate Again", another_costs(price))

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Order: beside the artist after an invoke, to the end for scripts."""
        if self.slipped(context):
            return {"CANCELLED"}
        given = account.access(context)
        try:
            if not self.beside:
                blocking.check_takes_models()
            (job,), folder = _order(context, given)
            if self.beside:
                session.session.start(job, given, folder)
            else:
                blocking.finish(job, given, folder)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


def _order(context: bpy.types.Context, given: "Access") -> "tuple[list[Job], Path]":
    """Give a job like the one that made the active object; raises `TripoError`."""
    obj, group = context.object, properties.of(context.scene)
    settings = origin.settings_of(obj)
    if obj is None or settings is None:
        raise errors.TripoError(errors.Kind.USAGE, text("panel.select_object"))
    kept = submit.kept(str(obj.get(provenance.TASK_ID, "")))
    if kept is None:
        group.take(settings)
        raise errors.TripoError(errors.Kind.PICTURE, text("image.not_stored"))
    arrival = group.arrival.arrival()
    place = location.spot(context, arrival, context.scene.cursor.location)
    wanted = submit.Order(kept.request.task, sources.sources_of(kept.request.inputs), settings)
    return submit.order(wanted, given, context.scene, arrival, place, kept)
