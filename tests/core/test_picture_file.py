"""Heads of pictures: right for whole files, nothing for broken ones, whatever the bytes."""

import struct

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.formats.image.head import (
    HEAD_BYTES,
    LARGEST_FILE,
    LARGEST_SIDE,
    MIME_TYPES,
    SMALLEST_SIDE,
    PictureHead,
    fits,
    read_head,
    too_small,
)

from .fixtures import english


def png(width: int = 300, height: int = 200) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII5B", 13, b"IHDR", width, height, 8, 6, 0, 0, 0) + bytes(4)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str = ">", tag: int = 0x0112) -> bytes:
    """An EXIF segment whose first directory holds the camera's make and then one more tag."""
    directory = struct.pack(f"{order}H", 2)
    directory += struct.pack(f"{order}HHI4s", 0x010F, 2, 4, b"Cam\0")
    directory += struct.pack(f"{order}HHIHH", tag, 3, 1, orientation, 0)
    head = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, 8)
    return segment(0xE1, b"Exif\0\0" + head + directory + bytes(4))


def jpeg(*before: bytes, frame: int = 0xC0, width: int = 300, height: int = 200) -> bytes:
    header = segment(frame, struct.pack(">BHHB", 8, height, width, 3) + bytes(9))
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + b"".join(before) + header


def webp(kind: bytes, body: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def webp_lossy(width: int = 300, height: int = 200, scale: int = 0) -> bytes:
    # Two bits above each size tell a viewer to scale.
    return webp(b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", width | scale << 14, height | scale << 14))


def webp_lossless(width: int = 300, height: int = 200) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14) + bytes(8))


def webp_extended(width: int = 300, height: int = 200) -> bytes:
    sizes = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return webp(b"VP8X", b"\x10\0\0\0" + sizes) + bytes(4)


THUMBNAIL = segment(0xE1, b"Exif\0\0" + jpeg(width=16, height=12))
WHOLE = {
    "png": (png(), PictureHead("png", 300, 200)),
    "jpeg": (jpeg(), PictureHead("jpg", 300, 200)),
    "progressive jpeg": (jpeg(frame=0xC2), PictureHead("jpg", 300, 200)),
    "jpeg after tables": (
        jpeg(segment(0xC4, bytes(20)), segment(0xDB, bytes(65)), segment(0xCC, bytes(4))),
        PictureHead("jpg", 300, 200),
    ),
    "jpeg with fill bytes": (jpeg(b"\xff\xff"), PictureHead("jpg", 300, 200)),
    "jpeg with a picture in its EXIF": (jpeg(THUMBNAIL), PictureHead("jpg", 300, 200)),
    "jpeg with XMP": (jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")), PictureHead("jpg", 300, 200)),
    "turned jpeg, big-endian": (jpeg(exif(6)), PictureHead("jpg", 300, 200, 6)),
    "turned jpeg, little-endian": (jpeg(exif(8, "<")), PictureHead("jpg", 300, 200, 8)),
    "jpeg with an odd orientation": (jpeg(exif(9)), PictureHead("jpg", 300, 200)),
    "jpeg with no orientation": (jpeg(exif(6, tag=0x0113)), PictureHead("jpg", 300, 200)),
    "lossy webp": (webp_lossy(), PictureHead("webp", 300, 200)),
    "lossy webp to be scaled": (webp_lossy(scale=2), PictureHead("webp", 300, 200)),
    "lossless webp": (webp_lossless(), PictureHead("webp", 300, 200)),
    "extended webp": (webp_extended(), PictureHead("webp", 300, 200)),
}


@pytest.mark.parametrize(("data", "expected"), WHOLE.values(), ids=WHOLE)
def test_a_picture_tells_its_format_size_and_orientation(data: bytes, expected: PictureHead) -> None:
    assert read_head(data) == expected
    assert read_head(data + bytes(100)) == expected


@pytest.mark.parametrize(("data", "expected"), WHOLE.values(), ids=WHOLE)
def test_a_picture_cut_short_tells_nothing_rather_than_something_wrong(data: bytes, expected: PictureHead) -> None:
    told = {read_head(data[:length]) for length in range(len(data))}
    assert told <= {None, expected}


@given(st.integers(1, 16383), st.integers(1, 16383))
def test_every_size_is_read(width: int, height: int) -> None:
    for make in (png, webp_lossy, webp_lossless, webp_extended):
        head = read_head(make(width, height))
        assert (head.width, head.height) == (width, height)
    head = read_head(jpeg(width=width, height=height))
    assert (head.width, head.height) == (width, height)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(40),
        b"BM" + bytes(60),
        b"<html><body>Not found</body></html>",
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 4, b"CgBI", 300, 200) + bytes(20),
        png(0, 200),
        png(300, 0),
        jpeg(width=0),
        b"\xff\xd8\xff\xd9" + bytes(40),
        b"\xff\xd8\xff\xe0\x00\x10" + bytes(40),
        webp(b"ANIM", bytes(20)),
        b"RIFF" + bytes(4) + b"WAVE" + bytes(40),
    ],
    ids=[
        "empty", "gif", "bmp", "html", "png of Apple's own kind", "png without width", "png without height",
        "jpeg without width", "jpeg without frame", "jpeg of zeros", "odd webp", "sound",
    ],
)  # fmt: skip
def test_anything_else_tells_nothing(data: bytes) -> None:
    assert read_head(data) is None


def check_sane(head: PictureHead | None) -> None:
    if head is not None:
        assert head.format in MIME_TYPES
        assert head.width > 0
        assert head.height > 0
        assert 1 <= head.orientation <= 8


STARTS = st.sampled_from((b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 "))


@given(STARTS, st.binary(max_size=400))
def test_byte_soup_gives_a_verdict(start: bytes, soup: bytes) -> None:
    check_sane(read_head(start + soup))


@given(st.sampled_from([data for data, _ in WHOLE.values()]), st.data())
def test_a_damaged_picture_gives_a_verdict(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    check_sane(read_head(bytes(damaged)))


@pytest.mark.parametrize("filler", [b"\xff", b"\xff\xe0\0\0", b"\xff\xe0\0\x02", exif(6)], ids=repr)
def test_a_whole_head_of_one_thing_over_and_over_comes_to_an_end(filler: bytes) -> None:
    data = (b"\xff\xd8\xff\xe0\0\x04\0\0" + filler * HEAD_BYTES)[:HEAD_BYTES]
    assert read_head(data) is None


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [(20, 20, False), (19, 20, True), (20, 19, True), (4000, 19, True), (6000, 6000, False), (0, 0, True)],
)
def test_a_picture_below_the_services_limit_is_named_too_small(width: int, height: int, small: bool) -> None:
    sentence = english(too_small(width, height))
    assert bool(sentence) == small
    assert not small or f"{width} x {height}" in sentence


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_a_picture_is_shrunk_to_the_limit_and_keeps_its_shape(width: int, height: int) -> None:
    new_width, new_height = fits(width, height)
    if max(width, height) <= LARGEST_SIDE:
        assert (new_width, new_height) == (width, height)
        return
    assert max(new_width, new_height) == LARGEST_SIDE
    assert min(new_width, new_height) >= 1
    shrunk = LARGEST_SIDE / max(width, height)
    assert abs(new_width - width * shrunk) < 1
    assert abs(new_height - height * shrunk) < 1


def test_the_limits_are_the_services() -> None:
    assert (SMALLEST_SIDE, LARGEST_SIDE, LARGEST_FILE) == (20, 6000, 20_000_000)
