"""Tells the textures of the models that this add-on brought from the images that an artist may want a model of."""

from collections.abc import Iterable

import bpy

from ...converter.images import texture_nodes
from ...core.provenance import NAMES, PART_OF

_MARKS = (*NAMES, PART_OF)  # custom properties


def ours_last(images: Iterable[bpy.types.Image]) -> list[bpy.types.Image]:
    """Return images in their order, but those that only our models' materials are made of at the end."""
    ours = own_textures()
    return sorted(images, key=lambda image: image in ours)


def own_textures() -> set[bpy.types.Image]:
    """Return the images in the materials of the models in this file that say they were brought by this add-on."""
    materials = {
        slot.material
        for obj in bpy.data.objects
        if any(obj.get(mark) is not None for mark in _MARKS)
        for slot in obj.material_slots
        if slot.material is not None
    }
    return {node.image for material in materials for node in texture_nodes(material) if node.image is not None}
