"""Generate: from the sidebar's settings to a job, or, for scripts, to the model."""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from mathutils import Vector

from ...app import account, blocking, session, submit
from ...core import errors
from ...core.sentences.text import text
from ...scene import location
from ...scene.capture import image
from .. import properties
from ..shown import shown
from .pick_location import PicksPlace
from .purchase import note_press, press_refused

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bpy._typing.rna_enums import OperatorReturnItems

    from ...app.account import Access
    from ...app.sources import Picture
    from ...core.job import Job
    from ...core.sentences.text import Text


class TRIPO_OT_generate(PicksPlace, bpy.types.Operator):
    """Make a 3D model of the picture. The picture is sent to the service, which charges for the model"""

    bl_idname = "tripo.generate"
    bl_label = "Generate Model"
    bl_options = {
        "INTERNAL"
    }  # neither searched for nor repeated by a key: it costs money; the arrival pushes its own undo

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether a picture is chosen and the service can be used; says why not."""
        reason = missing(context)
        if reason is not None:
            cls.poll_message_set(shown(reason))
        return reason is None

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Start a job and return at once."""
        if bpy.app.background:  # where no timer would ever bring the model in
            return self.execute(context)
        if properties.of(context.scene).arrival.asks_for_click:
            return self.pick(context)  # the second half of a double-click is a click beside the viewport then
        what = _wanted(context)
        if reason := press_refused(what):
            self.report({"INFO"}, shown(reason))
            return {"CANCELLED"}
        outcome = self._start(context)
        if outcome == {"FINISHED"}:
            note_press(what)
        return outcome

    def picked(self, context: bpy.types.Context, point: Vector) -> "set[OperatorReturnItems]":
        """Start a job whose model will stand where was clicked."""
        return self._start(context, point)

    def _start(self, context: bpy.types.Context, clicked: Vector | None = None) -> "set[OperatorReturnItems]":
        try:
            start(context, clicked)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Run to the end, for scripts; the report makes the call raise where it fails."""
        given = account.access(context)
        try:
            blocking.check_takes_models()
            jobs, folder = _order(context, given)
            blocking.finish_all(jobs, given, folder)
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}


def missing(context: bpy.types.Context) -> "Text | None":
    """Give what is missing before a model can be generated; None when nothing is."""
    if (error := account.poll_unavailable_reason(context)) is not None:
        return error.failure.text
    settings = properties.of(context.scene)
    if settings.source == "IMAGE" and settings.image is None:
        return text("panel.choose_image")
    if settings.source == "FILE" and not settings.filepath:
        return text("panel.choose_file")
    if settings.source == "WEB" and not settings.url.startswith(("https://", "http://")):
        return text("panel.enter_url")
    if settings.source == "RENDER" and image.render_result() is None:
        return text("panel.render")
    return None


def start(context: bpy.types.Context, clicked: Vector | None = None) -> "Job":
    """Start what the sidebar shows, and return its last job; raise `TripoError`.

    `clicked` is the point in world space where the model shall stand, if one was asked for.
    """
    given = account.access(context)
    jobs, folder = _order(context, given, clicked)
    for job in jobs:
        session.session.start(job, given, folder)
    return jobs[-1]


def _order(context: bpy.types.Context, given: "Access", clicked: Vector | None = None) -> "tuple[list[Job], Path]":
    group = properties.of(context.scene)
    arrival = group.arrival.arrival()
    place = location.spot(context, arrival, clicked)
    wanted = submit.of_image(_picture(group), group.settings())
    return submit.order(wanted, given, context.scene, arrival, place)


def _wanted(context: bpy.types.Context) -> "Hashable":
    """Give all that makes an order of the sidebar another one."""
    group = properties.of(context.scene)
    image = group.image.session_uid if group.image is not None else 0
    picture = {"IMAGE": image, "FILE": group.filepath, "WEB": group.url}.get(group.source)
    return context.scene.session_uid, group.source, picture, group.settings(), group.arrival.arrival()


def _picture(group: properties.TRIPO_PG_settings) -> "Picture":
    picture: Picture | None
    if group.source == "IMAGE":
        picture = group.image
    elif group.source == "FILE":
        picture = Path(bpy.path.abspath(group.filepath)) if group.filepath else None
    elif group.source == "RENDER":
        picture = image.render_result()
    else:
        picture = group.url.strip() or None
    if picture is None:
        raise errors.TripoError(errors.Kind.PICTURE, text("image.none"))
    return picture
