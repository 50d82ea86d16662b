"""Opens the places in Blender's preferences where something is missing."""

from typing import TYPE_CHECKING

import bpy

from ... import __package__ as base_package
from .. import later

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems


_NO_WINDOW = "There is no window to open the preferences in"


class TRIPO_OT_show_preferences(bpy.types.Operator):
    """Open the add-on's preferences, where the API key belongs"""

    bl_idname = "tripo.show_preferences"
    bl_label = "Open Preferences"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Open them."""
        if bpy.app.background or context.window is None:
            self.report({"ERROR"}, f"{_NO_WINDOW}. Start Blender with one, or set them by a script")
            return {"CANCELLED"}
        bpy.ops.preferences.addon_show(module=base_package or "")
        return {"FINISHED"}


class TRIPO_OT_show_online_access(bpy.types.Operator):
    """Open the System preferences, where online access is allowed"""

    bl_idname = "tripo.show_online_access"
    bl_label = "Open System Preferences"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Open them."""
        if bpy.app.background or context.window is None:
            self.report({"ERROR"}, f"{_NO_WINDOW}. {later.access.online_advice()}")
            return {"CANCELLED"}
        bpy.ops.screen.userpref_show(section="SYSTEM")
        return {"FINISHED"}
