"""Counts what a model is made of."""

from collections.abc import Sequence

import bpy
import numpy as np

from ..core.inspection import Inspection
from .images import maps_of

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
    corners = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_total", corners)  # type: ignore[arg-type]
    return int(np.count_nonzero(corners == 4))


def _outside(mesh: bpy.types.Mesh) -> int:
    """Give the number of faces with a corner outside the unit square of the UVs that are rendered."""
    layer = next((layer for layer in mesh.uv_layers if layer.active_render), None)
    if layer is None or not mesh.polygons:
        return 0
    uvs = np.empty(len(mesh.loops) * 2, np.float32)
    layer.uv.foreach_get("vector", uvs)  # type: ignore[arg-type]
    starts = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_start", starts)  # type: ignore[arg-type]
    beyond = ((uvs < -_ROUNDING) | (uvs > 1 + _ROUNDING)).reshape(-1, 2).any(axis=1)
    return int(np.count_nonzero(np.logical_or.reduceat(beyond, starts)))
