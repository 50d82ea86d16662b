"""Crops an image of the camera view or the viewport to the selected objects."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import bpy
from mathutils import Matrix, Vector

from ...core.crop import Area, PixelArea, crop, projected
from ...core.errors import Kind, TripoError
from ...core.sentences.text import text
from .image import save_image
from .viewport import viewport_area

_WITHOUT_SURFACE = {"ARMATURE", "CAMERA", "EMPTY", "LATTICE", "LIGHT", "LIGHT_PROBE", "SPEAKER"}

MARGIN = 0.1  # of the longer side of what is selected


def selection_in_camera(context: bpy.types.Context, scene: bpy.types.Scene) -> list[Area]:
    """Return where the selected objects and their children are in what a scene's camera sees, 0 to 1 each way.

    Raises `TripoError` where nothing is selected, or the camera's lens does not tell.
    """
    camera = scene.camera
    if camera is None:
        raise TripoError(Kind.PICTURE, text("camera.none", scene=repr(scene.name)))
    if isinstance(camera.data, bpy.types.Camera) and camera.data.type not in {"PERSP", "ORTHO"}:
        raise TripoError(Kind.PICTURE, text("crop.panorama"))
    depsgraph = context.evaluated_depsgraph_get()
    seen_from = camera.evaluated_get(depsgraph)
    output = scene.render
    projection = seen_from.calc_matrix_camera(
        depsgraph,
        x=output.resolution_x,
        y=output.resolution_y,
        scale_x=output.pixel_aspect_x,
        scale_y=output.pixel_aspect_y,
    )
    areas = _areas(context, projection, seen_from.matrix_world.normalized().inverted())
    if output.use_border and output.use_crop_to_border:
        frame = Area(output.border_min_x, output.border_min_y, output.border_max_x, output.border_max_y)
        return [_within(frame, area) for area in areas]
    return areas


def selection_in_viewport(context: bpy.types.Context) -> list[Area]:
    """Return where the selected objects and their children are in an image by `capture_viewport`, 0 to 1 each way."""
    view = viewport_area(context).spaces.active.region_3d  # type: ignore[union-attr]
    return _areas(context, view.window_matrix, view.view_matrix)


def crop_image(path: Path, areas: Iterable[Area], *, margin: float = MARGIN) -> Path:
    """Crop an image file to areas of it, with a margin that is a fraction of the longer side; return the file.

    Raises `TripoError` of kind picture where none of the areas is in the image, or too little; the file stays as it is.
    """
    image = bpy.data.images.load(str(path))
    try:
        width, height = image.size
        area = crop(areas, width, height, margin)
        if area is None:
            raise TripoError(Kind.PICTURE, text("crop.outside"))
        if (area.left, area.bottom, area.right, area.top) == (0, 0, width, height):
            return path
        cropped = _part(image, area)
    finally:
        bpy.data.images.remove(image)
    try:
        made = save_image(cropped, path.parent, bpy.context.scene, f"{path.stem} cropped")
    finally:
        bpy.data.images.remove(cropped)
    path.unlink()
    return made.rename(path.with_suffix(made.suffix))


def _areas(context: bpy.types.Context, projection: Matrix, view: Matrix) -> list[Area]:
    chosen = context.selected_objects
    if not chosen:
        raise TripoError(Kind.USAGE, text("crop.nothing_selected"))
    family = {each for obj in chosen for each in (obj, *obj.children_recursive)}
    areas = []
    for instance in context.evaluated_depsgraph_get().object_instances:
        source = instance.object
        owner = (instance.parent if instance.is_instance else source).original
        if owner not in family or source.type in _WITHOUT_SURFACE or not (instance.is_instance or instance.show_self):
            continue
        at = view @ instance.matrix_world
        corners = [at @ Vector(corner) for corner in source.bound_box]
        if all(corner.z >= 0 for corner in corners):  # behind the eye, also where lines of sight do not meet in one
            continue
        area = projected([_clip(projection, corner) for corner in corners])
        if area is not None:
            areas.append(area)
    return areas


def _clip(projection: Matrix, point: Vector) -> tuple[float, float, float]:
    at = projection @ point.to_4d()
    return at.x, at.y, at.w


def _within(frame: Area, area: Area) -> Area:
    """Return an area of an image as that of a part of the image."""
    width, height = frame.right - frame.left, frame.top - frame.bottom
    return Area(
        (area.left - frame.left) / width,
        (area.bottom - frame.bottom) / height,
        (area.right - frame.left) / width,
        (area.top - frame.bottom) / height,
    )


def _part(image: bpy.types.Image, area: PixelArea) -> bpy.types.Image:
    import numpy as np  # noqa: PLC0415

    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)  # type: ignore[attr-defined]
    part = pixels.reshape(height, width, 4)[area.bottom : area.top, area.left : area.right]
    size: Sequence[int] = (area.right - area.left, area.top - area.bottom)
    cropped = bpy.data.images.new("Tripo Crop", *size, alpha=True)
    cropped.pixels.foreach_set(np.ascontiguousarray(part).ravel())  # type: ignore[attr-defined]
    return cropped
