"""Writes PNG files of every kind, chunk by chunk."""

import struct
import zlib

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int, colour: int = 0, depth: int = 8, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def rows(width: int, height: int, colour: int = 0, depth: int = 8, interlace: int = 0) -> bytes:
    """Give the unpacked rows, each with its filter, in the order of the passes (ISO/IEC 15948, 8.2)."""
    starts = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    found = b""
    for x, y, dx, dy in starts if interlace else [(0, 0, 1, 1)]:
        across, down = len(range(x, width, dx)), len(range(y, height, dy))
        if across:
            size = -(-across * depth * CHANNELS[colour] // 8)
            found += b"".join(bytes([row % 5]) + bytes(row % 251 for _ in range(size)) for row in range(down))
    return found


def png(width: int, height: int, colour: int = 0, depth: int = 8, interlace: int = 0, parts: int = 1) -> bytes:
    packed = zlib.compress(rows(width, height, colour, depth, interlace))
    size = -(-len(packed) // parts)
    pixels = b"".join(chunk(b"IDAT", packed[at : at + size]) for at in range(0, len(packed), size))
    palette = chunk(b"PLTE", bytes(3 << depth)) if colour == 3 else b""
    made = header(width, height, colour, depth, interlace) + chunk(b"tEXt", b"Title\0A chair") + palette + pixels
    return SIGNATURE + made + chunk(b"IEND")
