"""Takes a GLB apart, by the format's own words."""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIZES = {5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}


def read_glb(data: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    json_length, json_type = struct.unpack_from("<I4s", data, 12)
    at = 20 + json_length
    binary_length, binary_type = struct.unpack_from("<I4s", data, at)
    assert (json_type, binary_type) == (b"JSON", b"BIN\0")
    assert json_length % 4 == binary_length % 4 == 0
    assert at + 8 + binary_length == len(data)
    return json.loads(data[20:at]), data[at + 8 :]


def array(document: dict[str, Any], binary: bytes, index: int) -> NDArray[Any]:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    kind = np.dtype(_SIZES[accessor["componentType"]])
    width = _WIDTHS[accessor["type"]]
    assert view["byteOffset"] % kind.itemsize == 0
    assert view["byteOffset"] + view["byteLength"] <= document["buffers"][0]["byteLength"] <= len(binary)
    assert accessor["count"] * width * kind.itemsize == view["byteLength"]
    values = np.frombuffer(binary, kind, accessor["count"] * width, view["byteOffset"])
    return values.reshape(-1, width) if width > 1 else values


def carried(document: dict[str, Any], binary: bytes) -> list[bytes]:
    """The image files in a GLB."""
    views = [document["bufferViews"][image["bufferView"]] for image in document.get("images", ())]
    return [binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]] for view in views]


def unpacked(document: dict[str, Any], binary: bytes, index: int) -> NDArray[Any]:
    """An accessor of a view with EXT_meshopt_compression, in those of its forms that store every byte as it is."""
    accessor = document["accessors"][index]
    packed = document["bufferViews"][accessor["bufferView"]]["extensions"]["EXT_meshopt_compression"]
    data = binary[packed["byteOffset"] : packed["byteOffset"] + packed["byteLength"]]
    read = {"ATTRIBUTES": _attributes, "INDICES": _indices}[packed["mode"]]
    raw = read(data, packed["count"], packed["byteStride"])
    values = np.frombuffer(raw, _SIZES[accessor["componentType"]])
    width = _WIDTHS[accessor["type"]]
    return values.reshape(-1, width) if width > 1 else values


def _attributes(data: bytes, count: int, stride: int) -> bytes:
    assert data[0] == 0xA0
    rows = np.zeros((count, stride), np.uint8)
    last = np.frombuffer(data[-stride:], np.uint8)
    block, at = min((8192 // stride) & ~15, 256), 1
    for start in range(0, count, block):
        size = min(block, count - start)
        groups = -(-size // 16)
        for column in range(stride):
            header = int.from_bytes(data[at : at + -(-groups // 4)], "little")
            assert header == 4**groups - 1  # eight bits each
            at += -(-groups // 4)
            deltas = np.frombuffer(data[at : at + 16 * groups], np.uint8)[:size]
            at += 16 * groups
            signed = np.where(deltas & 1, ~(deltas >> 1), deltas >> 1).astype(np.uint8)
            rows[start : start + size, column] = last[column] + np.cumsum(signed, dtype=np.uint8)
        last = rows[start + size - 1]
    assert len(data) - at == max(32, stride)
    return rows.tobytes()


def _indices(data: bytes, count: int, stride: int) -> bytes:
    assert (data[0], stride) == (0xD1, 4)
    values, last, at = [], [0, 0], 1
    for _ in range(count):
        value = shift = 0
        while True:
            byte, at = data[at], at + 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        baseline, zigzag = value & 1, value >> 1
        last[baseline] = (last[baseline] + (zigzag >> 1 ^ -(zigzag & 1))) & 0xFFFFFFFF
        values.append(last[baseline])
    assert len(data) - at == 4
    return np.array(values, "<u4").tobytes()
