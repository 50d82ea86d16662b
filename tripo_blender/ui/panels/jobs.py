"""What is being made: one box a job, the newest first."""

from typing import TYPE_CHECKING

import bpy

from ...app import job_list
from ...core import inspection
from ..shown import shown
from .text import draw_sentence, drawable, lined_up

if TYPE_CHECKING:
    from ...core.job import Job

_ICONS = {
    "done": "CHECKMARK",
    "failed": "ERROR",
    "uncertain": "QUESTION",
    "cancelled": "CANCEL",
}
_WORDS = {
    "queued": "Queued",
    "uploading": "Sending the image",
    "submitting": "Ordering",
    "generating": "Generating",
    "downloading": "Downloading",
    "ready": "Ready",
    "done": "Done",
    "uncertain": "Not Confirmed",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


class TRIPO_PT_jobs(bpy.types.Panel):
    """The models that are being made"""

    bl_label = "Jobs"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tripo"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the jobs."""
        layout = self.layout
        jobs = list(job_list.jobs.values())
        for job in reversed(jobs):
            _draw_job(layout.box(), context, job)
        row = lined_up(layout, context, 350)
        row.operator("tripo.fetch", icon="IMPORT")
        if any(job.final for job in jobs):
            row.operator("tripo.clear", icon="TRASH")


def _draw_job(box: bpy.types.UILayout, context: bpy.types.Context, job: "Job") -> None:
    row = box.row()
    icon = _ICONS.get(job.state, "MESH_MONKEY")
    row.label(text=drawable(job.object_name or job.name), icon=icon, translate=False)  # type: ignore[arg-type]
    if not job.final and job.state != "uncertain":
        row.operator("tripo.cancel", text="", icon="X", emboss=False).job_id = job.id  # type: ignore[attr-defined]
        box.progress(text=drawable(_caption(job)), factor=job.percent / 100.0)
        if job.note and job.state != "ready":
            draw_sentence(box, context, shown(job.note))
    elif job.failure is not None:
        draw_sentence(box, context, shown(job.failure))
    else:
        sub = row.row()
        sub.alignment = "RIGHT"  # the name gets the room
        sub.label(text=_WORDS[job.state])
        _draw_details(box, context, job)
    _draw_ways_out(box, context, job)
    if job.failure is not None and job.failure.technical():  # below the buttons, which it would push out of sight
        sub = box.column()
        sub.active = False
        draw_sentence(sub, context, job.failure.technical())


def _draw_ways_out(box: bpy.types.UILayout, context: bpy.types.Context, job: "Job") -> None:
    """Draw what can be done about a job that did not end well."""
    if job.state == "uncertain":
        row = lined_up(box, context, 400)
        row.operator("tripo.send_again").job_id = job.id  # type: ignore[attr-defined]
        row.operator("tripo.fetch").job_id = job.id  # type: ignore[attr-defined]
        give_up = row.operator("tripo.cancel", text="Discard")
        give_up.job_id, give_up.gives_up = job.id, True  # type: ignore[attr-defined]
    elif job.final and job.state != "done":
        row = lined_up(box, context, 330)
        if job.failure is not None and job.failure.kind == "model_dangerous":
            row.operator("tripo.import_here", icon="ERROR").job_id = job.id  # type: ignore[attr-defined]
        elif job.model_path:
            row.operator("tripo.import_again", icon="FILE_REFRESH").job_id = job.id  # type: ignore[attr-defined]
        if job.fetchable:
            row.operator("tripo.fetch", text="Download Again", icon="IMPORT").job_id = job.id  # type: ignore[attr-defined]
        elif job.failure is not None and job.failure.kind == "key_refused":
            row.operator("tripo.show_preferences", icon="PREFERENCES")


def _draw_details(box: bpy.types.UILayout, context: bpy.types.Context, job: "Job") -> None:
    """Draw what came of a job: its counts, and where it is not as it was ordered."""
    found = job.inspection
    if found is None:
        return
    sub = box.column()
    sub.active = False
    draw_sentence(sub, context, shown(inspection.summary(job.settings, found)))
    for warning in job.warnings:
        draw_sentence(box, context, shown(warning), "ERROR")
    for remark in inspection.remarks(found):
        draw_sentence(box, context, shown(remark), "INFO")
    row = lined_up(box, context)
    row.operator("tripo.import_again", icon="FILE_REFRESH").job_id = job.id  # type: ignore[attr-defined]
    row.operator("tripo.save_asset", icon="ASSET_MANAGER").job_id = job.id  # type: ignore[attr-defined]


def _caption(job: "Job") -> str:
    """Give the words in the bar: state, percent, and what is known of the time."""
    if job.state == "queued":
        return _WORDS[job.state]
    if job.state == "ready":
        return shown(job.note) if job.note else _WORDS[job.state]
    if job.queue_position > 0:
        return f"In the queue, {job.queue_position} ahead"
    left = f", {_duration(job.seconds_left)}" if job.seconds_left > 0 else ""
    return f"{_WORDS[job.state]} {job.percent:.0f}%{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min left" if minutes else f"{rest} s left"
