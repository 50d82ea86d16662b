"""Models that wait since Blender was closed: found after the start, shown, resumed and left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess

PACKAGE = "bl_ext.user_default.tripo_blender"


@pytest.fixture(autouse=True)
def chosen(preferences: Any, picture: Path) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000


def given() -> Any:
    """The preferences as they are now."""
    return bpy.context.preferences.addons[PACKAGE].preferences


@pytest.fixture
def folder(module: Callable[[str], ModuleType]) -> Iterator[Path]:
    """The folder of the jobs, without those of other tests."""
    import shutil

    place = Path(module("app.submit").jobs_folder())
    shutil.rmtree(place)
    yield place
    shutil.rmtree(place, ignore_errors=True)
    module("app.startup_scan").waiting.clear()


@pytest.fixture
def look(module: Callable[[str], ModuleType], folder: Path) -> Callable[[], dict[str, Any]]:
    """Look for what waits, as the timer does after Blender's start; gives what was found."""
    scan = module("app.startup_scan")

    def looked() -> dict[str, Any]:
        scan.stop()
        scan.start()
        assert bpy.app.timers.is_registered(scan.tick)
        while scan.tick() is not None:
            pass
        found: dict[str, Any] = scan.waiting.found
        return found

    return looked


@pytest.fixture
def left(jobs: SimpleNamespace, simulator: SimulatorProcess) -> Callable[..., str]:
    """Let a job get as far as a state, then switch the add-on off and on, as closing Blender does; gives its id."""

    def leave(state: str, **faults: Any) -> str:
        if faults:
            simulator.play([faults])
        if state == "ready":
            bpy.ops.mesh.primitive_cube_add()
            bpy.ops.object.mode_set(mode="EDIT")
        jobs.start(bpy.context)
        job_id = jobs.list()[-1].id
        jobs.pump(lambda: jobs.session.jobs[job_id].state == state)
        if state == "uncertain":
            jobs.pump(lambda: jobs.session.step() is False)
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        bpy.ops.preferences.addon_enable(module=PACKAGE)
        simulator.play([])
        chosen = given()  # which Blender forgets when an add-on is switched off
        chosen.api_key, chosen.base_url = simulator.key, simulator.url
        if state == "ready":
            bpy.ops.object.mode_set(mode="OBJECT")
        assert jobs.list() == []
        return str(job_id)

    return leave


def resume(job_id: str, **how: Any) -> None:
    assert bpy.ops.tripo.resume(job_id=job_id, beside=True, **how) == {"FINISHED"}


def done(jobs: SimpleNamespace, simulator: SimulatorProcess, orders: int = 1) -> None:
    """The job ends in the scene, bought once, and no process stays."""
    jobs.pump(lambda: all(job.final for job in jobs.list()))
    assert [str(job.state) for job in jobs.list()] == ["done"]
    assert bpy.context.view_layer.objects.active.name.startswith("Red Disc")
    assert len(simulator.creates()) == orders
    jobs.pump(lambda: jobs.session.step() is False)


