"""Joins vertices by rebuilding the mesh from its numbers, where `bmesh` does it one by one."""

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .reading import Numbers, corner_vertices, edge_vertices, face_sizes, loose_edges, points

_MOST_NEIGHBOURS = 64  # looked at along one line; more are so near on that line only in odd meshes
_CLEARLY = 1e-3  # of the distance: nearer to it than this, rounding decides
_LINE = (0.5772156649, 0.7390851332, 0.3472963553)  # odd, so that a plane of a model does not fall into a point
_FIELDS = {
    "FLOAT": ("value", 1, np.float32),
    "INT": ("value", 1, np.int32),
    "BOOLEAN": ("value", 1, np.bool_),
    "FLOAT_VECTOR": ("vector", 3, np.float32),
    "FLOAT2": ("vector", 2, np.float32),
    "FLOAT_COLOR": ("color", 4, np.float32),
    "BYTE_COLOR": ("color_srgb", 4, np.float32),  # as it is stored
}
_TOPOLOGY = {"position", ".edge_verts", ".corner_vert", ".corner_edge"}
_MADE_ANEW = {"custom_normal", "sharp_edge", ".select_edge"}


@dataclass(frozen=True)
class Weld:
    """What becomes of a mesh: the old numbers of what stays, and the corners' new vertices."""

    vertices: Numbers
    faces: Numbers | None  # None: all
    corners: Numbers | None  # None: all
    corner_vertices: Numbers
    sizes: Numbers  # of the faces
    loose: Numbers  # edges without a face, as pairs of new vertices


def plan(mesh: bpy.types.Mesh, places: Numbers, distance: float, *, keeps_sharp: bool) -> Weld | None:
    """Plan to join the vertices of one place, and of places nearer than `distance`; None: leave it to `bmesh`.

    That is for what cannot be rebuilt here, and for what would be lost by it: only triangles without area may go.
    """
    if not _plain(mesh, keeps_sharp=keeps_sharp):
        return None
    count = len(places)
    first = np.empty(int(places.max()) + 1, np.int64)  # vertex of each place
    first[places[::-1]] = np.arange(count)[::-1]
    joined = _near(points(mesh)[first], first, distance)
    if joined is None:
        return None
    own = joined[places]  # for each vertex the one that stands for it
    vertices = np.flatnonzero(own == np.arange(count))
    number = np.empty(count, np.int32)
    number[vertices] = np.arange(len(vertices), dtype=np.int32)
    number = number[own]

    old = corner_vertices(mesh)
    sizes, corners = face_sizes(mesh), number[old]
    faces = kept = None
    if len(corners) == 3 * len(sizes):
        collapsed = _any_same(corners)
        if collapsed.any():
            if np.count_nonzero(collapsed) > np.count_nonzero(_any_same(places[old])):
                return None  # a face that has an area would be lost
            faces = np.flatnonzero(~collapsed)
            kept = np.flatnonzero(np.repeat(~collapsed, 3))
            sizes, corners = sizes[faces], corners[kept]
    elif _repeats(corners, sizes, len(vertices)):
        return None
    if not len(sizes) or _twice(corners, sizes, len(vertices)):
        return None
    ends = edge_vertices(mesh) if faces is not None else edge_vertices(mesh)[loose_edges(mesh)]
    loose = np.sort(number[ends], axis=1)
    loose = np.unique(loose[loose[:, 0] != loose[:, 1]], axis=0)
    return Weld(vertices, faces, kept, corners, sizes, loose)


def weld(mesh: bpy.types.Mesh, planned: Weld) -> None:
    """Carry out what was planned; custom normals and sharp edges are gone then."""
    chosen = {"POINT": planned.vertices, "FACE": planned.faces, "CORNER": planned.corners}
    values = [
        (attribute.name, attribute.data_type, attribute.domain, _get(attribute, chosen[attribute.domain]))
        for attribute in mesh.attributes
        if attribute.name not in _TOPOLOGY | _MADE_ANEW
    ]
    where = points(mesh)[planned.vertices]
    selected = _selected_edges(mesh)
    uvs, colours = mesh.uv_layers, mesh.color_attributes
    # By name: the order may change.
    active_uv = uvs.active.name if uvs.active is not None else ""
    shown_uv = next((layer.name for layer in uvs if layer.active_render), "")
    active_colour, shown_colour = colours.active_color_name, colours.default_color_name

    mesh.clear_geometry()
    mesh.vertices.add(len(where))
    _set(mesh.attributes["position"], where)
    if len(planned.loose):
        mesh.edges.add(len(planned.loose))
        ends: Numbers = planned.loose.astype(np.int32).reshape(-1)
        mesh.edges.foreach_set("vertices", ends)  # type: ignore[arg-type]
    mesh.loops.add(len(planned.corner_vertices))
    _set(mesh.attributes[".corner_vert"], planned.corner_vertices)
    mesh.polygons.add(len(planned.sizes))
    starts: Numbers = (np.cumsum(planned.sizes) - planned.sizes).astype(np.int32)
    mesh.polygons.foreach_set("loop_start", starts)  # type: ignore[arg-type]
    for name, kind, domain, data in values:
        if name == "material_index" and not data.any():
            continue
        _set(mesh.attributes[name] if name in mesh.attributes else mesh.attributes.new(name, kind, domain), data)
    mesh.update(calc_edges=True)
    _select_edges(mesh, selected)
    if active_uv:
        uvs.active = uvs[active_uv]
    if shown_uv:
        uvs[shown_uv].active_render = True
    if active_colour:
        colours.active_color_name = active_colour
    if shown_colour:
        colours.default_color_name = shown_colour


