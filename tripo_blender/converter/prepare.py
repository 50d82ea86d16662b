"""From a job's model file to a model that is ready to be put into a scene."""

from pathlib import Path

import bpy

from ..core import placement, provenance
from ..core.formats.model import FROM_SERVICE, OF_USER, ModelFormat
from ..core.job import Job
from ..core.naming import made_by_service
from ..core.options.import_options import turn
from . import custom_properties, images, inspecting, materials, meshes, naming
from .gc_pause import none_collected
from .importing import import_model, new_blocks, remove_leftovers, snapshot
from .normalize import stand
from .prepared import PreparedModel


@none_collected()
def prepare(job: Job, service: str, addon_version: str) -> PreparedModel:
    """Import and set up the model of a ready job.

    Raises `TripoError` of kind import or model file; what was imported by then is still there.
    """
    assert job.model_format is not None
    before = snapshot()
    advice = FROM_SERVICE if job.task_id else OF_USER
    objects, of_file = import_model(Path(job.model_path), job.model_format, merge=job.arrival.merge, advice=advice)
    _keep(objects, before["scenes"])
    custom_properties.limit(new_blocks(before))
    by_service = bool(job.task_id) or made_by_service([obj.name for obj in objects])
    new_materials = [material for material in bpy.data.materials if material not in before["materials"]]
    missing = []
    if job.model_format is ModelFormat.FBX:
        missing = materials.rebuild(new_materials, Path(job.model_path), trusted=not job.task_id)
    for mesh in {obj.data for obj in objects if isinstance(obj.data, bpy.types.Mesh)}:
        meshes.set_up(mesh, job.arrival, of_file.get(mesh))
        meshes.drop_unused_materials(mesh)
    degrees = turn(job.arrival.front, job.settings.model_version, made_by_service=by_service)
    objects, roots = stand(objects, degrees, lambda box: placement.scale(job.arrival, job.spot, box), job.name)
    remove_leftovers(before)
    missing += images.pack([image for image in bpy.data.images if image not in before["images"]])
    images.join_equal(naming.materials_of(objects))
    remove_leftovers(before)
    main = naming.name(objects, job.name)
    for name, value in provenance.properties(job, service, addon_version).items():
        main[name] = value
    for obj in objects if len(objects) > 1 else ():
        obj[provenance.PART_OF] = job.id
    pictures = [image for image in bpy.data.images if image not in before["images"]]
    # Objects were removed: until this, the layer still lists them, and selecting what it lists crashes Blender.
    bpy.context.view_layer.update()
    return PreparedModel(main, objects, roots, pictures, inspecting.inspect(objects, missing))


def _keep(objects: list[bpy.types.Object], scenes: set[bpy.types.ID]) -> None:
    """Take the objects out of the importer's collections and scenes, into the one that there is."""
    collection = bpy.context.scene.collection
    for obj in objects:
        if obj.name not in collection.objects:
            collection.objects.link(obj)
        for other in obj.users_collection:
            if other != collection:
                other.objects.unlink(obj)
    for scene in [scene for scene in bpy.data.scenes if scene not in scenes]:
        bpy.data.scenes.remove(scene)
