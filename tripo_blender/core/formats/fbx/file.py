"""Is this FBX whole, harmless and not too much? (bytes in, verdict out)"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from ..limits import BadFile, Demand, Limits, cut_short

MAGIC = b"Kaydara FBX Binary  \x00"
_HEADER = 27  # bytes: magic, two unknown bytes, version
_VERSIONS = range(5000, 8000)  # 7.7 is the newest there is
_WIDE = 7500  # the version that went to 64-bit offsets
_CORNER = 320  # bytes that the importer in Python takes for a corner, beside the arrays; the one in C++ takes half
_DEEPEST = 64  # nodes inside each other; eight are usual
_MOST_KEPT = 8  # values of a node; what is asked of one is among the first five
_LONGEST_PATH = 1000  # bytes; Blender takes 1023
_MOST_PATHS = 1000  # outside the folder
_PICTURES = (b"Texture", b"Video")
_FILE_NAMES = (b"RelativeFilename", b"FileName", b"Filename")  # as the importer in Python looks for them
_PIECE = 1 << 16  # bytes
_UNPACKED_AT_ONCE = 1 << 20  # bytes

_WIDTHS = {ord(kind): width for kind, width in zip("YCBZIFDL", (2, 1, 1, 1, 4, 4, 8, 8), strict=True)}
_ARRAYS = {ord(kind): width for kind, width in zip("fdlibc", (4, 8, 8, 4, 1, 1), strict=True)}
_TEXTS = b"SR"
_ANY = Limits(memory=2**62)

# Windows greets another computer with the user's name and password.
_NETWORK = re.compile(r"[\\/]{2}|(?i:[a-z][a-z0-9+.-]+:[\\/]{2}|file:)")
# What gives bytes for ever, or waits for some.
_DEVICE = re.compile(r"/(?:dev|proc|sys)/|(?i:(?:.*[\\/:])?(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^\\/]*)?$)", re.DOTALL)
_OUTSIDE = re.compile(r"[\\/]|.*:|(?:.*[\\/])?\.\.(?:[\\/]|$)", re.DOTALL)

Value = memoryview | None  # a text; nobody asks for numbers and arrays
Leads = Callable[[str], bool]


def check_fbx(data: memoryview, limits: Limits, leads: Leads, *, trusted: bool, unpacks: bool) -> None:
    """Raise `BadFile` for what should not reach Blender's importers.

    These open the paths that textures name, wherever they lead, before they take the picture that the file carries. So
    a file that is not trusted may name none on another computer, and none outside its folder that leads to something.
    With `unpacks` every packed array must hold what it says, which takes most of the time.
    """
    file = _Fbx(data, Demand(limits, _CORNER, len(data), trusted), unpacks=unpacks)
    file.read()
    if not trusted:
        _check_paths(file.paths, leads)


def unpack_arrays(data: memoryview) -> None:
    """Raise `BadFile` where a packed array holds more or less than it says; all else was checked before."""
    _Fbx(data, Demand(_ANY, 0, 0, trusted=True), unpacks=True).read()


def _check_paths(paths: set[bytes], leads: Leads) -> None:
    outside = set()
    for path in paths:
        if len(path) > _LONGEST_PATH:
            raise _broken(f"a path of {len(path)} bytes")  # Blender would cut it
        for spelling in _spellings(path):
            if _NETWORK.match(spelling):
                raise BadFile("The FBX names a file on another computer", repr(path[:80]))
            if _DEVICE.match(spelling):
                raise BadFile("The FBX names a device as a picture", repr(path[:80]))
            if _OUTSIDE.match(spelling):
                outside.add(spelling)
    if len(outside) > _MOST_PATHS:
        raise _broken(f"{len(outside)} paths")
    for spelling in sorted(outside):
        if leads(spelling):
            raise BadFile("The FBX names a file on this computer, outside its folder", repr(spelling[:80]))


def _spellings(path: bytes) -> set[str]:
    """Return all that importers make of a path.

    The one in Python puts a sign for what is no UTF-8, and takes slashes and then blanks off the beginning of what it
    takes for a relative path, under which another root may lie.
    """
    read = {path.decode("utf-8", errors) for errors in ("surrogateescape", "replace")}
    return {spelling for text in read for spelling in (text, text.lstrip("/").lstrip())}


def _broken(detail: str) -> BadFile:
    return BadFile("The FBX is broken", detail)


class _Fbx:
    """One pass over all nodes of a binary FBX."""

    def __init__(self, data: memoryview, demand: Demand, *, unpacks: bool) -> None:
        if len(data) < _HEADER:
            raise cut_short("FBX", f"{len(data)} bytes")
        (version,) = struct.unpack_from("<I", data, 23)
        if version not in _VERSIONS:
            raise BadFile(f"The FBX is of version {version}, which Blender cannot read", "5000 to 7999 are known")
        self._data, self._demand = data, demand
        self._record = struct.Struct("<QQQB" if version >= _WIDE else "<IIIB")
        self._values_left = demand.limits.fbx_values
        self._unpacks = unpacks
        self._paths: set[bytes] = set()
        self._picture: tuple[bytes, dict[bytes, bytes]] = b"", {}  # the name of the open one, and its files' names

    @property
    def paths(self) -> set[bytes]:
        """Return the paths that textures and videos name, as far as was read."""
        self._close_picture()
        return self._paths

    def read(self) -> None:
        """Walk from node to node: each says where it ends, and an empty record closes a list of them."""
        record, data = self._record, self._data
        path: list[tuple[bytes, int]] = [(b"", len(data))]  # the open nodes, with their ends
        at, left = _HEADER, self._demand.limits.fbx_nodes
        while True:
            stop = path[-1][1]
            if at + record.size > stop:
                if len(path) == 1:
                    raise cut_short("FBX", f"{len(data)} bytes")
                if at < stop:
                    raise _broken(f"{stop - at} bytes too many at byte {at}")
                path.pop()
                continue
            end, count, length, name_length = record.unpack_from(data, at)
            if end == 0:
                if count or length or name_length:
                    raise _broken(f"a node at byte {at} has no end")
                if len(path) == 1:
                    return
                at = path.pop()[1]
                continue
            values_at = at + record.size + name_length
            if not values_at + length <= end <= stop:
                if end > stop and len(path) == 1:
                    raise cut_short("FBX", f"a node ends at byte {end} of {stop}")
                raise _broken(f"a node at byte {at} ends at byte {end}")
            left -= 1
            if left < 0 or len(path) > _DEEPEST:
                raise _broken(f"more than {self._demand.limits.fbx_nodes} nodes, or {_DEEPEST} inside each other")
            name = bytes(data[at + record.size : values_at])
            values = self._values(name, values_at, values_at + length, count)
            self._take(path, name, values, count)
            path.append((name, end))
            at = values_at + length

    def _take(self, path: list[tuple[bytes, int]], name: bytes, values: list[Value], count: int) -> None:
        """Note what there is to know of a node."""
        parents = [each for each, _ in path[1:4]]
        if parents == [b"Objects"]:
            self._close_picture()
            if name == b"Model":
                self._demand.add_nodes(1)
            elif name in _PICTURES:
                self._open_picture(values, count)
        if len(parents) > 1 and parents[0] == b"Objects" and parents[1] in _PICTURES:
            texts = [value for value in values if value is not None]
            if len(parents) == 2 and name in _FILE_NAMES:
                self._picture[1].setdefault(name, _text(texts[0]) if texts else b"")
            self._take_of_picture(name.lower(), texts)

    def _open_picture(self, values: list[Value], count: int) -> None:
        """Note a picture's name, which is the last value but one: followed by its class."""
        if count > _MOST_KEPT:
            raise _broken(f"a picture of {count} values")
        name = values[-2] if count > 1 else None
        self._picture = _text(name) if name is not None else b"", {}

    def _close_picture(self) -> None:
        """Take the name for a path where no file is named, as the importer in Python does."""
        name, files = self._picture
        self._picture = b"", {}
        if name and not any(files.values()):
            self._paths.add(name)

    def _take_of_picture(self, name: bytes, texts: list[memoryview]) -> None:
        if name == b"content" and texts and len(texts[0]):
            self._demand.add_picture(texts[0])
        named = texts[:1] if name in {b"filename", b"relativefilename"} else []
        if name == b"p" and len(texts) > 1 and b"filename" in bytes(texts[0]).lower():
            named = texts[-1:]  # of a shader, as 3ds Max has for pictures
        self._paths.update(path for path in map(_text, named) if path)

    def _values(self, name: bytes, at: int, stop: int, count: int) -> list[Value]:
        """Give a node's first values; all of them must lie within it, to its last byte."""
        data, numbers = self._data, 0
        kept: list[Value] = []
        self._values_left -= count
        if self._values_left < 0:
            raise _broken(f"more than {self._demand.limits.fbx_values} values")
        for _ in range(count):
            kind = data[at] if at < stop else 0
            at += 1
            value: Value = None
            if kind in _WIDTHS:
                at += _WIDTHS[kind]
                numbers += 1
            elif kind in _TEXTS and at + 4 <= stop:
                size = int.from_bytes(data[at : at + 4], "little")
                at += 4 + size
                value = data[at - size : at]
            elif kind in _ARRAYS and at + 12 <= stop:
                length, packed, size = struct.unpack_from("<III", data, at)
                at += 12 + size
                if at <= stop:
                    self._check_array(data[at - size : at], length * _ARRAYS[kind], packed)
                    numbers += length
            else:
                raise _broken(f"a value of kind {kind} at byte {at - 1}")
            if at > stop:
                raise _broken(f"a value passes byte {stop}")
            if len(kept) < _MOST_KEPT:
                kept.append(value)
        if at != stop:
            raise _broken(f"values end at byte {at}, not {stop}")
        self._count(name, numbers)
        return kept

    def _check_array(self, data: memoryview, length: int, packed: int) -> None:
        if packed not in {0, 1}:
            raise _broken(f"an array packed by method {packed}")
        self._demand.add_memory(length)
        if packed and not self._unpacks:
            return
        size = sum(_unpacked(data, length)) if packed else len(data)
        if size != length:
            raise _broken(f"an array of {size} bytes, not {length}")

    def _count(self, name: bytes, numbers: int) -> None:
        if name == b"Vertices":
            self._demand.add_vertices(numbers // 3)
        elif name == b"PolygonVertexIndex":
            self._demand.add_corners(numbers)
        elif name == b"KeyTime":
            self._demand.add_keys(numbers)


def _text(value: memoryview) -> bytes:
    """Return a text as C reads it: to its first zero."""
    return bytes(value).split(b"\0")[0]


def _unpacked(data: memoryview, most: int) -> Iterator[int]:
    """Give how many bytes come out of a packed array, piece by piece and not many more than `most`."""
    stream, total = zlib.decompressobj(), 0
    try:
        for at in range(0, len(data), _PIECE):
            piece = bytes(data[at : at + _PIECE])
            full = True
            while (piece or full) and not stream.eof:
                out = len(stream.decompress(piece, _UNPACKED_AT_ONCE))
                piece, full, total = stream.unconsumed_tail, out == _UNPACKED_AT_ONCE, total + out
                yield out
                if total > most:
                    return
    except zlib.error as error:
        raise _broken(f"an array: {error}") from None
    if not stream.eof:
        raise _broken("a packed array is cut short")
