"""Puts an imported model into the scene: collection, place, name, selection, and where it came from."""

import json
import re

import bpy
from mathutils import Vector

from ..core.job import Job
from ..core.request import as_values
from ..core.services.modelstream import NAME as SERVICE_NAME

COLLECTION = "Tripo"


def place(objects: list[bpy.types.Object], name: str, location: Vector, context: bpy.types.Context) -> bpy.types.Object:
    """Move the objects of one model into the collection, its base on `location` (scene units), and select them.

    Gives the main object, named `name`: the active one from now on.
    """
    collection = _collection(context.scene)
    for obj in objects:
        for linked in obj.users_collection:
            linked.objects.unlink(obj)
        collection.objects.link(obj)
    roots = [obj for obj in objects if obj.parent not in objects]
    shift = location - _base(objects, context)
    for root in roots:
        root.location += shift
    main = _main_object(objects)
    main.name = name
    if isinstance(main.data, bpy.types.Mesh):
        main.data.name = name
    _select(objects, main, context)
    return main


def note_origin(main: bpy.types.Object, job: Job, version: str) -> None:
    """Write on the object where it came from; `version` is the add-on's."""
    main["tripo_task_id"] = job.task_id
    main["tripo_service"] = SERVICE_NAME
    main["tripo_settings"] = json.dumps(as_values(job.settings))
    main["tripo_addon_version"] = version


def _collection(scene: bpy.types.Scene) -> bpy.types.Collection:
    """Give the scene's collection for models; made where it is missing."""
    for collection in scene.collection.children_recursive:
        if re.fullmatch(rf"{COLLECTION}(\.\d+)?", collection.name) and collection.library is None:  # each scene's own
            return collection  # type: ignore[no-any-return]
    collection = bpy.data.collections.new(COLLECTION)
    scene.collection.children.link(collection)
    return collection


def _base(objects: list[bpy.types.Object], context: bpy.types.Context) -> Vector:
    """Give the middle of the underside of the model's box, in world space."""
    context.view_layer.update()
    corners = [obj.matrix_world @ Vector(corner) for obj in objects if obj.type == "MESH" for corner in obj.bound_box]
    low = Vector([min(corner[axis] for corner in corners) for axis in range(3)])
    high = Vector([max(corner[axis] for corner in corners) for axis in range(3)])
    return Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))


def _main_object(objects: list[bpy.types.Object]) -> bpy.types.Object:
    """Give the largest mesh."""
    return max((obj for obj in objects if obj.type == "MESH"), key=lambda obj: len(obj.data.vertices))  # type: ignore[union-attr]


def _select(objects: list[bpy.types.Object], main: bpy.types.Object, context: bpy.types.Context) -> None:
    for obj in context.view_layer.objects:
        obj.select_set(False)
    visible = {obj.name for obj in context.view_layer.objects}
    for obj in objects:
        if obj.name in visible:
            obj.select_set(True)
    if main.name in visible:
        context.view_layer.objects.active = main
