"""Encrypted connections: whom they trust, by which proxy they go, and what is said where they fail."""

import base64
import json
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.job import Job
from tripo_blender.core.network import Network
from tripo_blender.core.serialization import to_record
from tripo_blender.core.states import JobState
from tripo_blender.worker.http.certificates import trusted
from tripo_blender.worker.http.client import Client, NotSent

from .conftest import Run
from .course import KEY, Course
from .tls import Authority, Door, Proxy, TlsDoor, needs_openssl

MakeJob = Callable[..., Job]
Open = Callable[..., TlsDoor]
API = "https://api.example.test/tripo/v2/openapi"
PASSWORD = "p%40ss-of-the-proxy"
LOGIN = base64.b64encode(b"anna:p@ss-of-the-proxy").decode()
pytestmark = [
    pytest.mark.oldest_requests("how it says what is wrong with a certificate"),
    needs_openssl,
]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def doors() -> Iterator[list[Door]]:
    opened: list[Door] = []
    yield opened
    for door in opened:
        door.close()


@pytest.fixture
def encrypted(authority: Authority, simulator: SimulatorProcess, doors: list[Door]) -> Open:
    """Opens a door with a certificate to the gateway."""

    def open_door(name: str = "localhost", days: int = 1, by: Authority = authority) -> TlsDoor:
        door = TlsDoor(by.sign(name, days), urlsplit(simulator.url).port or 0)
        doors.append(door)
        return door

    return open_door


def address(door: Door, host: str = "localhost") -> str:
    return f"https://{host}:{door.port}/tripo/v2/openapi"


def refused(course: Course, words: str) -> None:
    """It failed before anything was sent, and says so in a sentence with these words."""
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.NETWORK
    assert words in course.failure.sentence


