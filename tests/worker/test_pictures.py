"""How a picture travels: by each upload address, inside the request, or by its own address on the web."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.real_pictures import ANIMATED, REAL
from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState
from tripo_blender.core.task import ImageFile
from tripo_blender.worker.gateway_profile import GatewayProfile
from tripo_blender.worker.pool import ThreadStop

from .conftest import Run
from .course import orders
from .processes import ROOT

pytestmark = pytest.mark.oldest_requests("how it sends files")

MakeJob = Callable[..., Job]


def hash_of(job: Job) -> str:
    """What is known of the image that went up."""
    image = job.request.inputs.get("image")
    return image.sha256 if isinstance(image, ImageFile) else ""


def uploads(simulator: SimulatorProcess) -> list[tuple[str, int]]:
    """Route and status of every upload."""
    return [
        (entry["path"].partition("/openapi/")[2], entry["answer"]["status"])
        for entry in simulator.requests()
        if "/upload" in entry["path"]
    ]


@pytest.mark.parametrize(
    ("routes", "method", "tried"),
    [
        (["sts", "upload"], "upload/sts", [("upload/sts", 200)]),
        (["upload"], "upload", [("upload/sts", 404), ("upload", 200)]),
        ([], "data-uri", [("upload/sts", 404), ("upload", 404)]),
    ],
    ids=["sts", "upload", "data uri"],
)
def test_the_upload_methods_are_tried_in_order(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    run: Run,
    png: bytes,
    routes: list[str],
    method: str,
    tried: list[tuple[str, int]],
) -> None:
    simulator.options(uploads=routes)
    profile = GatewayProfile()
    job = run(make_job(simulator.url), profile=profile).job
    assert job.state is JobState.READY
    assert hash_of(job) == hashlib.sha256(png).hexdigest()
    assert uploads(simulator) == tried
    assert profile.upload_method == method
    (create,) = orders(simulator)
    named = create["body"]["file"]
    assert named["type"] == "png"
    if method == "data-uri":
        assert named["url"].startswith("data:image/png;base64,")
    else:
        sent = next(entry for entry in simulator.requests() if entry["answer"]["status"] == 200)
        assert sent["body"]["file"] == {"bytes": len(png), "sha256": hashlib.sha256(png).hexdigest()}
        assert set(named) == {"type", "file_token"}

    # What worked is tried first the next time.
    simulator.forget()
    assert run(make_job(simulator.url), profile=profile).job.state is JobState.READY
    assert uploads(simulator) == tried[-1:] * (method != "data-uri")


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, "Not Found"), (405, ""), (404, {"message": "no route"}), (404, {"code": 404, "message": "no route"})],
    ids=["page", "method", "json", "json with a code"],
)
def test_every_way_to_say_that_a_route_is_missing(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, status: int, body: Any
) -> None:
    simulator.play([{"on": "upload", "do": "status", "status": status, "body": body, "path": "sts"}])
    assert run(make_job(simulator.url)).job.state is JobState.READY
    assert uploads(simulator) == [("upload/sts", status), ("upload", 200)]


@pytest.mark.parametrize("errors", ["native", "gateway"])
def test_a_gateway_that_takes_no_local_picture(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, errors: str
) -> None:
    simulator.options(uploads=[], data_uri="refused", errors=errors)
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.PICTURE
    assert "public URL" in course.failure.sentence
    assert not simulator.creates()
    assert len(orders(simulator)) == 1


@pytest.mark.parametrize("method", ["upload/sts", "upload"])
def test_the_pinned_way_is_missing(simulator: SimulatorProcess, make_job: MakeJob, run: Run, method: str) -> None:
    simulator.options(uploads=[])
    course = run(make_job(simulator.url), profile=GatewayProfile(method, pinned=True))
    assert course.job.state is JobState.FAILED
    assert "preferences" in course.failure.sentence
    assert not orders(simulator)


def test_the_pinned_way_is_taken(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    assert run(make_job(simulator.url), profile=GatewayProfile("data-uri", pinned=True)).job.state is JobState.READY
    assert not uploads(simulator)


def test_a_public_address(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    address = "https://pictures.example.test/cat.webp?size=large"
    job = run(make_job(simulator.url, picture=address)).job
    assert job.state is JobState.READY
    assert hash_of(job) == ""
    assert not uploads(simulator)
    assert orders(simulator)[0]["body"]["file"] == {"type": "webp", "url": address}


def test_an_upload_that_fails_at_first(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play(
        [
            {"on": "upload", "do": "close"},
            {"on": "upload", "do": "status", "status": 503, "body": "<html>down</html>"},
            {"on": "upload", "do": "reset"},
        ]
    )
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.READY
    assert len(course.notes) == 3
    assert len(orders(simulator)) == 1


def test_an_upload_that_never_comes_through(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play([{"on": "upload", "do": "close", "times": None}])
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.NETWORK
    assert not orders(simulator)


def test_a_page_of_html_for_an_upload(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    simulator.play([{"on": "upload", "do": "status", "status": 200, "body": "<html>Welcome</html>", "times": None}])
    course = run(make_job(simulator.url))
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.ANSWER
    assert "base URL" in course.failure.sentence
    assert not orders(simulator)


def test_a_base_url_that_leads_nowhere(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    course = run(make_job(simulator.url.replace("/v2/", "/v1/")))
    assert course.job.state is JobState.FAILED
    # Not "put the picture on the web": that would not help.
    assert "base URL" in course.failure.sentence


PHOTOGRAPH = (ROOT / "scripts" / "photograph" / "dahlia.jpg").read_bytes()
DAMAGED = {
    "no picture": b"GIF89a, say",
    "nothing": b"",
    "half of a photograph": PHOTOGRAPH[: len(PHOTOGRAPH) // 2],
    "half of a photograph with an end": PHOTOGRAPH[: len(PHOTOGRAPH) // 2] + b"\xff\xd9",
    "a head with garbage": PHOTOGRAPH[:700] + bytes(range(256)) * 100,
    **{f"{name}, cut": data[:-1] for name, data in REAL.items()},
    "a film": ANIMATED,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_picture_that_is_not_whole(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str) -> None:
    job = make_job(simulator.url)
    Path(job.picture).write_bytes(DAMAGED[name])
    course = run(job)
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.PICTURE
    assert course.failure.sentence.startswith("The image file is ")
    assert not simulator.requests(), "nothing was sent, and nothing bought"


def test_a_picture_whose_end_was_cut_off_a_png(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, png: bytes
) -> None:
    job = make_job(simulator.url)
    Path(job.picture).write_bytes(png[:-12])
    assert "cut short. Choose a whole copy" in run(job).failure.sentence
    assert not simulator.requests()


@pytest.mark.parametrize("data", [PHOTOGRAPH, *REAL.values()], ids=["photograph", *REAL])
def test_whole_pictures_of_every_format_go_as_they_are(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, data: bytes
) -> None:
    job = make_job(simulator.url)
    Path(job.picture).write_bytes(data)
    assert hash_of(run(job).job) == hashlib.sha256(data).hexdigest()
    (sent,) = [entry for entry in simulator.requests() if "/upload" in entry["path"]]
    assert sent["body"]["file"] == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_the_look_at_a_picture_ends_with_the_job(simulator: SimulatorProcess, make_job: MakeJob, run: Run) -> None:
    """A large one takes seconds."""

    class Cancelled(ThreadStop):
        """Set by the user after a few questions, the first of which come before the look."""

        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            self.cancelled = self.asked > 10
            return self.cancelled

    stop = Cancelled()
    job = make_job(simulator.url)
    Path(job.picture).write_bytes(write_png(np.zeros((3000, 3000, 3), np.uint8)))
    assert run(job, stop=stop).job.state is JobState.CANCELLED
    assert not simulator.requests()


@pytest.mark.parametrize("how", ["gone", "unreadable"])
def test_a_picture_that_cannot_be_read_is_no_full_disk(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, how: str
) -> None:
    job = make_job(simulator.url)
    Path(job.picture).unlink()
    if how == "unreadable":
        Path(job.picture).mkdir()
    course = run(job)
    assert course.failure.kind is Kind.PICTURE
    assert ("gone from" if how == "gone" else "cannot be read from") in course.failure.sentence
    assert not simulator.requests()
