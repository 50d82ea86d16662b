"""The service's own picture of a finished model: a nicety, which fails no job and holds none up for long."""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path

from ..core.formats.image.head import HEAD_BYTES, LARGEST_SIDE, read_head
from ..storage.small_file import open_new
from .http.client import Client, NoAnswer, NotSent

SECONDS = 4.0  # in all; the model is there already, so a longer wait would be felt
LARGEST = 8_000_000  # bytes

_log = logging.getLogger(__name__)


def fetch(client: Client, url: str) -> bytes:
    """Give the picture's bytes, asked for once; empty, and no error, where they do not come at once."""
    try:
        return _fetched(client, url)
    except (NotSent, NoAnswer) as error:
        _log.debug("no preview: %s", error.failure.detail)
    except Exception as error:  # noqa: BLE001  # whatever it is, the model is worth more; its text may hold the link
        _log.debug("no preview: %s", type(error).__name__)
    return b""


def _fetched(client: Client, url: str) -> bytes:
    until = time.monotonic() + SECONDS
    data = bytearray()
    with client.download(url, patience=SECONDS / 2) as download:
        if download.status != 200 or download.length > LARGEST:
            _log.debug("no preview: the file host answered %d with %d bytes", download.status, download.length)
            return b""
        for chunk in download.chunks():
            data += chunk
            if len(data) > LARGEST or time.monotonic() > until:
                _log.debug("no preview: too large or too slow after %d bytes", len(data))
                return b""
    if len(data) < download.length:
        _log.debug("no preview: %d of %d bytes came", len(data), download.length)
        return b""
    return bytes(data)


def keep(data: bytes, folder: Path) -> str:
    """Put the picture into the job's folder and give its path; empty, and no error, where it is none or cannot be."""
    head = read_head(data[:HEAD_BYTES])
    if head is None or max(head.width, head.height) > LARGEST_SIDE:  # a small file can hold far too many pixels
        _log.debug("no preview: %d bytes are no picture that can be shown", len(data))
        return ""
    path = folder / f"preview.{head.format}"
    try:
        with open_new(path) as file:
            file.write(data)
    except OSError as error:
        _log.debug("no preview: %s", error)
        with contextlib.suppress(OSError):
            path.unlink()
        return ""
    return str(path)
