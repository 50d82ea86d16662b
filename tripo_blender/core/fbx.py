"""Reads what an FBX says of its materials: the pictures it carries, and what each is for (bytes in, data out)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

_HEADER = 27  # bytes: magic, two unknown bytes, version
_DEEPEST = 32  # nodes within nodes; exporters stay below ten
_NUMBERS = {"Y": "<h", "C": "<B", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ARRAYS = "fdlibc"  # not read: the importer of Blender has the geometry

Value = bytes | int | float | None


class FbxError(ValueError):
    """The file does not follow the format."""


class MapRole(StrEnum):
    """What a texture is for."""

    BASE_COLOR = "base_color"
    METALLIC = "metallic"
    ROUGHNESS = "roughness"
    NORMAL = "normal"


# The names of the material's property that a texture is connected to, as Blender, Maya and 3ds Max write them.
_ROLES = {
    "DiffuseColor": MapRole.BASE_COLOR,
    "Maya|baseColor": MapRole.BASE_COLOR,
    "Maya|TEX_color_map": MapRole.BASE_COLOR,
    "3dsMax|Parameters|base_color_map": MapRole.BASE_COLOR,
    "ReflectionFactor": MapRole.METALLIC,
    "Maya|metalness": MapRole.METALLIC,
    "Maya|TEX_metallic_map": MapRole.METALLIC,
    "3dsMax|Parameters|metalness_map": MapRole.METALLIC,
    "ShininessExponent": MapRole.ROUGHNESS,
    "Shininess": MapRole.ROUGHNESS,
    "Maya|specularRoughness": MapRole.ROUGHNESS,
    "Maya|TEX_roughness_map": MapRole.ROUGHNESS,
    "3dsMax|Parameters|roughness_map": MapRole.ROUGHNESS,
    "NormalMap": MapRole.NORMAL,
    "Bump": MapRole.NORMAL,
    "Maya|normalCamera": MapRole.NORMAL,
    "Maya|TEX_normal_map": MapRole.NORMAL,
    "3dsMax|Parameters|bump_map": MapRole.NORMAL,
}


@dataclass(frozen=True)
class EmbeddedPicture:
    """A picture that the file carries: its file name without folders, and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class _Node:
    name: str
    values: tuple[Value, ...]
    children: tuple[_Node, ...]

    def child(self, name: str) -> _Node | None:
        return next((child for child in self.children if child.name == name), None)


def read_maps(data: bytes | memoryview) -> dict[str, dict[MapRole, EmbeddedPicture]]:
    """Give, for each material by name, the embedded picture for each role; raises `FbxError`.

    Textures that lie beside the file are left out: they are looked for by the importer.
    """
    top = {node.name: node for node in _nodes(data)}
    objects, connections = top.get("Objects"), top.get("Connections")
    if objects is None or connections is None:
        return {}
    materials: dict[Value, str] = {}
    pictures: dict[Value, EmbeddedPicture] = {}
    for node in objects.children:
        if not node.values:
            continue
        if node.name == "Material":
            materials[node.values[0]] = _object_name(node)
        elif node.name == "Video" and (picture := _picture(node)) is not None:
            pictures[node.values[0]] = picture
    texture_pictures: dict[Value, EmbeddedPicture] = {}
    uses: list[tuple[Value, Value, MapRole]] = []
    for link in connections.children:
        kind, source, target, name = (*link.values, None, None, None, None)[:4]
        if kind == b"OO" and source in pictures:
            texture_pictures[target] = pictures[source]
        role = _ROLES.get(_text(name))
        if kind == b"OP" and target in materials and role is not None:
            uses.append((source, target, role))
    maps: dict[str, dict[MapRole, EmbeddedPicture]] = {name: {} for name in materials.values()}
    for texture, material, role in uses:
        if texture in texture_pictures:
            maps[materials[material]].setdefault(role, texture_pictures[texture])
    return maps


def _object_name(node: _Node) -> str:
    return _text(node.values[1] if len(node.values) > 1 else None).split("\0")[0]


def _picture(video: _Node) -> EmbeddedPicture | None:
    content, path = video.child("Content"), video.child("RelativeFilename") or video.child("Filename")
    data = content.values[0] if content is not None and content.values else None
    if not isinstance(data, bytes) or not data:
        return None
    name = _text(path.values[0] if path is not None and path.values else None)
    return EmbeddedPicture(name.replace("\\", "/").rsplit("/", 1)[-1] or _object_name(video), data)


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _nodes(data: bytes | memoryview) -> list[_Node]:
    if len(data) < _HEADER:
        raise FbxError("shorter than its header")
    (version,) = struct.unpack_from("<I", data, 23)
    record = struct.Struct("<QQQB" if version >= 7500 else "<IIIB")  # 7.5 went to 64-bit offsets
    try:
        return list(_list(data, _HEADER, len(data), record, 0))
    except struct.error as error:
        raise FbxError(str(error)) from error


def _list(data: bytes | memoryview, at: int, stop: int, record: struct.Struct, depth: int) -> Iterator[_Node]:
    """Give the nodes from `at` on, up to the empty record that closes their list, or to `stop`."""
    if depth > _DEEPEST:
        raise FbxError("nodes within nodes without end")
    while at + record.size <= stop:
        end, count, length, name_length = record.unpack_from(data, at)
        if end == 0:
            return
        values_at = at + record.size + name_length
        children_at = values_at + length
        if not at < children_at <= end <= stop:
            raise FbxError(f"the node at byte {at} passes its end")
        name = bytes(data[at + record.size : values_at]).decode("utf-8", "replace")
        values = tuple(_values(data, values_at, children_at, count))
        yield _Node(name, values, tuple(_list(data, children_at, end, record, depth + 1)))
        at = end


def _values(data: bytes | memoryview, at: int, stop: int, count: int) -> Iterator[Value]:
    for _ in range(count):
        if at >= stop:
            raise FbxError(f"a node's values end at byte {at}")
        kind = chr(data[at])
        at += 1
        if kind in _NUMBERS:
            yield struct.unpack_from(_NUMBERS[kind], data, at)[0]
            at += struct.calcsize(_NUMBERS[kind])
        elif kind in "SR":
            (length,) = struct.unpack_from("<I", data, at)
            at += 4 + length
            if at > stop:
                raise FbxError(f"a text passes byte {stop}")
            yield bytes(data[at - length : at])
        elif kind in _ARRAYS:
            (length,) = struct.unpack_from("<I", data, at + 8)
            at += 12 + length
            yield None
        else:
            raise FbxError(f"an unknown type {kind!r} at byte {at - 1}")
