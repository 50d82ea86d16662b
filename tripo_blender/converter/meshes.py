"""Joins the vertices that a file splits and shades the faces, so that hard edges stay hard and round shapes round."""

import math
from typing import Any

import bmesh
import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.arrival import Arrival
from ..core.arrival_table import AUTO

Numbers = NDArray[Any]

_SAME_PLACE = 1e-6  # of the longest side: vertices nearer than this are one; a float holds seven digits
_SAME_NORMAL = math.radians(1.0)  # nobody sees less, and writing a million normals takes a second


_NORMALS = "tripo_normals"  # the attribute that carries the file's normals through the merge


def set_up(mesh: bpy.types.Mesh, arrival: Arrival) -> None:
    """Merge and shade a mesh that was just imported, as asked for."""
    keeps = arrival.shading == AUTO and mesh.has_custom_normals
    merged = arrival.merge and _merge(mesh, keeps_normals=keeps)
    if keeps:
        if merged:
            _restore_normals(mesh)
        return
    _forget_normals(mesh)
    if arrival.shading == "flat":
        mesh.shade_flat()
    else:
        mesh.shade_smooth()
        mesh.set_sharp_from_angle(angle=math.radians(arrival.smooth_angle))


def drop_unused_materials(mesh: bpy.types.Mesh) -> None:
    """Take away the material slots that no face uses."""
    used = set(np.unique(_read(mesh.polygons, "material_index", 1)).tolist())
    for slot in reversed(range(len(mesh.materials))):
        if used and slot not in used:
            mesh.materials.pop(index=slot)  # what lies above it moves down, and so do the faces' indices


def _merge(mesh: bpy.types.Mesh, *, keeps_normals: bool) -> bool:
    """Join vertices at the same place; False where there are none, or where a face would be lost by it.

    Corners keep their UVs and colours. Shape keys move the vertices of one place apart, so they are left as they are.
    """
    if mesh.shape_keys is not None or not mesh.vertices:
        return False
    points = _read(mesh.vertices, "co", 3)
    _, places = np.unique(points.view(np.dtype((np.void, 12))), return_inverse=True)
    if places.max(initial=0) + 1 == len(points):
        return False
    side = float(np.max(points.max(axis=0) - points.min(axis=0)))
    corners = places.reshape(-1)[_read(mesh.loops, "vertex_index", 1)]
    following = _following(mesh)
    without_area = np.zeros(len(mesh.polygons), bool)
    face_of = np.repeat(np.arange(len(mesh.polygons)), _read(mesh.polygons, "loop_total", 1))
    without_area[face_of[corners == corners[following]]] = True
    if keeps_normals:
        kept = mesh.attributes.new(_NORMALS, "FLOAT_VECTOR", "CORNER")
        kept.data.foreach_set("vector", _read(mesh.corner_normals, "vector", 3).reshape(-1))
    edit = bmesh.new()
    try:
        edit.from_mesh(mesh)
        faces = len(edit.faces)
        bmesh.ops.remove_doubles(edit, verts=edit.verts[:], dist=side * _SAME_PLACE)
        whole = faces - len(edit.faces) <= np.count_nonzero(without_area)
        if whole:
            _forget_normals(mesh)  # they are kept relative to fans of faces, which change
            edit.to_mesh(mesh)
        elif keeps_normals:
            mesh.attributes.remove(mesh.attributes[_NORMALS])
    finally:
        edit.free()
    return whole


def _restore_normals(mesh: bpy.types.Mesh) -> None:
    """Give the corners the normals they had before, by sharp edges alone where that is enough."""
    wanted = _read(mesh.attributes[_NORMALS].data, "vector", 3)  # type: ignore[attr-defined]
    mesh.attributes.remove(mesh.attributes[_NORMALS])
    mesh.shade_smooth()
    _mark_sharp(mesh, wanted)
    now = _read(mesh.corner_normals, "vector", 3)
    if np.min(np.einsum("ij,ij->i", now, wanted), initial=1.0) < math.cos(_SAME_NORMAL):
        columns = (wanted[:, axis].tolist() for axis in range(3))
        # Tuples of floats: an array takes four times as long in 5.2 (4.5 s against 1.0 s for 1.5 million).
        mesh.normals_split_custom_set(list(zip(*columns, strict=True)))  # type: ignore[arg-type]


def _mark_sharp(mesh: bpy.types.Mesh, normals: Numbers) -> None:
    """Mark the edges sharp at which the corners of the faces on both sides have different normals."""
    # Every corner names the edge to the next one; so an edge has a normal at either end from each of its faces.
    edges = _read(mesh.loops, "edge_index", 1)
    ends = np.concatenate((np.arange(len(edges)), _following(mesh)))
    vertices = _read(mesh.loops, "vertex_index", 1)[ends].astype(np.int64)
    keys = np.concatenate((edges, edges)) * np.int64(len(mesh.vertices)) + vertices
    order = np.argsort(keys, kind="stable")
    first, second = order[:-1], order[1:]
    alike = np.einsum("ij,ij->i", normals[ends[first]], normals[ends[second]]) > math.cos(_SAME_NORMAL)
    sharp = np.zeros(len(mesh.edges), bool)
    sharp[keys[first][(keys[first] == keys[second]) & ~alike] // len(mesh.vertices)] = True
    mesh.edges.foreach_set("use_edge_sharp", sharp)  # type: ignore[arg-type]
    mesh.update()


def _following(mesh: bpy.types.Mesh) -> Numbers:
    """Give, for each corner, the next one of its face."""
    starts, counts = (_read(mesh.polygons, name, 1) for name in ("loop_start", "loop_total"))
    following = np.arange(1, len(mesh.loops) + 1)
    following[starts + counts - 1] = starts
    return following


def _read(collection: "bpy.types.bpy_prop_collection[Any]", name: str, width: int) -> Numbers:
    """Read a property of all items, as rows of `width` where it has several parts."""
    values = np.empty(len(collection) * width, np.int32 if width == 1 else np.float32)
    collection.foreach_get(name, values)  # type: ignore[arg-type]
    return values if width == 1 else values.reshape(-1, width)


def _forget_normals(mesh: bpy.types.Mesh) -> None:
    if mesh.has_custom_normals:
        owner = bpy.data.objects.new("normals", mesh)
        with bpy.context.temp_override(object=owner, active_object=owner):
            bpy.ops.mesh.customdata_custom_splitnormals_clear()
        bpy.data.objects.remove(owner)
