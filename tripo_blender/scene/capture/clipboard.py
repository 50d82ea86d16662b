"""Pastes the image that was copied in another program."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ...core.errors import Kind, TripoError
from ...core.sentences.text import Text, text


def paste_image(context: bpy.types.Context) -> bpy.types.Image:
    """Return a new image of the clipboard's content; nothing uses it yet.

    Blender does that in an Image Editor only, in an undo step of its own, and on Linux only under Wayland (5.2.2).
    Where none is open and the context's area is the only one, the context has no region afterwards.
    Raises `TripoError` of kind picture where there is no image that Blender can read.
    """
    if bpy.app.background or context.window is None or "clipboard_paste" not in dir(bpy.ops.image):
        raise TripoError(Kind.PICTURE, text("clipboard.none"))
    before = set(bpy.data.images)
    with _image_editor(context):
        try:
            paste()
        except RuntimeError as error:  # what its poll says
            raise TripoError(Kind.PICTURE, _why_nothing(), detail=str(error).strip()) from error
    pasted = next((image for image in bpy.data.images if image not in before), None)
    if pasted is None:
        raise TripoError(Kind.PICTURE, _why_nothing())
    return pasted


def paste() -> None:
    """Paste by Blender's own operator, which shows the new image in the context's Image Editor."""
    bpy.ops.image.clipboard_paste()


def _why_nothing() -> Text:
    if os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):  # which other systems have neither of
        return text("clipboard.x11")
    return text("clipboard.no_image")


@contextmanager
def _image_editor(context: bpy.types.Context) -> Iterator[None]:
    """Have an Image Editor in the context, and let it, and the areas of the window, be as before at the end.

    Where none is open, another area becomes one until then; Blender draws nothing in between.
    """
    areas = list(context.window.screen.areas)
    editors = [area for area in areas if area.type == "IMAGE_EDITOR"]
    # The view of an image starts anew when it is shown again, so best one that shows none.
    area = min(editors, key=lambda each: each.spaces.active.image is not None, default=None)  # type: ignore[union-attr]
    former = ""
    if area is None:
        area = next((each for each in areas if each != context.area), areas[0])
        former = area.ui_type
        area.type = "IMAGE_EDITOR"
    space = area.spaces.active
    assert isinstance(space, bpy.types.SpaceImageEditor)
    shown = space.image
    region = next(each for each in area.regions if each.type == "WINDOW")
    try:
        with bpy.context.temp_override(area=area, region=region):
            yield
    finally:
        space.image = shown
        if former:
            area.ui_type = former
