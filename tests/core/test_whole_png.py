"""PNG files with every chunk and every row pass the check before an order, and no others."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import TripoError
from tripo_blender.core.formats.image.check import check

from .png_writer import SIGNATURE, chunk, header, png, rows
from .verdicts import refused

DEPTHS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8)]
DEPTHS += [(4, 8), (4, 16), (6, 8), (6, 16)]


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize(("colour", "depth"), DEPTHS)
def test_every_kind_of_png_passes(colour: int, depth: int, interlace: int) -> None:
    for width, height in ((1, 1), (3, 2), (5, 9), (20, 21), (130, 33)):
        assert refused(png(width, height, colour, depth, interlace)) == ""
        assert refused(png(width, height, colour, depth, interlace, parts=3)) == ""


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(DEPTHS), st.integers(0, 1), st.integers(-3, 3))
def test_a_png_has_just_the_rows_of_its_size(
    width: int, height: int, kind: tuple[int, int], interlace: int, more: int
) -> None:
    pixels = rows(width, height, *kind, interlace)
    pixels = pixels[:more] if more < 0 else pixels + bytes(more)
    palette = chunk(b"PLTE", bytes(6)) if kind[0] == 3 else b""
    made = header(width, height, *kind, interlace) + palette + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND")
    assert bool(refused(SIGNATURE + made)) == bool(more)


def test_a_png_that_unpacks_without_end_is_refused_at_its_first_row_too_many() -> None:
    asked: list[int] = []
    endless = zlib.compress(bytes(50_000_000), 9)
    with pytest.raises(TripoError, match="damaged"):
        check(SIGNATURE + header(20, 20) + chunk(b"IDAT", endless) + chunk(b"IEND"), lambda: asked.append(1))
    assert len(asked) < 10, "no more of it was unpacked"


PNG = png(20, 20)
IDAT = chunk(b"IDAT", zlib.compress(rows(20, 20)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        header(20, 20) + IDAT,
        IDAT + header(20, 20) + chunk(b"IEND"),
        header(20, 20) + header(20, 20) + IDAT + chunk(b"IEND"),
        header(20, 20) + chunk(b"IEND"),
        header(20, 20)[:-1] + b"x" + IDAT + chunk(b"IEND"),
        header(20, 20) + IDAT[:-1] + b"x" + chunk(b"IEND"),
        header(20, 20) + IDAT + chunk(b"tEXt", b"x") + IDAT + chunk(b"IEND"),
        header(20, 20) + chunk(b"ABCD") + IDAT + chunk(b"IEND"),
        header(20, 20) + chunk(b"A\0CD") + IDAT + chunk(b"IEND"),
        header(20, 20) + chunk(b"PLTE", bytes(4)) + IDAT + chunk(b"IEND"),
        header(20, 20) + chunk(b"PLTE", bytes(6)) + chunk(b"PLTE", bytes(6)) + IDAT + chunk(b"IEND"),
        header(20, 20) + IDAT + chunk(b"PLTE", bytes(6)) + chunk(b"IEND"),
        header(20, 20, 3) + IDAT + chunk(b"IEND"),
        header(20, 20, 5) + IDAT + chunk(b"IEND"),
        header(20, 20, 2, 4) + IDAT + chunk(b"IEND"),
        header(20, 20, interlace=2) + IDAT + chunk(b"IEND"),
        chunk(b"IHDR", header(20, 20)[8:-4] + b"\0") + IDAT + chunk(b"IEND"),
        header(20, 20) + chunk(b"IDAT", zlib.compress(b"\5" + rows(20, 20)[1:])) + chunk(b"IEND"),
        header(20, 20) + chunk(b"IDAT", zlib.compress(rows(20, 20))[:-1]) + chunk(b"IEND"),
        header(20, 20) + chunk(b"IDAT", zlib.compress(rows(20, 20))[:-1] + b"x") + chunk(b"IEND"),
        header(20, 20) + chunk(b"IDAT", b"no zlib") + chunk(b"IEND"),
        header(20, 20) + struct.pack(">I", 2**31) + b"IDAT" + bytes(100),
    ],
    ids=[
        "nothing", "no end", "header second", "two headers", "no pixels", "header's checksum", "pixels' checksum",
        "pixels in two places", "unknown critical chunk", "odd name", "odd palette", "two palettes", "late palette",
        "no palette", "odd colour", "odd depth", "odd interlace", "long header", "odd filter", "pixels cut",
        "pixels' own checksum", "no zlib", "huge chunk",
    ],
)  # fmt: skip
def test_a_png_that_no_program_writes_is_refused(body: bytes) -> None:
    assert refused(SIGNATURE + body)


def test_rows_that_pack_well_are_counted_to_the_last() -> None:
    """Each of them unpacks to more than is unpacked at once."""
    pixels = b"".join(b"\0" + bytes(1000) for _ in range(1000))
    for size in (len(pixels), len(pixels) - 1, 256 * 1024, 512 * 1024):
        packed = chunk(b"IDAT", zlib.compress(pixels[:size]))
        assert bool(refused(SIGNATURE + header(1000, 1000) + packed + chunk(b"IEND"))) == (size < len(pixels))


def test_what_programs_put_into_a_png_besides_does_not_matter() -> None:
    packed = zlib.compress(rows(20, 20)) + b"rest of a buffer"
    made = (
        header(20, 20)
        + chunk(b"acTL", bytes(8))
        + chunk(b"IDAT", packed[:9])
        + chunk(b"IDAT")
        + chunk(b"IDAT", packed[9:])
    )
    assert refused(SIGNATURE + made + chunk(b"tIME", bytes(7)) + chunk(b"IEND") + b"and what follows") == ""
