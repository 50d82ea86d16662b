"""The service's own picture of a finished model: a nicety, which fails no job and holds none up for long."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ..core.formats.image.head import HEAD_BYTES, LARGEST_SIDE, read_head
from ..core.task import Artifact, Role
from ..storage.small_file import open_new
from .http.client import Client, NoAnswer, NotSent
from .stop import Stop, Stopped

SECONDS = 4.0  # in all; the model is there already, so a longer wait would be felt
LARGEST = 8_000_000  # bytes

_log = logging.getLogger(__name__)


class Preview:
    """The preview of one job's model: begun beside the model's download, and kept where it is there with it."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop
        self._data: Callable[[], bytes | None] | None = None  # gives it, once it is under way

    def begin(self, links: Mapping[Role, str]) -> None:
        """Begin to fetch it, once, where there is a link to it."""
        if (link := links.get(Role.PREVIEW)) and self._data is None:
            client = self._client.another()

            def fetched() -> bytes:
                with client:
                    return fetch(client, link)

            self._data = self._stop.aside(fetched, SECONDS)

    def kept(self, folder: Path) -> tuple[Artifact, ...]:
        """Put it beside the model and return it; nothing where it did not come at once. Raise `Stopped`."""
        if self._data is None:
            return ()
        data = self._data()
        if self._stop.cancelled:
            raise Stopped
        path = keep(data, folder) if data else ""
        return (Artifact(Role.PREVIEW, path, path.rpartition(".")[2]),) if path else ()


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
