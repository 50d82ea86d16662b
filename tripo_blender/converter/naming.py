"""Names what a model consists of after it: objects, their data, materials, pictures."""

import bpy

from ..core.naming import part_names
from . import images


def name(objects: list[bpy.types.Object], model: str) -> bpy.types.Object:
    """Name all that a model consists of, and give its main object: the one with most vertices.

    Where a name is taken Blender numbers it, here as when the model is appended.
    """
    parts = sorted((obj for obj in objects if obj.type == "MESH"), key=_size, reverse=True)
    for obj, given in zip(parts, part_names(model, [obj.name for obj in parts]), strict=True):
        obj.name = given
        obj.data.name = given  # type: ignore[union-attr]
    for obj in objects:
        if isinstance(obj.data, bpy.types.Armature):
            obj.name = obj.data.name = part_names(model, ["", "Rig"])[1]
    found = materials_of(parts)
    named: set[bpy.types.Image] = set()  # a picture that several materials have is named after the first
    for material, given in zip(found, part_names(model, [material.name for material in found]), strict=True):
        material.name = given
        for image, purpose in images.purposes(material).items():
            if image not in named:
                image.name = f"{given} {purpose}"
                named.add(image)
    return parts[0]


def materials_of(objects: list[bpy.types.Object]) -> list[bpy.types.Material]:
    """Give the materials of the meshes, each once, those of the first objects first."""
    slots = [material for obj in objects if isinstance(obj.data, bpy.types.Mesh) for material in obj.data.materials]
    return list(dict.fromkeys(material for material in slots if material is not None))


def _size(obj: bpy.types.Object) -> int:
    return len(obj.data.vertices) if isinstance(obj.data, bpy.types.Mesh) else 0
