"""Jobs that run beside the artist: the tick, pumped by hand since timers need a window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess


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

    jobs.pump(lambda: jobs.list()[0].note == "Waits for Object Mode")
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


def test_a_killed_worker_fails_its_jobs_and_the_next_one_works(
    jobs: SimpleNamespace, simulator: SimulatorProcess
) -> None:
    simulator.options(seconds=30)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")
    jobs.session._worker._process.kill()

    jobs.pump(lambda: jobs.list()[0].final)
    assert jobs.list()[0].task_id in jobs.list()[0].failure.sentence

    simulator.options(seconds=0.2)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[1].final)
    assert states(jobs) == ["failed", "done"]


def test_an_import_that_fails_leaves_nothing_half(
    jobs: SimpleNamespace, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state in ("generating", "downloading"))
    bpy.ops.preferences.addon_disable(module="io_scene_gltf2")
    try:
        jobs.pump(lambda: jobs.list()[0].final)
    finally:
        bpy.ops.preferences.addon_enable(module="io_scene_gltf2")

    job = jobs.list()[0]
    assert (job.state, job.failure.kind) == ("failed", "import")
    assert "glTF 2.0 importer is switched off" in job.failure.sentence
    assert Path(job.model_path).is_file()  # paid for, so kept
    assert not bpy.data.objects
    assert not bpy.data.meshes
