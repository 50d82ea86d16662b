"""The models that wait since Blender was closed: above all else, and only while there are any."""

from typing import TYPE_CHECKING

import bpy

from ...app.startup_scan import waiting
from ...core.sentences.text import text
from ..shown import shown
from .text import draw_sentence, drawable, is_narrow, lined_up

if TYPE_CHECKING:
    from ...core.recovery import Unfinished

_SHOWN = 8  # the rest is counted
_ICONS = {"order": "IMAGE_DATA", "follow": "TIME", "take_in": "FILE_3D", "decide": "QUESTION"}


class TRIPO_PT_waiting(bpy.types.Panel):
    """The models that wait since Blender was closed"""

    bl_label = "Waiting"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tripo"
    bl_options = {"HIDE_HEADER"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Shown while a model waits, or a record cannot be read."""
        return bool(waiting.found or waiting.unreadable)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw what waits, each with its ways on and out."""
        found = list(waiting.found.values())
        if found:
            row = self.layout.column() if is_narrow(context) else self.layout.row()
            single = len(found) == 1
            told = shown(text("panel.model_waiting") if single else text("panel.models_waiting", count=len(found)))
            if is_narrow(context):
                draw_sentence(row, context, told)
            else:
                row.label(text=told, translate=False)
            if len(found) > 1:
                row.operator("tripo.resume_all", icon="PLAY")
        for each in found[:_SHOWN]:
            _draw(self.layout.box(), context, each)
        if len(found) > _SHOWN:
            self.layout.label(text=f"And {len(found) - _SHOWN} more")
        if waiting.unreadable:
            box = self.layout.box()
            for unreadable in waiting.unreadable[:_SHOWN]:
                draw_sentence(box, context, shown(unreadable), "ERROR")
            row = lined_up(box, context)
            row.operator("tripo.fetch", icon="IMPORT")
            row.operator("tripo.dismiss", text="Hide").job_id = ""  # type: ignore[attr-defined]


def _draw(box: bpy.types.UILayout, context: bpy.types.Context, found: "Unfinished") -> None:
    job = found.job
    row = box.row()
    row.label(text=drawable(job.name), icon=_ICONS[found.way], translate=False)  # type: ignore[arg-type]
    if is_narrow(context):
        sub = box.column()
        sub.active = False
        draw_sentence(sub, context, shown(found.text))
    else:
        sub = row.row()
        sub.alignment = "RIGHT"  # the name gets the room
        sub.active = False
        sub.label(text=shown(found.text), translate=False)
    row = lined_up(box, context, 400) if found.way == "decide" else lined_up(box, context)
    if found.way == "decide":
        again = row.operator("tripo.resume", text="Generate Again...")
        again.job_id, again.send_again = job.id, True  # type: ignore[attr-defined]
        row.operator("tripo.resume", text="Download by Task ID").job_id = job.id  # type: ignore[attr-defined]
    else:
        text = "Order Now" if found.way == "order" else "Resume"
        row.operator("tripo.resume", text=text).job_id = job.id  # type: ignore[attr-defined]
    row.operator("tripo.dismiss").job_id = job.id  # type: ignore[attr-defined]
