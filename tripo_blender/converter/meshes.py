"""Joins the vertices that a file splits and shades the faces, so that hard edges stay hard and round shapes round."""

import math

import bmesh
import bpy
import numpy as np

from ..core.options.import_options import Arrival
from ..core.options.import_table import AUTO
from .normals import restore, restore_of_file
from .reading import Numbers, corner_vertices, face_sizes, following_corners, material_indices, points, read
from .surfaces import FileNormals

_SAME_PLACE = 1e-6  # of the longest side: vertices nearer than this are one; a float holds seven digits
_NORMALS = "tripo_normals"  # the attribute that carries the file's normals through the merge


def set_up(mesh: bpy.types.Mesh, arrival: Arrival, of_file: FileNormals | None = None) -> None:
    """Merge and shade a mesh that was just imported, as asked for.

    Where what its file has is still to be taken over, the importer has merged it, where that was asked for; what lies
    only near each other is not joined then.
    """
    if of_file is not None:
        if arrival.shading == AUTO and len(of_file.normals):
            restore_of_file(mesh, of_file)
        else:
            _shade(mesh, arrival)
        return
    keeps = arrival.shading == AUTO and mesh.has_custom_normals
    normals = _merge(mesh, keeps_normals=keeps) if arrival.merge else None
    if keeps:
        if normals is not None:
            restore(mesh, normals)
    else:
        _forget_normals(mesh)
        _shade(mesh, arrival)


def _shade(mesh: bpy.types.Mesh, arrival: Arrival) -> None:
    if arrival.shading == "flat":
        mesh.shade_flat()
    else:
        mesh.shade_smooth()
        mesh.set_sharp_from_angle(angle=math.radians(arrival.smooth_angle))


def drop_unused_materials(mesh: bpy.types.Mesh) -> None:
    """Take away the material slots that no face uses."""
    used = set(np.unique(material_indices(mesh)).tolist())
    for slot in reversed(range(len(mesh.materials))):
        if used and slot not in used:
            mesh.materials.pop(index=slot)  # what lies above it moves down, and so do the faces' indices


def _merge(mesh: bpy.types.Mesh, *, keeps_normals: bool) -> Numbers | None:
    """Join vertices at the same place, and give the normals that the corners had, where they are wanted.

    None, and no change, where all places differ, or where a face would be lost by it. Corners keep their UVs and
    colours. Shape keys move the vertices of one place apart, so they are left as they are.
    """
    if mesh.shape_keys is not None or not mesh.vertices:
        return None
    where = points(mesh)
    places = _places(where)
    if places is None:
        return None
    distance = float(np.max(where.max(axis=0) - where.min(axis=0))) * _SAME_PLACE
    normals = read(mesh.corner_normals, "vector", 3) if keeps_normals else np.empty((0, 3), np.float32)
    corners = places[corner_vertices(mesh)]
    without_area = np.zeros(len(mesh.polygons), bool)
    face_of = np.repeat(np.arange(len(mesh.polygons)), face_sizes(mesh))
    without_area[face_of[corners == corners[following_corners(mesh)]]] = True
    if len(normals):
        kept = mesh.attributes.new(_NORMALS, "FLOAT_VECTOR", "CORNER")
        kept.data.foreach_set("vector", normals.reshape(-1))
    edit = bmesh.new()
    try:
        edit.from_mesh(mesh)
        faces = len(edit.faces)
        bmesh.ops.remove_doubles(edit, verts=edit.verts[:], dist=distance)
        whole = faces - len(edit.faces) <= np.count_nonzero(without_area)
        if whole:
            _forget_normals(mesh)  # they are kept relative to fans of faces, which change
            edit.to_mesh(mesh)
    finally:
        edit.free()
    if len(normals):
        normals = read(mesh.attributes[_NORMALS].data, "vector", 3)
        mesh.attributes.remove(mesh.attributes[_NORMALS])
    return normals if whole else None


def _places(where: Numbers) -> Numbers | None:
    """Number the places at which vertices are; None where each has its own."""
    order = np.lexsort(where.T)
    ordered = where[order]
    new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
    if new.all():
        return None
    places = np.empty(len(where), np.int64)
    places[order] = np.cumsum(new) - 1
    return places


def _forget_normals(mesh: bpy.types.Mesh) -> None:
    if mesh.has_custom_normals:
        owner = bpy.data.objects.new("normals", mesh)
        with bpy.context.temp_override(object=owner, active_object=owner):
            bpy.ops.mesh.customdata_custom_splitnormals_clear()
        bpy.data.objects.remove(owner)
