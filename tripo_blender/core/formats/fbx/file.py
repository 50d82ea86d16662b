"""Is this FBX whole, harmless and not too much? (bytes in, verdict out)"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

from ...sentences.text import text
from ..limits import BadFile, Demand, Limits
from .nodes import MOST_KEPT, Node, Nodes, as_text, broken

_CORNER = 320  # bytes that the importer in Python takes for a corner, beside the arrays; the one in C++ takes half
_LONGEST_PATH = 1000  # bytes; Blender takes 1023
_MOST_PATHS = 1000  # outside the folder
_PICTURES = (b"Texture", b"Video")
_FILE_NAMES = (b"RelativeFilename", b"FileName", b"Filename")  # as the importer in Python looks for them
_PIECE = 1 << 16  # bytes
_UNPACKED_AT_ONCE = 1 << 20  # bytes
_ANY = Limits(memory=2**62)

# Windows greets another computer with the user's name and password.
_NETWORK = re.compile(r"[\\/]{2}|(?i:[a-z][a-z0-9+.-]+:[\\/]{2}|file:)")
# What gives bytes for ever, or waits for some.
_DEVICE = re.compile(r"/(?:dev|proc|sys)/|(?i:(?:.*[\\/:])?(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^\\/]*)?$)", re.DOTALL)
_OUTSIDE = re.compile(r"[\\/]|.*:|(?:.*[\\/])?\.\.(?:[\\/]|$)", re.DOTALL)

Leads = Callable[[str], bool]


def check_fbx(data: memoryview, limits: Limits, leads: Leads, *, trusted: bool, unpacks: bool) -> None:
    """Raise `BadFile` for what should not reach Blender's importers.

    These open the paths that textures name, wherever they lead, before they take the picture that the file carries. So
    a file that is not trusted may name none on another computer, and none outside its folder that leads to something.
    With `unpacks` every packed array must hold what it says, which takes most of the time.
    """
    paths = _Check(Demand(limits, _CORNER, len(data), trusted), unpacks=unpacks).read(data)
    if not trusted:
        _check_paths(paths, leads)


def unpack_arrays(data: memoryview) -> None:
    """Raise `BadFile` where a packed array holds more or less than it says; all else was checked before."""
    _Check(Demand(_ANY, 0, 0, trusted=True), unpacks=True).read(data)


def _check_paths(paths: set[bytes], leads: Leads) -> None:
    outside = set()
    for path in paths:
        if len(path) > _LONGEST_PATH:
            raise broken(f"a path of {len(path)} bytes")  # Blender would cut it
        for spelling in _spellings(path):
            if _NETWORK.match(spelling):
                raise BadFile(text("model.file_elsewhere"), repr(path[:80]))
            if _DEVICE.match(spelling):
                raise BadFile(text("model.device"), repr(path[:80]))
            if _OUTSIDE.match(spelling):
                outside.add(spelling)
    if len(outside) > _MOST_PATHS:
        raise broken(f"{len(outside)} paths")
    for spelling in sorted(outside):
        if leads(spelling):
            raise BadFile(text("model.file_outside"), repr(spelling[:80]))


def _spellings(path: bytes) -> set[str]:
    """Return all that importers make of a path.

    The one in Python puts a sign for what is no UTF-8, and takes slashes and then blanks off the beginning of what it
    takes for a relative path, under which another root may lie.
    """
    read = {path.decode("utf-8", errors) for errors in ("surrogateescape", "replace")}
    return {spelling for each in read for spelling in (each, each.lstrip("/").lstrip())}


class _Check:
    """One pass over all nodes of a binary FBX."""

    def __init__(self, demand: Demand, *, unpacks: bool) -> None:
        self._demand, self._unpacks = demand, unpacks
        self._paths: set[bytes] = set()
        self._picture: tuple[bytes, dict[bytes, bytes]] = b"", {}  # the name of the open one, and its files' names

    def read(self, data: memoryview) -> set[bytes]:
        """Look at every node, and return the paths that textures and videos name."""
        nodes = Nodes(data, self._demand.limits, self._check_array)
        parents: list[bytes] = []
        lists = [nodes.top()]
        while lists:
            node = next(lists[-1], None)
            if node is None:
                lists.pop()
                del parents[-1:]
            else:
                self._take(parents, node)
                if node.children_at < node.end:
                    parents.append(node.name)
                    lists.append(nodes.children(node))
        self._close_picture()
        return self._paths

    def _take(self, parents: list[bytes], node: Node) -> None:
        """Note what there is to know of a node."""
        self._count(node)
        if parents[:1] != [b"Objects"]:
            return
        if len(parents) == 1:
            self._close_picture()
            if node.name == b"Model":
                self._demand.add_nodes(1)
            elif node.name in _PICTURES:
                self._open_picture(node)
        elif parents[1] in _PICTURES:
            texts = [value for value in node.values if isinstance(value, memoryview)]
            if len(parents) == 2 and node.name in _FILE_NAMES:
                self._picture[1].setdefault(node.name, as_text(texts[0]) if texts else b"")
            self._take_of_picture(node.name.lower(), texts)

    def _open_picture(self, node: Node) -> None:
        """Note a picture's name, which is the last value but one: followed by its class."""
        if node.value_count > MOST_KEPT:
            raise broken(f"a picture of {node.value_count} values")
        self._picture = node.text(node.value_count - 2) if node.value_count > 1 else b"", {}

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
        self._paths.update(path for path in map(as_text, named) if path)

    def _check_array(self, data: memoryview, length: int, packed: int) -> None:
        if packed not in {0, 1}:
            raise broken(f"an array packed by method {packed}")
        self._demand.add_memory(length)
        if packed and not self._unpacks:
            return
        size = sum(_unpacked(data, length)) if packed else len(data)
        if size != length:
            raise broken(f"an array of {size} bytes, not {length}")

    def _count(self, node: Node) -> None:
        if node.name == b"Vertices":
            self._demand.add_vertices(node.numbers // 3)
        elif node.name == b"PolygonVertexIndex":
            self._demand.add_corners(node.numbers)
        elif node.name == b"KeyTime":
            self._demand.add_keys(node.numbers)


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
        raise broken(f"an array: {error}") from None
    if not stream.eof:
        raise broken("a packed array is cut short")
