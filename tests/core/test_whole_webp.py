"""WebP files with every chunk and every part pass the check before an order, and no others."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from fixtures.real_pictures import ANIMATED, REAL

from .verdicts import refused


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


LOSSY, LOSSLESS, CLEAR = (list(chunks_of(REAL[name])) for name in ("webp", "webp, lossless", "webp, transparent"))
VP8 = LOSSY[0][1]
CANVAS = (b"VP8X", bytes(4) + struct.pack("<I", 36)[:3] + struct.pack("<I", 28)[:3])


@pytest.mark.parametrize(
    "data",
    [
        webp(),
        webp((b"EXIF", b"x")),
        webp(CANVAS),
        webp(*LOSSY, *LOSSY),
        webp(CANVAS, CANVAS, *LOSSY),
        webp((b"VP8X", CANVAS[1][:9]), *LOSSY),
        webp((b"VP8X", bytes(10)), *LOSSY),
        webp((b"VP8X", b"\2" + CANVAS[1][1:]), *LOSSY),
        webp(CANVAS, (b"ANMF", VP8)),
        webp((b"VP8 ", VP8[:9])),
        webp((b"VP8 ", b"\1" + VP8[1:])),
        webp((b"VP8 ", bytes([VP8[0] | 8]) + VP8[1:])),
        webp((b"VP8 ", bytes([VP8[0] & ~16]) + VP8[1:])),
        webp((b"VP8 ", VP8[:3] + b"x" + VP8[4:])),
        webp((b"VP8 ", VP8[:40])),
        webp((b"VP8 ", VP8[: 10 + (int.from_bytes(VP8[:3], "little") >> 5)])),
        webp((b"VP8L", b"/" + bytes(4))),
        webp((b"VP8L", b"x" + LOSSLESS[0][1][1:])),
        webp((b"VP8L", LOSSLESS[0][1][:4] + b"\xff" + LOSSLESS[0][1][5:])),
        ANIMATED,
    ],
)
def test_a_webp_that_is_no_still_image_is_refused(data: bytes) -> None:
    assert refused(data)


def test_a_webp_with_more_in_it_passes() -> None:
    assert refused(webp(CANVAS, (b"ICCP", b"profile"), *LOSSY, (b"EXIF", b"xyz"), (b"ABCD", b""))) == ""
    assert refused(webp(*LOSSY) + b"and what follows") == ""
    assert "animated. Choose a still image" in refused(ANIMATED)
    assert [kind for kind, _ in CLEAR] == [b"VP8X", b"ALPH", b"VP8 "]


def lossy(header_bits: str, parts: list[bytes], size: int | None = None) -> bytes:
    """Give a lossy picture whose header is that of these bits, each as likely 0 as 1."""
    first = bools(header_bits)
    sizes = b"".join(struct.pack("<I", len(part))[:3] for part in parts[:-1])
    tag = (len(first) if size is None else size) << 5 | 1 << 4
    frame_head = struct.pack("<I", tag)[:3] + b"\x9d\x01\x2a" + struct.pack("<HH", 16, 16)
    return webp((b"VP8 ", frame_head + first + sizes + b"".join(parts)))


def bools(bits: str) -> bytes:
    """Pack bits as RFC 6386, section 7.3, does, all of the probability 128."""
    low, span, out = 0, 255, 0
    count = 0
    for bit in bits + "0" * 32:
        split = 1 + ((span - 1) * 128 >> 8)
        if bit == "1":
            low, span = low + split, span - split
        else:
            span = split
        while span < 128:
            span <<= 1
            low <<= 1
            count += 1
    out = low
    length = count + 8
    return (out << (-length % 8)).to_bytes(-(-length // 8), "big")


_SEGMENTS = "1" + "11" + "1" + ("1" + "0" * 8) * 2 + "0" * 2 + ("1" + "0" * 7) * 4 + ("1" + "1" * 8) * 2 + "0"
_FILTER = "0" * 10
_DELTAS = "11" + ("1" + "0" * 7) * 3 + "0" * 5


@pytest.mark.parametrize("segments", ["0", "100", "101" + "0" + "0" * 8, "110" + "0" * 3, _SEGMENTS])
@pytest.mark.parametrize("deltas", ["0", "10", _DELTAS])
@pytest.mark.parametrize(("number", "bits"), [(1, "00"), (2, "01"), (4, "10"), (8, "11")])
def test_the_parts_of_a_lossy_webp_lie_within_it(segments: str, deltas: str, number: int, bits: str) -> None:
    header_bits = "00" + segments + _FILTER + deltas + bits
    parts = [b"p" * (at + 1) for at in range(number)]
    assert refused(lossy(header_bits, parts)) == ""
    assert "cut short" in refused(lossy(header_bits, [*parts[:-1], b""]))
