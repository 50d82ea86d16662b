"""The one place that speaks HTTP. Exceptions of requests do not leave it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import requests
import urllib3.exceptions
from requests.auth import AuthBase

from ..core.errors import Failure, Kind
from ..core.services.answers import LARGEST_ANSWER
from ..core.services.gateway import is_loopback
from ..core.services.wire import HttpAnswer, HttpRequest

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0  # between two bytes of a poll or a download
CREATE_SECONDS = 120.0  # a purchase is waited for longer: its answer is worth money
ANSWER_SECONDS = 60.0  # for the whole body of an answer, however slowly it drips
CHUNK = 16 * 1024  # bytes; of a slow download: smaller, and it can be cancelled sooner and loses less by a break
LARGEST_CHUNK = 256 * 1024  # of a fast one, which the small ones would hold up: 25 MB take 40 ms more by them
CHUNK_SECONDS = 0.1  # that a chunk may take for the next to be as large

_USER_AGENT = "tripo-blender"
_Request = TypeVar("_Request", bound=requests.PreparedRequest)


class NotSent(Exception):
    """The call surely did not arrive: no connection was made."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class NoAnswer(Exception):
    """The call may have arrived, but its answer was not read to the end."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class _Bearer(AuthBase):
    """Puts the key on; given as `auth`, so that no .netrc of the user takes its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: _Request) -> _Request:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class _NoAuth(AuthBase):
    """Puts nothing on, also where a .netrc would."""

    def __call__(self, request: _Request) -> _Request:
        return request


class Client:
    """Calls of one job: the API with the key, file hosts without it. Not to be shared between threads."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._auth = _Bearer(key)
        self._session = requests.Session()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def call(self, request: HttpRequest, *, purchase: bool = False) -> HttpAnswer:
        """Make one call of the API, once; raise `NotSent` or `NoAnswer` where it gives no answer.

        A redirect is an answer: it is not followed, so the key stays with its host. A `purchase` gets a connection
        of its own, since a kept one may have been closed by the server just as the order is written to it.
        """
        with _translated("service"), requests.Session() if purchase else _borrowed(self._session) as session:
            session.trust_env = not is_loopback(request.url)
            files = None
            if request.file:
                path = Path(request.file)
                files = {"file": (path.name, path.read_bytes(), request.mime_type)}
            response = session.request(
                request.method,
                request.url,
                json=request.body,
                files=files,
                auth=self._auth,
                headers={"User-Agent": _USER_AGENT},
                timeout=(CONNECT_SECONDS, CREATE_SECONDS if purchase or files else READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                # Some services repeat the key that they refuse; it goes no further than here.
                return HttpAnswer(response.status_code, headers, _read_limited(response).replace(self._key, b"..."))

    @contextmanager
    def download(self, url: str, start: int = 0, *, patience: float = 0.0) -> Iterator[Download]:
        """Open a file on a file host, without the key, from byte `start` on where the host allows that.

        `patience` is for how many seconds the connection, and then each byte, is waited for; 0: as long as usual.
        """
        with _translated("file host"):
            session = self._session
            session.trust_env = not is_loopback(url)
            headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
            if start:
                headers["Range"] = f"bytes={start}-"
            timeout = (patience or CONNECT_SECONDS, patience or READ_SECONDS)
            response = session.get(url, auth=_NoAuth(), headers=headers, timeout=timeout, stream=True)
            with response:
                yield Download(response, start)


class Download:
    """A file on its way: its status, where it starts, how long the whole is, and its bytes."""

    def __init__(self, response: requests.Response, asked_start: int) -> None:
        self._response = response
        self.status = response.status_code
        self.start = asked_start if self.status == 206 else 0
        length = response.headers.get("Content-Length", "")
        self.length = self.start + int(length) if length.isdigit() else -1  # bytes; -1: the host does not say

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes as they come, in chunks that grow as long as they come fast."""
        with _translated("file host"):
            if self.length < 0 or "Content-Encoding" in self._response.headers:
                yield from self._response.iter_content(CHUNK)
                return
            size = CHUNK
            began = time.monotonic()
            while chunk := self._response.raw.read(size):
                fast = time.monotonic() - began < CHUNK_SECONDS
                yield chunk
                size = min(2 * size, LARGEST_CHUNK) if fast else CHUNK
                began = time.monotonic()


@contextmanager
def _borrowed(session: requests.Session) -> Iterator[requests.Session]:
    yield session


def _read_limited(response: requests.Response) -> bytes:
    """Read a body up to one byte more than any answer may have, and not for ever."""
    body, until = bytearray(), time.monotonic() + ANSWER_SECONDS
    for chunk in response.iter_content(8192):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            break
        if time.monotonic() > until:
            raise requests.exceptions.ReadTimeout("the answer came too slowly")
    return bytes(body)


@contextmanager
def _translated(where: str) -> Iterator[None]:
    try:
        yield
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        # Never the error's own text: it holds the whole address, signature included.
        root = _root(error)
        detail = " <- ".join(dict.fromkeys([type(error).__name__, type(root).__name__]))
        if isinstance(root, OSError) and not isinstance(root, requests.exceptions.RequestException):
            detail += f": {root.strerror or root}"
        if (sentence := _never_connected(error, root, where)) is not None:
            raise NotSent(Failure(Kind.NETWORK, sentence, detail)) from None
        broken = f"The connection to the {where} broke off. Check the network and try again"
        raise NoAnswer(Failure(Kind.NETWORK, broken, detail)) from None


def _root(error: BaseException) -> BaseException:
    """Give the error at the bottom: libraries wrap one into the other."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _never_connected(error: Exception, root: BaseException, where: str) -> str | None:
    """Give the sentence for an error that came before anything was sent; None where that is not sure."""
    if isinstance(error, requests.exceptions.ProxyError):
        # Also raised for a connection through the proxy that broke after the call was sent.
        refused = isinstance(root, OSError) and str(root).startswith("Tunnel connection failed")
        if refused or isinstance(root, socket.gaierror | ConnectionRefusedError):
            return "The proxy did not let the call through. Check the proxy settings of this computer"
        return None
    if isinstance(root, ssl.SSLCertVerificationError):
        return f"The {where}'s certificate is not trusted here. Check this computer's clock and its network's proxy"
    cause = error.args[0] if error.args else None
    connecting = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.LocationParseError,
    )
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(getattr(cause, "reason", cause), connecting):
        check = "the network connection and the base URL in the preferences" if where == "service" else "the network"
        return f"The {where} cannot be reached. Check {check}"
    unusable = (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema)
    if isinstance(error, unusable):
        return f"The {where}'s address cannot be used. Check the base URL in the preferences"
    return None
