"""What can be seen of a mesh, whatever the order of its parts, to compare two."""

from __future__ import annotations

from typing import Any

import bpy


def numbers(attribute: Any) -> list[tuple[float, ...]]:
    field = {"FLOAT_COLOR": "color", "BYTE_COLOR": "color_srgb", "FLOAT2": "vector", "FLOAT_VECTOR": "vector"}.get(
        attribute.data_type, "value"
    )
    values = [getattr(item, field) for item in attribute.data]
    return [tuple(value) if hasattr(value, "__len__") else (float(value),) for value in values]


def seen(mesh: bpy.types.Mesh) -> dict[str, Any]:
    """All that can be seen of a mesh, in an order of its own."""
    where = [tuple(vertex.co) for vertex in mesh.vertices]
    shown = [item for item in mesh.attributes if not item.name.startswith(".") and item.name != "custom_normal"]
    of_corners = {item.name: numbers(item) for item in shown if item.domain == "CORNER"}
    of_faces = {item.name: numbers(item) for item in shown if item.domain == "FACE"}
    faces, normals = [], []
    for polygon in mesh.polygons:
        corners = [
            (where[mesh.loops[at].vertex_index], tuple((name, of_corners[name][at]) for name in sorted(of_corners)), at)
            for at in polygon.loop_indices
        ]
        start = corners.index(min(corners))
        corners = corners[start:] + corners[:start]
        own = (polygon.material_index, tuple((name, of_faces[name][polygon.index]) for name in sorted(of_faces)))
        faces.append((tuple(corner[:2] for corner in corners), own))
        normals.append([tuple(mesh.corner_normals[corner[2]].vector) for corner in corners])
    order = sorted(range(len(faces)), key=lambda at: faces[at])
    edges = [
        (tuple(sorted(where[at] for at in edge.vertices)), edge.use_edge_sharp, edge.is_loose) for edge in mesh.edges
    ]
    return {
        "vertices": sorted(where),
        "edges": sorted(edges),
        "faces": [faces[at] for at in order],
        "normals": [normal for at in order for normal in normals[at]],
        "custom": mesh.has_custom_normals,
        "uvs": sorted((layer.name, layer.active, layer.active_render) for layer in mesh.uv_layers),
        "colours": (mesh.color_attributes.active_color_name, mesh.color_attributes.default_color_name),
        "selected": {
            (*(vertex.select for vertex in mesh.vertices),) == (True,) * len(mesh.vertices),
            (*(edge.select for edge in mesh.edges),) == (True,) * len(mesh.edges),
        },
    }
