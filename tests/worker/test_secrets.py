"""The key and the signed links: where they must not be found, whatever the service says."""

import base64
import html
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.account import Account, Credentials
from tripo_blender.core.job import Job
from tripo_blender.core.messages import UseAccount
from tripo_blender.core.serialization import to_record
from tripo_blender.core.states import JobState

from .conftest import Run
from .course import KEY, SECRET, downloads

pytestmark = pytest.mark.oldest_requests("what its exceptions hold")

MakeJob = Callable[..., Job]


@pytest.mark.parametrize("on", ["upload", "create", "poll"])
def test_a_service_that_repeats_the_key(simulator: SimulatorProcess, make_job: MakeJob, run: Run, on: str) -> None:
    body = {"error": {"message": f"Incorrect API key provided: {KEY}", "type": "invalid_request_error", "code": KEY}}
    rule: dict[str, Any] = {"on": on, "do": "status", "status": 403, "body": body, "times": None}
    simulator.play([rule])
    course = run(make_job(simulator.url))  # looks for the key in all that is told and kept
    assert course.job.state is JobState.FAILED


ODD_KEY = 'sk-Echo/7f3a+91e0&d2<c4>"5b'
REST = ODD_KEY.removeprefix("sk-")
BODIES: dict[str, bytes] = {
    "JSON with its slashes escaped": json.dumps({"code": 1002, "message": ODD_KEY}).replace("/", "\\/").encode(),
    "JSON for a page": json.dumps({"code": 1002, "message": ODD_KEY}).replace("&", "\\u0026").encode(),
    "JSON, all escaped": b'{"code":1002,"message":"%s"}' % "".join(f"\\u{ord(one):04x}" for one in ODD_KEY).encode(),
    "JSON in UTF-16": json.dumps({"code": 1002, "message": ODD_KEY}).encode("utf-16"),
    "without its beginning": json.dumps({"code": 1002, "message": f"no {REST}", "suggestion": REST}).encode(),
    "page": html.escape(f"wrong key {ODD_KEY}").encode(),
    "text in UTF-16": f"wrong key {REST}".encode("utf-16"),
    "address": quote(ODD_KEY, safe="").encode(),
    "base64": base64.b64encode(f"Bearer {ODD_KEY}".encode()),
    "code": json.dumps({"error": {"message": "no", "type": "x", "code": ODD_KEY}}).encode(),
}


@pytest.mark.parametrize("on", ["upload", "create", "poll"])
@pytest.mark.parametrize("name", BODIES)
def test_a_service_that_repeats_the_key_in_its_own_way(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    run: Run,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    on: str,
) -> None:
    caplog.set_level(logging.DEBUG, "tripo_blender")
    simulator.options(key=ODD_KEY)
    headers = f"X-Request-Id: {ODD_KEY}\r\nLocation: /{quote(ODD_KEY)}\r\nContent-Length: {len(BODIES[name])}\r\n"
    for status in (403, 302, 500):
        head = f"HTTP/1.1 {status} {REST}\r\n{headers}\r\n".encode()
        text = (head + BODIES[name]).decode("latin-1")
        simulator.play([{"on": on, "do": "raw", "text": text, "times": None, "process": False}])
        course = run(make_job(simulator.url), key=ODD_KEY)
        told = json.dumps([to_record(event) for event in course.events], ensure_ascii=False) + caplog.text
        told += "".join(path.read_text("utf-8") for path in folder.rglob("job.json"))
        plain = html.unescape(unquote(told.replace("\\", "")))
        assert course.job.failure is not None
        for at in range(len(REST) - 6):
            assert REST[at : at + 6] not in plain
            assert base64.b64encode(REST[at : at + 9].encode()).decode() not in plain


@pytest.mark.parametrize("on", ["create", "poll"])
def test_a_service_that_moves_the_cursor(simulator: SimulatorProcess, make_job: MakeJob, run: Run, on: str) -> None:
    words = "\x1b[31mred\x1b[0m \u202egpj.exe\x07 \x9b2Jgone"
    body = {"code": 1004, "message": words, "suggestion": words}
    rule = {"on": on, "do": "status", "status": 400, "headers": {"X-Request-Id": "\x1b[2Jid\x9b2J"}, "body": body}
    simulator.play([{**rule, "times": None}])
    failure = run(make_job(simulator.url)).failure
    assert "red gpj.exe gone" in failure.detail
    assert failure.trace_id == "id"
    assert (failure.sentence + failure.technical()).isprintable()


def test_lines_that_are_no_headers_are_not_logged(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    answer = "HTTP/1.1 200 OK\r\nX: y\r\nwrong key " + KEY + "\r\nContent-Length: {length}\r\n\r\n{body}"
    simulator.play([{"on": on, "do": "raw", "text": answer, "process": True} for on in ("upload", "poll", "download")])
    run(make_job(simulator.url))
    for secret in (KEY, SECRET):
        assert secret not in caplog.text


def test_a_failed_task_that_names_a_link(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    reason = f"cannot fetch https://files.example.test/a.png?Expires=1&{SECRET}0123456789abcdef"
    fields = {"status": "failed", "error_msg": reason}
    simulator.play([{"on": "poll", "do": "task", "fields": fields, "times": None}])
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert "cannot fetch" in course.failure.sentence + course.failure.detail


def test_the_file_host_leads_elsewhere(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    """A redirect of a download is followed, without the key."""
    first = run(make_job(simulator.url)).job
    link = downloads(simulator)[-1]["path"]
    address = simulator.options()["files"]
    simulator.forget()
    simulator.play([{"on": "download", "do": "redirect", "location": f"{address}{link}"}])
    job = run(make_job(simulator.url, task_id=first.task_id, state=JobState.GENERATING)).job
    assert job.state is JobState.READY
    assert len(downloads(simulator)) == 2
    assert not any("Authorization" in entry["headers"] for entry in downloads(simulator))


def test_nothing_secret_is_logged(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    simulator.play([{"on": kind, "do": "close"} for kind in ("upload", "poll", "download")])
    assert run(make_job(simulator.url)).job.state is JobState.READY
    for secret in (KEY, SECRET):
        assert secret not in caplog.text


def test_the_key_is_not_printed_by_mistake() -> None:
    assert KEY not in repr(UseAccount(Credentials(Account(), KEY)))
