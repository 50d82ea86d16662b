"""Reads what an FBX says of its materials: which picture is for what, carried or beside it (bytes in, data out)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_MAGIC = b"Kaydara FBX Binary  \0"
_HEADER = 27  # bytes: magic, two unknown bytes, version
_MOST_NODES = 1_000_000  # read in a file, about 2 s; a rigged and animated figure has some 10,000
_MOST_VALUES = 8  # of a node, the others are passed over; what is asked of a material is among the first five
_MOST_PARTS = 4096  # of a picture's bytes, which Autodesk's library cuts up
_LONGEST_NAME = 255  # characters of a file's name, as file systems have it
_NUMBERS = {"Y": "<h", "C": "<B", "B": "<B", "Z": "<b", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ARRAYS = "fdlibc"  # not read: the importer of Blender has the geometry

Value = bytes | int | float | None
Values = tuple[Value, ...]


class FbxError(ValueError):
    """The file does not follow the format."""


class MapRole(StrEnum):
    """What a texture is for."""

    BASE_COLOR = "base_color"
    METALLIC = "metallic"
    ROUGHNESS = "roughness"
    NORMAL = "normal"
    EMISSION = "emission"
    OPACITY = "opacity"


# The names of the material's property that a texture is connected to. Without a bar: the Phong material of the format,
# which Blender, Mixamo and most others write; ShininessExponent for roughness and ReflectionFactor for metal are
# Blender's habit. Maya: Arnold's standard surface, and TEX_ its Stingray PBS. 3dsMax: Parameters the physical material,
# main its glTF and PBR materials. Occlusion, and with it Maya|TEX_ao_map, has no place in Blender's shader.
_ROLES = {
    "DiffuseColor": MapRole.BASE_COLOR,
    "Maya|baseColor": MapRole.BASE_COLOR,
    "Maya|base_color": MapRole.BASE_COLOR,
    "Maya|TEX_color_map": MapRole.BASE_COLOR,
    "3dsMax|Parameters|base_color_map": MapRole.BASE_COLOR,
    "3dsMax|main|base_color_map": MapRole.BASE_COLOR,
    "3dsMax|main|baseColorMap": MapRole.BASE_COLOR,
    "3dsMax|maps|texmap_diffuse": MapRole.BASE_COLOR,
    "ReflectionFactor": MapRole.METALLIC,
    "Maya|metalness": MapRole.METALLIC,
    "Maya|TEX_metallic_map": MapRole.METALLIC,
    "3dsMax|Parameters|metalness_map": MapRole.METALLIC,
    "3dsMax|Parameters|base_metalness_map": MapRole.METALLIC,
    "3dsMax|main|metalness_map": MapRole.METALLIC,
    "3dsMax|main|metalnessMap": MapRole.METALLIC,
    "ShininessExponent": MapRole.ROUGHNESS,
    "Shininess": MapRole.ROUGHNESS,
    "Maya|specularRoughness": MapRole.ROUGHNESS,
    "Maya|specular_roughness": MapRole.ROUGHNESS,
    "Maya|TEX_roughness_map": MapRole.ROUGHNESS,
    "3dsMax|Parameters|roughness_map": MapRole.ROUGHNESS,
    "3dsMax|Parameters|specular_roughness_map": MapRole.ROUGHNESS,
    "3dsMax|main|roughness_map": MapRole.ROUGHNESS,
    "3dsMax|main|Roughness_Map": MapRole.ROUGHNESS,
    "3dsMax|main|roughnessMap": MapRole.ROUGHNESS,
    "NormalMap": MapRole.NORMAL,
    "Bump": MapRole.NORMAL,
    "Maya|normalCamera": MapRole.NORMAL,
    "Maya|TEX_normal_map": MapRole.NORMAL,
    "3dsMax|Parameters|bump_map": MapRole.NORMAL,
    "3dsMax|Parameters|normalCamera": MapRole.NORMAL,
    "3dsMax|main|norm_map": MapRole.NORMAL,
    "3dsMax|main|normalMap": MapRole.NORMAL,
    "3dsMax|maps|texmap_bump": MapRole.NORMAL,
    "EmissiveColor": MapRole.EMISSION,
    "Maya|emissionColor": MapRole.EMISSION,
    "Maya|emission_color": MapRole.EMISSION,
    "Maya|TEX_emissive_map": MapRole.EMISSION,
    "3dsMax|Parameters|emit_color_map": MapRole.EMISSION,
    "3dsMax|Parameters|emission_color_map": MapRole.EMISSION,
    "3dsMax|main|emit_color_map": MapRole.EMISSION,
    "3dsMax|main|emissionMap": MapRole.EMISSION,
    "TransparentColor": MapRole.OPACITY,
    "TransparencyFactor": MapRole.OPACITY,
    "Maya|opacity": MapRole.OPACITY,
    "3dsMax|Parameters|cutout_map": MapRole.OPACITY,
    "3dsMax|Parameters|geometry_opacity_map": MapRole.OPACITY,
    "3dsMax|main|opacity_map": MapRole.OPACITY,
    "3dsMax|main|AlphaMap": MapRole.OPACITY,
}

# Names that tell of glTF's packing (red occlusion, green roughness, blue metal): ORM as a word, or metal beside rough.
_PACKED = re.compile(
    r"(?<![A-Z])ORM(?![A-Za-z])|(?<![A-Za-z])orm(?![A-Za-z])"
    r"|(?i:metal(lic|ness)?[-_. ]?rough(ness)?|rough(ness)?[-_. ]?metal(lic|ness)?)"
)


@dataclass(frozen=True)
class Picture:
    """A picture as the file tells of it: its name without folders, its paths as written, and its bytes.

    Where it lies beside the file the bytes are empty. The paths are whatever the file says: judge them before use.
    """

    name: str
    relative: str
    absolute: str
    data: bytes = field(repr=False, default=b"")

    @property
    def packed(self) -> bool:
        """Whether its name says that green is roughness and blue is metal."""
        return _PACKED.search(self.name) is not None


@dataclass(frozen=True)
class FbxMaterial:
    """A material's name and its pictures by role.

    `emission_strength` is None where the file is silent. `phong`: metal or roughness hang on a Phong material, whose
    other values therefore mean nothing.
    """

    name: str
    maps: Mapping[MapRole, Picture]
    emission_strength: float | None = None
    phong: bool = False

    @property
    def packed(self) -> bool:
        """Whether one picture is both metal and roughness: green is roughness, blue is metal."""
        metallic, roughness = self.maps.get(MapRole.METALLIC), self.maps.get(MapRole.ROUGHNESS)
        if metallic is None or roughness is None:
            return False
        return metallic.data == roughness.data if metallic.data or roughness.data else metallic == roughness


def read_materials(data: bytes | memoryview) -> list[FbxMaterial]:
    """Give the materials of a binary FBX, in the file's order; raises `FbxError`."""
    file = _File(data)
    top = {node.name: node for node in file.top() if node.name in {"Objects", "Connections"}}
    if len(top) < 2:
        return []
    materials: dict[Value, _Node] = {}
    textures: dict[Value, Picture] = {}
    for node in file.children(top["Objects"]):
        identity = node.values[0] if node.values else None
        if node.name == "Material":
            materials[identity] = node
        elif node.name in {"Texture", "Video"}:
            textures[identity] = _picture(file, node)
    links = [(*link.values, None, None, None, None)[:4] for link in file.children(top["Connections"])]
    shown = _shown(textures, links)
    numbers = {identity: _numbers(file, node) for identity, node in materials.items()}
    uses: dict[Value, dict[MapRole, Picture]] = {identity: {} for identity in materials}
    phong = set()
    for kind, source, target, name in links:
        use = _text(name)
        role = _ROLES.get(use)
        if (
            kind != b"OP"
            or target not in materials
            or role is None
            or source not in shown
            or _off(use, numbers[target])
        ):
            continue
        uses[target].setdefault(role, shown[source])
        if role in {MapRole.METALLIC, MapRole.ROUGHNESS} and "|" not in use:
            phong.add(target)
    return [
        FbxMaterial(_object_name(node), _unpacked(uses[key]), numbers[key].get("EmissiveFactor"), key in phong)
        for key, node in materials.items()
    ]


