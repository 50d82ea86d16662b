"""A relief as a binary glTF 2.0 file."""

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fixtures.codecs import meshopt_attributes, meshopt_indices
from simulator.sculpture.picture import picture_format
from simulator.sculpture.relief import Relief
from simulator.sculpture.textures import Textures

_FLOAT, _UNSIGNED_INT = 5126, 5125
_VERTEX_DATA, _INDEX_DATA = 34962, 34963
_MESHOPT = "EXT_meshopt_compression"


class _Buffer:
    """The binary chunk with the views into it, as they are added; arrays are compressed with meshopt, or not."""

    def __init__(self, compress: bool) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self._compress = compress
        self._unpacked = 0  # bytes of the buffer that the file does not hold

    def add_bytes(self, data: bytes, target: int | None = None) -> int:
        view = {"buffer": 0, "byteOffset": self._append(data), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self.views.append(view)
        return len(self.views) - 1

    def _append(self, data: bytes) -> int:
        at = len(self.data)
        self.data += data + bytes(-len(data) % 4)
        return at

    def add_array(self, array: NDArray[Any], kind: str, component: int, target: int, bounds: bool = False) -> int:
        accessor: dict[str, Any] = {
            "bufferView": (self._add_packed if self._compress else self._add_plain)(array, target),
            "componentType": component,
            "count": len(array),
            "type": kind,
        }
        if bounds:
            accessor["min"], accessor["max"] = array.min(axis=0).tolist(), array.max(axis=0).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def _add_plain(self, array: NDArray[Any], target: int) -> int:
        return self.add_bytes(array.tobytes(), target)

    def _add_packed(self, array: NDArray[Any], target: int) -> int:
        """Add an array that the extension unpacks into a place of the second buffer."""
        stride, indices = array.nbytes // len(array), target == _INDEX_DATA
        rows = np.frombuffer(array.tobytes(), np.uint8).reshape(len(array), stride)
        data = meshopt_indices(array) if indices else meshopt_attributes(rows)
        packed = {
            "buffer": 0,
            "byteOffset": self._append(data),
            "byteLength": len(data),
            "byteStride": stride,
            "mode": "INDICES" if indices else "ATTRIBUTES",
            "count": len(array),
        }
        view = {"buffer": 1, "byteOffset": self._unpacked, "byteLength": array.nbytes, "target": target}
        if not indices:
            view["byteStride"] = stride
        self._unpacked += array.nbytes + -array.nbytes % 4
        self.views.append(view | {"extensions": {_MESHOPT: packed}})
        return len(self.views) - 1

    def described(self) -> dict[str, Any]:
        """Return what the document says of it."""
        buffers: list[dict[str, Any]] = [{"byteLength": len(self.data)}]
        document: dict[str, Any] = {"accessors": self.accessors, "bufferViews": self.views, "buffers": buffers}
        if self._compress:
            buffers.append({"byteLength": self._unpacked, "extensions": {_MESHOPT: {"fallback": True}}})
            document |= {"extensionsUsed": [_MESHOPT], "extensionsRequired": [_MESHOPT]}
        return document


def write_glb(relief: Relief, textures: Textures | None, identity: str, compress: bool = False) -> bytes:
    """The file as the service writes it, in triangles; without textures it has a plain material and no UVs."""
    return _write([(f"tripo_node_{identity}", f"tripo_mesh_{identity}", relief)], textures, identity, compress)


def write_parts(parts: Sequence[Relief], identity: str, compress: bool = False) -> bytes:
    """Return a file with a node and a mesh for each part, without textures."""
    names = (f"tripo_part_{number}" for number in range(len(parts)))
    return _write([(name, name, part) for name, part in zip(names, parts, strict=True)], None, identity, compress)


def _write(
    objects: Sequence[tuple[str, str, Relief]], textures: Textures | None, identity: str, compress: bool
) -> bytes:
    """Return the file of objects, each with the names of its node and its mesh."""
    buffer = _Buffer(compress)
    meshes = [{"name": mesh, "primitives": [_primitive(buffer, relief, textures)]} for _, mesh, relief in objects]
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "https://tripo3d.ai"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(objects)))}],
        "nodes": [{"name": node, "mesh": number} for number, (node, _, _) in enumerate(objects)],
        "meshes": meshes,
        "materials": [{"name": f"tripo_mat_{identity}", "doubleSided": False}],
    }
    document["materials"][0] |= _paint(document, buffer, textures, identity)
    document |= buffer.described()
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


def _primitive(buffer: _Buffer, relief: Relief, textures: Textures | None) -> dict[str, Any]:
    attributes = {
        "POSITION": buffer.add_array(relief.positions.astype("<f4"), "VEC3", _FLOAT, _VERTEX_DATA, bounds=True),
        "NORMAL": buffer.add_array(relief.normals.astype("<f4"), "VEC3", _FLOAT, _VERTEX_DATA),
    }
    if textures:
        attributes["TEXCOORD_0"] = buffer.add_array(relief.uvs.astype("<f4"), "VEC2", _FLOAT, _VERTEX_DATA)
    triangles = relief.triangles().reshape(-1)
    indices = buffer.add_array(triangles.astype("<u4"), "SCALAR", _UNSIGNED_INT, _INDEX_DATA)
    return {"attributes": attributes, "indices": indices, "material": 0, "mode": 4}


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
