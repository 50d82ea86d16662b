"""From a job's model file to a model that is ready to be put into a scene."""

from dataclasses import dataclass
from pathlib import Path

import bpy

from ..core import placement, provenance
from ..core.arrival import turn
from ..core.inspection import Inspection
from ..core.job import Job
from ..core.model_file import ModelFormat
from ..core.naming import made_by_service, part_names
from . import images, inspecting, materials, meshes
from .importing import import_model, remove_leftovers, snapshot
from .standing import stand


@dataclass(frozen=True)
class Prepared:
    """A model whose base is on the world's origin, in no collection that stays.

    `main` is the object with most vertices; `roots` are those of `objects` that have to be moved to move the model;
    `images` are its pictures, packed.
    """

    main: bpy.types.Object
    objects: list[bpy.types.Object]
    roots: list[bpy.types.Object]
    images: list[bpy.types.Image]
    inspection: Inspection


def prepare(job: Job, service: str, addon_version: str) -> Prepared:
    """Import and set up the model of a ready job.

    Raises `TripoError` of kind import; what was imported by then is still there.
    """
    assert job.model_format is not None
    before = snapshot()
    objects = import_model(Path(job.model_path), job.model_format)
    by_service = bool(job.task_id) or made_by_service([obj.name for obj in objects])
    new_materials = [material for material in bpy.data.materials if material not in before["materials"]]
    missing = []
    if job.model_format is ModelFormat.FBX:
        missing = materials.rebuild(new_materials, Path(job.model_path), trusted=not job.task_id)
    for mesh in {obj.data for obj in objects if isinstance(obj.data, bpy.types.Mesh)}:
        meshes.set_up(mesh, job.arrival)
        meshes.drop_unused_materials(mesh)
    degrees = turn(job.arrival.front, job.settings.model_version, made_by_service=by_service)
    objects, roots = stand(objects, degrees, lambda box: placement.scale(job.arrival, job.spot, box), job.name)
    _keep(objects)
    remove_leftovers(before)
    missing += images.pack([image for image in bpy.data.images if image not in before["images"]])
    main = _name(objects, job.name)
    images.join_equal(_materials(objects))
    remove_leftovers(before)
    images.name_after(_materials(objects))
    for name, value in provenance.properties(job, service, addon_version).items():
        main[name] = value
    pictures = [image for image in bpy.data.images if image not in before["images"]]
    # Objects were removed: until this, the layer still lists them, and selecting what it lists crashes Blender.
    bpy.context.view_layer.update()
    return Prepared(main, objects, roots, pictures, inspecting.inspect(objects, missing))


def _keep(objects: list[bpy.types.Object]) -> None:
    """Take the objects out of the importer's collections, into the scene's own."""
    collection = bpy.context.scene.collection
    for obj in objects:
        if obj.name not in collection.objects:
            collection.objects.link(obj)
        for other in obj.users_collection:
            if other != collection:
                other.objects.unlink(obj)


def _name(objects: list[bpy.types.Object], name: str) -> bpy.types.Object:
    """Name objects, their data and materials after the model, and give the main object."""
    parts = sorted((obj for obj in objects if obj.type == "MESH"), key=_size, reverse=True)
    for obj, given in zip(parts, part_names(name, [obj.name for obj in parts]), strict=True):
        obj.name = given
        obj.data.name = given  # type: ignore[union-attr]
    for obj in objects:
        if isinstance(obj.data, bpy.types.Armature):
            obj.name = obj.data.name = part_names(name, ["", "Rig"])[1]
    found = _materials(parts)
    for material, given in zip(found, part_names(name, [material.name for material in found]), strict=True):
        material.name = given
    return parts[0]


def _materials(objects: list[bpy.types.Object]) -> list[bpy.types.Material]:
    """Give the materials of the meshes, each once, the main object's first."""
    slots = [material for obj in objects if isinstance(obj.data, bpy.types.Mesh) for material in obj.data.materials]
    return list(dict.fromkeys(material for material in slots if material is not None))


def _size(obj: bpy.types.Object) -> int:
    return len(obj.data.vertices) if isinstance(obj.data, bpy.types.Mesh) else 0
