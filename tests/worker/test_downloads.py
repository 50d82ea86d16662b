"""The model travels: links that expire, connections that break, files that are not what they should be."""

import http.client
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.states import JobState
from tripo_blender.worker.pool import ThreadStop

from .conftest import Run
from .course import KEY, Course, downloads, orders, wait_for

pytestmark = pytest.mark.oldest_requests("how it reads bodies, and breaks off")

MakeJob = Callable[..., Job]
LARGE = Settings(face_limit=20_000)  # 700,000 bytes: several chunks


def on_download(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"on": "download", **rule} for rule in rules]


def served(simulator: SimulatorProcess, task_id: str) -> bytes:
    """The model as the file host has it."""
    simulator.play([])
    simulator.options(file_host_ranges=True, link_seconds=60)
    url = f"{simulator.url}/task/{task_id}"
    output = json.loads(_get(url, {"Authorization": f"Bearer {KEY}"}))["data"]["output"]
    return _get(output["pbr_model"], {})


def _get(url: str, headers: dict[str, str]) -> bytes:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    try:
        return connection.getresponse().read()
    finally:
        connection.close()


def check_model(simulator: SimulatorProcess, course: Course) -> None:
    """It is here, whole, and was paid for once."""
    assert course.job.state is JobState.READY, course.job.failure
    assert len(orders(simulator)) == 1
    assert Path(course.job.model_path).read_bytes() == served(simulator, course.job.task_id)


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_resumed(simulator: SimulatorProcess, make_job: MakeJob, run: Run, ranges: bool) -> None:
    simulator.options(file_host_ranges=ranges)
    simulator.play(on_download({"do": "cut", "bytes": 300_000}))
    course = run(make_job(simulator.url, LARGE))
    first, second = downloads(simulator)
    assert "Range" not in first["headers"]
    assert second["answer"]["status"] == (206 if ranges else 200)
    unit, _, start = second["headers"]["Range"].partition("=")
    assert unit == "bytes"
    assert 0 < int(start.removesuffix("-")) <= 300_000
    check_model(simulator, course)


