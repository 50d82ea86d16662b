"""Orders through a proxy: what never left may be repeated, what was sent may not."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.network import Network
from tripo_blender.core.states import JobState

from .conftest import Run

pytestmark = pytest.mark.oldest_requests("how it takes a proxy from the environment, and what it raises there")

MakeJob = Callable[..., Job]
PICTURE = "https://pictures.example.test/cat.png"


class Proxy:
    """Reads a request whole, answers with `reply` and hangs up."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.heads: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Listen no more; harmless the second time."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self._server.accept()[0]
                with connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
                    self._answer(connection, stream.readline, stream.read)

    def _answer(self, connection: socket.socket, readline: Callable[[], bytes], read: Callable[[int], bytes]) -> None:
        head, length = readline(), 0
        while (line := readline().lower()).strip():
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        read(length)
        self.heads.append(head)
        connection.sendall(self.reply)


@pytest.fixture
def start_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], Proxy]]:
    """Starts a proxy and makes it this environment's."""
    proxies: list[Proxy] = []

    def start(reply: bytes) -> Proxy:
        proxies.append(Proxy(reply))
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxies[-1].url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.close()


def test_a_lost_answer_is_not_a_proxy_that_refused(
    start_proxy: Callable[[bytes], Proxy], make_job: MakeJob, run: Run
) -> None:
    # Without TLS the proxy sees the order itself; urllib3 takes the same way through a tunnel.
    proxy = start_proxy(b"")
    course = run(make_job("http://api.example.test/v2", picture=PICTURE))
    assert proxy.heads == [b"POST http://api.example.test/v2/task HTTP/1.1\r\n"]
    assert course.job.state is JobState.UNCERTAIN


def test_a_proxy_that_does_not_let_it_through(
    start_proxy: Callable[[bytes], Proxy], make_job: MakeJob, run: Run
) -> None:
    proxy = start_proxy(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    course = run(make_job("https://api.example.test/v2", picture=PICTURE))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.NETWORK
    assert "proxy" in course.failure.sentence
    assert len(proxy.heads) == retry.RETRIES + 1
    assert all(head.startswith(b"CONNECT api.example.test:443 ") for head in proxy.heads)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there(
    start_proxy: Callable[[bytes], Proxy], make_job: MakeJob, run: Run, scheme: str
) -> None:
    start_proxy(b"").close()
    course = run(make_job(f"{scheme}://api.example.test/v2", picture=PICTURE))
    assert course.job.state is JobState.FAILED
    assert "proxy" in course.failure.sentence
    assert len(course.notes) == retry.RETRIES


def test_this_machine_needs_no_proxy(
    start_proxy: Callable[[bytes], Proxy], make_job: MakeJob, run: Run, simulator: SimulatorProcess
) -> None:
    proxy = start_proxy(b"")
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY
    assert proxy.heads == []


@pytest.mark.parametrize("place", ["preferences", "environment"])
def test_a_proxy_that_repeats_its_login(
    start_proxy: Callable[[bytes], Proxy],
    make_job: MakeJob,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    words = b"no anna:pass/word-55b1 here, nor pass%2Fword-55b1, nor \x1b[31mcat"
    proxy = start_proxy(b"HTTP/1.1 403 " + words + b"\r\nContent-Length: 0\r\n\r\n")
    address = proxy.url.replace("//", "//anna:pass%2Fword-55b1@")
    if place == "environment":
        monkeypatch.setenv("https_proxy", address)
    network = Network(proxy=address if place == "preferences" else "")
    course = run(make_job("https://api.example.test/v2", picture=PICTURE), network=network)
    assert course.failure.detail.endswith("no ... here, nor ..., nor cat")
    assert "word-55b1" not in repr(course.events)


@pytest.mark.parametrize("word", ["data", "2222", "code", "task_id"])
def test_a_login_of_a_common_word_spoils_nothing(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, word: str
) -> None:
    """What it holds is in every answer: names of fields, ids, links."""
    task_id = "22222222-3333-4444-8555-666666666666"
    course = run(make_job(simulator.url), network=Network(proxy=f"http://anna:{word}@127.0.0.1:9"))
    assert course.job.state is JobState.READY, course.job.failure
    assert course.job.task_id == simulator.creates()[0]["answer"]["task_id"]
    simulator.play([{"on": "create", "do": "replace", "text": json.dumps({"code": 0, "data": {"task_id": task_id}})}])
    course = run(make_job(simulator.url), network=Network(proxy=f"http://anna:{word}@127.0.0.1:9"))
    assert course.job.task_id == task_id
