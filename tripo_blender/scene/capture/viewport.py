"""Takes an image of a 3D viewport as it is seen, without a change to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ...core.errors import Kind, TripoError
from ...core.image_size import sides, size_problem
from ...core.sentences.text import text
from .cleanup import removed_on_failure
from .image import save_image

_STEM = "viewport"


def capture_viewport(context: bpy.types.Context, folder: Path, *, size: int, overlays: bool = False) -> Path:
    """Write an image of the context's 3D viewport, or of the window's largest one, into `folder`; return the file.

    It is `size` px along its longer side and shows what the viewport shows: its view, shading and colors, without
    gizmos and, unless `overlays`, without grid, outlines and the like. Needs a window.
    Raises `TripoError` with a sentence, or `OSError` for the disk; nothing is left then.
    """
    if wrong := size_problem(size):
        raise TripoError(Kind.USAGE, wrong)
    area = viewport_area(context)
    _check_shading(context, area)
    region = viewport_region(area)
    width, height = sides(region.width, region.height, size)
    pixels = _drawn(context, area, region, (width, height), overlays)
    image = bpy.data.images.new("Tripo Viewport", width, height, alpha=True)
    try:
        image.pixels.foreach_set(pixels)  # type: ignore[attr-defined]
        with removed_on_failure(folder, [_STEM]):
            return save_image(image, folder, context.scene, _STEM)
    finally:
        bpy.data.images.remove(image)


def viewport_area(context: bpy.types.Context) -> bpy.types.Area:
    """Return the context's 3D viewport, or the window's largest one; raise `TripoError` where there is none."""
    if bpy.app.background or context.window is None:
        raise TripoError(Kind.USAGE, text("viewport.no_window"))
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = [area for area in context.window.screen.areas if area.type == "VIEW_3D"]
    if not areas:
        raise TripoError(Kind.USAGE, text("viewport.none"))
    return max(areas, key=lambda area: area.width * area.height)


def viewport_region(area: bpy.types.Area) -> bpy.types.Region:
    """Return the part of a 3D viewport in which the scene is drawn; of four (Quad View) the user's own view."""
    view = area.spaces.active.region_3d  # type: ignore[union-attr]
    regions = [region for region in area.regions if region.type == "WINDOW"]
    return next((region for region in regions if region.data == view), regions[-1])


def _check_shading(context: bpy.types.Context, area: bpy.types.Area) -> None:
    """Raise `TripoError` for a viewport that Cycles or another add-on draws: off the screen it is black (5.2.2)."""
    engine = context.scene.render.engine
    shading = area.spaces.active.shading  # type: ignore[union-attr]
    if shading.type == "RENDERED" and not engine.startswith("BLENDER_"):
        raise TripoError(
            Kind.PICTURE,
            text("viewport.rendered", engine=engine.title()),
        )


def _drawn(
    context: bpy.types.Context,
    area: bpy.types.Area,
    region: bpy.types.Region,
    size: tuple[int, int],
    overlays: bool,
) -> Any:
    """Return the pixels of a viewport, drawn off the screen, as Blender's images have them."""
    import gpu  # noqa: PLC0415  # not in every Blender without a window
    import numpy as np  # noqa: PLC0415

    space: Any = area.spaces.active
    view = space.region_3d
    try:
        screen: Any = gpu.types.GPUOffScreen(*size)  # type: ignore[call-arg]
    except Exception as error:
        raise TripoError(Kind.PICTURE, text("viewport.not_drawn"), detail=str(error)) from error
    try:
        with _overlays_shown(space, shown=overlays):
            screen.draw_view3d(
                context.scene,
                context.view_layer,
                space,
                region,
                view.view_matrix,
                view.window_matrix,
                do_color_management=True,
            )
        buffer = screen.texture_color.read()
    finally:
        screen.free()
    buffer.dimensions = size[0] * size[1] * 4
    pixels = np.array(buffer, np.float32) / 255
    pixels[3::4] = 1.0
    return pixels


@contextmanager
def _overlays_shown(space: Any, *, shown: bool) -> Iterator[None]:
    """Show overlays or not, and put that back before Blender draws the window again."""
    before = space.overlay.show_overlays
    if before and not shown:
        space.overlay.show_overlays = False
    try:
        yield
    finally:
        if space.overlay.show_overlays != before:
            space.overlay.show_overlays = before