def test_broken_again_and_again(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(on_download({"do": "cut", "bytes": 150_000, "times": 3}, {"do": "close"}, {"do": "reset"}))
    course = run(make_job(simulator.url, LARGE))
    starts = [entry["headers"].get("Range") for entry in downloads(simulator)]
    assert starts[0] is None
    assert len(set(starts)) >= 3  # every try went on from the last
    check_model(simulator, course)


@pytest.mark.parametrize("by", [500, -500], ids=["more", "less"])  # an FBX may do without its last 170
def test_wrong_length_of_an_fbx(simulator: SimulatorProcess, make_job: MakeJob, run: Run, by: int) -> None:
    simulator.play(on_download({"do": "wrong_length", "by": by}))
    check_model(simulator, run(make_job(simulator.url, replace(LARGE, quad=True))))


def test_a_fresh_link(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.options(link_seconds=0.0)
    simulator.play(on_download({"do": "delay", "seconds": 0.05, "times": None}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.LINK_EXPIRED
    assert len(downloads(simulator)) == 3

    simulator.play(on_download({"do": "status", "status": 403, "body": "<Error/>", "times": 2}))
    simulator.options(link_seconds=60)
    simulator.forget()
    check_model(simulator, run(make_job(simulator.url)))
    links = {entry["path"] for entry in downloads(simulator)[:3]}
    assert len(links) == 3


def test_expired_in_the_middle(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(
        on_download({"do": "cut", "bytes": 300_000}, {"do": "status", "status": 403, "body": "Request has expired"})
    )
    course = run(make_job(simulator.url, LARGE))
    assert downloads(simulator)[-1]["answer"]["status"] == 206
    check_model(simulator, course)


@pytest.mark.parametrize("status", ["running", "unknown"])
def test_no_fresh_link_at_first(simulator: SimulatorProcess, make_job: MakeJob, run: Run, status: str) -> None:
    """The task is asked for another link and does not give one at once."""
    task_id = run(make_job(simulator.url)).job.task_id
    simulator.forget()
    simulator.play([{"on": "poll", "do": "task", "fields": {"status": status, "output": {}}, "times": 2}])
    course = run(make_job(simulator.url, task_id=task_id, state=JobState.DOWNLOADING))
    assert course.job.state is JobState.READY, course.job.failure
    assert not any("busy" in note or "No connection" in note for note in course.notes)


def test_no_fresh_link_at_all(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    task_id = run(make_job(simulator.url)).job.task_id
    fields = {"status": "expired", "output": {}}
    simulator.play([{"on": "poll", "do": "task", "fields": fields, "times": None}])
    course = run(make_job(simulator.url, task_id=task_id, state=JobState.DOWNLOADING))
    assert course.job.state is JobState.FAILED
    assert "base URL" not in course.failure.sentence  # nothing is wrong with that


def test_the_download_never_comes_through(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(on_download({"do": "close", "times": None}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.NETWORK
    assert len(downloads(simulator)) == retry.READ_RETRIES + 1


NO_MODELS: dict[str, tuple[dict[str, Any], str]] = {
    "archive": ({"do": "replace", "base64": "UEsDBBQAAAAIAA=="}, "ZIP"),
    "text fbx": ({"do": "replace", "text": "; FBX 7.3.0 project file\n"}, "FBX"),
    "half an fbx": ({"do": "replace", "base64": "S2F5ZGFyYSBGQlggQmluYXJ5ICAAGgDoHAAA"}, "cut short"),
}


@pytest.mark.parametrize("name", NO_MODELS)
def test_no_model(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str) -> None:
    rule, word = NO_MODELS[name]
    simulator.play(on_download({**rule, "times": None}))
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.MODEL_FILE
    assert word in course.failure.sentence
    assert course.job.task_id


OLD_DATE, OLD_TAG = "Sun, 22 Nov 2026 09:00:00 GMT", '"old"'
LATER = "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
# What the host said of the first part, and of a second that is of another file: nothing where it is asked properly.
SPLICES: dict[str, tuple[str, str | None]] = {
    "another tag": (f"ETag: {OLD_TAG}\r\n", None),
    "another date": (f"Last-Modified: {OLD_DATE}\r\n{LATER}", None),
    "a weak tag": ("ETag: W/{tag}\r\n", None),
    "a date of this second": (f"Last-Modified: {OLD_DATE}\r\nDate: {OLD_DATE}\r\n", None),
    "nothing said of it": ("", None),
    "a part of another tag": (f"ETag: {OLD_TAG}\r\n", "ETag: {tag}\r\nContent-Range: bytes {start}-{last}/{total}\r\n"),
    "a part of any tag": (f"ETag: {OLD_TAG}\r\n", "Content-Range: bytes {start}-{last}/{total}\r\n"),
    "a part of no range": (f"ETag: {OLD_TAG}\r\n", f"ETag: {OLD_TAG}\r\n"),
    "a part of another length": (
        f"ETag: {OLD_TAG}\r\n",
        f"ETag: {OLD_TAG}\r\nContent-Range: bytes {{start}}-{{last}}/9999999\r\n",
    ),
    "a part from elsewhere": (
        f"ETag: {OLD_TAG}\r\n",
        f"ETag: {OLD_TAG}\r\nContent-Range: bytes 7-{{last}}/{{total}}\r\n",
    ),
}


@pytest.mark.parametrize("name", SPLICES)
def test_a_file_that_changes_between_two_parts(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path, name: str
) -> None:
    """No part of the old one is in what is kept, though both together would pass for a model."""
    first, second = SPLICES[name]
    before = run(make_job(simulator.url, LARGE)).job
    data = served(simulator, before.task_id)
    tag = f'"{len(data):x}-{zlib.crc32(data):08x}"'
    cut = 300_000
    old = data[: cut - 40_000] + bytes(40_000)  # in its vertices

    def raw(status: str, headers: str, body: bytes) -> dict[str, Any]:
        for field, value in (("tag", tag), ("start", cut), ("last", len(data) - 1), ("total", len(data))):
            headers = headers.replace(f"{{{field}}}", str(value))
        return {"do": "raw", "text": f"HTTP/1.1 {status}\r\n{headers}\r\n" + body.decode("latin-1")}

    rules = [raw("200 OK", f"{first}Content-Length: {len(data)}\r\n", old)]
    if second is not None:
        rules.append(raw("206 Partial Content", f"{second}Content-Length: {len(data) - cut}\r\n", data[cut:]))
    simulator.forget()
    simulator.play(on_download(*rules))
    course = run(replace(before, state=JobState.DOWNLOADING, artifacts=()))
    assert course.job.state is JobState.READY, course.job.failure
    assert Path(course.job.model_path).read_bytes() == data
    asked = [entry["headers"].get("If-Range") for entry in downloads(simulator)]
    if "ETag: W" in first or not first or "this second" in name:
        assert asked == [None, None]
    else:
        assert asked[1] in (OLD_TAG, OLD_DATE)
    assert sorted(path.name for path in (folder / before.id).iterdir()) == [
        "job.json",
        "model.glb",
        "picture.png",
        "preview.png",
    ]


def test_a_part_of_which_nothing_is_known(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path
) -> None:
    before = run(make_job(simulator.url, LARGE)).job
    for note in ("", "{", '{"validator": 7}', "[" * 100_000):
        part = folder / before.id / "model.part"
        part.write_bytes(b"x" * 1000)
        part.with_name("model.part.json").write_text(note)
        simulator.forget()
        course = run(replace(before, state=JobState.DOWNLOADING, artifacts=()))
        (asked,) = downloads(simulator)
        assert "Range" not in asked["headers"]
        assert Path(course.job.model_path).read_bytes() == served(simulator, course.job.task_id)


def test_what_was_begun_belongs_to_another_file(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path
) -> None:
    job = run(make_job(simulator.url)).job
    (folder / job.id / "model.part").write_bytes(b"x" * 10_000_000)
    (folder / job.id / "model.part.json").write_text(json.dumps({"validator": '"old"', "length": 10_000_001}))
    again = run(replace(job, state=JobState.DOWNLOADING, artifacts=()))
    check_model(simulator, again)


def test_cancelled_while_it_downloads(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: Callable[..., Callable[[], Course]]
) -> None:
    simulator.play(on_download({"do": "slow", "rate": 30_000, "times": None}))
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url, LARGE), stop=stop)
    wait_for(lambda: downloads(simulator), "the download")
    stop.set(cancelled=True)
    began = time.monotonic()
    assert end().job.state is JobState.CANCELLED
    assert time.monotonic() - began < 2.0  # also over a slow line


def test_closed_while_it_downloads_and_taken_up_again(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    run: Run,
    run_aside: Callable[..., Callable[[], Course]],
    folder: Path,
) -> None:
    simulator.play(on_download({"do": "slow", "rate": 400_000}))
    stop = ThreadStop()
    job = make_job(simulator.url, LARGE)
    end = run_aside(job, stop=stop)
    part = folder / job.id / "model.part"
    wait_for(lambda: part.is_file() and part.stat().st_size > 100_000, "a part of the model")
    stop.set(cancelled=False)
    job = end().job
    assert job.state is JobState.DOWNLOADING
    course = run(job)
    assert {"Range", "If-Range"} <= downloads(simulator)[-1]["headers"].keys()
    check_model(simulator, course)
