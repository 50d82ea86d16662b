"""Opens the places in Blender's preferences where something is missing."""

from typing import TYPE_CHECKING

import bpy

from ...scene.addon_preferences import ADDON

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems


class TRIPO_OT_show_preferences(bpy.types.Operator):
    """Open the add-on's preferences, where the API key belongs"""

    bl_idname = "tripo.show_preferences"
    bl_label = "Open Preferences"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Open them."""
        bpy.ops.preferences.addon_show(module=ADDON)
        return {"FINISHED"}


class TRIPO_OT_show_online_access(bpy.types.Operator):
    """Open the System preferences, where online access is allowed"""

    bl_idname = "tripo.show_online_access"
    bl_label = "Open System Preferences"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Open them."""
        bpy.ops.screen.userpref_show(section="SYSTEM")
        return {"FINISHED"}
