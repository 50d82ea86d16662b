"""The key and the signed links: where they must not be found, whatever the service says."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.job import Job, JobState
from tripo_blender.core.messages import Configure

from .conftest import Run
from .course import KEY, SECRET, downloads

MakeJob = Callable[..., Job]


@pytest.mark.parametrize("on", ["upload", "create", "poll"])
def test_a_service_that_repeats_the_key(simulator: SimulatorProcess, make_job: MakeJob, run: Run, on: str) -> None:
    body = {"error": {"message": f"Incorrect API key provided: {KEY}", "type": "invalid_request_error", "code": KEY}}
    rule: dict[str, Any] = {"on": on, "do": "status", "status": 403, "body": body, "times": None}
    simulator.play([rule])
    course = run(make_job(simulator.url))  # looks for the key in all that is told and kept
    assert course.job.state is JobState.FAILED


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
    assert KEY not in repr(Configure(KEY, "folder"))
