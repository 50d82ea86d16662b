"""The one place that speaks HTTP. Exceptions of libraries do not leave it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import urllib3.exceptions

from ...core.errors import Kind, TripoError
from ...core.file_version import FileVersion, goes_on, version_of
from ...core.network import FILE_HOST, SERVICE, Network
from ...core.redaction import Masks
from ...core.sentences.text import text
from ...core.services.base import HttpAnswer, HttpRequest
from ...core.services.endpoint import key_problem, same_origin
from ...core.services.responses import LARGEST_ANSWER, read_json, retry_after_of
from .connection import Bearer, NoAuth, Session, logins
from .decompression import is_packed, pieces, unpacked
from .errors import NoAnswer, NotSent, translated

__all__ = ["Client", "Download", "NoAnswer", "NotSent"]

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0  # between two bytes of a poll or a download
CREATE_SECONDS = 120.0  # a purchase is waited for longer: its answer is worth money
CHUNK = 16 * 1024  # bytes; of a slow download: smaller, and it can be cancelled sooner and loses less by a break
LARGEST_CHUNK = 256 * 1024  # of a fast one, which the small ones would hold up: 25 MB take 40 ms more by them
CHUNK_SECONDS = 0.1  # that a chunk may take for the next to be as large

_USER_AGENT = "tripo-blender"


class Client:
    """Calls of one job: the API with the key, file hosts without it. Not to be shared between threads."""

    def __init__(self, key: str, base_url: str = "", network: Network = Network()) -> None:  # noqa: B008  # frozen
        """`base_url` names the one host that may be told the key; empty: every host that is called."""
        self._key = key
        self._base_url = base_url
        self._network = network
        self.masks = Masks.of(key, *logins(network))  # for what others write: some services repeat the key they refuse
        self._session = Session(network)
        self._files = Session(network, files=True)

    def another(self) -> Client:
        """Give one for another thread."""
        return Client(self._key, self._base_url, self._network)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._files.close()

    def call(self, request: HttpRequest, *, purchase: bool = False, patience: float = 0.0) -> HttpAnswer:
        """Make one call of the API, once; raise `NotSent` or `NoAnswer` where it gives no answer.

        `patience` is for how many seconds the connection, and then each byte, is waited for; 0: as long as usual.
        A redirect is an answer: it is not followed, so the key stays with its host. A `purchase` gets a connection
        of its own, since a kept one may have been closed by the server just as the order is written to it.
        Raises `TripoError` where the key must not be sent, and `OSError` for a file that cannot be read.
        """
        self._check(request.url)
        headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
        files = data = None
        if request.file:
            path = Path(request.file)
            data = path.read_bytes()
            if request.form_field:
                files, data = {request.form_field: (path.name, data, request.mime_type)}, None
            else:
                headers["Content-Type"] = request.mime_type
        usual = CREATE_SECONDS if purchase or request.file else READ_SECONDS
        with (
            translated(SERVICE, self.masks),
            Session(self._network) if purchase else _borrowed(self._session) as session,
        ):
            response = session.open(
                request.method,
                request.url,
                json=request.body,
                files=files,
                data=data,
                auth=Bearer(self._key),
                headers=headers,
                timeout=(patience or CONNECT_SECONDS, patience or usual),
                allow_redirects=False,
            )
            with response:
                received = {name.lower(): value for name, value in response.headers.items()}
                body, broken = _read_limited(response)
                return HttpAnswer(response.status_code, received, body, self.masks, broken)

    @contextmanager
    def download(
        self, url: str, start: int = 0, version: FileVersion | None = None, *, patience: float = 0.0
    ) -> Iterator[Download]:
        """Open a file on a file host, without the key, from byte `start` on where the host still has that version.

        `patience` is for how many seconds the connection, and then each byte, is waited for; 0: as long as usual.
        """
        headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
        if start and version:
            headers |= {"Range": f"bytes={start}-", "If-Range": version.validator}
        timeout = (patience or CONNECT_SECONDS, patience or READ_SECONDS)
        with translated(FILE_HOST, self.masks):
            response = self._files.open("GET", url, auth=NoAuth(), headers=headers, timeout=timeout)
        with response:
            yield Download(response, start, version, self.masks)

    def _check(self, url: str) -> None:
        if wrong := key_problem(self._key):
            raise TripoError(Kind.NO_KEY, wrong)
        if self._base_url and not same_origin(url, self._base_url):
            raise TripoError(Kind.USAGE, text("job.key_of_another"))


class Download:
    """A file on its way: its status, where it starts, how long the whole is, its bytes, or when to ask again.

    The status is 416 also for a part that does not go on from what is here. `version` is that of the file.
    """

    def __init__(self, response: requests.Response, start: int, version: FileVersion | None, masks: Masks) -> None:
        self._response = response
        self._masks = masks
        self._packed = is_packed(response.headers.get("Content-Encoding", ""))
        self.status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.retry_after = retry_after_of(HttpAnswer(self.status, headers, b""))  # seconds; -1: it does not say
        # A part of the packed bytes does not go on from the unpacked ones here.
        if self.status == 206 and (self._packed or not goes_on(headers, start, version)):
            self.status = 416
        self.start = start if self.status == 206 else 0
        length = headers.get("content-length", "")
        known = length.isdecimal() and len(length) < 16 and not self._packed
        self.length = self.start + int(length) if known else -1  # bytes; -1: the host does not say
        if self.status == 206 and version is not None:
            self.length = max(version.length, self.length)
            self.version: FileVersion | None = version
        else:
            self.version = None if self._packed else version_of(headers, self.length)

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes as they come, in chunks that grow as long as they come fast."""
        with translated(FILE_HOST, self._masks):
            if self.length < 0:
                chunks = self._response.raw.stream(CHUNK, decode_content=False)
                yield from pieces(chunks) if self._packed else chunks
                return
            size = CHUNK
            began = time.monotonic()
            while chunk := self._response.raw.read(size):
                fast = time.monotonic() - began < CHUNK_SECONDS
                yield chunk
                size = min(2 * size, LARGEST_CHUNK) if fast else CHUNK
                began = time.monotonic()


@contextmanager
def _borrowed(session: Session) -> Iterator[Session]:
    yield session


def _read_limited(response: requests.Response) -> tuple[bytes, bool]:
    """Return a body, up to one byte more than any answer may have, and whether its end was not as promised.

    One that breaks off after a whole JSON object is an answer all the same: the id of a task may be in it.
    """
    packed = is_packed(response.headers.get("Content-Encoding", ""))
    body, most, broken = bytearray(), LARGEST_ANSWER + 1, False
    response.raw.enforce_content_length = True  # which urllib3 does by itself from 2.0 on
    try:
        for chunk in response.raw.stream(8192, decode_content=False):
            body += chunk
            if len(body) >= most:
                break
    except urllib3.exceptions.HTTPError:
        if packed or not read_json(bytes(body)):
            raise
        broken = True
    return (unpacked(bytes(body), most) if packed else bytes(body)), broken
