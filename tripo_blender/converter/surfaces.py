"""What a GLB says of its meshes, read past the importer: places, normals, and which vertices meet at corners.

Without this the importer would set the normals, Blender merge by distance, and the normals be set again. A GLB of
500,000 triangles with 2048 px textures, imported and set up (4.2.23 and 5.2.3, seconds of processor time, medians of
three): 0.9 and 1.1 by this; 2.5 and 2.1 with the Weld modifier; 2.5 and 2.9 with the operator; 2.6 and 3.5 with bmesh.
With a fifth of its edges hard, in two goes: 1.0 and 1.4 by this, 5.8 and 6.0 with the Weld modifier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np

from ..core.formats.glb.arrays import Accessor, Arrays, Entry, child, entries, whole
from ..core.formats.glb.file import open_glb
from ..core.formats.limits import BadFile
from ..storage.mapped_file import mapped
from .reading import Numbers, corner_vertices, points

_TRIANGLES = 4
_FLOAT = 5126
_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32}  # of indices
_NO_NORMALS = np.empty((0, 3), np.float32)
_USABLE = 1e-3, 1e3  # lengths of a normal; what is shorter or longer, or no number, is for the importer
_ENDS = 12  # corners


@dataclass(frozen=True)
class FileNormals:
    """The normals that a file has for a Blender mesh."""

    normals: Numbers  # (n, 3) of the file's vertices, of length 1; (0, 3) where the file has none
    corners: Numbers  # (m,): the file's vertex at every corner of the mesh
    vertices: Numbers  # (n,): the vertex of the mesh that stands for each of the file's, -1 where none does


@dataclass(frozen=True)
class Surface:
    """The triangles of one mesh of a file, in Blender's axes."""

    points: Numbers  # (n, 3) of its vertices
    normals: Numbers  # (n, 3), of length 1; (0, 3) where the file has none
    corners: Numbers  # (m,): the vertex at every corner of every triangle

    def with_area(self, *, merged: bool) -> Surface:
        """Give this without the triangles that have one place, or not merged one vertex, at two corners."""
        triangles = self.corners.reshape(-1, 3)
        at = [self.points[triangles[:, side]] if merged else triangles[:, side : side + 1] for side in range(3)]
        without: Numbers = np.logical_or.reduce([(at[side] == at[side - 1]).all(axis=1) for side in range(3)])
        return replace(self, corners=triangles[~without].reshape(-1))

    def same(self, other: Surface) -> bool:
        """Whether two have the same numbers."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("points", "normals", "corners"))
        return all(np.array_equal(one, two) for one, two in pairs)

    def fitted(self, where: Numbers, corners: Numbers) -> FileNormals | None:
        """Give what there is for a Blender mesh by its points and corners; None where it is not of this surface."""
        if len(corners) != len(self.corners):
            return None
        vertices = np.full(len(self.points), -1, np.int32)
        vertices[self.corners] = corners
        used = vertices >= 0
        if not np.array_equal(vertices[self.corners], corners):
            return None
        if not np.array_equal(where[vertices[used]], self.points[used]):
            return None
        return FileNormals(self.normals, self.corners, vertices)


Matched = dict[bpy.types.Mesh, FileNormals]
_ByKey = dict[tuple[int, bytes], Surface | None]  # None: several that cannot be told apart


def match(meshes: Iterable[bpy.types.Mesh], surfaces: list[Surface], *, merged: bool) -> Matched | None:
    """Give what a file has for each of the meshes that were made of it; None where one of them is made otherwise.

    So it is where a triangle was lost that has an area: Blender takes out those that another one covers. And where two
    surfaces differ in nothing but their normals, so that nobody knows which is whose.
    """
    whole_ones = _by_key(surfaces)
    with_area: _ByKey = {}  # Blender takes the others out; they are seldom, and finding them takes time
    found = {}
    for mesh in meshes:
        where, corners = points(mesh), corner_vertices(mesh)
        key = _key(where, corners)
        if key not in whole_ones and not with_area:
            with_area = _by_key([surface.with_area(merged=merged) for surface in surfaces])
        surface = whole_ones.get(key) or with_area.get(key)
        fitted = surface.fitted(where, corners) if surface is not None else None
        if fitted is None:
            return None
        found[mesh] = fitted
    return found


def _by_key(surfaces: list[Surface]) -> _ByKey:
    found: _ByKey = {}
    for surface in surfaces:
        key = _key(surface.points, surface.corners)
        first = found.setdefault(key, surface)
        if first is not None and not first.same(surface):
            found[key] = None
    return found


def _key(where: Numbers, corners: Numbers) -> tuple[int, bytes]:
    """Give what tells most surfaces apart: how many corners they have, and where the first and the last are."""
    ends = np.concatenate((corners[:_ENDS], corners[-_ENDS:]))
    return len(corners), (where[ends] + np.float32(0)).tobytes()  # which makes 0 of -0, as merging does


def read_surfaces(path: Path) -> list[Surface]:
    """Read the meshes of a GLB; none where one of them is more than triangles that stand still, or packed."""
    try:
        with mapped(path) as data:
            return _read(data)
    except (OSError, BadFile, ValueError, MemoryError):  # the importer says what is wrong with it
        return []


def _read(data: memoryview) -> list[Surface]:
    scene, arrays = open_glb(data)
    if any("skin" in node for node in entries(scene, "nodes")):
        return []
    found = [_surface(mesh, arrays) for mesh in entries(scene, "meshes")]
    whole_ones = [surface for surface in found if surface is not None]
    return whole_ones if len(whole_ones) == len(found) else []


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
    # Merging keeps any one of the values that the vertices of a place have in attributes that are not the format's own.
    own = any(name.startswith(("_", "KHR_")) for name in names)
    if moves_or_is_packed or whole(part, "mode", _TRIANGLES) != _TRIANGLES or own:
        return None
    places = _vectors(names, "POSITION", arrays)
    normals = _normalized(_vectors(names, "NORMAL", arrays)) if "NORMAL" in names else _NO_NORMALS
    if places is None or normals is None or len(normals) not in {0, len(places)}:
        return None
    corners: Numbers | None = np.arange(len(places), dtype=np.int32)
    if "indices" in part:
        corners = _indices(arrays.accessor(part, "indices"))
    if corners is None or len(corners) % 3 or (len(corners) and corners.max() >= len(places)):
        return None
    return Surface(places, normals, corners)


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


def _normalized(normals: Numbers | None) -> Numbers | None:
    if normals is None:
        return None
    length = np.sqrt(np.einsum("ij,ij->i", normals, normals, dtype=np.float64))[:, None]
    least, most = _USABLE
    if not ((length > least) & (length < most)).all():
        return None
    of_one: Numbers = (normals / length).astype(np.float32)
    return of_one
