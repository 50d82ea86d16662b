"""Whether an image file is whole, before anything is bought for it."""

from __future__ import annotations

from ...errors import Kind, TripoError
from ...sentences.text import text
from .damage import BadPicture, GoOn, damaged
from .head import HEAD_BYTES, LARGEST_SIDE, read_head
from .jpeg import check_jpeg
from .png import check_png
from .webp import check_webp

_CHECKS = {"png": check_png, "jpg": check_jpeg, "webp": check_webp}


def check(data: bytes, go_on: GoOn = lambda: None) -> None:
    """Raise `TripoError` of kind picture, with a sentence, unless this is a whole PNG, JPEG or WebP for the service.

    `go_on` is asked at least every 0.2 s, and raises to end the check. Of 20 MB and 6,000 px a side, which is the most
    that the service takes, a PNG takes a second, a JPEG 5 or, where it is progressive, 25, and a WebP none: about as
    long as it travels.
    """
    try:
        _check(data, go_on)
    except BadPicture as bad:
        raise TripoError(Kind.PICTURE, bad.what, detail=bad.detail) from None


def _check(data: bytes, go_on: GoOn) -> None:
    # The size of a photograph comes after its thumbnail and colour profile.
    head = read_head(data[:HEAD_BYTES]) or read_head(data)
    if head is None:
        raise damaged(f"it begins with {data[:16]!r}")
    if max(head.width, head.height) > LARGEST_SIDE:  # or the check would take longer
        advice = text("image.choose_smaller", most=LARGEST_SIDE)
        raise BadPicture(text("image.too_large", advice=advice), f"{head.width} x {head.height} px")
    _CHECKS[head.format](memoryview(data), go_on)
