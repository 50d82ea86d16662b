"""Reads what an FBX says of its materials: which picture is for what, carried or beside it (bytes in, data out)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ..limits import Limits
from .nodes import Node, Nodes, Value

_LONGEST_NAME = 255  # characters of a file's name, as file systems have it

Id = bytes | int | float | None  # of an object


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
    """Give the materials of a binary FBX, in the file's order; raises `BadFile`."""
    nodes = Nodes(memoryview(data), Limits())
    top = {node.name: node for node in nodes.top() if node.name in {b"Objects", b"Connections"}}
    if len(top) < 2:
        return []
    materials: dict[Id, Node] = {}
    textures: dict[Id, Picture] = {}
    for node in nodes.children(top[b"Objects"]):
        identity = _identity(node.values[0]) if node.values else None
        if node.name == b"Material":
            materials[identity] = node
        elif node.name in {b"Texture", b"Video"}:
            textures[identity] = _picture(nodes, node)
    links = [_link(node) for node in nodes.children(top[b"Connections"])]
    shown = _shown(textures, links)
    numbers = {identity: _numbers(nodes, node) for identity, node in materials.items()}
    uses: dict[Id, dict[MapRole, Picture]] = {identity: {} for identity in materials}
    phong = set()
    for link in links:
        role = _ROLES.get(link.use)
        if (
            link.kind != b"OP"
            or link.target not in materials
            or role is None
            or link.source not in shown
            or _off(link.use, numbers[link.target])
        ):
            continue
        uses[link.target].setdefault(role, shown[link.source])
        if role in {MapRole.METALLIC, MapRole.ROUGHNESS} and "|" not in link.use:
            phong.add(link.target)
    return [
        FbxMaterial(_object_name(node), _unpacked(uses[key]), numbers[key].get("EmissiveFactor"), key in phong)
        for key, node in materials.items()
    ]


class _Link(NamedTuple):
    kind: bytes  # OO: an object to an object; OP: to a property of it
    source: Id
    target: Id
    use: str  # the property


def _link(node: Node) -> _Link:
    source, target = (*map(_identity, node.values[1:3]), None, None)[:2]
    return _Link(node.text(0), source, target, _text(node, 3))


def _identity(value: Value) -> Id:
    """Give what objects are told apart by: a number, or, before version 7, the name."""
    return bytes(value) if isinstance(value, memoryview) else value


def _off(use: str, numbers: Mapping[str, float]) -> bool:
    """Whether a map is connected but switched off, as Maya's Stingray PBS and 3ds Max's physical material can."""
    switch = use.replace("|TEX_", "|use_") if "|TEX_" in use else f"{use}_on"
    return numbers.get(switch) == 0


def _shown(textures: Mapping[Id, Picture], links: Iterable[_Link]) -> dict[Id, Picture]:
    """Give what each texture shows, with the bytes of the video that it is connected to, or that has its path.

    A picture that is used twice may be carried once only. Of a layered texture, the first layer that has a picture.
    """
    carried: dict[str, bytes] = {}
    for picture in textures.values():
        for path in filter(None, (picture.relative, picture.absolute)):
            if picture.data:
                carried.setdefault(path, picture.data)
    feeds: dict[Id, list[Id]] = {}
    for link in links:
        if link.kind == b"OO":
            feeds.setdefault(link.target, []).append(link.source)
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


def _picture(nodes: Nodes, node: Node) -> Picture:
    found: dict[bytes, Node] = {}
    for child in nodes.children(node):
        found.setdefault(child.name.lower(), child)
    relative, absolute = (_text(found[key], 0) if key in found else "" for key in (b"relativefilename", b"filename"))
    name = _file_name(relative) or _file_name(absolute) or _file_name(_object_name(node))
    parts = found[b"content"].values if b"content" in found else ()
    return Picture(name, relative, absolute, b"".join(part for part in parts if isinstance(part, memoryview)))


def _file_name(path: str) -> str:
    name = re.split(r"[\\/:]", path)[-1][:_LONGEST_NAME]
    return name if name.strip(" .") and name.isprintable() else ""


def _object_name(node: Node) -> str:
    """Give an object's name: after its number, or, before version 7, in its place."""
    return next((_text(node, at) for at, value in enumerate(node.values[:2]) if isinstance(value, memoryview)), "")


def _numbers(nodes: Nodes, material: Node) -> dict[str, float]:
    """Give a material's properties that are numbers."""
    found = {}
    for table in nodes.children(material):
        for row in nodes.children(table) if table.name == b"Properties70" else ():
            if len(row.values) > 4 and isinstance(row.values[4], int | float):
                found[_text(row, 0)] = float(row.values[4])
    return found


def _text(node: Node, at: int) -> str:
    return node.text(at).decode("utf-8", "replace")
