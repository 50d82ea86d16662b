"""Scripts and the command line set models up in a second Blender too: it bears what a hostile file does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from fixtures.catalogue import write_all
from fixtures.hand_fbx import naming
from simulator.process import SimulatorProcess

from .console import SCRIPT, Place, ended, wait_for
from .test_command_line_resume import SMALL, listed, say
from .test_converter import alive, children, differences, in_place, job_of, needs_proc, outcome, part, set_up, told

pytestmark = needs_proc


@pytest.fixture(autouse=True)
def none_left(preferences: Any) -> Iterator[None]:
    yield
    part("app.preparation").end()
    assert not seconds(os.getpid())


def seconds(pid: int) -> list[int]:
    """The second Blenders of a process."""
    return [child for child in children(pid) if alive(child) and b"process.py" in words(child)]


def words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def one_second(process: subprocess.Popen[str]) -> int:
    """Wait for a process's second Blender."""
    until = time.monotonic() + 60
    while not (found := seconds(process.pid)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    return found[0]


def until(condition: Callable[[], object]) -> None:
    last = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < last
        time.sleep(0.01)


def held(folder: Path) -> Path:
    """A file of the user's own that holds an importer up for ever: its picture is a pipe into which nobody writes."""
    pipe, path = folder / "pipe.png", folder / "held.fbx"
    os.mkfifo(pipe)
    path.write_bytes(naming(str(pipe)))
    return path


@pytest.mark.parametrize("name", ["glb_pbr", "glb_several_materials", "glb_animated", "glb_skinned", "fbx_group"])
def test_a_model_is_the_same_as_one_imported_in_place(name: str, tmp_path: Path) -> None:
    (written,) = write_all(tmp_path, [name])
    set_up(name)
    job = job_of(written.file, size=180, fit="height", collection="own")
    here, seen = in_place(job), told()
    set_up(name)
    arrived = part("app.preparation").bring_in(job, part("app.account").access(bpy.context), bpy.context)
    (second,) = seconds(os.getpid())
    found = [*differences(seen, told()), *differences(outcome(here), outcome(job.after(arrived.event)), "job")]
    assert not found, "\n".join(found)
    assert not bpy.data.libraries
    assert not list(Path(f"/proc/{second}/cwd").resolve().glob("*.blend"))


def test_it_is_kept_for_the_next_model_and_no_thread_is_started(api: ModuleType, tmp_path: Path) -> None:
    (written,) = write_all(tmp_path, ["glb_pbr"])
    threads, seen = threading.active_count(), set[int]()
    for _ in range(2):
        api.import_model(written.file)
        seen.update(seconds(os.getpid()))
    assert len(seen) == 1
    assert threading.active_count() == threads


def test_without_the_preference_there_is_none(
    api: ModuleType, preferences: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferences.converts = False
    monkeypatch.setattr(part("app.preparation"), "Converter", None)
    (written,) = write_all(tmp_path, ["glb_pbr"])
    assert api.import_model(written.file).name == "glb_pbr"


def test_where_it_cannot_start_the_model_comes_in_place_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure = part("core.messages").Configure
    monkeypatch.setattr(
        part("app.preparation"),
        "Configure",
        lambda *given, **more: replace(configure(*given, **more), blender=str(tmp_path / "no blender")),
    )
    (written,) = write_all(tmp_path, ["glb_pbr"])
    given = part("app.account").access(bpy.context)
    arrived = part("app.preparation").bring_in(job_of(written.file), given, bpy.context)
    assert [told.key for told in arrived.event.warnings] == ["import.in_place.no_blender"]
    assert arrived.main.name == "glb_pbr"


def test_a_file_that_holds_it_up_is_given_up_and_never_imported_in_place(
    api: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(part("core.retry"), "conversion_deadline", lambda _size: 1.0)
    with pytest.raises(api.TripoError) as caught:
        api.import_model(held(tmp_path))
    assert caught.value.failure.kind == "model_dangerous"
    assert "took too long" in str(caught.value)
    assert str(caught.value).endswith(". Choose another file")
    assert not bpy.data.objects
    (written,) = write_all(tmp_path, ["glb_pbr"])
    assert api.import_model(written.file).name == "glb_pbr"


def test_a_file_that_is_refused_never_reaches_it(api: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "cut.glb"
    path.write_bytes(write_all(tmp_path, ["glb_pbr"])[0].file.read_bytes()[:-9])
    with pytest.raises(api.TripoError) as caught:
        api.import_model(path)
    assert caught.value.failure.kind == "model_file"


@pytest.mark.every_version("each has its own importer")
@pytest.mark.parametrize("prepared", [True, False], ids=["in a second Blender", "in place"])
@pytest.mark.parametrize("task_id", ["", "task-1"], ids=["my own file", "of the service"])
def test_what_an_importer_stumbles_over_is_told_in_short(
    preferences: Any, tmp_path: Path, prepared: bool, task_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    preferences.converts = prepared
    path = tmp_path / "odd.glb"
    path.write_bytes(of_half_a_camera(write_all(tmp_path, ["glb_pbr"])[0].file.read_bytes()))
    given = part("app.account").access(bpy.context)
    errors = part("core.errors")
    with caplog.at_level("INFO"), pytest.raises(errors.TripoError) as caught:
        part("app.preparation").bring_in(replace(job_of(path), task_id=task_id), given, bpy.context)
    failure = caught.value.failure
    advice = "The service keeps the model" if task_id else "Choose another file"
    assert failure.sentence.startswith(f"Blender could not import the GLB file. {advice}")
    assert "Traceback" not in failure.detail
    assert failure.detail == "AttributeError: 'NoneType' object has no attribute 'yfov'"
    assert "Traceback" in caplog.text or prepared  # whose log is in its home, and gone with it
    assert not bpy.data.objects


def of_half_a_camera(glb: bytes) -> bytes:
    """A GLB whose camera lacks what the standard demands; nothing in that is dangerous."""
    length = int.from_bytes(glb[12:16], "little")
    document = json.loads(glb[20 : 20 + length])
    document["cameras"] = [{"type": "perspective"}]
    document["nodes"][0]["camera"] = 0
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = glb[20 + length :]
    head = b"glTF" + struct.pack("<II", 2, 20 + len(text) + len(rest))
    return head + struct.pack("<I", len(text)) + b"JSON" + text + rest


@pytest.fixture
def place(tmp_path: Path, simulator: SimulatorProcess) -> Iterator[Place]:
    simulator.options(seconds=0.5)
    made = Place(tmp_path / "place", simulator)
    yield made
    assert not list(made.temporary.glob("tripo-converter-*"))


def test_a_file_that_crashes_it_does_not_end_the_command_line(place: Place, tmp_path: Path) -> None:
    path = held(tmp_path)
    process = start(place, "-c", IMPORT, SCRIPT.parent.parent, path)
    second = one_second(process)
    with opened(tmp_path / "pipe.png"):
        os.kill(second, signal.SIGSEGV)
        outcome = ended(process)
    assert outcome.code == 1
    assert "Blender crashed in the background on this model file" in outcome.out
    assert "Save your work" not in outcome.out
    assert not list(place.out.iterdir())


@contextlib.contextmanager
def opened(pipe: Path) -> Iterator[None]:
    """Wait until somebody opens a pipe to read it, and let them wait for what comes out of it."""
    descriptors: list[int] = []

    def open_() -> bool:
        with contextlib.suppress(OSError):  # nobody reads yet
            descriptors.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return bool(descriptors)

    until(open_)
    try:
        yield
    finally:
        os.close(descriptors[0])


IMPORT = """
import os, sys
sys.path.insert(0, sys.argv[1])
import bpy
from tripo_blender.cli import main as cli
bpy.ops.preferences.addon_enable(module="io_scene_gltf2")
code = cli.run(["import", *sys.argv[2:]])
sys.stdout.flush()
os._exit(code)
"""


def start(place: Place, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=place.environment,
        cwd=place.out,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("at", ["the process", "its group"])
def test_ctrl_c_while_it_prepares_ends_it_and_the_job_goes_on_later(
    place: Place, simulator: SimulatorProcess, at: str
) -> None:
    before = len(simulator.tasks())
    process = start(place, SCRIPT, place.picture, *SMALL, "--url", simulator.url)
    second = one_second(process)  # while the service works
    os.kill(second, signal.SIGSTOP)  # it never answers
    wait_for(process, "Preparing the model")
    (os.kill if at == "the process" else os.killpg)(process.pid, signal.SIGINT)
    outcome = ended(process)
    assert outcome.code == 1
    assert not alive(second)
    (waits,) = listed(place)
    assert (waits["state"], waits["way"]) == ("ready", "take_in")
    resumed = say(place, "resume", waits["job"], "--json", "--out", "again.blend")
    assert resumed.code == 0, resumed.out + resumed.err
    assert resumed.result["warnings"] == []
    assert len(simulator.tasks()) == before + 1
    assert (place.out / "again.blend").stat().st_size > 10_000


def test_when_the_process_is_killed_it_ends_and_tidies_up(place: Place) -> None:
    process = place.start(place.picture, *SMALL)
    second = one_second(process)
    process.kill()
    process.communicate()
    until(lambda: not alive(second))
    until(lambda: not list(place.temporary.glob("tripo-converter-*")))
