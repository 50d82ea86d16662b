"""JPEG files, written with NumPy alone: large, of even squares, and so quick to make.

A square of 8 x 8 px of one colour needs the first coefficient of its block and nothing more. So a picture of 512 px,
eight times as large, is a file of 4096 px, which a reader decodes like any other of that size.
"""

import struct

import numpy as np
from numpy.typing import NDArray

BLOCK = 8  # px a side
_STEP = 8  # of all coefficients; of the first one it is one level of a component
# The Huffman tables of the standard, K.3 to K.6, as most files carry them: class and number, how many codes have
# 1 to 16 bits, and what these stand for. Those of the first coefficients, of brightness and of colour, and those of
# all others.
_FIRST = (
    "00 00010501010101010100000000000000 000102030405060708090a0b",
    "01 00030101010101010101010000000000 000102030405060708090a0b",
)
_OTHERS = (
    """10 0002010303020403050504040000017d
    01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a34353637
    38393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3
    a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa""",
    """11 00020102040403040705040400010277
    000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a3536
    3738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999a
    a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa""",
)
_TABLE_OF = (0, 1, 1)  # of the three components: brightness and two of colour
_END_OF_BLOCK = 0  # among the others: all that follow are 0
_TO_LEVELS = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])  # JFIF
_MIDDLE = np.array([128, 0, 0])  # is taken off: levels are signed

Codes = NDArray[np.int64]


def write_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Return the file in which each pixel of a picture of shape (height, width, 3) is a square of 8 x 8 px."""
    height, width, _ = pixels.shape
    frame = struct.pack(">BHHB", 8, height * BLOCK, width * BLOCK, 3)
    frame += b"".join(bytes((number, 0x11, 0)) for number, _ in enumerate(_TABLE_OF, 1))
    scan = b"\3" + b"".join(bytes((number, table * 0x11)) for number, table in enumerate(_TABLE_OF, 1)) + b"\0\x3f\0"
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0101, 0, 1, 1, 0, 0)),
            _segment(0xDB, b"\0" + bytes((_STEP,)) * BLOCK**2),
            _segment(0xC0, frame),
            *(_segment(0xC4, bytes.fromhex(table)) for table in (*_FIRST, *_OTHERS)),
            _segment(0xDA, scan),
            _scan(pixels).replace(b"\xff", b"\xff\0"),  # else it would look like the start of a segment
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def _scan(pixels: NDArray[np.uint8]) -> bytes:
    """Return the bits of all blocks: of each component what differs from the block before, and the end of the block."""
    levels = np.rint(pixels.reshape(-1, 3) @ _TO_LEVELS.T).astype(np.int64) - _MIDDLE
    differences = np.diff(np.clip(levels, -128, 127), axis=0, prepend=0)
    sizes = _bit_lengths(np.abs(differences))
    bits = np.where(differences < 0, differences + (1 << sizes) - 1, differences)
    codes, lengths = np.empty_like(bits), np.empty_like(bits)
    for component, table in enumerate(_TABLE_OF):
        code_of, length_of = _huffman(_FIRST[table])
        ends, end_lengths = _huffman(_OTHERS[table])
        end, end_length = ends[_END_OF_BLOCK], end_lengths[_END_OF_BLOCK]
        size = sizes[:, component]
        codes[:, component] = ((code_of[size] << size | bits[:, component]) << end_length) | end
        lengths[:, component] = length_of[size] + size + end_length
    return _packed(codes.reshape(-1), lengths.reshape(-1))


def _bit_lengths(values: Codes) -> Codes:
    known = np.array([value.bit_length() for value in range(256)])  # two levels are never further apart
    lengths: Codes = known[values]
    return lengths


def _huffman(table: str) -> tuple[Codes, Codes]:
    """Return the code of each value of a table, and its length in bits."""
    content = bytes.fromhex(table)
    codes, lengths = np.zeros(256, np.int64), np.zeros(256, np.int64)
    code, at = 0, 17
    for length in range(1, 17):
        for value in content[at : at + content[length]]:
            codes[value], lengths[value] = code, length
            code += 1
        at += content[length]
        code <<= 1
    return codes, lengths


def _packed(codes: Codes, lengths: Codes) -> bytes:
    """Return codes of at most 25 bits one behind the other, filled up to a byte with ones."""
    ends = np.cumsum(lengths)
    starts = ends - lengths
    total = int(ends[-1])
    words = codes << (32 - starts % 8 - lengths)
    packed = np.zeros(total // 8 + 4, np.int64)
    for number in range(4):  # a code lies in up to four bytes; no two have a bit in common, so their sums are exact
        part = words >> (24 - 8 * number) & 255
        packed += np.bincount(starts // 8 + number, part, len(packed)).astype(np.int64)
    packed = packed[: -(-total // 8)]
    packed[-1] |= (1 << -total % 8) - 1
    return packed.astype(np.uint8).tobytes()
