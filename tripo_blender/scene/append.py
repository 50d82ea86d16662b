"""Takes a model over that was set up in a second Blender: appended from its .blend, which takes milliseconds."""

import bpy

from ..converter.custom_properties import take_off_registered
from ..converter.prepared import PreparedModel
from ..core.errors import Kind, TripoError
from ..core.events import Prepared
from ..core.inspection import Inspection
from ..core.sentences.text import text


def append(prepared: Prepared) -> PreparedModel:
    """Append a model; raises `TripoError` of kind import where the file is gone or not what it was."""
    images, libraries = set(bpy.data.images), set(bpy.data.libraries)
    try:
        with bpy.data.libraries.load(prepared.path, link=False) as (there, wanted):
            names = prepared.names.split("\n")
            wanted.objects = [name for name in names if name in there.objects]
    except OSError as error:
        raise _gone(prepared.path, str(error)) from error
    objects = [obj for obj in wanted.objects if isinstance(obj, bpy.types.Object)]
    for library in set(bpy.data.libraries) - libraries:
        bpy.data.libraries.remove(library)  # it names a file that will soon be gone
    take_off_registered(_with_data(objects))
    if len(objects) != len(names):
        raise _gone(prepared.path, f"{len(objects)} of {len(names)} objects")
    return PreparedModel(
        objects[0],
        objects,
        [obj for obj in objects if obj.parent is None],
        [image for image in bpy.data.images if image not in images],
        prepared.inspection or Inspection(),
    )


def _with_data(objects: list[bpy.types.Object]) -> set[bpy.types.ID]:
    """Return objects with what may have custom properties of a file: their meshes and materials."""
    meshes = {obj.data for obj in objects if isinstance(obj.data, bpy.types.Mesh)}
    materials = {material for mesh in meshes for material in mesh.materials if material is not None}
    return {*objects, *meshes, *materials}


def _gone(path: str, detail: str) -> TripoError:
    return TripoError(Kind.IMPORT, text("import.prepared_gone"), detail=f"{path}: {detail}")
