"""Puts an imported model into the scene: clean transforms, place, collection, selection, and where it came from."""

import json
import re

import bpy
from mathutils import Matrix, Vector

from ..core.job import Job
from ..core.request import as_values
from ..core.services.modelstream import NAME as SERVICE_NAME

COLLECTION = "Tripo"


def place(objects: list[bpy.types.Object], name: str, location: Vector, context: bpy.types.Context) -> bpy.types.Object:
    """Put the objects of one model into the collection, its base on `location` (scene units), and select them.

    Gives the main object, named `name`: the active one from now on. A model that stands still gets its rotation and
    scale into the mesh and its origin to the base; one with bones or movement is only moved.
    """
    collection = _collection(context.scene)
    for obj in objects:
        for linked in obj.users_collection:
            linked.objects.unlink(obj)
        collection.objects.link(obj)
    context.view_layer.update()
    base = _base(objects)
    if all(_stands_still(obj) for obj in objects):
        objects = _stand_alone(objects, base, location)
    else:
        for root in [obj for obj in objects if obj.parent not in objects]:
            root.location += location - base
    main = max((obj for obj in objects if obj.type == "MESH"), key=_size)
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


def _base(objects: list[bpy.types.Object]) -> Vector:
    """Give the middle of the underside of the model's box, in world space."""
    corners = [obj.matrix_world @ Vector(corner) for obj in objects if obj.type == "MESH" for corner in obj.bound_box]
    low = Vector([min(corner[axis] for corner in corners) for axis in range(3)])
    high = Vector([max(corner[axis] for corner in corners) for axis in range(3)])
    return Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))


def _stands_still(obj: bpy.types.Object) -> bool:
    """Whether an object is a mesh of its own, or an empty that importers put above one, with nothing that moves it."""
    if obj.animation_data is not None or obj.modifiers or obj.constraints:
        return False
    if isinstance(obj.data, bpy.types.Mesh):
        return obj.data.users == 1 and obj.data.shape_keys is None
    return obj.type == "EMPTY"


def _stand_alone(objects: list[bpy.types.Object], base: Vector, location: Vector) -> list[bpy.types.Object]:
    """Give every mesh its whole transform, with the origin at `base`, and stand it on `location`; empties go."""
    meshes = [obj for obj in objects if obj.type == "MESH"]
    transforms = [Matrix.Translation(-base) @ obj.matrix_world for obj in meshes]
    for obj, transform in zip(meshes, transforms, strict=True):
        obj.parent = None
        obj.data.transform(transform)  # type: ignore[union-attr]
        if transform.determinant() < 0:  # mirrored: its faces would look inwards
            obj.data.flip_normals()  # type: ignore[union-attr]
        obj.rotation_mode = "XYZ"
        obj.matrix_world = Matrix.Translation(location)
    bpy.data.batch_remove([obj for obj in objects if obj.type != "MESH"])
    return meshes


def _size(obj: bpy.types.Object) -> int:
    return len(obj.data.vertices) if isinstance(obj.data, bpy.types.Mesh) else 0


def _select(objects: list[bpy.types.Object], main: bpy.types.Object, context: bpy.types.Context) -> None:
    visible = {obj.name for obj in context.view_layer.objects}  # not where the collection is excluded
    for obj in context.view_layer.objects:
        obj.select_set(False)
    for obj in objects:
        if obj.name in visible:
            obj.select_set(True)
    if main.name in visible:
        context.view_layer.objects.active = main
