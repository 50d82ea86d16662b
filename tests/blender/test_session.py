"""Jobs that run beside the artist: the tick, pumped by hand since timers need a window."""

from __future__ import annotations

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess

from .conftest import PACKAGE


@pytest.fixture(autouse=True)
def chosen(preferences: Any, picture: Path) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000


def states(jobs: SimpleNamespace) -> list[str]:
    return [str(job.state) for job in jobs.list()]


def test_three_jobs_arrive_and_the_worker_and_the_timer_end(jobs: SimpleNamespace) -> None:
    for location in ((0, 0, 0), (2, 0, 0), (4, 0, 0)):
        bpy.context.scene.cursor.location = location
        jobs.start(bpy.context)

    jobs.pump(lambda: all(job.final for job in jobs.list()))
    jobs.pump(lambda: jobs.session.step() is False)

    assert states(jobs) == ["done"] * 3
    placed = sorted(round(obj.matrix_world.translation.x) for obj in bpy.data.collections["Tripo"].objects)
    assert placed == [0, 2, 4]  # where the cursor was when each was asked for


def test_no_more_jobs_at_once_than_allowed(
    jobs: SimpleNamespace, preferences: Any, simulator: SimulatorProcess
) -> None:
    preferences.at_once = 2
    for _ in range(4):
        jobs.start(bpy.context)
    most = 0

    def ended() -> bool:
        nonlocal most
        most = max(most, sum(job.state in ("submitting", "generating") for job in jobs.list()))
        return all(job.final for job in jobs.list())

    jobs.pump(ended)

    assert states(jobs) == ["done"] * 4
    assert most == 2
    assert len(simulator.creates()) == 4


def test_a_ready_model_waits_for_object_mode(jobs: SimpleNamespace) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    jobs.start(bpy.context)

    jobs.pump(lambda: jobs.note(jobs.list()[0]) == "Waiting for Object Mode")
    assert bpy.context.mode == "EDIT_MESH"
    assert [obj.name for obj in bpy.data.objects] == ["Cube"]

    bpy.ops.object.mode_set(mode="OBJECT")
    jobs.pump(lambda: jobs.list()[0].final)
    assert states(jobs) == ["done"]


def test_opening_another_file_loses_nothing(jobs: SimpleNamespace) -> None:
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")

    bpy.ops.wm.read_homefile(use_empty=True)
    jobs.pump(lambda: jobs.list()[0].final)

    assert states(jobs) == ["done"]
    assert bpy.context.view_layer.objects.active.name == "Red Disc"


def test_cancel_answers_at_once_and_nothing_arrives(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=30)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")

    assert bpy.ops.tripo.cancel(job_id=jobs.list()[0].id) == {"FINISHED"}

    assert states(jobs) == ["cancelled"]
    jobs.pump(lambda: jobs.session.step() is False)
    assert not bpy.data.objects
    bpy.ops.tripo.clear()
    assert jobs.list() == []