def test_nothing_waits_and_nothing_is_loaded_for_it(module: Callable[[str], ModuleType], folder: Path) -> None:
    """In a fresh process: a folder of jobs that have ended costs a look into their records."""
    (folder / "ended").mkdir(parents=True)
    (folder / "ended" / "job.json").write_text(json.dumps({"format": 1, "job": {"id": "ended", "state": "done"}}))
    code = (
        "import bpy, sys\n"
        f"bpy.ops.preferences.addon_enable(module={PACKAGE!r})\n"
        f"from {PACKAGE}.app import startup_scan as waiting\n"
        "assert bpy.app.timers.is_registered(waiting.tick)\n"
        "while waiting.tick() is not None: pass\n"
        "assert waiting.waiting.looked\n"
        "print(sorted(name for name, module in sys.modules.items() if 'tripo' in name\n"
        "    and type(module).__name__ != '_Unloaded'\n"  # one that would be loaded at its first use
        "    and ('.worker.' in name or name.endswith(('core.job', 'submit', 'recovery', 'session')))\n"
        "    and not name.endswith(('ui.operators.recovery', 'ui.panels.recovery'))))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().splitlines()[-1] == "[]"


def test_no_folder_and_no_jobs(look: Callable[[], dict[str, Any]], module: Callable[[str], ModuleType]) -> None:
    assert look() == {}
    assert not module("ui.panels.recovery").TRIPO_PT_waiting.poll(bpy.context)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_an_odd_record_neither_hides_nor_holds_up_the_others(
    left: Callable[..., str], look: Callable[[], dict[str, Any]], folder: Path, module: Callable[[str], ModuleType]
) -> None:
    job_id = left("uncertain", on="create", do="lost")
    for name in ("0-pipe", "z-pipe", "0-time", "z-deep"):
        (folder / name).mkdir()
    os.mkfifo(folder / "0-pipe" / "job.json")
    os.mkfifo(folder / "z-pipe" / "job.json")
    (folder / "0-time" / "job.json").write_text('{"format": 1, "job": {"id": "0-time", "created": -Infinity}}')
    (folder / "z-deep" / "job.json").write_text("[" * 400_000)
    assert list(look()) == [job_id]
    assert len(module("app.startup_scan").waiting.unreadable) == 4


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("uploading", "Not ordered yet"),
        ("generating", "Generating: "),
        ("downloading", "Generated, not downloaded yet"),
        ("ready", "Ready, needs no network"),
    ],
)
def test_what_was_interrupted_goes_on(
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    module: Callable[[str], ModuleType],
    state: str,
    words: str,
) -> None:
    bpy.context.scene.cursor.location = (3, 0, 0)
    if state == "generating":
        simulator.options(seconds=2)
    hangs = {"uploading": "upload", "downloading": "download"}.get(state)
    job_id = left(state, **({"on": hangs, "do": "hang", "seconds": 30} if hangs else {}))
    bpy.context.scene.cursor.location = (0, 0, 0)

    found = look()

    assert list(found) == [job_id]
    assert found[job_id].words.startswith(words)
    assert module("ui.panels.recovery").TRIPO_PT_waiting.poll(bpy.context)
    asked = len(simulator.requests())
    if state == "ready":
        given().api_key, given().base_url = "", "https://gateway.example.test"
    resume(job_id)
    assert found == {}
    done(jobs, simulator)
    assert bpy.context.view_layer.objects.active.matrix_world.translation.x == pytest.approx(3)
    if state == "ready":
        assert len(simulator.requests()) == asked
    assert look() == {}


def test_an_uncertain_one_waits_for_a_decision(
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
) -> None:
    first = left("uncertain", on="create", do="lost")
    assert look()[first].way == "decide"
    assert len(simulator.creates()) == 1

    with pytest.raises(RuntimeError, match="paste the task's ID, generate it again, or discard it"):
        bpy.ops.tripo.resume(job_id=first, beside=True)
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.tripo.resume_all(beside=True)
    assert len(simulator.creates()) == 1

    resume(first, task_id=simulator.tasks()[-1]["task_id"])
    done(jobs, simulator)
    bpy.ops.tripo.clear()

    second = left("uncertain", on="create", do="lost")
    look()
    resume(second, send_again=True)
    done(jobs, simulator, orders=3)
    bpy.ops.tripo.clear()

    third = left("uncertain", on="create", do="lost")
    look()
    assert bpy.ops.tripo.dismiss(job_id=third) == {"FINISHED"}
    assert look() == {}
    with pytest.raises(RuntimeError, match="There is no job"):
        bpy.ops.tripo.resume(job_id=third, beside=True)


def test_one_that_was_killed_while_it_ordered_is_uncertain(
    jobs: SimpleNamespace, simulator: SimulatorProcess, look: Callable[[], dict[str, Any]], folder: Path
) -> None:
    simulator.play([{"on": "create", "do": "delay", "seconds": 1}])
    jobs.start(bpy.context)
    jobs.pump(lambda: any(entry["path"].endswith("/task") for entry in simulator.requests()))
    jobs.session._worker._process.kill()
    jobs.session._worker._process.wait()
    jobs.session.jobs.clear()  # this Blender knows of nothing any more
    simulator.play([])

    assert [found.way for found in look().values()] == ["decide"]
    jobs.session.close(1.0)


def test_all_at_once_and_headless(
    jobs: SimpleNamespace, simulator: SimulatorProcess, left: Callable[..., str], look: Callable[[], dict[str, Any]]
) -> None:
    """EXEC: to the end, without a timer, as scripts want it."""
    left("generating")
    left("uploading", on="upload", do="hang", seconds=30)
    assert len(look()) == 2

    assert bpy.ops.tripo.resume_all() == {"FINISHED"}

    assert jobs.list() == []
    assert len(bpy.data.collections["Tripo"].objects) == 2
    assert len(simulator.creates()) == 2
    assert look() == {}


