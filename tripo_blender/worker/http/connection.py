"""Connections for calls: their proxy and certificates, no login from elsewhere, and no answer that takes for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.request import getproxies

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ...core.errors import Failure, Kind, TripoError
from ...core.network import Network, proxy_failure, proxy_login, proxy_problem
from ...core.services.endpoint import is_loopback
from .certificates import trusted
from .errors import NotSent
from .timeouts import timed

ANSWER_SECONDS = 60.0  # for a whole answer, or 16 KB of a file, from its first byte on, however slowly it drips

_Request = TypeVar("_Request", bound=requests.PreparedRequest)


class Bearer(AuthBase):
    """Puts the key on; given as `auth`, so that no .netrc of the user takes its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: _Request) -> _Request:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class NoAuth(AuthBase):
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


def logins(network: Network) -> tuple[str, ...]:
    """Return what of the addresses of proxies is secret."""
    proxies = [network.proxy] if network.proxy else getproxies().values()
    return tuple(word for proxy in proxies for word in proxy_login(proxy))


class Session(requests.Session):
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
        try:
            proxies = self._proxy_for(url)
        except ValueError:  # the standard library's, of brackets that do not match
            raise requests.exceptions.InvalidURL from None
        response = self.request(method, url, proxies=proxies, verify=self._trusted, stream=True, **options)
        # What is not encrypted a proxy answers itself; from anybody else 407 is an answer like any other.
        if response.status_code == 407 and response.url.startswith("http:") and self._proxy_for(response.url):
            response.close()
            raise NotSent(Failure(Kind.NETWORK, proxy_failure("407"), "the proxy answered 407"))
        return response

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
        if wrong := proxy_problem(proxy):
            raise NotSent(Failure(Kind.NETWORK, wrong))
        return {"http": proxy, "https": proxy} if proxy else {}

    def resolve_redirects(self, *args: Any, **options: Any) -> Iterator[requests.Response]:
        """Look at none where none is followed: requests would read all of its body, and stumble over its address."""
        return super().resolve_redirects(*args, **options) if self._follows else iter(())