def test_a_job_that_fails_does_not_stop_the_others(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")
    simulator.play([{"on": "create", "do": "status", "status": 403, "body": {"code": 2010, "message": "no credit"}}])
    jobs.start(bpy.context)

    jobs.pump(lambda: all(job.final for job in jobs.list()))

    assert states(jobs) == ["done", "failed"]
    failure = jobs.list()[1].failure
    assert failure.kind == "no_credit"
    assert "Top up" in failure.sentence


def test_a_lost_answer_is_uncertain_and_sent_again_only_at_the_user_s_word(
    jobs: SimpleNamespace, simulator: SimulatorProcess
) -> None:
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    jobs.pump(lambda: jobs.session.step() is False)
    assert len(simulator.creates()) == 1

    assert bpy.ops.tripo.send_again(job_id=jobs.list()[0].id) == {"FINISHED"}
    jobs.pump(lambda: jobs.list()[0].final)

    assert states(jobs) == ["done"]
    assert len(simulator.creates()) == 2


def holders(key: str) -> list[str]:
    """The kinds of our own objects, Blender's preferences apart, that have the key in a field."""
    gc.collect()
    return [
        type(thing).__name__
        for thing in gc.get_objects()
        if str(type(thing).__module__).startswith(PACKAGE)
        and not isinstance(thing, bpy.types.bpy_struct)
        and key in [value for value in getattr(thing, "__dict__", {}).values() if isinstance(value, str)]
    ]


def test_no_key_is_kept_longer_than_its_job_runs(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    simulator.play(
        [
            {"on": "create", "do": "status", "status": 401, "body": {"code": 1002, "message": "no"}},
            {"on": "create", "do": "lost"},
        ]
    )
    jobs.start(bpy.context)
    assert holders(simulator.key)
    jobs.pump(lambda: states(jobs) == ["failed"])
    jobs.start(bpy.context)
    jobs.pump(lambda: states(jobs) == ["failed", "uncertain"])
    jobs.start(bpy.context)
    jobs.session.cancel(jobs.list()[-1].id)
    jobs.pump(lambda: jobs.session.step() is False)
    assert states(jobs) == ["failed", "uncertain", "cancelled"]
    assert holders(simulator.key) == []

    jobs.start(bpy.context)
    jobs.session.close(5.0)
    assert holders(simulator.key) == []


def test_a_killed_worker_loses_nothing_that_was_paid_for(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=2)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")
    jobs.session._worker._process.kill()

    jobs.pump(lambda: jobs.list()[0].final)

    assert states(jobs) == ["done"]
    assert len(simulator.creates()) == 1


def test_a_worker_killed_again_and_again_fails_the_job_with_its_task(
    jobs: SimpleNamespace, simulator: SimulatorProcess
) -> None:
    simulator.options(seconds=30)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")
    for _ in range(2):
        worker = jobs.session._worker
        worker._process.kill()
        jobs.pump(lambda gone=worker: jobs.session._worker is not gone)

    assert states(jobs) == ["failed"]
    assert f"download its task {jobs.list()[0].task_id}" in jobs.list()[0].failure.sentence


def test_a_worker_killed_while_it_orders_leaves_the_job_uncertain(
    jobs: SimpleNamespace, simulator: SimulatorProcess
) -> None:
    simulator.play([{"on": "create", "do": "delay", "seconds": 1}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "submitting")
    jobs.pump(lambda: any(entry["path"].endswith("/task") for entry in simulator.requests()))
    jobs.session._worker._process.kill()

    jobs.pump(lambda: jobs.list()[0].state == "uncertain")


def test_a_task_is_fetched_again_after_a_failure(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    simulator.play([{"on": "download", "do": "replace", "text": "<html>", "path": ".glb", "times": None}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].final)
    failed = jobs.list()[0]
    assert failed.state == "failed"

    simulator.play([])
    assert bpy.ops.tripo.fetch(task_id=failed.task_id, job_id=failed.id) == {"FINISHED"}  # EXEC: to the end

    assert bpy.context.view_layer.objects.active.name == "Red Disc"
    assert len(simulator.creates()) == 1


def test_an_uncertain_job_is_settled_by_pasting_its_task(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    task_id = simulator.tasks()[-1]["task_id"]

    bpy.ops.tripo.fetch(job_id=jobs.list()[0].id, task_id=task_id, beside=True)
    jobs.pump(lambda: all(job.final for job in jobs.list()))

    assert states(jobs) == ["done"]
    assert len(simulator.creates()) == 1


def test_only_an_uncertain_job_can_be_sent_again(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")

    with pytest.raises(RuntimeError, match="nothing to decide about"):
        bpy.ops.tripo.send_again(job_id=jobs.list()[0].id)

    jobs.pump(lambda: jobs.list()[0].final)
    assert states(jobs) == ["done"]
    assert len(simulator.creates()) == 1


def test_cancelling_an_order_that_is_out_still_tells_its_task(
    jobs: SimpleNamespace, simulator: SimulatorProcess
) -> None:
    simulator.play([{"on": "create", "do": "delay", "seconds": 0.7}])
    jobs.start(bpy.context)
    jobs.pump(lambda: any(entry["path"].endswith("/task") for entry in simulator.requests()))
    bpy.ops.tripo.cancel(job_id=jobs.list()[0].id)
    assert states(jobs) == ["cancelled"]

    jobs.pump(lambda: jobs.session.step() is False)

    assert jobs.list()[0].task_id == simulator.creates()[0]["answer"]["task_id"]


def test_what_a_gateway_taught_is_known_to_the_next_worker(jobs: SimpleNamespace, simulator: SimulatorProcess) -> None:
    simulator.options(model_field="required", uploads="upload")
    try:
        for _ in range(2):
            jobs.start(bpy.context)
            jobs.pump(lambda: all(job.final for job in jobs.list()))
            jobs.pump(lambda: jobs.session.step() is False)
    finally:
        simulator.options(model_field="ignored", uploads="sts,upload")

    assert states(jobs) == ["done", "done"]
    asked = [entry["path"].rsplit("/", 1)[-1] for entry in simulator.requests() if entry["method"] == "POST"]
    assert asked == ["sts", "upload", "task", "task", "upload", "task"]


def test_exec_refuses_where_a_model_could_not_come_in(preferences: Any, simulator: SimulatorProcess) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")

    with pytest.raises(RuntimeError, match="waiting for Object Mode"):
        bpy.ops.tripo.generate()

    assert bpy.context.mode == "EDIT_MESH"
    assert simulator.requests() == []
    bpy.ops.object.mode_set(mode="OBJECT")


def test_an_error_in_placing_leaves_nothing_half(
    jobs: SimpleNamespace, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module("scene.place"), "put", lambda *_: 1 / 0)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].final)

    assert states(jobs) == ["failed"]
    for blocks in (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.collections):
        assert not blocks


def test_each_scene_has_one_collection(jobs: SimpleNamespace) -> None:
    bpy.ops.tripo.generate()
    bpy.ops.scene.new(type="EMPTY")
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath = "FILE", bpy.data.scenes[0].tripo.filepath
    for _ in range(2):
        bpy.ops.tripo.generate()

    assert [len(scene.collection.children) for scene in bpy.data.scenes] == [1, 1]


def test_an_import_that_fails_leaves_nothing_half(jobs: SimpleNamespace, preferences: Any) -> None:
    preferences.converts = False
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state in ("generating", "downloading"))
    bpy.ops.preferences.addon_disable(module="io_scene_gltf2")
    try:
        jobs.pump(lambda: jobs.list()[0].final)
    finally:
        bpy.ops.preferences.addon_enable(module="io_scene_gltf2")

    job = jobs.list()[0]
    assert (job.state, job.failure.kind) == ("failed", "import")
    assert "glTF 2.0 importer is disabled" in job.failure.sentence
    assert Path(job.model_path).is_file()  # paid for, so kept
    assert not bpy.data.objects
    assert not bpy.data.meshes
