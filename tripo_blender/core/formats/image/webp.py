"""WebP: every chunk, and the heads of the pictures in them with the sizes of their parts (RFC 9649, RFC 6386).

The pixels are not unpacked: that takes half a minute for a large picture here, and Blender does it when one is picked.
"""

from __future__ import annotations

from collections.abc import Iterator

from .damage import GoOn, animated, cut, damaged

_ANIMATED, _ALPHA = 0x02, 0x10  # flags of an extended file
_PICTURES = ("VP8 ", "VP8L")
_SEGMENTS, _DELTAS, _PROBABILITIES = 4, 8, 3


def check_webp(data: memoryview, go_on: GoOn) -> None:
    """Raise `BadPicture` unless the file is whole; what follows the end that it gives itself does not matter."""
    length = 8 + int.from_bytes(data[4:8], "little")
    if length > len(data):
        raise cut(f"it ends at byte {length} of {len(data)}")
    canvas: tuple[int, int] | None = None
    pictures = 0
    for number, (kind, body) in enumerate(_chunks(data[:length])):
        go_on()
        if kind == "VP8X" and not number:
            canvas = _canvas(body)
        elif kind in ("ANIM", "ANMF"):
            raise animated(kind)
        elif kind in _PICTURES and not pictures:
            size = _lossless(body) if kind == "VP8L" else _lossy(body)
            if canvas not in (None, size):
                raise damaged(f"a picture of {size} px for {canvas}")
            pictures += 1
        elif not number or kind == "VP8X" or kind in _PICTURES:
            raise damaged(f"a chunk {kind!r} out of place")
    if not pictures:
        raise cut("no picture")


def _chunks(data: memoryview) -> Iterator[tuple[str, memoryview]]:
    at = 12
    while at < len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 > len(data) or end > len(data):
            raise cut(f"a chunk at byte {at} ends at byte {end} of {len(data)}")
        yield bytes(data[at : at + 4]).decode("latin-1"), data[at + 8 : end]
        at = end + end % 2


def _canvas(body: memoryview) -> tuple[int, int]:
    if len(body) < 10:
        raise damaged("an extended header")
    if body[0] & _ANIMATED:
        raise animated("flag")
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _lossless(body: memoryview) -> tuple[int, int]:
    bits = int.from_bytes(body[1:5], "little")
    if len(body) < 6 or body[0] != 0x2F or bits >> 29:
        raise damaged("the head of a lossless picture")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _lossy(body: memoryview) -> tuple[int, int]:
    head = int.from_bytes(body[:3], "little")
    shown, first = head >> 4 & 1, head >> 5
    if len(body) < 10 or head & 1 or (head >> 1 & 7) > 3 or not shown or bytes(body[3:6]) != b"\x9d\x01\x2a":
        raise damaged("the head of a lossy picture")
    rest = body[10 + first :]
    if 10 + first > len(body):
        raise cut("the first part of a lossy picture")
    parts = _parts(bytes(body[10 : 10 + first]))
    table = 3 * (parts - 1)
    sizes = sum(int.from_bytes(rest[at : at + 3], "little") for at in range(0, table, 3))
    if table + sizes >= len(rest):  # the last part takes what the others leave
        raise cut("a part of a lossy picture")
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _parts(first: bytes) -> int:
    """Give in how many parts the pixels come, from a frame's header up to there."""
    header = _Header(first)
    header.number(2)  # the space of colour, and whether to clamp
    if header.number(1):  # segments
        has_map, has_values = header.number(1), header.number(1)
        if has_values:
            header.number(1)
            for size in [7] * _SEGMENTS + [6] * _SEGMENTS:
                if header.number(1):
                    header.number(size + 1)
        for _ in range(_PROBABILITIES if has_map else 0):
            if header.number(1):
                header.number(8)
    header.number(1 + 6 + 3)  # the filter
    if header.number(1) and header.number(1):  # its deltas
        for _ in range(_DELTAS):
            if header.number(1):
                header.number(6 + 1)
    return 1 << header.number(2)


class _Header:
    """The numbers of a frame's header: each bit as likely 0 as 1, packed as arithmetic coding packs it."""

    def __init__(self, data: bytes) -> None:
        self._data = data.ljust(2, b"\0")
        self._value = int.from_bytes(self._data[:2], "big")
        self._at, self._range, self._shifted = 2, 255, 0

    def number(self, bits: int) -> int:
        """Give the next bits as a number."""
        number = 0
        for _ in range(bits):
            number = number << 1 | self._bit()
        return number

    def _bit(self) -> int:
        split = 1 + ((self._range - 1) * 128 >> 8)
        bit = self._value >= split << 8
        if bit:
            self._range -= split
            self._value -= split << 8
        else:
            self._range = split
        while self._range < 128:
            self._value <<= 1
            self._range <<= 1
            self._shifted += 1
            if self._shifted == 8:
                self._shifted = 0
                self._value |= self._data[self._at] if self._at < len(self._data) else 0
                self._at += 1
        return int(bit)
