"""The service's own picture of a model: kept where it comes at once, and never in the way of the model."""

import base64
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png
from tripo_blender.core.events import Downloaded, model_downloaded
from tripo_blender.core.formats.image.head import LARGEST_SIDE, read_head
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState
from tripo_blender.worker import preview
from tripo_blender.worker.http.client import Client
from tripo_blender.worker.pool import ThreadStop

from .conftest import Run
from .course import KEY, SECRET, Course, downloads, previews, wait_for

pytestmark = pytest.mark.oldest_requests("how it reads bodies, and breaks off")

MakeJob = Callable[..., Job]
RunAside = Callable[..., Callable[[], Course]]

# As short as each format's size can be told from.
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x40\x00\x80" + bytes(64)
WEBP = b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\x7f\0\0\x3f\0\0" + bytes(64)
# One row more than a picture may have, and a few kilobytes.
TALL = write_png(np.zeros((LARGEST_SIDE + 1, 8, 3), np.uint8))


def on_preview(**rule: Any) -> list[dict[str, Any]]:
    return [{"on": "preview", "times": None, **rule}]


def instead(data: bytes) -> dict[str, Any]:
    return {"do": "replace", "base64": base64.b64encode(data).decode()}


def check_without(simulator: SimulatorProcess, course: Course) -> None:
    """The model is here, the picture is not; it was asked for once, and nobody was told."""
    assert course.job.state is JobState.READY, course.job.failure
    assert course.job.preview_path == ""
    assert len(previews(simulator)) == 1
    assert course.notes == []


def test_it_lies_beside_the_model(simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path) -> None:
    course = run(make_job(simulator.url))
    job = course.job
    path = Path(job.preview_path)
    assert path == folder / job.id / "preview.png"
    assert read_head(path.read_bytes()) is not None
    assert course.has(Downloaded) == [model_downloaded(job.model_path, job.model_format, job.preview_path)]
    (model,), (picture,) = downloads(simulator), previews(simulator)
    assert model["at"] < picture["at"]
    assert not any(KEY in value for value in picture["headers"].values())


@pytest.mark.parametrize(("data", "suffix"), [(JPEG, "jpg"), (WEBP, "webp")], ids=["jpg", "webp"])
def test_its_bytes_give_its_suffix(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, data: bytes, suffix: str
) -> None:
    simulator.play(on_preview(**instead(data)))
    path = Path(run(make_job(simulator.url)).job.preview_path)
    assert path.name == f"preview.{suffix}"
    assert path.read_bytes() == data


NONE: dict[str, dict[str, Any]] = {
    "missing": {"do": "status", "status": 404, "body": "<Error/>"},
    "expired": {"do": "status", "status": 403, "body": "<Error/>"},
    "fault": {"do": "status", "status": 503, "body": ""},
    "page": {"do": "status", "status": 200, "body": "<html>Sign in</html>"},
    "page as a picture": {"do": "replace", "text": "<!DOCTYPE html><html>Sign in</html>"},
    "empty": {"do": "replace", "text": ""},
    "drawing": {"do": "replace", "text": "<svg xmlns='http://www.w3.org/2000/svg'/>"},
    "gif": instead(b"GIF89a" + bytes(100)),
    "a head alone": instead(b"\x89PNG\r\n\x1a\n"),
    "too many pixels": instead(TALL),
    "closed": {"do": "close"},
    "reset": {"do": "reset"},
    "cut": {"do": "cut", "bytes": 100},
    "reset in the middle": {"do": "reset", "bytes": 100},
    "shorter than said": {"do": "wrong_length", "by": 100},
    "leads nowhere": {"do": "redirect", "location": "http://127.0.0.1:9/"},
    "leads in a circle": {"do": "redirect", "location": "?Expires=1"},
    "leads astray": {"do": "redirect", "location": "http://[/"},
}


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_picture_is_not_kept(simulator: SimulatorProcess, make_job: MakeJob, run: Run, name: str) -> None:
    simulator.play([{**on_preview()[0], **NONE[name]}])
    course = run(make_job(simulator.url))
    if name == "leads in a circle":  # which requests follows for a while
        assert course.job.state is JobState.READY
        assert course.job.preview_path == ""
    else:
        check_without(simulator, course)


