"""What to make and how: picture, settings, price, and the button."""

import bpy

from ...app import account, preload
from ...core import task
from ...core.options import generation
from ...core.options.generation_table import SETTINGS
from ...core.task_type import TaskType
from ...scene.capture import image
from .. import properties
from ..shown import shown
from .text import draw_sentence


class TRIPO_PT_main(bpy.types.Panel):
    """Make 3D models of pictures"""

    bl_label = "Tripo"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tripo"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the picture, the settings and the button."""
        preload.start()
        layout = self.layout
        group = properties.of(context.scene)
        _draw_obstacle(layout, context)

        layout.row().prop(group, "source", expand=True)
        _draw_picture(layout, group)

        _draw_settings(layout, group, advanced=False)
        settings = group.settings()
        wrong = generation.problem(settings)
        if wrong:
            draw_sentence(layout, context, shown(wrong), "ERROR")

        col = layout.column()
        row = col.row()
        row.scale_y = 1.5
        row.enabled = wrong is None
        row.operator("tripo.generate", icon="MESH_MONKEY")
        row = col.row()
        row.alignment = "CENTER"
        row.active = False
        price = account.price(task.Request(options=generation.as_options(settings)))
        row.label(text=f"About {price} credits")


class TRIPO_PT_advanced(bpy.types.Panel):
    """Settings that are seldom needed"""

    bl_label = "Advanced"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tripo"
    bl_parent_id = "TRIPO_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the settings of the closed sub-panel."""
        col = self.layout.column()
        col.operator("tripo.fetch", icon="IMPORT")
        col.operator("tripo.import_model", icon="FILE_3D")
        _draw_settings(self.layout, properties.of(context.scene), advanced=True)


def _draw_obstacle(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    error = account.unavailable_reason(account.access(context, looks=False))
    if error is None:
        return
    box = layout.box()
    draw_sentence(box, context, shown(error.failure), "ERROR")
    offline = error.failure.kind == "offline"
    box.operator("tripo.show_online_access" if offline else "tripo.show_preferences", icon="PREFERENCES")


def _draw_picture(layout: bpy.types.UILayout, group: properties.TRIPO_PG_settings) -> None:
    if group.source == "IMAGE":
        layout.template_ID(group, "image", open="image.open")
        if group.image is not None and group.image.preview is not None:
            layout.template_icon(group.image.preview.icon_id, scale=6.0)
    elif group.source == "FILE":
        layout.prop(group, "filepath", text="")
    elif group.source == "WEB":
        layout.prop(group, "url", text="", icon="URL")
    elif image.render_result() is None:
        layout.label(text="Render an image first (F12)", icon="INFO")
    else:
        layout.label(text="Sends the last render", icon="RENDER_RESULT")


def _draw_settings(layout: bpy.types.UILayout, group: properties.TRIPO_PG_settings, *, advanced: bool) -> None:
    """Draw the settings of one panel; those that do not apply are greyed out."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    greyed = generation.unavailable(group.settings())
    col = layout.column()
    for setting in SETTINGS:
        if setting.advanced is advanced and TaskType.IMAGE_TO_MODEL in setting.tasks:
            row = col.row()
            row.active = row.enabled = setting.name not in greyed
            row.prop(group, setting.name)
            if setting.name == "model_version" and group.names_version:
                col.prop(group, "other_version")
