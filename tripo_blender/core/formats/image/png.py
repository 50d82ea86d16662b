"""PNG: every chunk with its checksum, and all rows of pixels unpacked, piece by piece (ISO/IEC 15948)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from .damage import GoOn, cut, damaged

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # bits, by the type of colour
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE = 3  # the type of colour that needs one
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # Adam7
_LAST_FILTER = 4
_PIECE = 16 * 1024  # bytes unpacked from at once
_UNPACKED = 256 * 1024  # bytes unpacked to at most, so that a small file that grows without end takes no memory


def check_png(data: memoryview, go_on: GoOn) -> None:
    """Raise `BadPicture` unless the file is whole; what follows its last chunk does not matter."""
    chunks = _chunks(data)
    seen, header = next(chunks)  # by which it was taken for a PNG
    rows, palette = _Rows(header), False
    for kind, body in chunks:
        go_on()
        if kind == "PLTE":
            if palette or rows.begun or not body or len(body) % 3 or len(body) > 3 * 256:
                raise damaged("a palette out of place")
            palette = True
        elif kind == "IDAT":
            if rows.begun and seen != "IDAT":
                raise damaged("pixels in two places")
            if rows.colour == _PALETTE and not palette:
                raise damaged("no palette")
            rows.add(body, go_on)
        elif kind == "IEND":
            rows.end()
            return
        elif kind[0].isupper():
            raise damaged(f"a second header, or a chunk {kind} that no program knows")
        seen = kind
    raise cut("no last chunk")


def _chunks(data: memoryview) -> Iterator[tuple[str, memoryview]]:
    """Give kind and body of each chunk, whose checksum is right."""
    at = len(_SIGNATURE)
    while at < len(data):
        if at + 12 > len(data):
            raise cut(f"a chunk begins at byte {at} of {len(data)}")
        length = int.from_bytes(data[at : at + 4], "big")
        name = bytes(data[at + 4 : at + 8])
        if not (name.isascii() and name.isalpha()):
            raise damaged(f"a chunk {name!r}")
        kind, end = name.decode(), at + 8 + length
        if end + 4 > len(data):
            raise cut(f"chunk {kind} ends at byte {end + 4} of {len(data)}")
        if zlib.crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise damaged(f"the checksum of chunk {kind} at byte {at}")
        yield kind, data[at + 8 : end]
        at = end + 4


class _Rows:
    """The rows of pixels, unpacked and forgotten; only their count and their filters are looked at."""

    def __init__(self, header: memoryview) -> None:
        if len(header) != 13:
            raise damaged(f"a header of {len(header)} bytes")
        width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
        depth, self.colour, packing, filtering, interlace = header[8:13]
        if depth not in _DEPTHS.get(self.colour, ()) or packing or filtering or interlace > 1:
            raise damaged(f"a header {bytes(header[8:]).hex()}")
        bits = depth * _CHANNELS[self.colour]
        if interlace:
            sizes = [(-((x - width) // dx), -((y - height) // dy)) for x, y, dx, dy in _PASSES]
        else:
            sizes = [(width, height)]
        # Of each pass that has pixels: the bytes of a row with its filter, and of all rows.
        self._passes = [(1 + (w * bits + 7) // 8, h) for w, h in sizes if w > 0 and h > 0]
        self._at = 0  # bytes of the first pass that is not complete
        self._unpack = zlib.decompressobj()
        self.begun = False

    def add(self, body: memoryview, go_on: GoOn) -> None:
        """Unpack more; what follows the end of the stream is passed over, as every program does."""
        self.begun = True
        for start in range(0, len(body), _PIECE):
            rest: bytes | memoryview = body[start : start + _PIECE]
            while not self._unpack.eof:
                go_on()
                try:
                    unpacked = self._unpack.decompress(rest, _UNPACKED)
                except zlib.error as error:
                    raise damaged(str(error)) from None
                self._take(unpacked)
                rest = self._unpack.unconsumed_tail
                if len(unpacked) < _UNPACKED:
                    break

    def end(self) -> None:
        """Raise `BadPicture` where there are fewer rows than there should be."""
        if self._passes or not self._unpack.eof:
            raise cut("there are fewer rows of pixels than there should be")

    def _take(self, unpacked: bytes) -> None:
        view = memoryview(unpacked)
        while view:
            if not self._passes:
                raise damaged("there are more rows of pixels than there should be")
            stride, rows = self._passes[0]
            here = view[: stride * rows - self._at]
            filters = here[-self._at % stride :: stride]
            if filters and max(filters) > _LAST_FILTER:
                raise damaged(f"filter {max(filters)}")
            self._at += len(here)
            view = view[len(here) :]
            if self._at == stride * rows:
                del self._passes[0]
                self._at = 0
