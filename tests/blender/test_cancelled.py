"""A job is cancelled and everything ends in the same moment, in every way: the next Blender finds nothing to order."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess

from .test_killed import Blender, alive, wait_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")

FAULTS: dict[str, dict[str, Any]] = {
    "uploading": {"on": "upload", "do": "hang", "seconds": 60},
    "submitting": {"on": "create", "do": "delay", "seconds": 1},
    "generating": {"on": "poll", "do": "hang", "seconds": 60},
    "downloading": {"on": "download", "do": "hang", "seconds": 60},
}


@pytest.fixture
def start(simulator: SimulatorProcess) -> Iterator[Callable[..., Blender]]:
    running: list[Blender] = []

    def begin(**order: Any) -> Blender:
        running.append(Blender(simulator, **order))
        return running[-1]

    yield begin
    for blender in running:
        blender.process.kill()
        blender.process.communicate()


@pytest.fixture
def folder(module: Callable[[str], ModuleType], preferences: Any) -> Iterator[Path]:
    """The folder of the jobs, without those of other tests."""
    place = Path(module("app.submit").jobs_folder())
    shutil.rmtree(place)
    yield place
    shutil.rmtree(place, ignore_errors=True)


def word(blender: Blender, then: str) -> None:
    assert blender.process.stdin is not None
    blender.process.stdin.write(f"{then}\n")
    blender.process.stdin.flush()


# Each costs two or three Blenders; tests/worker/test_cancelling.py has every state with every end of the worker.
ENDS = (
    *((state, then) for state in FAULTS for then in ("ticks on", "Blender and worker killed")),
    *(("uploading", then) for then in ("closed", "Blender killed", "worker killed")),
)


@pytest.mark.parametrize(("state", "then"), ENDS)
def test_nothing_is_ordered_that_was_cancelled(
    simulator: SimulatorProcess,
    start: Callable[..., Blender],
    folder: Path,
    picture: Path,
    state: str,
    then: str,
) -> None:
    simulator.options(seconds=0.1)
    simulator.play([FAULTS[state]])
    first = start(picture=str(picture), until=state)
    assert first.until(state=state)
    marks = {"uploading": "/upload", "submitting": "/task", "generating": "/task/", "downloading": ".glb"}
    wait_for(lambda: any(marks[state] in entry["path"] for entry in simulator.requests()), "the call that hangs")
    word(first, then)
    assert first.until(cancelled="cancelled")
    first.until(never=1)
    first.process.wait()
    wait_for(lambda: not alive(first.worker), "the worker's end")
    wait_for(lambda: state == "uploading" or simulator.creates(), "the task")
    bought = len(simulator.creates())
    simulator.play([])

    second = start(resume=True, looks=True)
    assert second.rest()["ended"] == []
    found = [said["way"] for said in second.said if "found" in said]
    lost = state == "submitting" and "worker" in then
    assert found == ["decide"] * lost, "what was out when the worker was killed, nobody knows"
    records = [json.loads(path.read_text())["job"] for path in folder.glob("*/job.json")]
    if "worker" in then:  # a later worker writes it down
        assert len(list(folder.glob("*/cancelled"))) == 1
    else:
        assert [record["state"] for record in records] == ["cancelled"] * (state != "uploading")
    assert all(record["task_id"] for record in records if state in ("generating", "downloading"))
    assert len(simulator.creates()) == bought


def test_cancelled_while_it_is_sent_again_it_is_as_uncertain_as_before(
    jobs: SimpleNamespace, simulator: SimulatorProcess, picture: Path, folder: Path
) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    simulator.play([{"on": "upload", "do": "hang", "seconds": 30}])
    (job,) = jobs.list()
    assert bpy.ops.tripo.send_again(job_id=job.id) == {"FINISHED"}
    asked = len(simulator.requests())
    jobs.pump(lambda: len(simulator.requests()) > asked)

    assert bpy.ops.tripo.cancel(job_id=job.id) == {"FINISHED"}
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    assert "still not known" in jobs.list()[0].failure.sentence
    jobs.pump(lambda: jobs.session.step() is False)
    assert json.loads((folder / job.id / "job.json").read_text())["job"]["state"] == "uncertain"
    assert Path(job.picture).is_file()
    assert len(simulator.creates()) == 1
    simulator.play([])

    # A click that was meant for the order comes when its answer is lost.
    assert bpy.ops.tripo.cancel(job_id=job.id) == {"FINISHED"}
    jobs.pump(lambda: jobs.session.step() is False)
    assert jobs.list()[0].state == "uncertain"
    assert json.loads((folder / job.id / "job.json").read_text())["job"]["state"] == "uncertain"

    assert bpy.ops.tripo.cancel(job_id=job.id, gives_up=True) == {"FINISHED"}
    assert jobs.list()[0].state == "cancelled"
    assert not (folder / job.id).exists()


@pytest.mark.parametrize("beside", [True, False])
def test_a_mistyped_task_id_settles_nothing(
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    picture: Path,
    folder: Path,
    module: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    beside: bool,
) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000
    monkeypatch.setattr(module("core.retry"), "retry_wait", lambda *_: 0.01)
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    jobs.pump(lambda: jobs.session.step() is False)
    (job,) = jobs.list()
    made = simulator.tasks()[-1]["task_id"]
    with pytest.raises(RuntimeError, match="This is not a task ID"):
        bpy.ops.tripo.fetch(job_id=job.id, task_id="../../etc", beside=beside)
    simulator.play([{"on": "poll", "do": "status", "status": 401, "body": {"code": 1002}, "times": None}])

    if beside:
        bpy.ops.tripo.fetch(job_id=job.id, task_id=made[:-1], beside=True)
        jobs.pump(lambda: jobs.list()[0].state == "generating")
        jobs.pump(lambda: jobs.list()[0].state == "uncertain")
        jobs.pump(lambda: jobs.session.step() is False)
    else:
        with pytest.raises(RuntimeError, match="Check the task's ID"):
            bpy.ops.tripo.fetch(job_id=job.id, task_id=made[:-1])
    assert [str(each.state) for each in jobs.list()] == ["uncertain"]
    assert json.loads((folder / job.id / "job.json").read_text())["job"]["state"] == "uncertain"
    assert Path(job.picture).is_file()

    simulator.play([])
    bpy.ops.tripo.fetch(job_id=job.id, task_id=made, beside=beside)
    jobs.pump(lambda: jobs.list()[0].final)
    assert [str(each.state) for each in jobs.list()] == ["done"]
    assert len(simulator.creates()) == 1