@pytest.mark.parametrize("place", ["preferences", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_our_own_authority_is_trusted(
    encrypted: Open, authority: Authority, make_job: MakeJob, run: Run, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, network = encrypted(), Network(certificates=str(authority.file))
    if place != "preferences":
        network = Network()
        monkeypatch.setenv(place, str(authority.file))
    course = run(make_job(address(door)), network=network)
    assert course.job.state is JobState.READY, course.job.failure
    assert f"Bearer {KEY}".encode() in door.heard


def test_the_preferences_go_before_the_environment(
    encrypted: Open, authority: Authority, make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path / "another").file))
    course = run(make_job(address(encrypted())), network=Network(certificates=str(authority.file)))
    assert course.job.state is JobState.READY, course.job.failure


def test_another_authority_is_not_trusted(
    encrypted: Open, authority: Authority, make_job: MakeJob, run: Run, tmp_path: Path
) -> None:
    door = encrypted(by=Authority(tmp_path / "another"))
    refused(run(make_job(address(door)), network=Network(certificates=str(authority.file))), "is not trusted here")
    assert not door.heard


def test_a_certificate_for_another_name(encrypted: Open, authority: Authority, make_job: MakeJob, run: Run) -> None:
    network = Network(certificates=str(authority.file))
    door = encrypted("api.example.test")
    refused(run(make_job(address(door)), network=network), "made out to another name")
    refused(run(make_job(address(door, "127.0.0.1")), network=network), "made out to another name")
    assert not door.heard


def test_a_certificate_that_has_expired(encrypted: Open, authority: Authority, make_job: MakeJob, run: Run) -> None:
    door = encrypted(days=-1)
    refused(run(make_job(address(door)), network=Network(certificates=str(authority.file))), "has expired")
    assert not door.heard


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "PYTHONHTTPSVERIFY"])
@pytest.mark.parametrize("value", ["", "0", "False", "none"])
def test_no_variable_turns_the_checks_off(
    encrypted: Open, make_job: MakeJob, run: Run, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    door = encrypted()
    refused(run(make_job(address(door))), "ertificate")
    assert not door.heard


@pytest.mark.parametrize("value", ["", "0", "False", "none", " ", "/", "/dev/null"])
def test_no_preference_turns_the_checks_off(encrypted: Open, make_job: MakeJob, run: Run, value: str) -> None:
    door = encrypted()
    refused(run(make_job(address(door)), network=Network(certificates=value)), "ertificate")
    assert not door.heard


@pytest.mark.parametrize(
    ("content", "words"), [(None, "no such file"), (b"", "PEM"), (b"\x30\x82\x01", "PEM"), (b"-----BEGIN", "PEM")]
)
@pytest.mark.parametrize("own", [True, False])
def test_a_certificate_file_that_is_none(
    encrypted: Open,
    make_job: MakeJob,
    run: Run,
    content: bytes | None,
    words: str,
    own: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "studio.pem"
    if content is not None:
        path.write_bytes(content)
    if not own:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    course = run(make_job(address(encrypted())), network=Network(certificates=str(path) if own else ""))
    refused(course, words)
    assert ("REQUESTS_CA_BUNDLE" in course.failure.sentence) == (not own)
    assert str(path) in course.failure.sentence


def test_a_certificate_file_is_read_again_only_when_it_changed(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(authority.file.read_bytes())
    reads: list[object] = []
    real = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda **how: (reads.append(how), real(**how))[1])
    network = Network(certificates=str(file))
    assert [trusted(network), trusted(network)] == [str(file)] * 2
    assert len(reads) == 1
    file.write_text("no certificate")
    os.utime(file, (1, 1))
    with pytest.raises(TripoError, match="certificate"):
        trusted(network)


@pytest.mark.parametrize("own", [True, False])
def test_a_proxy_with_a_login(
    encrypted: Open,
    authority: Authority,
    doors: list[Door],
    make_job: MakeJob,
    run: Run,
    own: bool,
    monkeypatch: pytest.MonkeyPatch,
    simulator: SimulatorProcess,
) -> None:
    """It opens the way, learns its own login and never the key; the gateway learns the key and no login."""
    door = encrypted("api.example.test")
    proxy = Proxy(door.port, LOGIN)
    doors.append(proxy)
    url = f"http://anna:{PASSWORD}@127.0.0.1:{proxy.port}"
    if not own:
        monkeypatch.setenv("HTTPS_PROXY", url)
    course = run(make_job(API), network=Network(url if own else "", str(authority.file)))
    assert course.job.state is JobState.READY, course.job.failure
    assert {tuple(head.split()[:2]) for head in proxy.heads} == {("CONNECT", "api.example.test:443")}
    assert KEY not in "".join(proxy.heads)
    assert f"Bearer {KEY}".encode() in door.heard
    assert LOGIN.encode() not in door.heard
    assert not any("Proxy-Authorization" in entry["headers"] for entry in simulator.requests())


def test_a_proxy_that_asks_for_a_login(doors: list[Door], make_job: MakeJob, run: Run) -> None:
    proxy = Proxy(0, LOGIN)
    doors.append(proxy)
    wrong = f"http://anna:wrong-{PASSWORD}@127.0.0.1:{proxy.port}"
    for url in (f"http://127.0.0.1:{proxy.port}", wrong):
        course = run(make_job(API), network=Network(url))
        refused(course, "asks for a login")
        told = json.dumps([to_record(event) for event in course.events])
        assert PASSWORD not in told
        assert "p@ss" not in told
    plain = "http://files.example.test/model.glb"  # not encrypted: the proxy itself answers
    with (
        Client(KEY, network=Network(wrong)) as client,
        pytest.raises(NotSent, match=r"network\.proxy_login"),
        client.download(plain),
    ):
        pass
    assert all(head.startswith(("CONNECT ", "GET http://files.")) for head in proxy.heads)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://127.0.0.1:9", "proxy cannot be reached"),
        ("http://proxy.invalid:3128", "proxy cannot be reached"),
        ("socks5://127.0.0.1:1080", "SOCKS"),
        ("http://127.0.0.1:3128/path", "is not a URL"),
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_a_proxy_that_is_none(
    make_job: MakeJob, run: Run, proxy: str, words: str, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not own:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    refused(run(make_job(API), network=Network(proxy if own else "")), words)


def test_this_machine_is_reached_round_the_preferences_proxy(
    encrypted: Open, authority: Authority, doors: list[Door], make_job: MakeJob, run: Run
) -> None:
    proxy = Proxy()
    doors.append(proxy)
    network = Network(f"http://127.0.0.1:{proxy.port}", str(authority.file))
    assert run(make_job(address(encrypted())), network=network).job.state is JobState.READY
    assert proxy.heads == []


def test_no_proxy_is_obeyed(doors: list[Door], make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy()
    doors.append(proxy)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", ".invalid")
    refused(run(make_job("https://api.invalid/v2")), "service cannot be reached")
    assert proxy.heads == []


def test_no_login_of_a_netrc_is_sent(
    simulator: SimulatorProcess,
    doors: list[Door],
    make_job: MakeJob,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    hosts = ("127.0.0.1", "files.example.test", "other.example.test")
    (tmp_path / "netrc").write_text("".join(f"machine {host} login anna password of-the-netrc\n" for host in hosts))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert run(make_job(simulator.url)).job.state is JobState.READY
    for entry in simulator.requests():
        expected = None if entry["server"] == "files" else f"Bearer {KEY}"
        assert entry["headers"].get("Authorization") == expected

    away = (
        b"HTTP/1.1 302 Found\r\nLocation: http://other.example.test/b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    proxy = Proxy(replies=[away, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nglTF"])
    doors.append(proxy)
    network = Network(f"http://127.0.0.1:{proxy.port}")
    with Client(KEY, network=network) as client, client.download("http://files.example.test/a") as download:
        assert b"".join(download.chunks()) == b"glTF"
    assert [head.split()[1] for head in proxy.heads] == ["http://files.example.test/a", "http://other.example.test/b"]
    assert "authorization" not in "".join(proxy.heads).lower()
