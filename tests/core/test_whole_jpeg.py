"""JPEG files with every segment and every block pass the check before an order, and no others."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings, strategies as st

from . import jpeg_writer
from .jpeg_writer import PROGRESSIVE, Block, Colour, Scan, blocks_of
from .verdicts import refused

SHARES = [
    [(1, 1)],
    [(1, 1)] * 3,
    [(2, 2), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (2, 2)],
    [(3, 1)],
]


@st.composite
def pictures(draw: st.DrawFn) -> tuple[int, int, list[Colour]]:
    """A size, and components with blocks of mostly zeros, as after quantization."""
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    shares = draw(st.sampled_from(SHARES))
    values = st.one_of(st.just(0), st.just(0), st.integers(-3, 3), st.integers(-1023, 1023))
    block: st.SearchStrategy[Block] = st.one_of(
        st.just([0] * 64),
        st.lists(values, min_size=64, max_size=64),
        st.dictionaries(st.integers(0, 63), values, max_size=5).map(lambda some: [some.get(at, 0) for at in range(64)]),
    )
    patterns = draw(st.lists(block, min_size=1, max_size=5))
    colours = []
    for number, (across, down) in enumerate(shares):
        wide, high = blocks_of(width, height, shares, number)
        colours.append(Colour(across, down, wide, [patterns[at % len(patterns)] for at in range(wide * high)]))
    return width, height, colours


def scans_for(colours: list[Colour], *, progressive: bool, parted: bool) -> list[Scan]:
    """Give scans for one or three components."""
    numbers = tuple(range(len(colours)))
    if not progressive:
        return [Scan((number,)) for number in numbers] if parted else [Scan(numbers)]
    if len(numbers) == 3:
        return PROGRESSIVE
    return [Scan((0,), scan.first, scan.last, scan.above, scan.below) for scan in PROGRESSIVE if 0 in scan.colours]


@settings(max_examples=150)
@given(pictures(), st.booleans(), st.booleans(), st.integers(0, 7))
def test_every_jpeg_passes_and_none_with_a_missing_or_spare_block(
    picture: tuple[int, int, list[Colour]], progressive: bool, parted: bool, interval: int
) -> None:
    width, height, colours = picture
    scans = scans_for(colours, progressive=progressive, parted=parted)
    made = jpeg_writer.write(width, height, colours, scans, interval)
    assert refused(made) == ""
    assert refused(made + b"\xff\xd8 a second picture") == ""

    # The same data under the header of a picture that is much higher.
    frame = made.index(b"\xff\xc2" if progressive else b"\xff\xc1")
    higher = bytearray(made)
    higher[frame + 5 : frame + 7] = struct.pack(">H", height + 500)
    assert refused(bytes(higher))


def test_many_blocks_of_which_nothing_but_one_more_bit_comes() -> None:
    full = [Colour(1, 1, 20, [[4] * 64] * 400)]
    scans = scans_for(full, progressive=True, parted=False)
    assert refused(jpeg_writer.write(160, 160, full, scans)) == ""


def blocks(number: int, value: int = 3) -> list[Block]:
    return [[value, *[0] * 20, 5, *[0] * 42] for _ in range(number)]


GREY = Colour(1, 1, 4, blocks(16))
COLOURS = [Colour(2, 2, 4, blocks(16)), Colour(1, 1, 2, blocks(4)), Colour(1, 1, 2, blocks(4))]
WHOLE = jpeg_writer.write(32, 32, [GREY], [Scan((0,))])
RESTARTS = jpeg_writer.write(32, 32, [GREY], [Scan((0,))], interval=3)
PARTED = jpeg_writer.write(32, 32, COLOURS, PROGRESSIVE)
FULL = jpeg_writer.write(8, 8, [Colour(1, 1, 1, [[1] * 63 + [1023]])], [Scan((0,))])
SCAN = WHOLE.index(b"\xff\xda")
FRAME = WHOLE.index(b"\xff\xc1")
CODES = WHOLE.index(b"\xff\xc4")


def scan(*components: int, band: tuple[int, int] = (0, 63), bits: int = 0, codes: int = 0) -> bytes:
    body = bytes([len(components)]) + b"".join(bytes([number, codes]) for number in components)
    return jpeg_writer.segment(0xDA, body + bytes([*band, bits]))


def frame(body: bytes, marker: int = 0xC1) -> bytes:
    return WHOLE[:FRAME] + jpeg_writer.segment(marker, body) + WHOLE[SCAN:]


@pytest.mark.parametrize(
    "data",
    [
        WHOLE[:-2],
        WHOLE[:SCAN] + b"\xff\xd9",
        WHOLE[:SCAN] + scan(0) + b"\xff\xd9",
        WHOLE[:SCAN] + scan(1) + WHOLE[SCAN + 10 :],
        WHOLE[:SCAN] + scan(0, 0) + WHOLE[SCAN + 10 :],
        WHOLE[:SCAN] + scan(0, codes=0x22) + WHOLE[SCAN + 10 :],
        WHOLE[:SCAN] + jpeg_writer.segment(0xDA, b"") + WHOLE[SCAN + 10 :],
        WHOLE[:SCAN] + jpeg_writer.segment(0xDA, b"\2\0\0\0\0") + WHOLE[SCAN + 10 :],
        WHOLE[:SCAN] + b"\xff\xda\0\x01" + WHOLE[SCAN + 10 :],
        WHOLE[:FRAME] + WHOLE[SCAN:],
        WHOLE[:FRAME] + WHOLE[FRAME:SCAN] * 2 + WHOLE[SCAN:],
        WHOLE[:2] + WHOLE[CODES:],
        WHOLE[:CODES] + WHOLE[FRAME:],
        WHOLE[:CODES] + jpeg_writer.segment(0xC4, b"\0" + bytes([3]) + bytes(15) + bytes(3)) + WHOLE[FRAME:],
        WHOLE[:CODES] + jpeg_writer.segment(0xC4, b"\x40" + bytes(16)) + WHOLE[CODES:],
        WHOLE[:CODES] + jpeg_writer.segment(0xC4, b"\0\2" + bytes(15)) + WHOLE[CODES:],
        WHOLE[:2] + jpeg_writer.segment(0xDB, b"\x30" + bytes(64)) + WHOLE[2:],
        WHOLE[:2] + jpeg_writer.segment(0xDB, b"\0" + bytes(63)) + WHOLE[2:],
        WHOLE[:2] + b"\xff\xd0\0\2" + WHOLE[2:],
        WHOLE[:2] + b"\xff\x01\0\2" + WHOLE[2:],
        WHOLE[:2] + bytes(300) + WHOLE[2:],
        WHOLE[:SCAN] + bytes(300) + WHOLE[SCAN:],
        FULL[:-3] + b"\xff\xd9",
        WHOLE[:-2] + b"\xaa" * 300 + b"\xff\xd9",
        WHOLE[:-6] + b"\xff\xd0" + WHOLE[-6:],
        RESTARTS.replace(b"\xff\xd1", b"\xff\xd2"),
        RESTARTS.replace(b"\xff\xd4", b""),
        RESTARTS.replace(b"\xff\xd0", b"\xff\xd0\xff\xd1"),
        RESTARTS.replace(b"\xff\xdd\0\4\0\3", b"\xff\xdd\0\4\0\2"),
        frame(struct.pack(">BHHB", 12, 32, 32, 1) + b"\0\x11\0"),
        frame(struct.pack(">BHHB", 8, 32, 32, 1) + b"\0\x51\0"),
        frame(struct.pack(">BHHB", 8, 32, 32, 1) + b"\0\x10\0"),
        frame(struct.pack(">BHHB", 8, 32, 32, 1) + b"\0\x11\4"),
        frame(struct.pack(">BHHB", 8, 32, 32, 1) + b"\0\x11\1"),
        frame(struct.pack(">BHHB", 8, 32, 32, 2) + b"\0\x11\0" * 2),
        frame(struct.pack(">BHHB", 8, 32, 32, 5) + b"".join(bytes([n, 0x11, 0]) for n in range(5))),
        frame(struct.pack(">BHHB", 8, 32, 32, 0)),
        frame(struct.pack(">BHHB", 8, 32, 32, 1)),
        frame(struct.pack(">BHHB", 8, 32, 32, 1) + b"\0\x11\0", 0xC3),
        frame(struct.pack(">BHHB", 8, 32, 32, 2) + b"\0\x11\0\1\x11\0"),
        PARTED[: PARTED.index(b"\xff\xda")] + scan(0, 1, band=(1, 5)) + b"\xff\xd9",
        PARTED[: PARTED.index(b"\xff\xda")] + scan(0, band=(5, 4)) + b"\xff\xd9",
        PARTED[: PARTED.index(b"\xff\xda")] + scan(0, band=(0, 5)) + b"\xff\xd9",
        PARTED[: PARTED.index(b"\xff\xda")] + scan(0, band=(1, 64)) + b"\xff\xd9",
        PARTED[: PARTED.index(b"\xff\xda")] + scan(0, 1, 2, band=(0, 0), bits=0x10) + b"\xff\xd9",
        WHOLE[:-2] + WHOLE[SCAN:-2] * 100 + b"\xff\xd9",
    ],
)
def test_a_jpeg_that_no_program_writes_is_refused(data: bytes) -> None:
    assert [refused(whole) for whole in (WHOLE, RESTARTS, PARTED, FULL)] == [""] * 4
    assert refused(data)


def test_a_unit_of_too_many_blocks_is_refused() -> None:
    many = struct.pack(">BHHB", 8, 32, 32, 3) + b"\0\x33\0\1\x11\0\2\x11\0"
    assert refused(WHOLE[:FRAME] + jpeg_writer.segment(0xC1, many) + scan(0, 1, 2) + WHOLE[SCAN + 10 :])


def test_what_cameras_put_into_a_jpeg_besides_does_not_matter() -> None:
    note = jpeg_writer.segment(0xFE, b"a note") + jpeg_writer.segment(0xE1, b"Exif\0\0" + WHOLE)
    deep = jpeg_writer.segment(0xDB, b"\x11" + bytes(128))
    assert refused(WHOLE[:2] + note + b"\xff\xff" + deep + WHOLE[2:-2] + bytes(200) + WHOLE[-2:]) == ""
    assert refused(WHOLE[:SCAN] + bytes(200) + WHOLE[SCAN:]) == ""
    late = WHOLE[:2] + jpeg_writer.segment(0xE2, bytes(65_000)) * 5 + WHOLE[2:]  # a large profile of colours
    assert refused(late) == ""


_ONE = bytes([1] + [0] * 15)  # a single code of one bit


def codes_of(symbol: int) -> bytes:
    return jpeg_writer.segment(0xC4, b"\0" + _ONE + b"\0\x10" + _ONE + bytes([symbol]))


@pytest.mark.parametrize(
    ("symbol", "marker", "bits"),
    [
        (0xF0, 0xC1, 0),  # 16 zeros again and again: they pass the block's end
        (0x11, 0xC1, 0),  # a zero and a value, 31 times, then one too many
        (0xF0, 0xC2, 0x00),
        (0x31, 0xC2, 0x00),
        (0xF0, 0xC2, 0x10),
        (0x51, 0xC2, 0x10),
        (0x02, 0xC2, 0x10),
    ],
)
def test_coefficients_beyond_a_block_s_end_are_refused(symbol: int, marker: int, bits: int) -> None:
    body = struct.pack(">BHHB", 8, 32, 32, 1) + b"\0\x11\0"
    band = (0, 63) if marker == 0xC1 else (1, 62)
    data = WHOLE[:CODES] + codes_of(symbol) + jpeg_writer.segment(marker, body) + scan(0, band=band, bits=bits)
    assert refused(data + bytes(2000) + b"\xff\xd9")
