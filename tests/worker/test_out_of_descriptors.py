"""No more files can be opened: that is said, not that the network is at fault, and what was not sent is known."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import Event, Submitting
from tripo_blender.core.job import Job
from tripo_blender.core.network import Network
from tripo_blender.core.services.base import HttpRequest
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.gateway_profile import GatewayProfile
from tripo_blender.worker.http.client import Client, NotSent
from tripo_blender.worker.pool import ThreadStop
from tripo_blender.worker.runner import Runner

from .course import KEY, SERVICE, orders
from .tls import Authority, TlsDoor, needs_openssl

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@contextmanager
def left_to_open(number: int) -> Iterator[None]:
    """This process may open so many more files at once."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.dup(0) for _ in range(number + 1)]
    for descriptor in taken:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[-1], limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.lower, PROXIES)):
        monkeypatch.delenv(name, raising=False)


def refused(url: str, number: int, network: Network = Network()) -> None:  # noqa: B008  # frozen
    gc.collect()  # urllib3 1.26 leaves a connection that was not secured open until then
    with Client(KEY, "", network) as client, left_to_open(number), pytest.raises(NotSent) as caught:
        client.call(HttpRequest("POST", url, {}), purchase=True)
    assert caught.value.failure.kind is Kind.DISK
    assert caught.value.failure.sentence.startswith("No more files can be opened")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "api.example.test"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9", "http://localhost:9"])
def test_no_connection_can_be_made(scheme: str, host: str, proxy: str) -> None:
    refused(f"{scheme}://{host}:9/task", 0, Network(proxy=proxy))


@needs_openssl
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("number", [0, 1])
def test_the_authorities_cannot_be_read(simulator: SimulatorProcess, tmp_path: Path, number: int) -> None:
    authority = Authority(tmp_path / "tls")
    door = TlsDoor(authority.sign("localhost"), urlsplit(simulator.url).port or 0)
    try:
        refused(f"https://127.0.0.1:{door.port}/task", number)
        refused(f"https://127.0.0.1:{door.port}/task", number, Network(certificates=str(authority.file)))
    finally:
        door.close()
    gc.collect()


def test_an_order_that_was_not_sent_for_it_is_known_as_that(
    simulator: SimulatorProcess, make_job: Callable[..., Job], folder: Path, quick: None
) -> None:
    with ExitStack() as stack, Client(KEY) as client:

        def tell(event: Event) -> None:
            if isinstance(event, Submitting):
                stack.enter_context(left_to_open(0))

        job = make_job(simulator.url)
        ended = Runner(job, SERVICE, client, Journal(folder), ThreadStop(), tell, GatewayProfile()).run()
    assert ended.failure is not None
    assert (ended.state, ended.failure.kind) == (JobState.FAILED, Kind.DISK)
    assert ended.failure.sentence.startswith("No more files can be opened")
    assert not orders(simulator)
