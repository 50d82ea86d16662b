"""FBX 7.4's binary container: nodes with typed properties, and the header and footer around them."""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERSION = 7400
# The footer's first bytes are a checksum of the creation time, whose rule is not published; Blender's exporter
# found this valid set by trial and writes it into every file.
CREATION_TIME = "1970-01-01 10:00:00:000"
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
_FOOTER_ID = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
_FOOTER_END = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
_ARRAY_CODES = {"<i4": b"i", "<f8": b"d"}

Value = bool | int | float | str | bytes | NDArray[Any]


class Long(int):
    """An integer that is written with 64 bits, as object ids are."""


@dataclass
class Node:
    """One record; its children come after its properties."""

    name: str
    values: tuple[Value, ...] = ()
    children: list["Node"] = field(default_factory=list)

    def add(self, name: str, *values: Value) -> "Node":
        child = Node(name, values)
        self.children.append(child)
        return child


def write_file(nodes: Iterable[Node]) -> bytes:
    """A whole binary FBX file of these top level nodes."""
    data = bytearray(b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", VERSION))
    for node in nodes:
        _write(data, node)
    data += bytes(13) + _FOOTER_ID + bytes(4)
    # At least one byte of padding up to a multiple of 16.
    data += bytes(16 - len(data) % 16) + struct.pack("<I", VERSION) + bytes(120) + _FOOTER_END
    return bytes(data)


def _write(data: bytearray, node: Node) -> None:
    start = len(data)
    name = node.name.encode()
    properties = b"".join(map(_property, node.values))
    data += bytes(12) + bytes([len(name)]) + name + properties
    for child in node.children:
        _write(data, child)
    if node.children or not node.values:
        data += bytes(13)  # an empty record ends a list of children
    struct.pack_into("<III", data, start, len(data), len(node.values), len(properties))


def _property(value: Value) -> bytes:
    if isinstance(value, np.ndarray):
        code = next(code for kind, code in _ARRAY_CODES.items() if value.dtype == np.dtype(kind))
        packed = zlib.compress(value.tobytes(), 1)
        return code + struct.pack("<III", value.size, 1, len(packed)) + packed
    if isinstance(value, bool):
        return b"C" + bytes([value])
    if isinstance(value, Long):
        return b"L" + struct.pack("<q", value)
    if isinstance(value, int):
        return b"I" + struct.pack("<i", value)
    if isinstance(value, float):
        return b"D" + struct.pack("<d", value)
    code = b"S" if isinstance(value, str) else b"R"
    raw = value.encode() if isinstance(value, str) else value
    return code + struct.pack("<I", len(raw)) + raw
