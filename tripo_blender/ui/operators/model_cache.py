"""Looks at the models that are kept on this disk, and removes them."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty

from ...app import model_cache
from ..shown import shown

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems


class TRIPO_OT_clear_kept(bpy.types.Operator):
    """Remove the models of ended jobs from this disk. What is in your scenes stays; Import Again needs them"""

    bl_idname = "tripo.clear_kept"
    bl_label = "Clear Kept Models"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        beside: bool
    else:
        beside: BoolProperty(name="Beside", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask first."""
        self.beside = not bpy.app.background
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=self.bl_label,
            message="Import Again will have nothing to import",
            confirm_text="Clear",
        )

    def execute(self, _context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Remove them: beside the artist after an invoke, at once for scripts."""
        model_cache.clear.start()
        if not self.beside:
            model_cache.clear.finish()
            self.report({"WARNING" if model_cache.cleared[1] else "INFO"}, shown(model_cache.outcome()))
        return {"FINISHED"}
