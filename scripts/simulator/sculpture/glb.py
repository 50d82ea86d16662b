"""A relief as a binary glTF 2.0 file."""

import json
import struct
from typing import Any

from numpy.typing import NDArray

from simulator.sculpture.picture import picture_format
from simulator.sculpture.relief import Relief
from simulator.sculpture.textures import Textures

_FLOAT, _UNSIGNED_INT = 5126, 5125
_VERTEX_DATA, _INDEX_DATA = 34962, 34963


class _Buffer:
    """The binary chunk with the views into it, as they are added."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, Any]] = []

    def add_bytes(self, data: bytes, target: int | None = None) -> int:
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self.data += data + bytes(-len(data) % 4)
        self.views.append(view)
        return len(self.views) - 1

    def add_array(self, array: NDArray[Any], kind: str, component: int, target: int, bounds: bool = False) -> int:
        accessor: dict[str, Any] = {
            "bufferView": self.add_bytes(array.tobytes(), target),
            "componentType": component,
            "count": len(array),
            "type": kind,
        }
        if bounds:
            accessor["min"], accessor["max"] = array.min(axis=0).tolist(), array.max(axis=0).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def write_glb(relief: Relief, textures: Textures | None, identity: str) -> bytes:
    """The file as the service writes it, in triangles; without textures it has a plain material and no UVs."""
    buffer = _Buffer()
    attributes = {
        "POSITION": buffer.add_array(relief.positions.astype("<f4"), "VEC3", _FLOAT, _VERTEX_DATA, bounds=True),
        "NORMAL": buffer.add_array(relief.normals.astype("<f4"), "VEC3", _FLOAT, _VERTEX_DATA),
    }
    if textures:
        attributes["TEXCOORD_0"] = buffer.add_array(relief.uvs.astype("<f4"), "VEC2", _FLOAT, _VERTEX_DATA)
    triangles = relief.triangles().reshape(-1)
    indices = buffer.add_array(triangles.astype("<u4"), "SCALAR", _UNSIGNED_INT, _INDEX_DATA)
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "https://tripo3d.ai"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": f"tripo_node_{identity}", "mesh": 0}],
        "meshes": [
            {
                "name": f"tripo_mesh_{identity}",
                "primitives": [{"attributes": attributes, "indices": indices, "material": 0, "mode": 4}],
            }
        ],
        "materials": [{"name": f"tripo_mat_{identity}", "doubleSided": False}],
    }
    document["materials"][0] |= _paint(document, buffer, textures, identity)
    document |= {
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(buffer.data)
    return b"".join(
        (
            struct.pack("<4sII", b"glTF", 2, total),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(buffer.data), b"BIN\0"),
            bytes(buffer.data),
        )
    )


def _paint(document: dict[str, Any], buffer: _Buffer, textures: Textures | None, identity: str) -> dict[str, Any]:
    """The material's entries; adds images and textures to the document."""
    if textures is None:
        return {"pbrMetallicRoughness": {"baseColorFactor": [0.7, 0.7, 0.7, 1], "metallicFactor": 0}}
    document |= {"images": [], "textures": []}

    def add(name: str, data: bytes) -> dict[str, int]:
        image = {
            "name": f"{name}_{identity}",
            "mimeType": f"image/{picture_format(data)}",
            "bufferView": buffer.add_bytes(data),
        }
        document["images"].append(image)
        document["textures"].append({"source": len(document["images"]) - 1})
        return {"index": len(document["textures"]) - 1}

    shading: dict[str, Any] = {
        "baseColorTexture": add("Color", textures.colour),
        "baseColorFactor": [1, 1, 1, 1],
        "metallicFactor": 1 if textures.metallic_roughness else 0,
        "roughnessFactor": 1,
    }
    material: dict[str, Any] = {"pbrMetallicRoughness": shading}
    if textures.metallic_roughness:
        # Its red is occlusion, which no occlusionTexture says.
        shading["metallicRoughnessTexture"] = add("ORM", textures.metallic_roughness)
    if textures.normal:
        material["normalTexture"] = add("NormalGL", textures.normal)
    return material
