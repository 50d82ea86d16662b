"""Renders what the scene's camera sees, at this moment, without a change to the scene."""

import contextlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bpy

from ...core.errors import Kind, TripoError
from ...core.image_size import sides, size_problem
from ...core.sentences.text import text
from .cleanup import removed_on_failure
from .compositor import write_no_files
from .image import save_image, shows_nothing
from .rendering import check_idle, copied_scene, own_render_result, render, rendered_image

_NAME = "Tripo Camera View"
_STEM = "camera"
_LOOK_SECONDS = 0.2  # between two looks whether a render that nobody waits for has ended


def render_camera_view(scene: bpy.types.Scene, folder: Path, *, size: int, transparent: bool = False) -> Path:
    """Render what a scene's camera sees into `folder`, and wait for it; return the file.

    With the scene's engine and all its settings, its compositor included, but `size` px along the longer side and,
    where `transparent`, without its background. Neither File Output nodes nor the sequencer play a part.
    Raises `TripoError` with a sentence, or `OSError` for the disk; nothing is left then.
    """
    _check(scene, size)
    for obj in bpy.context.objects_in_mode if bpy.context.mode.startswith("EDIT") else ():
        obj.update_from_editmode()  # as Blender does where an artist presses F12
    with _copied(scene, size, transparent) as copy, own_render_result(copy):
        try:
            finished = render(copy)
        except RuntimeError as error:
            raise _not_begun(error) from error
        return _saved(copy, folder, finished=finished)


def camera_view_steps(
    scene: bpy.types.Scene, folder: Path, *, size: int, transparent: bool = False
) -> Generator[None, None, Path]:
    """Do what `render_camera_view` does while the artist goes on, who can cancel it by Esc; yield until it has ended.

    No render window opens. The temporary scene is in the file until then, as a render needs it: what is saved meanwhile
    holds it. Closing the generator early does not end the render, as Blender offers no way to; the scene goes when it
    has ended. Without a window the render is waited for.
    """
    if bpy.app.background:
        return render_camera_view(scene, folder, size=size, transparent=transparent)
    _check(scene, size)
    stack = ExitStack()
    try:
        copy = stack.enter_context(_copied(scene, size, transparent))
        stack.enter_context(own_render_result(copy))
        cancelled = stack.enter_context(_noted_cancels())
        _start(copy)
        while bpy.app.is_job_running("RENDER"):
            yield
        try:
            return _saved(copy, folder, finished=not cancelled)
        except ReferenceError as error:  # another file was opened, or the artist went back by an undo
            raise _cancelled(str(error)) from error
    finally:
        _close(stack)


def _check(scene: bpy.types.Scene, size: int) -> None:
    if wrong := size_problem(size):
        raise TripoError(Kind.USAGE, wrong)
    check_idle()
    if scene.camera is None:
        raise TripoError(Kind.PICTURE, text("camera.none", scene=repr(scene.name)))
    if not any(layer.use for layer in scene.view_layers):
        raise TripoError(Kind.PICTURE, text("camera.no_layer", scene=repr(scene.name)))
    bodies = scene.rigidbody_world
    if bodies is not None and bodies.enabled and bodies.collection is not None and bodies.collection.objects:
        cache = bodies.point_cache
        if scene.frame_current > cache.frame_start and not cache.is_baked:
            # A copy of the scene begins the simulation anew: all would be where it was at its start.
            raise TripoError(
                Kind.PICTURE,
                text("camera.not_baked"),
            )


@contextmanager
def _copied(scene: bpy.types.Scene, size: int, transparent: bool) -> Iterator[bpy.types.Scene]:
    """Give a copy of a scene, of the same objects, that renders one image of this size."""
    groups: list[bpy.types.ID] = []
    try:
        with copied_scene(scene) as copy:
            copy.name = _NAME
            output = copy.render
            output.resolution_x, output.resolution_y = sides(
                output.resolution_x * output.pixel_aspect_x, output.resolution_y * output.pixel_aspect_y, size
            )
            output.pixel_aspect_x = output.pixel_aspect_y = 1.0
            output.resolution_percentage = 100
            output.use_sequencer = output.use_multiview = output.use_stamp = False
            output.use_persistent_data = False  # its memory would be taken until the file is closed
            output.film_transparent = output.film_transparent or transparent
            groups += write_no_files(copy, scene)
            yield copy
    finally:
        with contextlib.suppress(ReferenceError):
            bpy.data.batch_remove(groups)


@contextmanager
def _noted_cancels() -> Iterator[list[bpy.types.Scene]]:
    """Give a list that holds something as soon as a render was cancelled."""
    cancelled: list[bpy.types.Scene] = []

    def note(scene: bpy.types.Scene, *_: object) -> None:
        cancelled.append(scene)

    handlers = bpy.app.handlers.render_cancel
    handlers.append(note)
    try:
        yield cancelled
    finally:
        if note in handlers:  # not after another file was opened
            handlers.remove(note)


def _start(scene: bpy.types.Scene) -> None:
    """Start a render job that shows itself nowhere but in the status bar.

    Where it shows itself is a preference that Blender reads when the job starts, and not again.
    """
    preferences = bpy.context.preferences
    shown, is_dirty = preferences.view.render_display_type, preferences.is_dirty
    try:
        preferences.view.render_display_type = "NONE"
        # Not with a window: it brings its own scene with it.
        with bpy.context.temp_override(scene=scene, area=None, region=None):
            bpy.ops.render.render("INVOKE_DEFAULT")
    except RuntimeError as error:
        raise _not_begun(error) from error
    finally:
        preferences.view.render_display_type, preferences.is_dirty = shown, is_dirty


def _close(stack: ExitStack) -> None:
    """Take away what a render needed, now or as soon as it has ended."""

    def close() -> float | None:
        if bpy.app.is_job_running("RENDER"):
            return _LOOK_SECONDS
        stack.close()
        return None

    if close() is not None:
        bpy.app.timers.register(close)


def _saved(scene: bpy.types.Scene, folder: Path, *, finished: bool) -> Path:
    if not finished:
        raise _cancelled()
    with removed_on_failure(folder, [_STEM]):
        path = save_image(rendered_image(), folder, scene, _STEM)
        if shows_nothing(path):
            raise TripoError(
                Kind.PICTURE,
                text("camera.sees_nothing"),
            )
        return path


def _cancelled(detail: str = "") -> TripoError:
    return TripoError(Kind.CANCELLED, text("camera.cancelled"), detail=detail)


def _not_begun(error: RuntimeError) -> TripoError:
    said = str(error).strip().removeprefix("Error: ")
    return TripoError(Kind.PICTURE, text("camera.not_rendered", said=said), detail=str(error).strip())