def test_what_is_given_up_says_how_to_fetch_it(
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    simulator: SimulatorProcess,
    folder: Path,
    module: Callable[[str], ModuleType],
) -> None:
    simulator.options(seconds=30)
    job_id = left("generating")
    look()
    task_id = simulator.tasks()[-1]["task_id"]
    resuming = module("app.recovery")
    assert f"Its task {task_id} can still be downloaded" in resuming.leave(resuming.known(job_id)).english()
    assert look() == {}
    assert json.loads((folder / job_id / "job.json").read_text())["job"]["task_id"] == task_id
    with pytest.raises(RuntimeError, match="is cancelled, so there is nothing to resume"):
        bpy.ops.tripo.resume(job_id=job_id, beside=True)


def test_a_key_goes_to_its_own_gateway_alone(
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    simulator: SimulatorProcess,
) -> None:
    simulator.options(seconds=30)
    job_id = left("generating")
    look()
    asked = len(simulator.requests())
    given().base_url = "http://127.0.0.1:9"
    with pytest.raises(RuntimeError, match="was begun at http"):
        bpy.ops.tripo.resume(job_id=job_id, beside=True)
    given().base_url, given().api_key = simulator.url, ""
    with pytest.raises(RuntimeError, match="Add your API key to start"):
        bpy.ops.tripo.resume(job_id=job_id, beside=True)
    assert list(look()) == [job_id]
    assert len(simulator.requests()) == asked


@pytest.mark.parametrize("slashes", [("", "/"), ("/", "")], ids=["now", "then"])
def test_a_slash_at_the_end_of_the_base_url_is_no_other_gateway(
    jobs: SimpleNamespace,
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    simulator: SimulatorProcess,
    folder: Path,
    slashes: tuple[str, str],
) -> None:
    job_id = left("generating")
    record = folder / job_id / "job.json"
    record.write_text(record.read_text("utf-8").replace(simulator.url, simulator.url + slashes[0]), "utf-8")
    given().base_url = simulator.url + slashes[1]
    look()
    resume(job_id)
    done(jobs, simulator)


def test_a_picture_that_is_gone_is_told(
    left: Callable[..., str], look: Callable[[], dict[str, Any]], folder: Path, simulator: SimulatorProcess
) -> None:
    job_id = left("uploading", on="upload", do="hang", seconds=30)
    next((folder / job_id).glob("*.png")).unlink()
    look()
    with pytest.raises(RuntimeError, match="image is gone from the disk"):
        bpy.ops.tripo.resume(job_id=job_id, beside=True)
    assert list(look()) == [job_id]
    assert simulator.creates() == []


def test_a_model_that_is_gone_is_fetched_by_its_task(
    jobs: SimpleNamespace,
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    folder: Path,
    simulator: SimulatorProcess,
) -> None:
    job_id = left("ready")
    (folder / job_id / "model.glb").unlink()
    assert look()[job_id].way == "follow"
    resume(job_id)
    done(jobs, simulator)


@pytest.mark.parametrize("meanwhile", ["file", "scene", "undo"])
def test_what_waits_outlives_what_the_artist_does(
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    meanwhile: str,
) -> None:
    """It comes into the scene that is open when it is resumed, or when it arrives."""
    job_id = left("downloading", on="download", do="hang", seconds=30)
    look()
    if meanwhile == "file":
        bpy.ops.wm.read_homefile(use_empty=True)
    elif meanwhile == "undo":
        bpy.ops.ed.undo_push(message="before")
        bpy.ops.mesh.primitive_cube_add()
        bpy.ops.ed.undo_push(message="cube")
        bpy.ops.ed.undo()
    simulator.play([{"on": "download", "do": "delay", "seconds": 0.5}])
    resume(job_id)
    jobs.pump(lambda: jobs.list()[0].state in ("generating", "downloading"))
    if meanwhile == "scene":
        first = bpy.context.scene
        bpy.ops.scene.new(type="EMPTY")
        bpy.data.scenes.remove(first)
    elif meanwhile == "undo":
        bpy.ops.ed.redo()
    done(jobs, simulator)
    assert bpy.context.view_layer.objects.active.name in bpy.context.scene.objects


