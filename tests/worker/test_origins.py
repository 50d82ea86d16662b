"""One host gets the key: what leads it elsewhere, and what would put it into a place that is read."""

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import urllib3
from hypothesis import given, strategies as st

from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Cancel
from tripo_blender.core.services.base import HttpRequest
from tripo_blender.core.services.endpoint import base_url_problem
from tripo_blender.core.states import JobState
from tripo_blender.worker.http.client import Client
from tripo_blender.worker.second_blender import SecondBlender

from .conftest import Run
from .course import KEY, SERVICE, wait_for
from .processes import Worker
from .tls import Proxy

pytestmark = pytest.mark.oldest_requests("how it follows redirects and joins addresses")

MakeJob = Callable[..., Job]
_PARTS = (
    *(
        "https://",
        "http://",
        "HTTP://",
        "http:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "80",
        "?",
        "#",
        "%",
        "%40",
        "%2e",
        ".",
        "[",
        "]",
    ),
    *(
        "::1",
        "localhost",
        "127.0.0.1",
        "127.",
        "evil.test",
        "api.example.test",
        "xn--a",
        "\u0430",
        "\u3002",
        "\t",
        "\n",
        " ",
    ),
    *("\0", "a", "1", "..", ";", "&", "=", "user:word@"),
)


@given(
    st.lists(st.sampled_from(_PARTS), max_size=8).map("".join) | st.text(max_size=30).map("http://localhost".__add__)
)
def test_every_reader_sees_the_same_host_in_an_address_that_is_let_through(base_url: str) -> None:
    """The check reads it with urlsplit, requests prepares it, urllib3 connects: a gap leads the key away."""
    if base_url_problem(base_url):
        return
    prepared = requests.Request("GET", f"{base_url.rstrip('/')}/task").prepare()
    assert prepared.url is not None
    checked, sent, connected = urlsplit(base_url), urlsplit(prepared.url), urllib3.util.parse_url(prepared.url)
    assert checked.hostname == sent.hostname == (connected.host or "").strip("[]").lower()
    assert checked.port == sent.port == connected.port
    assert checked.scheme == sent.scheme == connected.scheme
    assert connected.auth is None
    assert checked.scheme == "https" or checked.hostname in ("localhost", "::1") or checked.hostname == "127.0.0.1"


@pytest.mark.parametrize("on", ["upload", "create", "poll"])
@pytest.mark.parametrize("target", ["same", "host", "scheme", "file", "loop"])
def test_no_redirect_takes_the_key_along(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, on: str, target: str
) -> None:
    other = Proxy(replies=[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] * 20)
    port = urlsplit(simulator.url).port
    location = {
        "same": f"{simulator.url}/elsewhere",
        "host": f"http://localhost:{other.port}/task",
        "scheme": f"https://127.0.0.1:{port}/task",
        "file": "file:///etc/hostname",
        "loop": "/tripo/v2/openapi/task",
    }[target]
    simulator.play([{"on": on, "do": "redirect", "location": location, "times": None}])
    course = run(make_job(simulator.url))
    other.close()
    assert course.job.state in (JobState.FAILED, JobState.UNCERTAIN)
    assert other.heads == []
    assert not any(entry["path"].endswith("/elsewhere") for entry in simulator.requests())


def test_a_key_is_for_the_host_it_is_meant_for(simulator: SimulatorProcess) -> None:
    with Client(KEY, "https://api.example.test/v2") as client, pytest.raises(TripoError) as caught:
        client.call(HttpRequest("GET", f"{simulator.url}/task/1"))
    assert caught.value.failure.kind is Kind.USAGE
    assert simulator.requests() == []


@pytest.mark.parametrize("key", ["sk-a\r\nHost: evil", "sk-\u043a\u043b\u044e\u0447", "sk-a\0b", "sk a", ""])
def test_what_cannot_be_a_key_gets_into_no_header(simulator: SimulatorProcess, key: str) -> None:
    with Client(key) as client, pytest.raises(TripoError) as caught:
        client.call(HttpRequest("GET", f"{simulator.url}/task/1"))
    assert caught.value.failure.kind is Kind.NO_KEY
    assert simulator.requests() == []


def test_a_job_that_waits_keeps_the_key_it_was_ordered_with(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: Callable[..., Worker]
) -> None:
    """The preferences change while it waits for its turn: the new key is for the new service alone."""
    old, new = start_simulator(seconds=0.3), start_simulator(key="sk-of-another-service")
    worker = start_worker(at_once=1, base_url=old.url)
    jobs = [make_job(old.url), make_job(old.url)]
    for job in jobs:
        worker.run(job)
    worker.configure(at_once=1, base_url=new.url, key=new.key)
    jobs.append(make_job(new.url))
    worker.run(jobs[2])
    assert [worker.until_ended(job).state for job in jobs] == [JobState.READY] * 3
    for simulator, key in ((old, KEY), (new, new.key)):
        keys = {entry["headers"].get("Authorization") for entry in simulator.requests() if entry["server"] != "files"}
        assert keys == {f"Bearer {key}"}


def test_one_account_does_not_wait_for_another(
    start_simulator: Callable[..., SimulatorProcess], make_job: MakeJob, start_worker: Callable[..., Worker]
) -> None:
    slow, quick = start_simulator(seconds=30), start_simulator(key="sk-of-another-service")
    worker = start_worker(at_once=1, base_url=slow.url)
    jobs = [make_job(slow.url), make_job(slow.url), make_job(quick.url)]
    for job in jobs[:2]:
        worker.run(job)
    worker.configure(at_once=1, base_url=quick.url, key=quick.key)
    worker.run(jobs[2])
    assert worker.until_ended(jobs[2]).state is JobState.READY
    assert len(slow.creates()) == 1, "each has its own limit"
    for job in jobs[:2]:
        worker.handle.send(Cancel(job.id))
        worker.until_ended(job)


@pytest.mark.parametrize("purchase", [True, False])
def test_no_header_is_printed(
    simulator: SimulatorProcess, purchase: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script may have switched that on for every connection of its Blender."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with Client(KEY) as client:
        client.call(HttpRequest("GET", f"{simulator.url}/task/1"), purchase=purchase)
    requests.get(simulator.url, timeout=5)
    told = capfd.readouterr().out
    assert "send:" in told  # that of requests itself is
    assert KEY not in told


def surroundings(pid: int) -> list[bytes]:
    """A process's environment and arguments; for a moment after its start the system tells of neither."""
    places = [Path(f"/proc/{pid}/{name}") for name in ("environ", "cmdline")]
    wait_for(lambda: all(place.read_bytes() for place in places), "the surroundings of the process")
    return [place.read_bytes() for place in places]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system has no /proc")
def test_no_child_gets_the_variable_with_the_key(
    start_worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In no spelling: Windows' names have no case. The second Blender is offline and needs no proxy's login either."""
    variable = SERVICE.key_variable
    for name in (variable, variable.lower(), variable.title()):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("https_proxy", "http://anna:of-the-proxy@127.0.0.1:9")
    told = surroundings(start_worker().handle.pid)
    assert b"PATH=" in told[0]
    assert not any(KEY.encode() in data for data in told)
    second = SecondBlender("", tmp_path / "converter.log")
    try:
        told = surroundings(second._process.pid)
    finally:
        second.end()
    assert b"BLENDER_USER_RESOURCES=" in told[0]
    assert not any(word in data for word in (KEY.encode(), b"of-the-proxy") for data in told)
