"""What a picture's first bytes say of it, and whether the service takes it as it is (bytes in, verdict out)."""

from __future__ import annotations

from dataclasses import dataclass

from ...sentences.text import Text, text

SMALLEST_SIDE = 20  # px; Tripo's upload page: 20 to 6000 px a side
LARGEST_SIDE = 6000  # px
LARGEST_FILE = 20_000_000  # bytes; Tripo's upload page: 20 MB
HEAD_BYTES = 256 * 1024  # enough to pass the EXIF block and colour profile of an ordinary photograph

MIME_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True)
class PictureHead:
    """Format (png, jpg, webp), size in px and EXIF orientation (1: as stored) of a picture."""

    format: str
    width: int
    height: int
    orientation: int = 1


def read_head(head: bytes) -> PictureHead | None:
    """Read the first `HEAD_BYTES` of a PNG, JPEG or WebP file; None for anything else or a broken one."""
    read = None
    if head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR" and len(head) >= 24:
        read = PictureHead("png", _big(head[16:20]), _big(head[20:24]))
    elif head[:3] == b"\xff\xd8\xff":
        read = _read_jpeg(head)
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        read = _read_webp(head)
    return read if read is not None and read.width and read.height else None


def too_small(width: int, height: int) -> Text | None:
    """Give the text for a picture that is too small; None for any other."""
    if min(width, height) >= SMALLEST_SIDE:
        return None
    return text("image.too_small", width=width, height=height, least=SMALLEST_SIDE)


def fits(width: int, height: int) -> tuple[int, int]:
    """Give the size, in px, to which a picture is shrunk so that no side passes `LARGEST_SIDE`."""
    longest = max(width, height)
    if longest <= LARGEST_SIDE:
        return width, height
    scale = LARGEST_SIDE / longest
    return max(1, round(width * scale)), max(1, round(height * scale))


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _read_jpeg(head: bytes) -> PictureHead | None:
    at, orientation = 2, 1
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], _big(head[at + 2 : at + 4])
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header
            if at + 9 > len(head):
                return None
            return PictureHead("jpg", _big(head[at + 7 : at + 9]), _big(head[at + 5 : at + 7]), orientation)
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _exif_orientation(head[at + 10 : at + 2 + length])
        at += 2 + length
    return None


def _exif_orientation(tiff: bytes) -> int:
    """Give tag 0x0112 of the first directory of an EXIF block; 1 where it is missing or odd."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    directory = number(4, 4)
    for entry in range(directory + 2, min(directory + 2 + 12 * number(directory, 2), len(tiff) - 11), 12):
        if number(entry, 2) == 0x0112:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def _read_webp(head: bytes) -> PictureHead | None:
    kind = head[12:16]
    if len(head) < 30:
        return None
    if kind == b"VP8X":
        return PictureHead("webp", int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1)
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return PictureHead("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        return PictureHead(
            "webp",
            int.from_bytes(head[26:28], "little") & 0x3FFF,
            int.from_bytes(head[28:30], "little") & 0x3FFF,
        )
    return None
