"""A model that is ready to be put into a scene, whether it was imported there or appended."""

from dataclasses import dataclass

import bpy

from ..core.inspection import Inspection


@dataclass(frozen=True)
class PreparedModel:
    """A model whose base is on the world's origin.

    `main` is the object with most vertices; `roots` are those of `objects` that have to be moved to move the model;
    `images` are its pictures, packed.
    """

    main: bpy.types.Object
    objects: list[bpy.types.Object]
    roots: list[bpy.types.Object]
    images: list[bpy.types.Image]
    inspection: Inspection
