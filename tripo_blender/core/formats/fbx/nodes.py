"""The nodes of a binary FBX, read as they are asked for, each within what holds it (bytes in, data out)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ...sentences.text import text
from ..limits import BadFile, Limits, cut_short

MAGIC = b"Kaydara FBX Binary  \x00"
_HEADER = 27  # bytes: magic, two unknown bytes, version
_VERSIONS = range(5000, 8000)  # 7.7 is the newest there is
_WIDE = 7500  # the version that went to 64-bit offsets
_DEEPEST = 64  # nodes inside each other; eight are usual
MOST_KEPT = 8  # values of a node; what is asked of one is among the first five
_MOST_PARTS = 4096  # of a picture's bytes, which Autodesk's library cuts up
_PARTED = b"Content"

_NUMBERS = {ord(kind): struct.Struct("<" + code) for kind, code in zip("YCBZIFDL", "hBBbifdq", strict=True)}
_ARRAYS = {ord(kind): width for kind, width in zip("fdlibc", (4, 8, 8, 4, 1, 1), strict=True)}
_TEXTS = b"SR"

Value = memoryview | int | float | None  # a text, a number, or None for an array
OnArray = Callable[[memoryview, int, int], None]  # its bytes as they lie, how many it has unpacked, how it is packed


class Node(NamedTuple):
    """A node: its first values, and how many it has; `numbers` counts those in arrays too."""

    name: bytes
    values: tuple[Value, ...]
    value_count: int
    numbers: int
    depth: int
    children_at: int
    end: int

    def text(self, at: int) -> bytes:
        """Give a value that is a text, as C reads it: to its first zero; empty where there is none."""
        value = self.values[at] if at < len(self.values) else None
        return as_text(value) if isinstance(value, memoryview) else b""


def as_text(value: memoryview) -> bytes:
    """Return a text as C reads it: to its first zero."""
    return bytes(value).split(b"\0")[0]


class Nodes:
    """A binary FBX, whose nodes may be passed over; raises `BadFile` where one does not follow the format."""

    def __init__(self, data: memoryview, limits: Limits, on_array: OnArray | None = None) -> None:
        if len(data) < _HEADER:
            raise cut_short("FBX", f"{len(data)} bytes")
        (version,) = struct.unpack_from("<I", data, 23)
        if version not in _VERSIONS:
            raise BadFile(text("model.fbx_version", version=version), "5000 to 7999 are known")
        self._data, self._limits, self._on_array = data, limits, on_array
        self._record = struct.Struct("<QQQB" if version >= _WIDE else "<IIIB")
        self._nodes_left, self._values_left = limits.fbx_nodes, limits.fbx_values

    def top(self) -> Iterator[Node]:
        """Give the nodes that lie in no other."""
        return self._list(_HEADER, len(self._data), 1)

    def children(self, node: Node) -> Iterator[Node]:
        """Give the nodes that lie in one."""
        return self._list(node.children_at, node.end, node.depth + 1)

    def _list(self, at: int, stop: int, depth: int) -> Iterator[Node]:
        """Go from node to node: each says where it ends, and an empty record closes a list of them."""
        record, data = self._record, self._data
        while at + record.size <= stop:
            end, count, length, name_length = record.unpack_from(data, at)
            if end == 0:
                if count or length or name_length:
                    raise broken(f"a node at byte {at} has no end")
                return
            values_at = at + record.size + name_length
            children_at = values_at + length
            if not children_at <= end <= stop:
                if end > stop and depth == 1:
                    raise cut_short("FBX", f"a node ends at byte {end} of {stop}")
                raise broken(f"a node at byte {at} ends at byte {end}")
            self._nodes_left -= 1
            if self._nodes_left < 0 or depth > _DEEPEST:
                raise broken(f"more than {self._limits.fbx_nodes} nodes, or {_DEEPEST} inside each other")
            name = bytes(data[at + record.size : values_at])
            values, numbers = self._values(name, values_at, children_at, count)
            yield Node(name, values, count, numbers, depth, children_at, end)
            at = end
        if depth == 1:
            raise cut_short("FBX", f"{len(data)} bytes")
        if at < stop:
            raise broken(f"{stop - at} bytes too many at byte {at}")

    def _values(self, name: bytes, at: int, stop: int, count: int) -> tuple[tuple[Value, ...], int]:
        """Give a node's first values, and how many numbers it has; all of them must lie within it, to its last byte."""
        data, numbers, most = self._data, 0, _MOST_PARTS if name == _PARTED else MOST_KEPT
        kept: list[Value] = []
        self._values_left -= count
        if self._values_left < 0:
            raise broken(f"more than {self._limits.fbx_values} values")
        for _ in range(count):
            kind = data[at] if at < stop else 0
            at += 1
            begin, number, value = at, _NUMBERS.get(kind), None
            if number is not None:
                at += number.size
                numbers += 1
            elif kind in _TEXTS and at + 4 <= stop:
                begin = at + 4
                at = begin + int.from_bytes(data[at:begin], "little")
            elif kind in _ARRAYS and at + 12 <= stop:
                length, packed, size = struct.unpack_from("<III", data, at)
                begin = at + 12
                at = begin + size
                numbers += length
                if at <= stop and self._on_array is not None:
                    self._on_array(data[begin:at], length * _ARRAYS[kind], packed)
            else:
                raise broken(f"a value of kind {kind} at byte {at - 1}")
            if at > stop:
                raise broken(f"a value passes byte {stop}")
            if len(kept) < most:
                if number is not None:
                    (value,) = number.unpack_from(data, begin)
                elif kind in _TEXTS:
                    value = data[begin:at]
                kept.append(value)
        if at != stop:
            raise broken(f"values end at byte {at}, not {stop}")
        return tuple(kept), numbers


def broken(detail: str) -> BadFile:
    """Give the refusal of an FBX that does not follow the format."""
    return BadFile(text("model.broken", format="FBX"), detail)
