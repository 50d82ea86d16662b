"""Writes JPEG files of given coefficients, in any order of scans that the standard allows."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Block = Sequence[int]  # 64 coefficients, in zigzag order

# 128 codes of 8 bits and 128 of 9: one for every symbol, so that no scan needs a table of its own.
_COUNTS = bytes(7) + bytes([128, 128]) + bytes(7)
_MOST_ENDED = 0x7FFF  # blocks that one symbol ends


@dataclass(frozen=True)
class Colour:
    """A component: its blocks a unit, and all its blocks, a row after the other; `wide` of them are in a row."""

    across: int
    down: int
    wide: int
    blocks: list[Block]


@dataclass(frozen=True)
class Scan:
    """Which components, which coefficients (first and last), and which of their bits: from `above` down to `below`."""

    colours: tuple[int, ...]
    first: int = 0
    last: int = 63
    above: int = 0
    below: int = 0


PROGRESSIVE = [
    Scan((0, 1, 2), 0, 0, 0, 1),
    Scan((0,), 1, 5, 0, 2),
    Scan((2,), 1, 63, 0, 1),
    Scan((1,), 1, 63, 0, 1),
    Scan((0,), 6, 63, 0, 2),
    Scan((0,), 1, 63, 2, 1),
    Scan((0, 1, 2), 0, 0, 1, 0),
    Scan((2,), 1, 63, 1, 0),
    Scan((1,), 1, 63, 1, 0),
    Scan((0,), 1, 63, 1, 0),
]


def segment(marker: int, body: bytes) -> bytes:
    """Give a segment with its length."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def tables() -> bytes:
    """Give the tables that all scans here use."""
    codes = b"".join(bytes([number]) + _COUNTS + bytes(range(256)) for number in (0x00, 0x10))
    return segment(0xDB, b"\0" + bytes([1] * 64)) + segment(0xC4, codes)


def frame(width: int, height: int, colours: Sequence[Colour], marker: int) -> bytes:
    """Give the header of the frame."""
    body = struct.pack(">BHHB", 8, height, width, len(colours))
    for number, colour in enumerate(colours):
        body += bytes([number, colour.across << 4 | colour.down, 0])
    return segment(marker, body)


def write(width: int, height: int, colours: Sequence[Colour], scans: Sequence[Scan], interval: int = 0) -> bytes:
    """Give a whole file; the colours have as many blocks as the size asks for."""
    progressive = len(scans) > 1 and any(scan.last < 63 or scan.below for scan in scans)
    file = b"\xff\xd8" + tables() + frame(width, height, colours, 0xC2 if progressive else 0xC1)
    file += segment(0xDD, struct.pack(">H", interval)) if interval else b""
    for scan in scans:
        head = bytes([len(scan.colours)]) + b"".join(bytes([number, 0]) for number in scan.colours)
        file += segment(0xDA, head + bytes([scan.first, scan.last, scan.above << 4 | scan.below]))
        units = list(_units(width, height, colours, scan))
        size = interval or len(units)
        for number, start in enumerate(range(0, len(units), size)):
            file += bytes([0xFF, 0xD0 + (number - 1) % 8]) if number else b""
            file += _coded(units[start : start + size], scan, progressive=progressive)
    return file + b"\xff\xd9"


