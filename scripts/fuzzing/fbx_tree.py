"""A binary FBX as a tree that can be changed and written again."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

_NUMBERS = {"Y": "<h", "C": "<B", "B": "<B", "Z": "<b", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ARRAYS = {"f": "f", "d": "d", "l": "q", "i": "i", "b": "B", "c": "B"}

Value = tuple[str, bytes | float | list[float]]  # its kind's letter, and what it is


@dataclass
class Node:
    """One record."""

    name: bytes
    values: list[Value]
    children: list[Node] = field(default_factory=list)


@dataclass
class FbxTree:
    """A whole file, of version 7.4 or another with 32-bit offsets."""

    head: bytes
    nodes: list[Node]

    @classmethod
    def read(cls, data: bytes) -> FbxTree:
        """Read a file that is in order."""
        return cls(data[:27], _nodes(data, 27)[0])

    def places(self) -> list[tuple[list[Node], int]]:
        """Give all nodes, each as its list and its place there."""
        found, left = [], [self.nodes]
        while left:
            holder = left.pop()
            for at, node in enumerate(holder):
                found.append((holder, at))
                left.append(node.children)
        return found

    def write(self, *, packed: bool) -> bytes:
        """Give the file's bytes."""
        data = bytearray(self.head)
        for node in self.nodes:
            _write(data, node, packed=packed)
        return bytes(data) + bytes(13 + 160)


def _nodes(data: bytes, at: int) -> tuple[list[Node], int]:
    found: list[Node] = []
    while True:
        end, count, length, name_length = struct.unpack_from("<IIIB", data, at)
        if end == 0:
            return found, at + 13
        values_at = at + 13 + name_length
        node = Node(data[at + 13 : values_at], _values(data, values_at, count))
        if values_at + length < end:
            node.children = _nodes(data, values_at + length)[0]
        found.append(node)
        at = end


def _values(data: bytes, at: int, count: int) -> list[Value]:
    found: list[Value] = []
    for _ in range(count):
        kind = chr(data[at])
        at += 1
        if kind in _NUMBERS:
            found.append((kind, struct.unpack_from(_NUMBERS[kind], data, at)[0]))
            at += struct.calcsize(_NUMBERS[kind])
        elif kind in "SR":
            (size,) = struct.unpack_from("<I", data, at)
            found.append((kind, data[at + 4 : at + 4 + size]))
            at += 4 + size
        else:
            length, packed, size = struct.unpack_from("<III", data, at)
            raw = data[at + 12 : at + 12 + size]
            raw = zlib.decompress(raw) if packed else raw
            found.append((kind, list(struct.unpack(f"<{length}{_ARRAYS[kind]}", raw))))
            at += 12 + size
    return found


def _write(data: bytearray, node: Node, *, packed: bool) -> None:
    start = len(data)
    values = b"".join(_packed(value, packed=packed) for value in node.values)
    data += bytes(12) + bytes([len(node.name)]) + node.name + values
    for child in node.children:
        _write(data, child, packed=packed)
    if node.children or not node.values:
        data += bytes(13)
    struct.pack_into("<III", data, start, len(data), len(node.values), len(values))


def _packed(value: Value, *, packed: bool) -> bytes:
    kind, content = value
    if isinstance(content, bytes):
        return kind.encode() + struct.pack("<I", len(content)) + content
    if isinstance(content, list):
        raw = struct.pack(f"<{len(content)}{_ARRAYS[kind]}", *content)
        stored = zlib.compress(raw, 1) if packed else raw
        return kind.encode() + struct.pack("<III", len(content), packed, len(stored)) + stored
    return kind.encode() + struct.pack(_NUMBERS[kind], content)
