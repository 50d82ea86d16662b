"""Where an object came from: a panel of the Object properties."""

import bpy

from ...core import provenance
from ...scene import provenance as origin, variations
from .text import drawable, lined_up


class TRIPO_PT_origin(bpy.types.Panel):
    """How this model was made"""

    bl_label = "Tripo"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "object"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Shown for objects that this add-on brought in."""
        return context.object is not None and bool(origin.read(context.object))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw what the object says of its origin."""
        layout, obj = self.layout, context.object
        assert obj is not None
        col = layout.column(align=True)
        for label, value in provenance.rows(origin.read(obj)):
            split = col.split(factor=0.4)
            name = split.row()
            name.alignment = "RIGHT"
            name.label(text=label)
            split.label(text=drawable(value), translate=False)
        if variations.others_of(obj, context.scene):
            row = lined_up(layout, context)
            row.operator_context = "EXEC_DEFAULT"
            row.operator("tripo.keep_variation", text="Keep, Hide Others").others = "HIDE"  # type: ignore[attr-defined]
            row.operator("tripo.keep_variation", text="Keep, Remove Others").others = "REMOVE"  # type: ignore[attr-defined]
        if origin.settings_of(obj) is not None:
            layout.operator("tripo.generate_again", text="Generate Again", icon="FILE_REFRESH")
