"""Sentences in a narrow sidebar: Blender cuts a label in its middle, so each line becomes a label of its own."""

import blf
import bpy

_MARGIN = 84  # px at scale 1: the tabs, the panel's borders, a box and an icon; measured in 4.3 and 5.2
_FONT_SIZE = 11  # points at scale 1, Blender's default for widgets


def draw_sentence(layout: bpy.types.UILayout, context: bpy.types.Context, sentence: str, icon: str = "NONE") -> None:
    """Draw a sentence over as many labels as the region's width asks for."""
    scale = context.preferences.system.ui_scale
    room = context.region.width - _MARGIN * scale
    column = layout.column(align=True)
    column.scale_y = 0.8
    for line in _lines(sentence, room, _FONT_SIZE * scale):
        column.label(text=line, icon=icon, translate=False)  # type: ignore[arg-type]
        icon = "BLANK1" if icon != "NONE" else "NONE"


def _lines(sentence: str, room: float, size: float) -> list[str]:
    blf.size(0, size)
    lines: list[str] = []
    for word in sentence.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and blf.dimensions(0, longer)[0] <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
