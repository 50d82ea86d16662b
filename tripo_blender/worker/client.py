"""The one place that speaks HTTP. Exceptions of requests do not leave it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_match_hostname import CertificateError

from ..core.errors import Failure, Kind, TripoError
from ..core.masking import masked, masked_text, spellings
from ..core.network import WRONG_NAME, Network, certificate_failure, proxy_failure, proxy_login, proxy_problem
from ..core.services.answers import LARGEST_ANSWER, read_json
from ..core.services.gateway import is_loopback, key_problem, same_origin
from ..core.services.wire import HttpAnswer, HttpRequest
from .certificates import trusted
from .slowness import timed
from .unpacking import is_packed, pieces, unpacked

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0  # between two bytes of a poll or a download
CREATE_SECONDS = 120.0  # a purchase is waited for longer: its answer is worth money
ANSWER_SECONDS = 60.0  # for a whole answer, or 16 KB of a file, from its first byte on, however slowly it drips
CHUNK = 16 * 1024  # bytes; of a slow download: smaller, and it can be cancelled sooner and loses less by a break
LARGEST_CHUNK = 256 * 1024  # of a fast one, which the small ones would hold up: 25 MB take 40 ms more by them
CHUNK_SECONDS = 0.1  # that a chunk may take for the next to be as large

_UNUSABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.TooManyRedirects,  # of a file host; those of the service are not followed
)
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


class _Adapter(HTTPAdapter):
    def __init__(self, files: bool) -> None:
        pools = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
        self._pools = {scheme: timed(pool, ANSWER_SECONDS, files=files) for scheme, pool in pools.items()}
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


class _Session(requests.Session):
    """Takes proxy and certificates from the preferences, or from the environment; logins to hosts from nowhere.

    With `trust_env` requests reads a .netrc too, for a redirect even where `auth` is given, and 2.27 (Blender 4.2)
    stops checking certificates where CURL_CA_BUNDLE is set and empty. So what is wanted of it is done here.
    It waits for no answer for ever, and follows no link for ever.
    """

    def __init__(self, network: Network, *, files: bool = False) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = 8
        self._follows = files
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(files))
        self._network = network
        self._trusted: str | bool | None = None

    def open(self, method: str, url: str, **options: Any) -> requests.Response:
        """Make a call and give its answer before the body is read."""
        if self._trusted is None:
            try:
                self._trusted = trusted(self._network)
            except TripoError as error:
                raise NotSent(error.failure) from None
        return self.request(method, url, proxies=self._proxy_for(url), verify=self._trusted, stream=True, **options)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, _response: requests.Response) -> None:
        """Follow a redirect without a key, whoever it leads to."""
        prepared_request.headers.pop("Authorization", None)

    def rebuild_proxies(self, prepared_request: requests.PreparedRequest, _proxies: Any) -> Any:
        """Follow a redirect by the proxy that is meant for its target."""
        return self._proxy_for(prepared_request.url or "")

    def _proxy_for(self, url: str) -> dict[str, str]:
        if is_loopback(url):
            return {}
        # The preferences stand for all of the environment, NO_PROXY too.
        proxy = self._network.proxy or select_proxy(url, get_environ_proxies(url, None)) or ""
        if sentence := proxy_problem(proxy):
            raise NotSent(Failure(Kind.NETWORK, sentence))
        return {"http": proxy, "https": proxy} if proxy else {}

    def resolve_redirects(self, *args: Any, **options: Any) -> Iterator[requests.Response]:
        """Look at none where none is followed: requests would read all of its body, and stumble over its address."""
        return super().resolve_redirects(*args, **options) if self._follows else iter(())


class Client:
    """Calls of one job: the API with the key, file hosts without it. Not to be shared between threads."""

    def __init__(self, key: str, base_url: str = "", network: Network = Network()) -> None:  # noqa: B008  # frozen
        """`base_url` names the one host that may be told the key; empty: every host that is called."""
        self._key = key
        self._base_url = base_url
        self._network = network
        self._secrets = spellings(key, *proxy_login(network.proxy))
        self._session = _Session(network)
        self._files = _Session(network, files=True)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._files.close()

    def call(self, request: HttpRequest, *, purchase: bool = False) -> HttpAnswer:
        """Make one call of the API, once; raise `NotSent` or `NoAnswer` where it gives no answer.

        A redirect is an answer: it is not followed, so the key stays with its host. A `purchase` gets a connection
        of its own, since a kept one may have been closed by the server just as the order is written to it.
        Raises `TripoError` where the key must not be sent.
        """
        self._check(request.url)
        with _translated("service"), _Session(self._network) if purchase else _borrowed(self._session) as session:
            files = None
            if request.file:
                path = Path(request.file)
                files = {"file": (path.name, path.read_bytes(), request.mime_type)}
            response = session.open(
                request.method,
                request.url,
                json=request.body,
                files=files,
                auth=_Bearer(self._key),
                headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"},
                timeout=(CONNECT_SECONDS, CREATE_SECONDS if purchase or files else READ_SECONDS),
                allow_redirects=False,
            )
            with response:
                _check_proxy(response)
                # Some services repeat the key that they refuse; it goes no further than here.
                headers = {name.lower(): masked_text(value, self._secrets) for name, value in response.headers.items()}
                return HttpAnswer(response.status_code, headers, masked(_read_limited(response), self._secrets))

    @contextmanager
    def download(self, url: str, start: int = 0, *, patience: float = 0.0) -> Iterator[Download]:
        """Open a file on a file host, without the key, from byte `start` on where the host allows that.

        `patience` is for how many seconds the connection, and then each byte, is waited for; 0: as long as usual.
        """
        with _translated("file host"):
            headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
            if start:
                headers["Range"] = f"bytes={start}-"
            timeout = (patience or CONNECT_SECONDS, patience or READ_SECONDS)
            response = self._files.open("GET", url, auth=_NoAuth(), headers=headers, timeout=timeout)
            with response:
                _check_proxy(response)
                yield Download(response, start)

    def _check(self, url: str) -> None:
        if sentence := key_problem(self._key):
            raise TripoError(Kind.NO_KEY, sentence)
        if self._base_url and not same_origin(url, self._base_url):
            raise TripoError(
                Kind.USAGE,
                "This job belongs to another service than the key. Set the base URL in the preferences back to its own",
            )


class Download:
    """A file on its way: its status, where it starts, how long the whole is, and its bytes."""

    def __init__(self, response: requests.Response, asked_start: int) -> None:
        self._response = response
        self._packed = is_packed(response.headers.get("Content-Encoding", ""))
        self.status = response.status_code
        if self._packed and self.status == 206:
            self.status = 416  # a part of the packed bytes does not go on from the unpacked ones here
        self.start = asked_start if self.status == 206 else 0
        length = response.headers.get("Content-Length", "")
        known = length.isdigit() and not self._packed
        self.length = self.start + int(length) if known else -1  # bytes; -1: the host does not say

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes as they come, in chunks that grow as long as they come fast."""
        with _translated("file host"):
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
def _borrowed(session: _Session) -> Iterator[_Session]:
    yield session


