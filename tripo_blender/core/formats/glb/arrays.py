"""The arrays of a glTF: buffers, the views into them and the accessors, each within what holds it (data in and out)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from ...sentences.text import text
from ..limits import BadFile

Entry = dict[str, Any]

MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")
_WIDTHS = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}  # bytes of a component type
_UNSIGNED = (5121, 5123, 5125)
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_LARGEST = 2**48  # of any number in a file, so that products stay exact and small
_PIECE = 1 << 16  # bytes
# The decoder behind Blender's importer trusts these: another stride makes it write past its memory.
_STRIDES = {"ATTRIBUTES": range(4, 257, 4), "TRIANGLES": (2, 4), "INDICES": (2, 4)}
_FILTERED = {"OCTAHEDRAL": (4, 8), "QUATERNION": (8,), "EXPONENTIAL": range(4, 257, 4), "COLOR": (4, 8)}


def broken(detail: str) -> BadFile:
    """Give the refusal of a GLB that does not follow the format."""
    return BadFile(text("model.broken", format="GLB"), detail)


def entries(holder: Entry, key: str) -> list[Entry]:
    """Give a list of objects; none where it is missing."""
    found = holder.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise broken(f"{key} is no list of objects")
    return found


def child(holder: Entry, key: str) -> Entry:
    """Give an object; an empty one where it is missing."""
    found = holder.get(key, {})
    if not isinstance(found, dict):
        raise broken(f"{key} is no object")
    return found


def extension(holder: Entry, name: str) -> Entry | None:
    """Give an extension of an entry."""
    extensions = child(holder, "extensions")
    return child(extensions, name) if name in extensions else None


def whole(holder: Entry, key: str, default: int | None = None, most: int = _LARGEST) -> int:
    """Give a number from 0 to `most`, which must be there unless there is a default."""
    found = holder.get(key, default)
    if type(found) is not int or not 0 <= found <= most:
        raise broken(f"{key} is {found if type(found) is int else type(found).__name__}")
    return found


def indices(holder: Entry, key: str, length: int) -> list[int]:
    """Give a list of numbers below `length`, each once; none where it is missing."""
    found = holder.get(key, [])
    if not isinstance(found, list) or not all(type(index) is int and 0 <= index < length for index in found):
        raise broken(f"{key} names what is not there")
    if len(set(found)) < len(found):
        raise broken(f"{key} names something twice")
    return found


@dataclass(frozen=True)
class _View:
    start: int  # in its buffer; 0 where it is compressed
    length: int
    stride: int
    data: memoryview | None  # None: compressed


@dataclass(frozen=True)
class Accessor:
    """An array as it is described; `data` holds it where it lies in one piece, not compressed and not patched."""

    count: int
    kind: str
    component: int
    size: int  # bytes of an element
    data: memoryview | None

    @property
    def unsigned(self) -> bool:
        """Whether its numbers can be indices."""
        return self.component in _UNSIGNED

    def all_below(self, bound: int) -> bool:
        """Whether its numbers are below a bound; true where they cannot be seen."""
        return self.data is None or all_below(self.data, _WIDTHS[self.component], bound)


class Arrays:
    """The buffers, views and accessors of a glTF, all of them checked; raises `BadFile`."""

    def __init__(self, scene: Entry, binary: memoryview | None) -> None:
        self._buffers = [
            self._buffer(entry, binary if n == 0 else None) for n, entry in enumerate(entries(scene, "buffers"))
        ]
        self._views = [self._view(entry) for entry in entries(scene, "bufferViews")]
        self._accessors = [self._accessor(entry) for entry in entries(scene, "accessors")]

    def accessor(self, holder: Entry, key: str) -> Accessor:
        """Give the accessor that an entry names."""
        return self._accessors[whole(holder, key, most=len(self._accessors) - 1)]

    def bytes_of(self, holder: Entry) -> memoryview:
        """Give the bytes of the view that an entry names, which must not be compressed."""
        return self._plain(self._named(holder))

    def _named(self, holder: Entry) -> _View:
        return self._views[whole(holder, "bufferView", most=len(self._views) - 1)]

    @staticmethod
    def _plain(view: _View) -> memoryview:
        if view.data is None:
            raise broken("a view is compressed that must not be")
        return view.data

    @staticmethod
    def _buffer(entry: Entry, binary: memoryview | None) -> tuple[int, memoryview | None]:
        length = whole(entry, "byteLength")
        data = memoryview(inside(entry["uri"])) if "uri" in entry else binary
        if data is not None and len(data) < length:
            raise broken(f"a buffer has {len(data)} of {length} bytes")
        return length, data

    def _view(self, entry: Entry) -> _View:
        length = whole(entry, "byteLength")
        data = self._slice(entry, length)
        compressed = [found for found in (extension(entry, name) for name in MESHOPT) if found is not None]
        for found in compressed:
            self._meshopt(found, length)
        if data is None and not compressed:
            raise broken("a view lies in a buffer that the file does not hold")
        start = 0 if compressed else whole(entry, "byteOffset", 0)
        return _View(start, length, whole(entry, "byteStride", 0, most=_PIECE), None if compressed else data)

    def _slice(self, entry: Entry, length: int) -> memoryview | None:
        whole_length, data = self._buffers[whole(entry, "buffer", most=len(self._buffers) - 1)]
        start = whole(entry, "byteOffset", 0)
        if start + length > whole_length:
            raise broken(f"a view ends at byte {start + length} of {whole_length}")
        return None if data is None else data[start : start + length]

    def _meshopt(self, found: Entry, length: int) -> None:
        if self._slice(found, whole(found, "byteLength")) is None:
            raise broken("compressed bytes lie in a buffer that the file does not hold")
        mode, count, stride = found.get("mode"), whole(found, "count"), whole(found, "byteStride")
        strides = _STRIDES.get(mode, ()) if isinstance(mode, str) else ()
        name = found.get("filter", "NONE")
        if name != "NONE":
            allowed = _FILTERED.get(name, ()) if isinstance(name, str) and mode == "ATTRIBUTES" else ()
            strides = tuple(set(strides) & set(allowed))
        if stride not in strides or (mode == "TRIANGLES" and count % 3):
            raise broken(f"meshopt: {str(mode)[:20]}, {str(name)[:20]}, {count} of {stride} bytes")
        if count * stride > length:
            raise broken(f"meshopt: {count} of {stride} bytes in a view of {length}")

    def _accessor(self, entry: Entry) -> Accessor:
        count, component, kind = whole(entry, "count"), whole(entry, "componentType"), entry.get("type")
        if component not in _WIDTHS or not isinstance(kind, str) or kind not in _COMPONENTS:
            raise broken(f"an accessor of type {str(kind)[:20]} and {component}")
        size = _WIDTHS[component] * _COMPONENTS[kind]
        data = self._array(entry, count, size, _WIDTHS[component]) if "bufferView" in entry else None
        if "sparse" in entry:
            self._sparse(child(entry, "sparse"), count, size, _WIDTHS[component])
            data = None
        return Accessor(count, kind, component, size, data)

    def _array(self, entry: Entry, count: int, size: int, width: int) -> memoryview | None:
        view, start = self._named(entry), whole(entry, "byteOffset", 0)
        stride = view.stride or size
        if (view.start + start) % width or stride % width:
            raise broken(f"an accessor begins at byte {start} of a view at {view.start}, each {stride} bytes")
        end = start + (count - 1) * stride + size if count else start
        if end > view.length:
            raise broken(f"an accessor ends at byte {end} of a view of {view.length}")
        return view.data[start:end] if view.data is not None and stride == size else None

    def _sparse(self, sparse: Entry, count: int, size: int, width: int) -> None:
        changed, places, values = whole(sparse, "count", most=count), child(sparse, "indices"), child(sparse, "values")
        component = whole(places, "componentType")
        if component not in _UNSIGNED:
            raise broken(f"sparse indices of type {component}")
        found = self._array(places, changed, _WIDTHS[component], _WIDTHS[component])
        self._array(values, changed, size, width)
        if found is not None and not all_below(found, _WIDTHS[component], count):
            raise broken("a sparse index passes its array")


def inside(uri: object) -> bytes:
    """Give the bytes that an address holds itself; any other is refused, as the importer would open it as a file.

    The importer takes "data:" without ";base64," for a file's name too.
    """
    address = uri if isinstance(uri, str) else ""
    _, mark, content = address.partition(";base64,")
    if not address.startswith("data:") or not mark:
        raise BadFile(text("model.files_outside"), repr(str(uri)[:80]))
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError) as error:  # ValueError: letters beyond ASCII
        raise broken(f"data in base64: {error}") from None


def all_below(data: memoryview, width: int, bound: int) -> bool:
    """Whether unsigned little-endian numbers of 1, 2 or 4 bytes are all below a bound.

    Python's `max` makes an object of each number, 40 ns; this adds what is missing to 2**31 to many at once, as lanes
    of one long number, and looks at the lanes' top bits: 6 ns.
    """
    if bound >= 1 << 8 * width:
        return True
    if bound <= 0 or width == 1:
        allowed = bytes(range(max(bound, 0)))
        return not any(bytes(data[at : at + _PIECE]).translate(None, allowed) for at in range(0, len(data), _PIECE))
    lanes = min(_PIECE, len(data) + 3) // 4
    piece = 4 * lanes
    tops, rest = _repeated(1 << 31, lanes), _repeated((1 << 31) - bound, lanes)
    halves = _repeated(0xFFFF, lanes)
    for at in range(0, len(data), piece or 1):
        number = int.from_bytes(data[at : at + piece], "little")
        parts = (number,) if width == 4 else (number & halves, number >> 16 & halves)
        if any((part | (part + rest)) & tops for part in parts):
            return False
    return True


def _repeated(number: int, times: int) -> int:
    return int.from_bytes(number.to_bytes(4, "little") * times, "little")