def blocks_of(width: int, height: int, shares: Sequence[tuple[int, int]], colour: int) -> tuple[int, int]:
    """Give how many blocks a colour has in a row and how many rows, filled up to whole units."""
    across, down = (max(share[axis] for share in shares) for axis in (0, 1))
    return -(-width // (8 * across)) * shares[colour][0], -(-height // (8 * down)) * shares[colour][1]


def _units(width: int, height: int, colours: Sequence[Colour], scan: Scan) -> Iterable[list[Block]]:
    across, down = max(colour.across for colour in colours), max(colour.down for colour in colours)
    if len(scan.colours) == 1:  # only the blocks that the picture reaches
        colour = colours[scan.colours[0]]
        wide, high = -(-width * colour.across // (8 * across)), -(-height * colour.down // (8 * down))
        for y in range(high):
            for x in range(wide):
                yield [colour.blocks[y * colour.wide + x]]
        return
    for y in range(-(-height // (8 * down))):
        for x in range(-(-width // (8 * across))):
            yield [
                colour.blocks[(y * colour.down + j) * colour.wide + x * colour.across + i]
                for colour in (colours[number] for number in scan.colours)
                for j in range(colour.down)
                for i in range(colour.across)
            ]


class _Writer:
    """Bits, and the symbols that are held back until it is known how many blocks end."""

    def __init__(self) -> None:
        self._bits: list[str] = []
        self.ended = 0  # blocks that end, not yet written
        self.corrections = ""  # bits for what those pass

    def symbol(self, symbol: int) -> None:
        self.end_blocks()
        self._symbol(symbol)

    def _symbol(self, symbol: int) -> None:
        self._bits.append(f"{symbol:08b}" if symbol < 128 else f"{256 + symbol - 128:09b}")

    def bits(self, bits: str) -> None:
        self._bits.append(bits)

    def end_blocks(self) -> None:
        while self.ended:
            size = min(14, self.ended.bit_length() - 1)
            here = min(self.ended, (1 << size + 1) - 1)
            self._symbol(size << 4)
            self._bits.append(f"{here - (1 << size):0{size}b}" if size else "")
            self.ended -= here
        self._bits.append(self.corrections)
        self.corrections = ""

    def stuffed(self) -> bytes:
        self.end_blocks()
        text = "".join(self._bits)
        text += "1" * (-len(text) % 8)
        return int("1" + text, 2).to_bytes(len(text) // 8 + 1, "big")[1:].replace(b"\xff", b"\xff\0") if text else b""


def _coded(units: list[list[Block]], scan: Scan, *, progressive: bool) -> bytes:
    writer = _Writer()
    for block in (block for unit in units for block in unit):
        if not progressive:
            _value(writer, block[0], 0)
            if _first_bits(writer, block, scan):
                writer.symbol(0)
        elif scan.first == 0 and not scan.above:
            _value(writer, block[0] >> scan.below, 0)
        elif scan.first == 0:
            writer.bits(str(block[0] >> scan.below & 1))
        elif not scan.above:
            ends_with_zeros = _first_bits(writer, block, scan)
            writer.ended += ends_with_zeros
            if writer.ended == _MOST_ENDED:
                writer.end_blocks()
        else:
            _one_more_bit(writer, block, scan)
    return writer.stuffed()


def _value(writer: _Writer, value: int, run: int) -> None:
    size = abs(value).bit_length()
    writer.symbol(run << 4 | size)
    if size:
        writer.bits(f"{value if value > 0 else value + (1 << size) - 1:0{size}b}")


def _first_bits(writer: _Writer, block: Block, scan: Scan) -> bool:
    """Write a band's values; tell whether it ends with zeros."""
    run = 0
    for at in range(max(1, scan.first), scan.last + 1):
        value = _shifted(block[at], scan.below)
        if not value:
            run += 1
            continue
        while run > 15:
            writer.symbol(0xF0)
            run -= 16
        _value(writer, value, run)
        run = 0
    return bool(run)


def _one_more_bit(writer: _Writer, block: Block, scan: Scan) -> None:
    values = {at: _shifted(block[at], scan.below) for at in range(scan.first, scan.last + 1)}
    news = [at for at, value in values.items() if abs(value) == 1]
    run, passed = 0, ""
    for at, value in values.items():
        if abs(value) > 1:
            passed += str(abs(value) & 1)
        elif not value:
            run += 1
        else:
            writer.symbol(run << 4 | 1)
            writer.bits("1" if value > 0 else "0")
            writer.bits(passed)
            run, passed = 0, ""
        if run == 16 and any(new > at for new in news):
            writer.symbol(0xF0)
            writer.bits(passed)
            run, passed = 0, ""
    if run or passed:
        writer.ended += 1
        writer.corrections += passed
        if writer.ended == _MOST_ENDED:
            writer.end_blocks()


def _shifted(value: int, below: int) -> int:
    return -(-value >> below) if value < 0 else value >> below