def test_a_failed_task_is_offered_to_be_fetched(
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    look: Callable[[], dict[str, Any]],
    module: Callable[[str], ModuleType],
) -> None:
    simulator.play([{"on": "download", "do": "replace", "text": "<html>", "path": ".glb", "times": None}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].final)
    jobs.pump(lambda: jobs.session.step() is False)
    task_id = simulator.tasks()[-1]["task_id"]
    assert look() == {}
    offered = module("ui.operators.jobs")._failed_tasks
    assert offered(None, bpy.context, "red") == [(task_id, "Red Disc")]
    assert offered(None, bpy.context, "green") == []
    simulator.play([])
    assert bpy.ops.tripo.fetch(task_id=task_id) == {"FINISHED"}
    assert len(simulator.creates()) == 1


def test_records_that_cannot_be_read_are_told_of_and_left(
    look: Callable[[], dict[str, Any]], folder: Path, module: Callable[[str], ModuleType]
) -> None:
    texts = {"cut": '{"format": 1, "job": {"id": "cut", "task_id": "task_1"', "newer": '{"format": 9, "job": {}}'}
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "job.json").write_text(text)
    (folder / "half").mkdir()
    (folder / "half" / "job.part").write_text("{")

    assert look() == {}

    scan = module("app.startup_scan")
    cut, half, newer = [told.english() for told in scan.waiting.unreadable]
    assert "Its task task_1 can be downloaded" in cut
    assert "Nothing was ordered" in half
    assert "Update the add-on" in newer
    assert module("ui.panels.recovery").TRIPO_PT_waiting.poll(bpy.context)
    assert bpy.ops.tripo.dismiss() == {"FINISHED"}
    assert not module("ui.panels.recovery").TRIPO_PT_waiting.poll(bpy.context)
    for name, text in texts.items():
        assert (folder / name / "job.json").read_text() == text


def test_the_newest_is_found_before_older_ones_are_read(
    left: Callable[..., str], folder: Path, module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thousands that have ended it is there at once, and the listing goes in steps as well."""
    job_id = left("generating")
    for number in range(500):
        (folder / f"20200101-{number:06}").mkdir()
        text = json.dumps({"format": 1, "job": {"id": f"20200101-{number:06}", "state": "done"}})
        (folder / f"20200101-{number:06}" / "job.json").write_text(text)
    scan = module("app.startup_scan")
    read: list[str] = []
    real = scan.record_head.head_of
    monkeypatch.setattr(scan.record_head, "head_of", lambda path: read.append(path.name) or real(path))
    scan.waiting.clear()
    listing = 0
    for _ in scan._look():
        listing += not read
        if scan.waiting.found:
            break
    assert list(scan.waiting.found) == [job_id]
    assert read == [job_id]
    assert listing >= 2


def test_the_job_of_a_running_blender_does_not_wait(
    jobs: SimpleNamespace, simulator: SimulatorProcess, look: Callable[[], dict[str, Any]]
) -> None:
    """The worker has it, and this Blender the one that is uncertain: to another Blender both are taken."""
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    simulator.options(seconds=30)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[1].state == "generating")
    assert other_blender_finds() == []

    bpy.ops.tripo.cancel(job_id=jobs.list()[1].id)
    jobs.pump(lambda: jobs.session.step() is False)
    assert other_blender_finds() == []
    assert look() == {}
    uncertain = jobs.list()[0].id

    bpy.ops.preferences.addon_disable(module=PACKAGE)
    assert other_blender_finds() == [uncertain]
    bpy.ops.preferences.addon_enable(module=PACKAGE)


def other_blender_finds() -> list[str]:
    code = (
        "import bpy, json\n"
        f"bpy.ops.preferences.addon_enable(module={PACKAGE!r})\n"
        f"from {PACKAGE}.app import startup_scan as waiting\n"
        "while waiting.tick() is not None: pass\n"
        "assert waiting.waiting.looked\n"
        "print(json.dumps(list(waiting.waiting.found)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found


def test_what_was_refused_after_blender_had_gone_waits(
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    left: Callable[..., str],
    look: Callable[[], dict[str, Any]],
    folder: Path,
) -> None:
    """Nobody has read why it failed, and nothing was bought: it is not ordered yet."""
    job_id = left("submitting", on="create", do=["delay", "status"], seconds=1, status=401, body={})
    record = folder / job_id / "job.json"
    until = time.monotonic() + 20
    while json.loads(record.read_text("utf-8"))["job"]["state"] != "failed":
        assert time.monotonic() < until
        time.sleep(0.05)
    assert [found.words for found in look().values()] == ["Not ordered yet"]
    resume(job_id)
    done(jobs, simulator)
