"""JPEG: every segment to the end mark, and every code of every scan (ITU-T T.81).

Programs open a JPEG whose rest is missing, and show grey for it. So the codes are walked through: they must lead to
just as many blocks as the picture has.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from .damage import GoOn, cut, damaged, unusual
from .huffman import Codes
from .jpeg_bits import walk_first, walk_firsts, walk_refining, walk_sequential

_SOF = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive; the others are opened by hardly any program
_PROGRESSIVE = 0xC2
_OTHER_SOF = {*range(0xC3, 0xD0)} - {0xC4, 0xC8, 0xCC}
_DHT, _EOI, _SOS, _DQT, _DRI = 0xC4, 0xD9, 0xDA, 0xDB, 0xDD
_RST = range(0xD0, 0xD8)
_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
_MOST_BETWEEN = 256  # bytes that some cameras leave between the data and the next marker; programs pass over them
_MOST_SCANS = 100  # a progressive picture has about ten
_MOST_IN_UNIT = 10  # blocks


@dataclass
class _Component:
    """One of the picture's colours: its share in a unit of blocks, its table, and its blocks when scanned alone.

    `missing` are, of each coefficient, the bits that have not come yet.
    """

    across: int
    down: int
    table: int
    blocks: int = 0
    missing: bytearray = field(default_factory=lambda: bytearray(b"\xff" * 64))
    known: array[int] = field(default_factory=lambda: array("Q"))


@dataclass(frozen=True)
class _Scan:
    components: list[tuple[_Component, int, int]]  # each with the numbers of its tables
    band: range
    refines: bool = False
    missing: int = 0  # bits of these coefficients that come in later scans


class _Jpeg:
    """What the segments have said so far."""

    def __init__(self, go_on: GoOn) -> None:
        self.go_on = go_on
        self.progressive = False
        self.components: dict[int, _Component] = {}
        self.units = 0  # of blocks of all components together
        self.quantization: set[int] = set()
        self.codes: dict[int, Codes] = {}  # by kind and number, as the file numbers them
        self.interval = 0  # units between two restarts; 0: there are none
        self.scans = 0

    def take(self, marker: int, body: memoryview) -> None:
        """Take a segment in that is no scan."""
        if marker in _SOF:
            self._frame(marker, body)
        elif marker in _OTHER_SOF:
            raise unusual(f"frame {marker:02x}")
        elif marker == _DQT:
            self._quantization(body)
        elif marker == _DHT:
            self._codes(body)
        elif marker == _DRI:
            self.interval = int.from_bytes(body[:2], "big")

    def _frame(self, marker: int, body: memoryview) -> None:
        if self.components or len(body) < 6 or len(body) != 6 + 3 * body[5]:
            raise damaged("a header of the frame")
        if body[0] != 8:
            raise unusual(f"{body[0]} bits")
        height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        for number, share, table in zip(body[6::3], body[7::3], body[8::3], strict=True):
            if number in self.components or not (0 < share >> 4 <= 4 and 0 < share & 15 <= 4 and table < 4):
                raise damaged("a header of the frame")
            self.components[number] = _Component(share >> 4, share & 15, table)
        if not 1 <= len(self.components) <= 4 or not width or not height:
            raise damaged("a header of the frame")
        self.progressive = marker == _PROGRESSIVE
        most_across = max(each.across for each in self.components.values())
        most_down = max(each.down for each in self.components.values())
        self.units = _up(width, 8 * most_across) * _up(height, 8 * most_down)
        for each in self.components.values():
            each.blocks = _up(width * each.across, 8 * most_across) * _up(height * each.down, 8 * most_down)

    def _quantization(self, body: memoryview) -> None:
        while body:
            size = 1 + (128 if body[0] >> 4 else 64)
            if body[0] >> 4 > 1 or body[0] & 15 > 3 or len(body) < size:
                raise damaged("a table of quantization")
            self.quantization.add(body[0] & 15)
            body = body[size:]

    def _codes(self, body: memoryview) -> None:
        while body:
            counts = bytes(body[1:17])
            size = 17 + sum(counts)
            if body[0] & ~0x13 or len(body) < size:
                raise damaged("a table of codes")
            self.codes[body[0]] = Codes(counts, bytes(body[17:size]))
            body = body[size:]

    def scan_of(self, header: memoryview) -> _Scan:
        """Read a scan's header."""
        if not header or not 1 <= header[0] <= 4 or len(header) != 4 + 2 * header[0]:
            raise damaged("a header of a scan")
        self.scans += 1
        if self.scans > _MOST_SCANS:
            raise damaged(f"more than {_MOST_SCANS} scans")
        numbers, tables = header[1:-3:2], header[2:-3:2]
        low, high, bits = header[-3], header[-2], header[-1]
        if len(set(numbers)) < len(numbers) or not set(numbers) <= set(self.components):
            raise damaged("a header of a scan")
        chosen = [
            (self.components[number], table >> 4, table & 15) for number, table in zip(numbers, tables, strict=True)
        ]
        if len(chosen) > 1 and sum(each.across * each.down for each, *_ in chosen) > _MOST_IN_UNIT:
            raise damaged("a header of a scan")
        if not self.progressive:
            return _Scan(chosen, range(64))
        if low > high or high > 63 or (low and len(chosen) > 1) or (not low and high):
            raise damaged("a header of a scan")
        return _Scan(chosen, range(low, high + 1), bool(bits >> 4), bits & 15)

    def walk(self, scan: _Scan, pieces: list[bytes]) -> None:
        """Walk through a scan's data, which restarts have parted."""
        alone = scan.components[0][0]
        units = self.units if len(scan.components) > 1 else alone.blocks
        each = self.interval or units
        if len(pieces) != _up(units, each):
            raise (cut if len(pieces) < _up(units, each) else damaged)("the number of restarts")
        for number, data in enumerate(pieces):
            left = self._walk(scan, data, range(number * each, min(units, (number + 1) * each)))
            if left >= 8 * (1 + _MOST_BETWEEN):
                raise damaged("more data than the picture has")
        for component, *_ in scan.components:
            component.missing[scan.band.start : scan.band.stop] = bytes([scan.missing]) * len(scan.band)

    def _walk(self, scan: _Scan, data: bytes, units: range) -> int:
        component, _dc, number = scan.components[0]
        if scan.band.start:
            if not component.known:
                component.known = array("Q", bytes(8 * component.blocks))
            walk = walk_refining if scan.refines else walk_first
            return walk(data, self._table(1, number), scan.band, component.known, units, self.go_on)
        blocks = []
        for each, dc, ac in scan.components:
            blocks += [(dc, ac)] * (each.across * each.down if len(scan.components) > 1 else 1)
        if scan.refines:  # a bit of each
            if len(data) * 8 < len(units) * len(blocks):
                raise cut("the data of a scan ends too early")
            return len(data) * 8 - len(units) * len(blocks)
        if self.progressive:
            return walk_firsts(data, [self._table(0, dc) for dc, _ in blocks], len(units), self.go_on)
        tables = [(self._table(0, dc), self._table(1, ac)) for dc, ac in blocks]
        return walk_sequential(data, tables, len(units), self.go_on)

    def _table(self, kind: int, number: int) -> Codes:
        if (found := self.codes.get(kind << 4 | number)) is None:
            raise damaged("a scan lacks its table of codes")
        return found


