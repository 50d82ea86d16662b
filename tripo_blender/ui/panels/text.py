"""Sentences in a narrow sidebar: Blender cuts a label in its middle, so each line becomes a label of its own."""

import blf
import bpy

_MARGIN = 73  # px at scale 1: the tabs, the panel's borders and a box; measured in 4.3 and 5.2
_ICON = 23  # px at scale 1
_FONT_SIZE = 11  # points at scale 1, Blender's default for widgets
_NARROW = 240  # px at scale 1; three buttons beside each other are cut below it


def lined_up(layout: bpy.types.UILayout, context: bpy.types.Context, room: int = _NARROW) -> bpy.types.UILayout:
    """Give a place for buttons beside each other, or above each other where the sidebar is narrower than `room`.

    That is in px at scale 1, so wide that the labels of the buttons are not cut.
    """
    fits = context.region.width >= room * context.preferences.system.ui_scale
    return layout.row(align=True) if fits else layout.column(align=True)


def is_narrow(context: bpy.types.Context) -> bool:
    """Whether the sidebar has no room for a name and a state, or for buttons, beside each other."""
    return context.region.width < _NARROW * context.preferences.system.ui_scale


def drawable(text: str) -> str:
    """Return a text as a label takes it: the name of a file may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def draw_sentence(layout: bpy.types.UILayout, context: bpy.types.Context, sentence: str, icon: str = "NONE") -> None:
    """Draw a sentence over as many labels as the region's width asks for."""
    scale = context.preferences.system.ui_scale
    room = context.region.width - (_MARGIN + (_ICON if icon != "NONE" else 0)) * scale
    column = layout.column(align=True)
    column.scale_y = 0.8
    for line in _lines(drawable(sentence), room, _FONT_SIZE * scale):
        column.label(text=line, icon=icon, translate=False)  # type: ignore[arg-type]
        icon = "BLANK1" if icon != "NONE" else "NONE"


def _lines(sentence: str, room: float, size: float) -> list[str]:
    """Break a sentence between its words, and within one only where it is wider than the room, as an id can be."""
    blf.size(0, size)
    lines: list[str] = []
    for word in sentence.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer) <= room:
            lines[-1] = longer
            continue
        rest = word
        while len(rest) > 1 and _width(rest) > room:
            fitting = next((end for end in range(len(rest) - 1, 1, -1) if _width(rest[:end]) <= room), 1)
            lines.append(rest[:fitting])
            rest = rest[fitting:]
        lines.append(rest)
    return lines


def _width(text: str) -> float:
    return blf.dimensions(0, text)[0]
