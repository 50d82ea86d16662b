"""How the model arrives: a closed sub-panel of the sidebar."""

import bpy

from ...core.options import import_options
from ...core.options.import_table import OPTIONS
from .. import properties


class TRIPO_PT_arrival(bpy.types.Panel):
    """Where the model comes to stand, how large, how shaded, and where it is filed"""

    bl_label = "Arrival"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tripo"
    bl_parent_id = "TRIPO_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the options."""
        draw_arrival(self.layout, context)


def draw_arrival(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the options; those that mean nothing beside the others are greyed out."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    group = properties.of(context.scene).arrival
    greyed = import_options.unavailable(group.arrival())
    col = layout.column()
    for option in OPTIONS:
        row = col.row()
        row.active = row.enabled = option.name not in greyed
        row.prop(group, option.name)
