"""Renders a scene of our own without a trace: the artist's last render, its slots and its image stay as they are."""

import contextlib
import io
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ...converter import compat
from ...core.errors import Kind, TripoError
from ...core.sentences.text import text

_FIRST = " "  # sorts before all that an artist would call an image


def check_idle() -> None:
    """Raise `TripoError` of kind usage where Blender renders or bakes already."""
    if bpy.app.is_job_running("RENDER"):
        raise TripoError(Kind.USAGE, text("capture.rendering"))
    if bpy.app.is_job_running("OBJECT_BAKE"):
        raise TripoError(Kind.USAGE, text("capture.baking"))


def render(scene: bpy.types.Scene) -> bool:
    """Render a scene and wait for it; return whether it came to its end. Raise `RuntimeError` where it cannot begin.

    Without a 3D view in the context, whose local camera would take the place of the scene's.
    """
    with bpy.context.temp_override(scene=scene, area=None, region=None):
        return "FINISHED" in bpy.ops.render.render()


@contextmanager
def copied_scene(scene: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """Give a copy of a scene, of the same objects, which is gone at the end."""
    copy = scene.copy()
    try:
        yield copy
    finally:
        with contextlib.suppress(ReferenceError):  # a file that was opened meanwhile took it with it
            bpy.data.scenes.remove(copy)
            compat.recount_users()


@contextmanager
def own_render_result(scene: bpy.types.Scene) -> Iterator[None]:
    """Have the renders of `scene`, which is ours, go into an image of our own for the while.

    Blender renders into the first image of type Render Result. Before, it empties the slot that this image shows,
    unless the last render is in it, and forgets where the last render is: with two slots in use a render of another
    scene destroys one of them (4.2.23 and 5.2.3). A copy has slots of its own, and empty ones.
    """
    theirs = _render_results()
    if theirs:
        theirs[0].copy().name = _FIRST
    try:
        yield
    finally:
        with contextlib.suppress(ReferenceError):  # a file that was opened meanwhile took all with it
            _forget(scene, theirs)
            for image in _render_results():
                if image not in theirs:
                    bpy.data.images.remove(image)


def rendered_image() -> bpy.types.Image:
    """Return the image that Blender renders into, after a render."""
    return _render_results()[0]


def _render_results() -> list[bpy.types.Image]:
    return [image for image in bpy.data.images if image.type == "RENDER_RESULT"]


def _forget(scene: bpy.types.Scene, theirs: list[bpy.types.Image]) -> None:
    """Have Blender forget what it rendered of a scene.

    It does not when the scene is removed: 16 MB for each 1024 px render stay, and a new scene that comes to have the
    address (5.2) or the name (4.2) of the old one has its render. A render that cannot begin, into another slot, only
    moves the last one into the slot where it was: into our image.
    """
    image = next(iter(_render_results()), None)
    if image is None or image in theirs:
        return
    slots = image.render_slots
    slots.new()
    slots.active_index = len(slots) - 1
    for layer in scene.view_layers:
        layer.use = False
    scene.render.use_compositing = scene.render.use_sequencer = False
    # An operator's error is printed as well as raised.
    with contextlib.suppress(RuntimeError), contextlib.redirect_stdout(io.StringIO()):
        render(scene)
