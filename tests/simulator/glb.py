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
