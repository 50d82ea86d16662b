"""Reads the numbers of a mesh at the speed of a copy: by its attributes, where a property is asked item by item."""

from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]


def read(collection: "bpy.types.bpy_prop_collection[Any]", name: str, width: int) -> Numbers:
    """Read a property of all items, as rows of `width` where it has several parts."""
    values = np.empty(len(collection) * width, np.int32 if width == 1 else np.float32)
    collection.foreach_get(name, values)  # type: ignore[arg-type]
    return values if width == 1 else values.reshape(-1, width)


def points(mesh: bpy.types.Mesh) -> Numbers:
    """Give where the vertices are."""
    return _attribute(mesh, "position", 3)


def corner_vertices(mesh: bpy.types.Mesh) -> Numbers:
    """Give the vertex of every corner; as a property it takes ninety times as long."""
    return _attribute(mesh, ".corner_vert", 1)


def corner_edges(mesh: bpy.types.Mesh) -> Numbers:
    """Give, for every corner, the edge to the next one of its face."""
    return _attribute(mesh, ".corner_edge", 1)


def material_indices(mesh: bpy.types.Mesh) -> Numbers:
    """Give the material slot of every face; the attribute is missing where all have the first."""
    attribute = mesh.attributes.get("material_index")
    if attribute is None or (attribute.domain, attribute.data_type) != ("FACE", "INT"):
        return np.zeros(len(mesh.polygons), np.int32)
    return _attribute(mesh, "material_index", 1)


def face_starts(mesh: bpy.types.Mesh) -> Numbers:
    """Give the first corner of every face."""
    if len(mesh.loops) == 3 * len(mesh.polygons):  # a face has three at the least, so these are triangles
        return np.arange(0, len(mesh.loops), 3, dtype=np.int32)
    return read(mesh.polygons, "loop_start", 1)


def face_sizes(mesh: bpy.types.Mesh) -> Numbers:
    """Give the number of corners of every face; they lie one face after the other."""
    return np.diff(face_starts(mesh), append=np.int32(len(mesh.loops)))


def following_corners(mesh: bpy.types.Mesh) -> Numbers:
    """Give, for each corner, the next one of its face."""
    if len(mesh.loops) == 3 * len(mesh.polygons):
        return (np.arange(len(mesh.loops)).reshape(-1, 3)[:, (1, 2, 0)]).reshape(-1)
    starts = face_starts(mesh)
    following = np.arange(1, len(mesh.loops) + 1)
    following[starts + face_sizes(mesh) - 1] = starts
    return following


def _attribute(mesh: bpy.types.Mesh, name: str, width: int) -> Numbers:
    attribute = mesh.attributes.get(name)
    if attribute is None:  # of a mesh without any of its items
        return np.empty((0, width) if width > 1 else 0, np.int32 if width == 1 else np.float32)
    return read(attribute.data, "value" if width == 1 else "vector", width)  # type: ignore[attr-defined]
