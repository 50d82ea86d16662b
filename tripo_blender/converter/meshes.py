"""Joins the vertices that a file splits and shades the faces, so that hard edges stay hard and round shapes round."""

import math

import bmesh
import bpy
import numpy as np

from ..core.arrival import Arrival
from ..core.arrival_table import AUTO
from .reading import Numbers, corner_edges, corner_vertices, face_sizes, face_starts, material_indices, points, read

_SAME_PLACE = 1e-6  # of the longest side: vertices nearer than this are one; a float holds seven digits
_SAME_NORMAL = math.radians(1.0)  # nobody sees less, and writing a million normals takes a second
# Odd numbers without a pattern (of xxHash): what three floats become one number by.
_MIX = tuple(np.uint64(number) for number in (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))

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
    used = set(np.unique(material_indices(mesh)).tolist())
    for slot in reversed(range(len(mesh.materials))):
        if used and slot not in used:
            mesh.materials.pop(index=slot)  # what lies above it moves down, and so do the faces' indices


def _merge(mesh: bpy.types.Mesh, *, keeps_normals: bool) -> bool:
    """Join vertices at the same place; False where there are none, or where a face would be lost by it.

    Corners keep their UVs and colours. Shape keys move the vertices of one place apart, so they are left as they are.
    """
    if mesh.shape_keys is not None or not mesh.vertices:
        return False
    where = points(mesh)
    places = _places(where)
    if places is None:
        return False
    side = float(np.max(where.max(axis=0) - where.min(axis=0)))
    corners = places[corner_vertices(mesh)]
    without_area = np.zeros(len(mesh.polygons), bool)
    face_of = np.repeat(np.arange(len(mesh.polygons)), face_sizes(mesh))
    without_area[face_of[corners == corners[_following(mesh)]]] = True
    if keeps_normals:
        kept = mesh.attributes.new(_NORMALS, "FLOAT_VECTOR", "CORNER")
        kept.data.foreach_set("vector", read(mesh.corner_normals, "vector", 3).reshape(-1))
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


def _places(where: Numbers) -> Numbers | None:
    """Number the places at which vertices are, the same bytes being the same place; None where each has its own."""
    parts = where.view(np.uint32)
    keys = parts[:, 0] * _MIX[0] + parts[:, 1] * _MIX[1] + parts[:, 2] * _MIX[2]
    order = np.argsort(keys)
    ordered = keys[order]
    new = np.append(True, ordered[1:] != ordered[:-1])
    if new.all():
        return None
    places = np.empty(len(keys), np.int64)
    places[order] = np.cumsum(new) - 1
    if not np.array_equal(parts[order[new]][places], parts):  # two places have one number: the slow way
        _, places = np.unique(where.view(np.dtype((np.void, 12))), return_inverse=True)
        places = places.reshape(-1)
    return places if places.max() + 1 < len(places) else None


def _restore_normals(mesh: bpy.types.Mesh) -> None:
    """Give the corners the normals they had before, by sharp edges alone where that is enough."""
    wanted = read(mesh.attributes[_NORMALS].data, "vector", 3)  # type: ignore[attr-defined]
    mesh.attributes.remove(mesh.attributes[_NORMALS])
    mesh.shade_smooth()
    _mark_sharp(mesh, wanted)
    now = read(mesh.corner_normals, "vector", 3)
    if np.min(np.einsum("ij,ij->i", now, wanted), initial=1.0) < math.cos(_SAME_NORMAL):
        columns = (wanted[:, axis].tolist() for axis in range(3))
        # Tuples of floats: an array takes four times as long in 5.2 (4.5 s against 1.0 s for 1.5 million).
        mesh.normals_split_custom_set(list(zip(*columns, strict=True)))  # type: ignore[arg-type]


def _mark_sharp(mesh: bpy.types.Mesh, normals: Numbers) -> None:
    """Mark the edges sharp at which the corners of the faces on both sides have different normals."""
    # Every corner names the edge to the next one; so an edge has a normal at either end from each of its faces.
    edges, vertices, following = corner_edges(mesh), corner_vertices(mesh), _following(mesh)
    corners, faces = np.arange(len(edges)), np.bincount(edges, minlength=len(mesh.edges))
    first, last = np.zeros((2, len(mesh.edges)), np.int64)
    first[edges[::-1]], last[edges] = corners[::-1], corners

    def alike(some: Numbers, others: Numbers) -> Numbers:
        return np.einsum("ij,ij->i", normals[some], normals[others]) > math.cos(_SAME_NORMAL)  # type: ignore[no-any-return]

    sharp = np.zeros(len(mesh.edges), bool)
    inner = np.flatnonzero(faces == 2)  # nearly all, and known without sorting
    one, two = first[inner], last[inner]
    against = vertices[one] != vertices[two]  # faces that look the same way pass their edge in opposite directions
    beside, beyond = np.where(against, (following[two], two), (two, following[two]))
    sharp[inner] = ~(alike(one, beside) & alike(following[one], beyond))

    crowded = np.flatnonzero(faces[edges] > 2)
    ends = np.concatenate((crowded, following[crowded]))
    keys = np.tile(edges[crowded], 2) * np.int64(len(mesh.vertices)) + vertices[ends]
    order = np.argsort(keys, kind="stable")
    before, after = order[:-1], order[1:]
    differing = (keys[before] == keys[after]) & ~alike(ends[before], ends[after])
    sharp[keys[before][differing] // len(mesh.vertices)] = True
    mesh.edges.foreach_set("use_edge_sharp", sharp)  # type: ignore[arg-type]
    mesh.update()


def _following(mesh: bpy.types.Mesh) -> Numbers:
    """Give, for each corner, the next one of its face."""
    starts = face_starts(mesh)
    following = np.arange(1, len(mesh.loops) + 1)
    following[starts + face_sizes(mesh) - 1] = starts
    return following


def _forget_normals(mesh: bpy.types.Mesh) -> None:
    if mesh.has_custom_normals:
        owner = bpy.data.objects.new("normals", mesh)
        with bpy.context.temp_override(object=owner, active_object=owner):
            bpy.ops.mesh.customdata_custom_splitnormals_clear()
        bpy.data.objects.remove(owner)
