"""Unpacks what came packed although nobody asked for it, bit by bit: a small body can hold a huge one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_EITHER = 32 + zlib.MAX_WBITS  # zlib finds out by itself whether it is gzip or deflate
_PIECE = 64 * 1024  # bytes


def is_packed(encoding: str) -> bool:
    """Whether a `Content-Encoding` is one that is unpacked here; layers of several never are."""
    return encoding.strip().lower() in ("gzip", "x-gzip", "deflate")


def unpacked(body: bytes, most: int) -> bytes:
    """Give what a body holds, up to `most` bytes of it; as it is where it cannot be unpacked."""
    try:
        return zlib.decompressobj(_EITHER).decompress(body, most)
    except zlib.error:
        return body


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack chunk by chunk; raises `EOFError` where the packed bytes are broken or cut short."""
    unpacker = zlib.decompressobj(_EITHER)
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise EOFError(str(error)) from None
    if not unpacker.eof:
        raise EOFError("the packed bytes are cut short")