def _off(use: str, numbers: Mapping[str, float]) -> bool:
    """Whether a map is connected but switched off, as Maya's Stingray PBS and 3ds Max's physical material can."""
    switch = use.replace("|TEX_", "|use_") if "|TEX_" in use else f"{use}_on"
    return numbers.get(switch) == 0


def _shown(textures: Mapping[Value, Picture], links: Iterable[Values]) -> dict[Value, Picture]:
    """Give what each texture shows, with the bytes of the video that it is connected to, or that has its path.

    A picture that is used twice may be carried once only. Of a layered texture, the first layer that has a picture.
    """
    carried: dict[str, bytes] = {}
    for picture in textures.values():
        for path in filter(None, (picture.relative, picture.absolute)):
            if picture.data:
                carried.setdefault(path, picture.data)
    feeds: dict[Value, list[Value]] = {}
    for kind, source, target, _ in links:
        if kind == b"OO":
            feeds.setdefault(target, []).append(source)
    shown = {}
    for identity, own in textures.items():
        video = next((textures[source] for source in feeds.get(identity, ()) if source in textures), own)
        relative, absolute = video.relative or own.relative, video.absolute or own.absolute
        data = video.data or own.data or carried.get(relative) or carried.get(absolute) or b""
        if data or relative or absolute:  # otherwise it is computed, and no picture
            name = own.name if not (video.relative or video.absolute) and (own.relative or own.absolute) else video.name
            shown[identity] = Picture(name or "Picture", relative, absolute, data)
    for identity, sources in feeds.items():
        layer = next((shown[source] for source in sources if source in shown), None)
        if identity not in shown and layer is not None:
            shown[identity] = layer
    return shown