def test_too_large(simulator: SimulatorProcess, make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert preview.LARGEST <= 8_000_000
    monkeypatch.setattr(preview, "LARGEST", len(JPEG) - 1)
    simulator.play(on_preview(**instead(JPEG)))
    check_without(simulator, run(make_job(simulator.url)))


def test_a_host_that_does_not_say_how_much_comes() -> None:
    taken = 0

    class Host:
        status, length = 200, -1

        @contextmanager
        def download(self, url: str, *, patience: float) -> Iterator["Host"]:
            yield self

        def chunks(self) -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 100_000
                yield bytes(100_000)

    assert preview.fetch(cast(Client, Host()), "https://files.example.test/a.png") == b""
    assert taken <= preview.LARGEST + 100_000


@pytest.mark.parametrize("rule", [{"do": "hang", "seconds": 60}, {"do": "slow", "rate": 100}], ids=["hangs", "drips"])
def test_it_is_not_waited_for(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any]
) -> None:
    assert preview.SECONDS <= 4
    monkeypatch.setattr(preview, "SECONDS", 0.5)
    simulator.play(on_preview(**rule))
    began = time.monotonic()
    check_without(simulator, run(make_job(simulator.url)))
    assert time.monotonic() - began < 3


def test_it_comes_beside_a_model_that_takes_its_time(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: RunAside, folder: Path
) -> None:
    simulator.play([{"on": "download", "do": "slow", "rate": 100_000}])
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url), stop=stop)
    wait_for(lambda: previews(simulator), "the preview")
    assert not list(folder.glob("*/model.glb")), "the model is still coming"
    assert Path(end().job.preview_path).name == "preview.png"


def test_cancelled_while_it_hangs(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: RunAside, folder: Path
) -> None:
    simulator.play(on_preview(do="hang", seconds=60))
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url), stop=stop)
    wait_for(lambda: previews(simulator), "the preview")
    wait_for(lambda: list(folder.glob("*/model.glb")), "the model")
    stop.set(cancelled=True)
    began = time.monotonic()
    assert end().job.state is JobState.CANCELLED
    assert time.monotonic() - began < 0.5


def test_closed_while_it_hangs(
    simulator: SimulatorProcess, make_job: MakeJob, run_aside: RunAside, folder: Path
) -> None:
    """The model is here: it need not travel again."""
    simulator.play(on_preview(do="hang", seconds=60))
    stop = ThreadStop()
    end = run_aside(make_job(simulator.url), stop=stop)
    wait_for(lambda: previews(simulator), "the preview")
    wait_for(lambda: list(folder.glob("*/model.glb")), "the model")
    stop.set(cancelled=False)
    check_without(simulator, end())


def test_it_cannot_be_written(simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path) -> None:
    job = make_job(simulator.url)
    (folder / job.id / "preview.png").mkdir()
    check_without(simulator, run(job))


@pytest.mark.parametrize("answers", ["native", "wrapped"])
def test_a_service_that_has_none(simulator: SimulatorProcess, make_job: MakeJob, run: Run, answers: str) -> None:
    simulator.options(rendered_image=False, answers=answers)
    job = run(make_job(simulator.url)).job
    assert (job.state, job.preview_path) == (JobState.READY, "")
    assert not previews(simulator)


def test_nobody_listens_and_no_link_is_logged(
    simulator: SimulatorProcess, make_job: MakeJob, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tripo_blender")
    run(make_job(simulator.url))
    model = simulator.options()["files"] + downloads(simulator)[0]["path"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for link in (f"http://127.0.0.1:{port}/a.png?{SECRET}0123", f"http://[/a.png?{SECRET}0123"):
        fields = {"status": "success", "output": {"pbr_model": model, "rendered_image": link}}
        simulator.play([{"on": "poll", "do": "task", "fields": fields, "times": None}])
        caplog.clear()
        job = run(make_job(simulator.url)).job
        assert (job.state, job.preview_path) == (JobState.READY, "")
        told = [record for record in caplog.records if record.name.startswith("tripo_blender")]
        assert {record.levelno for record in told} == {logging.DEBUG}
        assert SECRET not in "".join(record.getMessage() for record in told)
