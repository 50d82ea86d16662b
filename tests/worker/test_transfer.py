"""The bytes of a file come whole however the file host frames them."""

import contextlib
import gzip
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tripo_blender.worker.download import fetch
from tripo_blender.worker.http.client import CHUNK, Client, NoAnswer

pytestmark = pytest.mark.oldest_requests("how it reads bodies")

MODEL = random.Random(1).randbytes(3_000_000)
Answer = Callable[[BaseHTTPRequestHandler], None]


def with_length(request: BaseHTTPRequestHandler) -> None:
    request.send_header("Content-Length", str(len(MODEL)))
    request.end_headers()
    request.wfile.write(MODEL)


def without_length(request: BaseHTTPRequestHandler) -> None:
    request.end_headers()
    request.wfile.write(MODEL)


def in_pieces(request: BaseHTTPRequestHandler) -> None:
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    for piece in (MODEL[:5], MODEL[5:1_000_001], MODEL[1_000_001:], b""):
        request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def cut_off(request: BaseHTTPRequestHandler) -> None:
    request.send_header("Content-Length", str(len(MODEL)))
    request.end_headers()
    request.wfile.write(MODEL[:-1])


def trailed(request: BaseHTTPRequestHandler) -> None:
    """The whole in chunks, and then header after header until the client has had enough."""
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"%x\r\n%s\r\n0\r\n" % (len(MODEL), MODEL))
    until = time.monotonic() + 60
    with contextlib.suppress(OSError):
        while time.monotonic() < until:
            request.wfile.write(b"X-More: and more\r\n" * 100)


def sized_without_end(request: BaseHTTPRequestHandler) -> None:
    """A chunk whose size is a line that does not end."""
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"%x\r\n%s\r\n1;" % (len(MODEL), MODEL))
    until = time.monotonic() + 60
    with contextlib.suppress(OSError):
        while time.monotonic() < until:
            request.wfile.write(b"more=" * 1000)


@contextmanager
def host(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            self.send_response(200)
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/model"
        finally:
            server.shutdown()


@pytest.mark.parametrize("answer", [with_length, without_length, in_pieces])
def test_whole(answer: Answer, tmp_path: Path) -> None:
    told: list[float] = []

    with host(answer) as url, Client("a key") as client:
        fetch(client, url, tmp_path / "part", told.append)

    assert (tmp_path / "part").read_bytes() == MODEL
    assert told == sorted(told)
    assert answer is not with_length or told[-1] == 100.0


def test_compressed_against_our_wish(tmp_path: Path) -> None:
    packed = gzip.compress(MODEL)

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", str(len(packed)))
        request.end_headers()
        request.wfile.write(packed)

    with host(answer) as url, Client("a key") as client, client.download(url) as download:
        assert b"".join(download.chunks()) == MODEL


def test_chunks_grow_where_they_come_fast() -> None:
    with host(with_length) as url, Client("a key") as client, client.download(url) as download:
        sizes = [len(chunk) for chunk in download.chunks()]

    assert sizes[0] == CHUNK
    assert max(sizes) > CHUNK


@pytest.mark.timeout(30)
@pytest.mark.parametrize("answer", [trailed, sized_without_end])
def test_lines_without_an_end(answer: Answer, tmp_path: Path) -> None:
    with host(answer) as url, Client("a key") as client, pytest.raises(NoAnswer):
        fetch(client, url, tmp_path / "part", lambda percent: None)

    assert (tmp_path / "part").read_bytes() == MODEL


def test_cut_off(tmp_path: Path) -> None:
    with host(cut_off) as url, Client("a key") as client, pytest.raises(NoAnswer):
        fetch(client, url, tmp_path / "part", lambda percent: None)

    assert 0 < (tmp_path / "part").stat().st_size < len(MODEL)


def test_clients_leave_no_classes_behind() -> None:
    """A worker makes several for each of hundreds of jobs."""
    with Client("key"):
        before = len(HTTPResponse.__subclasses__())
    for _ in range(20):
        with Client("key"):
            pass
    assert len(HTTPResponse.__subclasses__()) == before
