"""All that a user can see of what a file holds, as plain values: to compare two ways to the same file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import bpy
import numpy as np

Told = dict[str, Any]

_NOT_SEEN = {  # of the program's own keeping, or told in another place
    "rna_type", "session_uid", "session_uuid", "id_data", "original", "tag", "preview", "is_evaluated", "depsgraph",
    "view_layers", "bindcode", "is_updated", "is_updated_data", "animation_visualization", "pixels", "name_full",
    "all_objects", "evaluated_depsgraph", "asset_data", "children_recursive", "library_weak_reference",
    "is_override_data", "is_runtime_data", "is_dirty", "has_data",
}  # fmt: skip
_OF_MESH = {  # told by its attributes
    "vertices", "edges", "loops", "polygons", "loop_triangles", "loop_triangle_polygons", "vertex_normals",
    "polygon_normals", "corner_normals", "attributes", "uv_layers", "vertex_colors", "color_attributes",
    "vertex_layers_float", "vertex_layers_int", "vertex_layers_string", "polygon_layers_float", "polygon_layers_int",
    "polygon_layers_string", "skin_vertices", "edge_creases", "vertex_creases",
    "uv_layer_stencil", "uv_layer_clone",  # and reading what they hold upsets 4.2
}  # fmt: skip
# Of what a scene has; reading the rest of it crashes without a window.
_OF_SCENE = {"render", "unit_settings", "view_settings", "display_settings", "cursor", "objects", "world", "camera"}
_OF_PROGRAM = {"window_managers", "screens", "workspaces", "brushes"}  # only counted
_FIELDS = {
    "FLOAT": ("value", 1), "INT": ("value", 1), "INT8": ("value", 1), "BOOLEAN": ("value", 1),
    "FLOAT_VECTOR": ("vector", 3), "FLOAT2": ("vector", 2), "FLOAT_COLOR": ("color", 4), "BYTE_COLOR": ("color", 4),
    "INT32_2D": ("value", 2), "INT16_2D": ("value", 2), "QUATERNION": ("value", 4), "FLOAT4X4": ("value", 16),
}  # fmt: skip


def told() -> Told:
    """Tell what the file holds, and what is selected, active and linked where."""
    found: Told = {}
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier != "all_ids":
            blocks = list(getattr(bpy.data, prop.identifier))
            found[prop.identifier] = [block.name for block in blocks]
            if prop.identifier not in _OF_PROGRAM:
                found |= {f"{prop.identifier}[{block.name}]": _block(block) for block in blocks}
    layer = bpy.context.view_layer
    found["selected"] = sorted(obj.name for obj in layer.objects if obj.select_get())
    found["active"] = layer.objects.active.name if layer.objects.active else ""
    found["visible"] = sorted(obj.name for obj in layer.objects if obj.visible_get())
    found["placed"] = {obj.name: _plain(obj.matrix_world) for obj in layer.objects}
    return found


def differences(some: Any, others: Any, where: str = "") -> Iterator[str]:
    """Name each place where two tellings differ, with both values."""
    if isinstance(some, dict) and isinstance(others, dict):
        for key in [*some, *(key for key in others if key not in some)]:
            yield from differences(some.get(key, "nothing"), others.get(key, "nothing"), f"{where}.{key}".strip("."))
    elif isinstance(some, list) and isinstance(others, list) and len(some) == len(others):
        for number, (one, other) in enumerate(zip(some, others, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif some != others:
        yield f"{where}: {some!r:.120} and {others!r:.120}"


def _block(block: bpy.types.ID) -> Told:
    found = _struct(block, {})
    if isinstance(block, bpy.types.Mesh):
        found["mesh"] = _mesh(block)
    if isinstance(block, bpy.types.Object) and isinstance(block.data, bpy.types.Mesh):
        found["weights"] = _digest(
            [part for vertex in block.data.vertices for group in vertex.groups for part in (group.group, group.weight)]
        )
    if isinstance(block, bpy.types.Image) and block.packed_file is not None:
        found["bytes"] = hashlib.sha256(block.packed_file.data).hexdigest()
        found["alpha"] = block.channels
    return found


def _mesh(mesh: bpy.types.Mesh) -> Told:
    found: Told = {"corners": len(mesh.loops), "faces": len(mesh.polygons)}
    for name, part in (("co", mesh.vertices), ("loop_start", mesh.polygons), ("vertex_index", mesh.loops)):
        found[name] = _array(part, name, 3 if name == "co" else 1)
    found["normals"] = _array(mesh.corner_normals, "vector", 3)
    for name in ("attributes", "uv_layers", "color_attributes"):
        found[name] = [layer.name for layer in getattr(mesh, name)]
    found["uv active"] = [(layer.active, layer.active_render) for layer in mesh.uv_layers]
    for attribute in mesh.attributes:
        field, width = _FIELDS.get(attribute.data_type, ("", 0))
        values = _array(attribute.data, field, width) if field else attribute.data_type
        found[f"attribute {attribute.name}"] = [attribute.domain, attribute.data_type, len(attribute.data), values]
    return found


def _array(part: Any, name: str, width: int) -> str:
    values = np.empty(len(part) * width, np.float32)
    part.foreach_get(name, values)
    return _digest(values)


def _digest(values: Any) -> str:
    return hashlib.sha256(np.asarray(values, np.float32).tobytes()).hexdigest()[:12]


def _struct(struct: Any, seen: dict[int, str]) -> Told:
    """Its properties, and those of what belongs to it; what belongs to others by its name."""
    found: Told = {"": type(struct).__name__}
    for prop in struct.bl_rna.properties:
        name = prop.identifier
        if name in _NOT_SEEN or (isinstance(struct, bpy.types.Mesh) and name in _OF_MESH):
            continue
        of_scene = isinstance(struct, (bpy.types.Scene, bpy.types.RenderSettings))
        if of_scene and prop.type in ("POINTER", "COLLECTION") and name not in _OF_SCENE:
            continue
        try:
            value = getattr(struct, name)
        except (AttributeError, RuntimeError, ValueError, TypeError):
            continue
        if prop.type == "COLLECTION":
            found[name] = _collection(value, seen)
            if name == "objects":  # the outliner sorts them
                found[name].sort()
        elif prop.type == "POINTER":
            found[name] = _pointed(value, seen)
        else:
            found[name] = _plain(value)
    if isinstance(struct, (bpy.types.ID, bpy.types.Bone, bpy.types.PoseBone)):
        found["custom"] = {key: _plain(value) for key, value in struct.items() if key not in ("cycles", "tripo")}
    return found


def _collection(items: Any, seen: dict[int, str]) -> Any:
    if len(items) > 64 and hasattr(items[0], "co"):  # a shape key's points
        return [len(items), _array(items, "co", len(items[0].co))]
    return [_pointed(item, seen) for item in items]


def _pointed(value: Any, seen: dict[int, str]) -> Any:
    if value is None:
        return None
    if not isinstance(value, bpy.types.bpy_struct):
        return _plain(value)
    embedded = isinstance(value, bpy.types.NodeTree) and value.name not in bpy.data.node_groups
    if isinstance(value, bpy.types.ID) and not embedded:
        return f"{type(value).__name__} {value.name}"
    key = hash((value.as_pointer(), type(value).__name__))
    if key in seen:
        return f"{type(value).__name__} {getattr(value, 'name', '')}"
    seen[key] = ""
    found = _struct(value, seen)
    found.pop("users", None)  # of what belongs to one block alone
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, set):
        return sorted(value)
    if hasattr(value, "to_dict"):
        return {key: _plain(part) for key, part in value.to_dict().items()}
    if hasattr(value, "__len__"):
        return [_plain(part) for part in value]
    return repr(value)
