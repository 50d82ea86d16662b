"""PNG files, read and written with zlib alone."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def write_png(pixels: NDArray[np.uint8]) -> bytes:
    """The file of an 8-bit picture of shape (height, width) or (height, width, 1 to 4)."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    height, width, channels = pixels.shape
    colour = {count: kind for kind, count in _CHANNELS.items()}[channels]
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 3)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def read_png(data: bytes, most_bytes: int = 1_500_000) -> NDArray[np.uint8] | None:
    """The pixels as (height, width, channels), or None for what this small reader leaves to a larger one.

    Reads 8-bit, non-interlaced, without a palette. Two of the five row filters run byte by byte in Python
    (about 1 s a megabyte), hence the limit on the raw size.
    """
    if not data.startswith(SIGNATURE) or len(data) < 33:
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    channels = _CHANNELS.get(colour, 0)
    stride = width * channels
    if depth != 8 or not channels or interlaced or not 0 < stride * height <= most_bytes:
        return None
    packed, at = b"", 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    try:
        raw = np.frombuffer(zlib.decompress(packed), np.uint8)[: height * (stride + 1)].reshape(height, stride + 1)
    except (zlib.error, ValueError):
        return None
    pixels = np.zeros((height, stride), np.uint8)
    above = np.zeros(stride, np.uint8)
    for row in range(height):
        above = pixels[row] = _unfilter(int(raw[row, 0]), raw[row, 1:], above, channels)
    return pixels.reshape(height, width, channels)


def _unfilter(kind: int, row: NDArray[np.uint8], above: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    if kind == 1:
        return np.cumsum(row.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return row + above
    if kind not in (3, 4):
        return row
    line, up = bytearray(step) + bytearray(row), bytes(step) + above.tobytes()
    for i in range(step, len(line)):
        a, b, c = line[i - step], up[i], up[i - step]
        if kind == 3:
            line[i] = (line[i] + (a + b) // 2) & 255
        else:
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = (line[i] + nearest) & 255
    return np.frombuffer(bytes(line[step:]), np.uint8)