def _unpacked(maps: dict[MapRole, Picture]) -> dict[MapRole, Picture]:
    """Let a picture that is metal and roughness by its name, but used for one of them, be used for both."""
    for role, other in ((MapRole.METALLIC, MapRole.ROUGHNESS), (MapRole.ROUGHNESS, MapRole.METALLIC)):
        if role in maps and maps[role].packed:
            maps.setdefault(other, maps[role])
    return maps


def _picture(file: _File, node: _Node) -> Picture:
    found: dict[str, Values] = {}
    for child in file.children(node):
        found.setdefault(child.name.lower(), child.values)
    relative, absolute = (_text(next(iter(found.get(key, ())), None)) for key in ("relativefilename", "filename"))
    name = _file_name(relative) or _file_name(absolute) or _file_name(_object_name(node))
    data = b"".join(part for part in found.get("content", ()) if isinstance(part, bytes))
    return Picture(name, relative, absolute, data)


def _file_name(path: str) -> str:
    name = re.split(r"[\\/:]", path)[-1][:_LONGEST_NAME]
    return name if name.strip(" .") and name.isprintable() else ""


def _object_name(node: _Node) -> str:
    """Give an object's name: after its number, or, before version 7, in its place."""
    return _text(next((value for value in node.values[:2] if isinstance(value, bytes)), None))


def _numbers(file: _File, material: _Node) -> dict[str, float]:
    """Give a material's properties that are numbers."""
    found = {}
    for table in file.children(material):
        for row in file.children(table) if table.name == "Properties70" else ():
            if len(row.values) > 4 and isinstance(row.values[4], int | float):
                found[_text(row.values[0])] = float(row.values[4])
    return found


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace").split("\0")[0] if isinstance(value, bytes) else ""


@dataclass(frozen=True)
class _Node:
    name: str
    values: Values
    children_at: int
    end: int


class _File:
    """A binary FBX whose nodes are read as they are asked for."""

    def __init__(self, data: bytes | memoryview) -> None:
        if len(data) < _HEADER or bytes(data[: len(_MAGIC)]) != _MAGIC:
            raise FbxError("not a binary FBX")
        (version,) = struct.unpack_from("<I", data, 23)
        self._data = data
        self._record = struct.Struct("<QQQB" if version >= 7500 else "<IIIB")  # 7.5 went to 64-bit offsets
        self._left = _MOST_NODES

    def top(self) -> Iterator[_Node]:
        return self._list(_HEADER, len(self._data))

    def children(self, node: _Node) -> Iterator[_Node]:
        return self._list(node.children_at, node.end)

    def _list(self, at: int, stop: int) -> Iterator[_Node]:
        """Give the nodes from `at` on, up to the empty record that closes their list, or to `stop`."""
        record, data = self._record, self._data
        while at + record.size <= stop:
            end, count, length, name_length = record.unpack_from(data, at)
            if end == 0:
                return
            values_at = at + record.size + name_length
            children_at = values_at + length
            if not at < children_at <= end <= stop:
                raise FbxError(f"the node at byte {at} passes its end")
            self._left -= 1
            if self._left < 0:
                raise FbxError(f"more than {_MOST_NODES} nodes")
            name = bytes(data[at + record.size : values_at]).decode("utf-8", "replace")
            most = _MOST_PARTS if name == "Content" else _MOST_VALUES
            yield _Node(name, tuple(self._values(values_at, children_at, min(count, most))), children_at, end)
            at = end

    def _values(self, at: int, stop: int, count: int) -> Iterator[Value]:
        data = self._data
        for _ in range(count):
            kind = chr(data[at]) if at < stop else ""
            at += 1
            size = struct.calcsize(_NUMBERS.get(kind, "<I" if kind in {"S", "R"} else "<III"))
            if at + size > stop:
                raise FbxError(f"a node's values end at byte {stop}")
            if kind in _NUMBERS:
                yield struct.unpack_from(_NUMBERS[kind], data, at)[0]
            elif kind in {"S", "R"}:
                size += struct.unpack_from("<I", data, at)[0]
                if at + size > stop:
                    raise FbxError(f"a text passes byte {stop}")
                yield bytes(data[at + 4 : at + size])
            elif kind in _ARRAYS:
                size += struct.unpack_from("<III", data, at)[2]  # its length, whether it is compressed, its bytes
                yield None
            else:
                raise FbxError(f"an unknown type {kind!r} at byte {at - 1}")
            at += size
