"""What a GLB says of its meshes, read past the importer: places, normals, and which vertices meet at corners."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..core.glb_file import open_glb
from ..core.gltf_arrays import Accessor, Arrays, Entry, child, entries, whole
from ..core.model_limits import BadFile
from .reading import Numbers, corner_vertices, points

_TRIANGLES = 4
_FLOAT = 5126
_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32}  # of indices
_NO_NORMALS = np.empty((0, 3), np.float32)


@dataclass(frozen=True)
class Fitted:
    """The normals that a file has for a Blender mesh."""

    normals: Numbers  # (n, 3) of the file's vertices, of length 1 or 0; (0, 3) where the file has none
    corners: Numbers  # (m,): the file's vertex at every corner of the mesh
    vertices: Numbers  # (n,): the vertex of the mesh that stands for each of the file's, -1 where none does


@dataclass(frozen=True)
class Surface:
    """The triangles of one mesh of a file, in Blender's axes."""

    points: Numbers  # (n, 3) of its vertices
    normals: Numbers  # (n, 3), of length 1 or 0; (0, 3) where the file has none
    corners: Numbers  # (m,): the vertex at every corner of every triangle

    def fitted(self, mesh: bpy.types.Mesh, *, merged: bool) -> Fitted | None:
        """Give what there is for a Blender mesh that was made of this; None where it was not.

        Nor is it where a triangle was lost that has an area: Blender takes out those that another one covers.
        """
        own, corners = corner_vertices(mesh), self.corners
        if len(own) < len(corners):
            corners = corners[np.repeat(~self._without_area(merged=merged), 3)]
        if len(own) != len(corners):
            return None
        vertices = np.full(len(self.points), -1, np.int32)
        vertices[corners] = own
        used = vertices >= 0
        if not np.array_equal(vertices[corners], own):
            return None
        if not np.array_equal(points(mesh)[vertices[used]], self.points[used]):
            return None
        return Fitted(self.normals, corners, vertices)

    def _without_area(self, *, merged: bool) -> Numbers:
        """Give which triangles have one place, or where vertices are not merged one vertex, at two corners."""
        triangles = self.corners.reshape(-1, 3)
        at = [self.points[triangles[:, side]] if merged else triangles[:, side : side + 1] for side in range(3)]
        without: Numbers = np.logical_or.reduce([(at[side] == at[side - 1]).all(axis=1) for side in range(3)])
        return without


def read_surfaces(path: Path) -> list[Surface]:
    """Read the meshes of a GLB; none where one of them is more than triangles that stand still, or packed."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            scene, arrays = open_glb(memoryview(data))
            found = [_surface(mesh, arrays) for mesh in entries(scene, "meshes")]
            skinned = any("skin" in node for node in entries(scene, "nodes"))
            del arrays  # it holds parts of the data, which could not be closed
    except (BadFile, OSError, ValueError):  # the importer says what is wrong with it
        return []
    whole_ones = [surface for surface in found if surface is not None]
    return whole_ones if len(whole_ones) == len(found) and not skinned else []


def _surface(mesh: Entry, arrays: Arrays) -> Surface | None:
    parts = [_part(part, arrays) for part in entries(mesh, "primitives")]
    whole_ones = [part for part in parts if part is not None]
    if not whole_ones or len(whole_ones) < len(parts) or len({len(part.normals) > 0 for part in whole_ones}) > 1:
        return None
    starts = np.cumsum([0, *(len(part.points) for part in whole_ones)])
    return Surface(
        np.concatenate([part.points for part in whole_ones]),
        np.concatenate([part.normals for part in whole_ones]),
        np.concatenate([part.corners + start for part, start in zip(whole_ones, starts, strict=False)]),
    )


def _part(part: Entry, arrays: Arrays) -> Surface | None:
    names = child(part, "attributes")
    moves_or_is_packed = "targets" in part or "KHR_draco_mesh_compression" in child(part, "extensions")
    if moves_or_is_packed or whole(part, "mode", _TRIANGLES) != _TRIANGLES or any(name[:1] == "_" for name in names):
        return None
    places = _vectors(names, "POSITION", arrays)
    normals = _vectors(names, "NORMAL", arrays) if "NORMAL" in names else _NO_NORMALS
    if places is None or normals is None or len(normals) not in {0, len(places)}:
        return None
    corners: Numbers | None = np.arange(len(places), dtype=np.int32)
    if "indices" in part:
        corners = _indices(arrays.accessor(part, "indices"))
    if corners is None or len(corners) % 3 or (len(corners) and corners.max() >= len(places)):
        return None
    return Surface(places, _normalized(normals), corners)


def _vectors(names: Entry, name: str, arrays: Arrays) -> Numbers | None:
    """Read vectors and turn them: glTF has its Y axis up, Blender its Z axis."""
    accessor = arrays.accessor(names, name) if name in names else None
    if accessor is None or accessor.data is None or (accessor.kind, accessor.component) != ("VEC3", _FLOAT):
        return None
    rows = np.frombuffer(accessor.data, "<f4").reshape(-1, 3)
    return np.stack((rows[:, 0], -rows[:, 2], rows[:, 1]), axis=1)


def _indices(accessor: Accessor) -> Numbers | None:
    if accessor.data is None or accessor.kind != "SCALAR" or accessor.component not in _TYPES:
        return None
    return np.frombuffer(accessor.data, np.dtype(_TYPES[accessor.component]).newbyteorder("<")).astype(np.int32)


def _normalized(normals: Numbers) -> Numbers:
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.where(length > 0, length, 1)