def _check_proxy(response: requests.Response) -> None:
    """Raise `NotSent` where a proxy asks for a login: of what is not encrypted it answers the call itself."""
    if response.status_code == 407 and not response.url.lower().startswith("https:"):
        raise NotSent(Failure(Kind.NETWORK, proxy_failure("407"), "the proxy answered 407"))


def _read_limited(response: requests.Response) -> bytes:
    """Read a body up to one byte more than any answer may have.

    One that breaks off after a whole JSON object is an answer: only its length or its end was not as promised, and
    the id of a task may be in it.
    """
    packed = is_packed(response.headers.get("Content-Encoding", ""))
    body, most = bytearray(), LARGEST_ANSWER + 1
    response.raw.enforce_content_length = True  # which urllib3 does by itself from 2.0 on
    try:
        for chunk in response.raw.stream(8192, decode_content=False):
            body += chunk
            if len(body) >= most:
                break
    except urllib3.exceptions.HTTPError:
        if packed or not read_json(bytes(body)):
            raise
    return unpacked(bytes(body), most) if packed else bytes(body)


@contextmanager
def _translated(where: str) -> Iterator[None]:
    try:
        yield
    except (*_UNUSABLE, ValueError) as error:  # a plain one is what the standard library says of some addresses
        if where == "service":
            if not isinstance(error, _UNUSABLE):
                raise
            unusable = "The service's address cannot be used. Check the base URL in the preferences"
            raise NotSent(Failure(Kind.NETWORK, unusable, type(error).__name__)) from None
        raise TripoError(
            Kind.LINK_EXPIRED,
            "The link to the finished model leads to no usable address. The service keeps the model for a while: "
            "fetch it again",
            detail=type(error).__name__,
        ) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, EOFError) as error:
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
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else None
    connecting = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.LocationParseError,
    )
    if isinstance(root, ssl.SSLCertVerificationError | CertificateError):
        by_proxy = isinstance(error, requests.exceptions.ProxyError)
        # urllib3 1.26 (Blender 4.2) compares the names itself.
        code = root.verify_code if isinstance(root, ssl.SSLCertVerificationError) else WRONG_NAME
        return certificate_failure("proxy" if by_proxy else where, code)
    if isinstance(error, requests.exceptions.ProxyError):
        # Also raised for a connection through the proxy that broke after the call was sent.
        refused = isinstance(root, OSError) and str(root).startswith("Tunnel connection failed")
        unmade = isinstance(root, socket.gaierror | ConnectionRefusedError)
        unmade = unmade or isinstance(getattr(reason, "original_error", None), connecting)
        return proxy_failure(str(root) if refused else "") if refused or unmade else None
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, connecting):
        check = "the network connection and the base URL in the preferences" if where == "service" else "the network"
        return f"The {where} cannot be reached. Check {check}"
    return None