def check_jpeg(data: memoryview, go_on: GoOn) -> None:
    """Raise `BadPicture` unless the file is whole; what follows its end mark, as cameras put there, does not matter."""
    jpeg, at = _Jpeg(go_on), 2
    while True:
        go_on()
        marker, at = _marker(data, at)
        if marker == _EOI:
            break
        length = int.from_bytes(data[at : at + 2], "big")
        end = at + length
        if end > len(data):
            raise cut(f"a segment ends at byte {end} of {len(data)}")
        if length < 2 or marker in _RST or marker < 0xC0:
            raise damaged(f"a marker {marker:02x}")
        jpeg.take(marker, data[at + 2 : end])
        if marker == _SOS:
            scan = jpeg.scan_of(data[at + 2 : end])
            pieces, end = _data_of_scan(data, end)
            jpeg.walk(scan, pieces)
        at = end
    if not jpeg.components or any(any(each.missing) for each in jpeg.components.values()):
        raise cut("a scan is missing")
    if not {each.table for each in jpeg.components.values()} <= jpeg.quantization:
        raise damaged("a table of quantization is missing")


def _marker(data: memoryview, at: int) -> tuple[int, int]:
    """Give the next marker and where its segment begins."""
    found = _MARKER.search(data, at)
    if found is None:
        raise cut("no end mark")
    if found.start() - at > _MOST_BETWEEN:
        raise damaged(f"{found.start() - at} bytes between two segments")
    return found[1][0], found.end()


def _data_of_scan(data: memoryview, at: int) -> tuple[list[bytes], int]:
    """Give the data of a scan, parted by restarts, and where the marker that ends it is."""
    pieces: list[bytes] = []
    for found in _MARKER.finditer(data, at):
        pieces.append(bytes(data[at : found.start()]).replace(b"\xff\0", b"\xff"))
        marker = found[1][0]
        if marker not in _RST:
            return pieces, found.start()
        if marker != _RST[(len(pieces) - 1) % 8]:
            raise damaged("restarts out of order")
        at = found.end()
    raise cut("no end mark")


def _up(size: int, part: int) -> int:
    return -(-size // part)
