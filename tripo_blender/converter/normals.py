"""Gives the corners of a mesh the normals of its file: by sharp edges alone where that is enough."""

import math
from typing import Any

import bpy
import numpy as np

from .reading import Numbers, corner_edges, corner_vertices, following_corners, read
from .surfaces import FileNormals

_SAME_NORMAL = math.radians(1.0)  # nobody sees less, and writing a million normals takes half a second
# What counts as one normal of a vertex: no edge is sharp by it, and Blender gives the corners around it the middle of
# theirs anyway. Normals that were kept in 16 bits differ by up to 0.002.
_ONE_NORMAL = 5e-3


def restore(mesh: bpy.types.Mesh, wanted: Numbers) -> None:
    """Shade a mesh so that its corners have these normals."""
    mesh.shade_smooth()
    vertices = corner_vertices(mesh)
    middle = _middle(vertices, wanted, len(mesh.vertices))
    if np.min(np.einsum("ij,ij->i", middle[vertices], wanted), initial=1.0) > math.cos(_ONE_NORMAL):
        _restore_of_vertices(mesh, middle)
        return
    _mark_sharp(mesh, wanted)
    now = read(mesh.corner_normals, "vector", 3)
    if np.min(np.einsum("ij,ij->i", now, wanted), initial=1.0) < math.cos(_SAME_NORMAL):
        mesh.normals_split_custom_set(_shared(vertices, wanted, len(mesh.vertices)))


def restore_of_file(mesh: bpy.types.Mesh, fitted: FileNormals) -> None:
    """Do the same with the normals that the file has."""
    used = fitted.vertices >= 0
    vertices, wanted = fitted.vertices[used], fitted.normals[used]
    middle = _middle(vertices, wanted, len(mesh.vertices))
    if np.min(np.einsum("ij,ij->i", middle[vertices], wanted), initial=1.0) > math.cos(_ONE_NORMAL):
        mesh.shade_smooth()
        _restore_of_vertices(mesh, middle)
    else:
        restore(mesh, fitted.normals[fitted.corners])


def _restore_of_vertices(mesh: bpy.types.Mesh, wanted: Numbers) -> None:
    """Do the same where each vertex has one normal: there are six times as many corners."""
    if "sharp_edge" in mesh.attributes:
        mesh.attributes.remove(mesh.attributes["sharp_edge"])
        mesh.update()
    now, used = read(mesh.vertex_normals, "vector", 3), wanted.any(axis=1)
    if np.min(np.einsum("ij,ij->i", now[used], wanted[used]), initial=1.0) < math.cos(_SAME_NORMAL):
        mesh.normals_split_custom_set_from_vertices(_tuples(wanted))


def _middle(vertices: Numbers, normals: Numbers, count: int) -> Numbers:
    """Give the middle of the normals of each vertex's corners; zero where it has none."""
    middle = np.stack([np.bincount(vertices, normals[:, axis], count) for axis in range(3)], axis=1)
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    return (middle / np.where(length > 0, length, 1)).astype(np.float32)


def _tuples(rows: Numbers) -> Any:
    # Tuples of floats: an array takes four times as long in 5.2 (4.5 s against 1.0 s for 1.5 million).
    return list(zip(*(rows[:, axis].tolist() for axis in range(3)), strict=True))


def _shared(vertices: Numbers, normals: Numbers, count: int) -> Any:
    """Give the normals as tuples, one for the corners of a vertex that have the same: to make them takes long."""
    corners = np.arange(len(vertices))
    first = np.zeros(count, np.int64)
    first[vertices[::-1]] = corners[::-1]
    source = first[vertices]
    source = np.where(np.abs(normals - normals[source]).max(axis=1) < 1e-5, source, corners)
    used = np.flatnonzero(source == corners)
    number = np.empty(len(corners), np.int64)
    number[used] = np.arange(len(used))
    cells = np.empty(len(used), object)
    cells[:] = _tuples(normals[used])
    return cells[number[source]].tolist()


def _mark_sharp(mesh: bpy.types.Mesh, normals: Numbers) -> None:
    """Mark the edges sharp at which the corners of the faces on both sides have different normals."""
    # Every corner names the edge to the next one; so an edge has a normal at either end from each of its faces.
    edges, vertices, following = corner_edges(mesh), corner_vertices(mesh), following_corners(mesh)
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