def _plain(mesh: bpy.types.Mesh, *, keeps_sharp: bool) -> bool:
    """Whether all that the mesh holds can be read and written by number."""
    if any(obj.vertex_groups for obj in bpy.data.objects if obj.data == mesh):
        return False
    if mesh.skin_vertices:
        return False
    for attribute in mesh.attributes:
        if attribute.name in _TOPOLOGY or attribute.name == "custom_normal":
            continue
        if attribute.name == "sharp_edge":
            if keeps_sharp and _get(attribute, None).any():
                return False
        elif attribute.name == ".select_edge":
            if len(_selection(attribute)) > 1:
                return False
        elif attribute.data_type not in _FIELDS or attribute.domain not in ("POINT", "FACE", "CORNER"):
            return False
    return True


def _get(attribute: bpy.types.Attribute, chosen: Numbers | None) -> Numbers:
    field, width, kind = _FIELDS[attribute.data_type]
    data: Any = attribute.data  # type: ignore[attr-defined]
    values: Numbers = np.empty(len(data) * width, kind)
    data.foreach_get(field, values)
    rows = values.reshape(-1, width)
    return rows if chosen is None else rows[chosen]


def _set(attribute: bpy.types.Attribute, values: Numbers) -> None:
    attribute.data.foreach_set(_FIELDS[attribute.data_type][0], values.reshape(-1))  # type: ignore[attr-defined]


def _selected_edges(mesh: bpy.types.Mesh) -> bool:
    """Whether the edges are selected, all or none."""
    attribute = mesh.attributes.get(".select_edge")
    return attribute is not None and True in _selection(attribute)


def _selection(attribute: bpy.types.Attribute) -> set[bool]:
    # 5.0 makes it of a wrong type together with the edges, which are all selected then; to write into it is its death.
    return set(np.unique(_get(attribute, None)).tolist()) if attribute.data_type == "BOOLEAN" else {True}


def _select_edges(mesh: bpy.types.Mesh, selected: bool) -> None:
    """Select all edges or none, in an attribute that is new: see `_selection`."""
    if ".select_edge" in mesh.attributes:
        mesh.attributes.remove(mesh.attributes[".select_edge"])
    if selected:
        _set(mesh.attributes.new(".select_edge", "BOOLEAN", "EDGE"), np.ones(len(mesh.edges), bool))


def _near(where: Numbers, first: Numbers, distance: float) -> Numbers | None:
    """Give for each place the vertex that stands for it and the places near it: the first.

    None where it is not plain which belong together: where one is near two that are not near each other.
    """
    line = where.astype(np.float64) @ np.array(_LINE)
    order = np.argsort(line)
    line = line[order]
    found: list[Numbers] = []
    left = np.arange(len(line) - 1)
    for step in range(1, _MOST_NEIGHBOURS):
        left = left[: np.searchsorted(left, len(line) - step)]
        left = left[line[left + step] - line[left] <= distance * 1.01 + 1e-12]
        if not len(left):
            break
        one, two = order[left], order[left + step]
        apart = np.linalg.norm(where[one].astype(np.float64) - where[two], axis=1)
        if (np.abs(apart - distance) < distance * _CLEARLY).any():
            return None
        near = apart < distance
        found.append(np.stack((one[near], two[near])))
    else:
        return None
    joined = first.copy()
    pairs = np.concatenate(found, axis=1) if found else np.empty((2, 0), np.int64)
    if pairs.size:
        one, two = pairs
        np.minimum.at(joined, one, first[two])
        np.minimum.at(joined, two, first[one])
        groups, members = np.unique(joined[np.unique(pairs)], return_counts=True)
        within = np.bincount(np.searchsorted(groups, joined[one]), minlength=len(groups))
        if (joined[one] != joined[two]).any() or (within * 2 != members * (members - 1)).any():
            return None
    return joined


def _any_same(corners: Numbers) -> Numbers:
    """Whether two of a triangle's corners are the same, for each."""
    a, b, c = corners[0::3], corners[1::3], corners[2::3]
    return (a == b) | (b == c) | (c == a)  # type: ignore[no-any-return]


def _repeats(corners: Numbers, sizes: Numbers, vertices: int) -> bool:
    """Whether a face passes a vertex twice."""
    keys = np.sort(np.repeat(np.arange(len(sizes)), sizes) * np.int64(vertices) + corners)
    return bool((keys[1:] == keys[:-1]).any())


def _twice(corners: Numbers, sizes: Numbers, vertices: int) -> bool:
    """Whether two faces have the same corners, in whatever order; by sums of random numbers, so a rare yes is wrong."""
    numbers = np.random.default_rng(1).integers(0, 2**64, vertices, np.uint64)[corners]
    if len(corners) == 3 * len(sizes):
        keys = numbers[0::3] + numbers[1::3] + numbers[2::3]
    else:
        keys = np.add.reduceat(numbers, np.cumsum(sizes) - sizes)
    keys.sort()
    return bool((keys[1:] == keys[:-1]).any())
