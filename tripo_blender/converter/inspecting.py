"""Counts what a model is made of."""

from collections.abc import Sequence

import bpy
import numpy as np

from ..core.inspection import Inspection
from .images import maps_of
from .reading import face_sizes, face_starts, read

_ROUNDING = 1e-4  # of the unit square: half a texel of a 4096 px picture


def inspect(objects: Sequence[bpy.types.Object], missing: Sequence[str]) -> Inspection:
    """Inspect a model; `missing` are the names of pictures that were not found."""
    meshes = [obj.data for obj in objects if isinstance(obj.data, bpy.types.Mesh)]
    faces = [len(mesh.polygons) for mesh in meshes]
    materials = {material for mesh in meshes for material in mesh.materials if material is not None}
    return Inspection(
        faces=sum(faces),
        quads=sum(_quads(mesh) for mesh in meshes),
        vertices=sum(len(mesh.vertices) for mesh in meshes),
        objects=len(meshes),
        materials=len(materials),
        outside=sum(_outside(mesh) for mesh in meshes) / max(sum(faces), 1),
        unwrapped=all(mesh.uv_layers for mesh in meshes),
        maps=maps_of(materials),
        missing=", ".join(sorted(set(missing))),
    )


def _quads(mesh: bpy.types.Mesh) -> int:
    return int(np.count_nonzero(face_sizes(mesh) == 4))


def _outside(mesh: bpy.types.Mesh) -> int:
    """Give the number of faces with a corner outside the unit square of the UVs that are rendered."""
    layer = next((layer for layer in mesh.uv_layers if layer.active_render), None)
    if layer is None or not mesh.polygons:
        return 0
    uvs = read(layer.uv, "vector", 2)
    if uvs.min() >= -_ROUNDING and uvs.max() <= 1 + _ROUNDING:  # as a rule, and known at once
        return 0
    beyond = ((uvs < -_ROUNDING) | (uvs > 1 + _ROUNDING)).any(axis=1)
    return int(np.count_nonzero(np.logical_or.reduceat(beyond, face_starts(mesh))))
