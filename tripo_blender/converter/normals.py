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
    if not _restored_by_vertices(mesh, corner_vertices(mesh), wanted):
        _restore_by_corners(mesh, wanted)


def restore_of_file(mesh: bpy.types.Mesh, fitted: FileNormals) -> None:
    """Do the same with the normals that the file has."""
    used = fitted.vertices >= 0
    if not _restored_by_vertices(mesh, fitted.vertices[used], fitted.normals[used]):
        _restore_by_corners(mesh, fitted.normals[fitted.corners])


def _restored_by_vertices(mesh: bpy.types.Mesh, vertices: Numbers, normals: Numbers) -> bool:
    """Shade a mesh where each vertex has one normal, and return whether: there are six times as many corners."""
    wanted = _middle(vertices, normals, len(mesh.vertices))
    if not _alike(wanted[vertices], normals, _ONE_NORMAL).all():
        return False
    mesh.shade_smooth()
    if "sharp_edge" in mesh.attributes:
        mesh.attributes.remove(mesh.attributes["sharp_edge"])
        mesh.update()
    now, used = read(mesh.vertex_normals, "vector", 3), wanted.any(axis=1)
    if not _alike(now[used], wanted[used]).all():
        mesh.normals_split_custom_set_from_vertices(_rows(wanted))
    return True


def _restore_by_corners(mesh: bpy.types.Mesh, wanted: Numbers) -> None:
    mesh.shade_smooth()
    _mark_sharp(mesh, wanted)
    if not _alike(read(mesh.corner_normals, "vector", 3), wanted).all():
        mesh.normals_split_custom_set(_rows(wanted))


def _alike(some: Numbers, others: Numbers, angle: float = _SAME_NORMAL) -> Numbers:
    return np.einsum("ij,ij->i", some, others) > math.cos(angle)  # type: ignore[no-any-return]


def _middle(vertices: Numbers, normals: Numbers, count: int) -> Numbers:
    """Give the middle of the normals of each vertex's corners; zero where it has none."""
    middle = np.stack([np.bincount(vertices, normals[:, axis], count) for axis in range(3)], axis=1)
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    return (middle / np.where(length > 0, length, 1)).astype(np.float32)


def _rows(normals: Numbers) -> Any:
    return normals.tolist()  # an array takes four times as long in 5.2 (4.5 s against 1.0 s for 1.5 million)


def _mark_sharp(mesh: bpy.types.Mesh, normals: Numbers) -> None:
    """Mark the edges sharp at whose ends the corners of two of its faces have different normals."""
    # Every corner names the edge to the next one; so an edge has a normal at either end from each of its faces.
    edges, vertices = corner_edges(mesh), corner_vertices(mesh)
    ends = np.concatenate((np.arange(len(edges)), following_corners(mesh)))
    keys = np.tile(edges, 2) * np.int64(len(mesh.vertices)) + vertices[ends]
    order = np.argsort(keys, kind="stable")
    met = np.flatnonzero(keys[order[:-1]] == keys[order[1:]])
    one, other = ends[order[met]], ends[order[met + 1]]
    differing = ~_alike(normals[one], normals[other])
    sharp = np.zeros(len(mesh.edges), bool)
    sharp[keys[order[met[differing]]] // len(mesh.vertices)] = True
    mesh.edges.foreach_set("use_edge_sharp", sharp)  # type: ignore[arg-type]
    mesh.update()
