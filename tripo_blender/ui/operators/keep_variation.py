"""Keeps the best of several variations: the others are hidden, or removed."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty

from ...scene import variations

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems


class TRIPO_OT_keep_variation(bpy.types.Operator):
    """Keep the selected variation, and hide or remove the others of its request"""

    bl_idname = "tripo.keep_variation"
    bl_label = "Keep This Variation"
    bl_options = {"REGISTER", "UNDO"}

    if TYPE_CHECKING:
        others: str
    else:
        others: EnumProperty(
            name="Others",
            description="What becomes of the other variations",
            items=(
                ("HIDE", "Hide", "Put them into a hidden collection"),
                ("REMOVE", "Remove", "Remove them from the file. Their models can be imported again from the job list"),
            ),
        )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether the active object is one of several variations; say why not."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Switch to Object Mode first")
            return False
        if not variations.others_of(context.object, context.scene):
            cls.poll_message_set("Select one of several variations of a model")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Hide or remove the others."""
        others = variations.others_of(context.object, context.scene)
        if self.others == "REMOVE":
            variations.remove(others)
        else:
            variations.hide(others, context.scene)
        return {"FINISHED"}
