"""Where in the scene a model shall stand, noted at the moment it is asked for."""

from dataclasses import replace
from math import isfinite

import bpy
from mathutils import Vector

from ..core.errors import Kind, TripoError
from ..core.options.import_options import Arrival
from ..core.placement import Box, Spot
from ..core.sentences.text import text

_ABOVE = 1e-3  # scene units: a cursor that lies on a face finds that face, not the one below


def spot(context: bpy.types.Context, arrival: Arrival, clicked: Vector | None = None) -> Spot:
    """Return where a model shall stand, by the scene as it is now; `clicked` is the point under the mouse, if any.

    Raise `TripoError` of kind usage where the place that was chosen does not exist.
    """
    noted = _noted(context, arrival, clicked)
    box = (*noted.box.size, *noted.box.base) if noted.box else ()
    if not all(map(isfinite, (noted.x, noted.y, noted.z, *box))):  # as a driver or a script may leave them
        raise TripoError(Kind.USAGE, text("scene.object_invalid") if noted.box else text("scene.cursor_invalid"))
    return noted


def _noted(context: bpy.types.Context, arrival: Arrival, clicked: Vector | None) -> Spot:
    scene = context.scene
    noted = Spot(
        unit_scale=scene.unit_settings.scale_length,
        fps=scene.render.fps,
        fps_base=scene.render.fps_base,
        frame=scene.frame_current,
    )
    if arrival.fit == "box":
        target = context.view_layer.objects.active
        if target is None or not target.select_get():
            raise TripoError(Kind.USAGE, text("scene.no_object"))
        return replace(noted, box=box_of(target), replaced=target.name if arrival.replace else "")
    if arrival.place == "mouse" and clicked is None:
        raise TripoError(Kind.USAGE, text("scene.no_click"))
    if arrival.place == "origin":
        return noted
    cursor = scene.cursor.location
    point = _ground(context, cursor) if arrival.place == "ground" else (clicked or cursor)
    return replace(noted, x=point.x, y=point.y, z=point.z)


def _ground(context: bpy.types.Context, point: Vector) -> Vector:
    """Give the point below, on the uppermost visible face, or on the floor."""
    start = Vector((point.x, point.y, point.z + _ABOVE))
    hit, place, *_ = context.scene.ray_cast(context.evaluated_depsgraph_get(), start, Vector((0, 0, -1)))
    return place if hit else Vector((point.x, point.y, 0))


def box_of(obj: bpy.types.Object) -> Box:
    """Give the bounding box of an object in world space, its modifiers applied."""
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    corners = [obj.matrix_world @ Vector(corner) for corner in evaluated.bound_box]
    low, high = ([side(corner[axis] for corner in corners) for axis in range(3)] for side in (min, max))
    return Box(*low, *high)
