"""Models that a second Blender sets up: the same as those that are imported in place."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from fixtures.catalogue import LARGE, NAMES, write_all
from fixtures.glb_document import Document
from fixtures.hand_fbx import naming
from simulator.process import SimulatorProcess

from .conftest import PACKAGE
from .telling import Told, differences, told

TIME = {"fps": 24, "frame": 1}  # of the artist's scene


def part(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Any], Any]]:
    """Bring a job's model in by way of the second Blender, which is kept from one job to the next."""
    session = part("app.session").Session()
    access = part("app.account").Access("", "", converts=True)
    folder = tmp_path_factory.mktemp("user") / "jobs"
    folder.mkdir()

    def bring(job: Any) -> Any:
        session.take_over(job, access, folder)
        until = time.monotonic() + 60
        while not session.jobs[job.id].final:
            assert time.monotonic() < until, session.jobs[job.id]
            session._receive()
            session._deliver()  # `step` would let the worker end
            time.sleep(0.005)
        return session.jobs[job.id]

    yield bring
    session.close(10)
    assert not session._leaving
    assert list(folder.iterdir()) == []


def in_place(job: Any) -> Any:
    errors = part("core.errors")
    try:
        return job.after(part("scene.deliver").bring_in(job, bpy.context).event)
    except errors.TripoError as error:
        return job.after(part("core.job").Failed(error.failure))


def set_up(name: str, blend: Path | None = None) -> None:
    """An artist's scene, in centimetres, which has all the names already."""
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.mesh.primitive_cube_add(location=(-3, 1, 2))
    cube = bpy.context.object
    cube.name = cube.data.name = name
    material = bpy.data.materials.new(name)
    cube.data.materials.append(material)
    for purpose in ("Base Color", "Normal"):
        image = bpy.data.images.new(f"{name} {purpose}", 4, 4)
        image.pack()
        image.use_fake_user = True
    scene = bpy.context.scene
    scene.unit_settings.scale_length = 0.01
    scene.cursor.location = (1, 2, 0.5)
    scene.frame_end, scene.render.fps = 77, TIME["fps"]
    scene.frame_set(TIME["frame"])
    if blend is not None:
        bpy.ops.wm.save_as_mainfile(filepath=str(blend))


def job_of(path: Path, **arrival: Any) -> Any:
    chosen = part("core.options.import_options").asked(**arrival)
    return part("app.submit").import_file(path, chosen, part("scene.location").spot(bpy.context, chosen))


def both_ways(path: Path, beside: Callable[[Any], Any], blend: Path | None = None, **arrival: Any) -> list[str]:
    """What differs."""
    set_up(path.stem, blend)
    job = job_of(path, **arrival)
    here, seen = in_place(job), told()
    if blend is not None:
        for file in blend.parent.glob("textures/*"):
            file.unlink()
    set_up(path.stem, blend)
    there = beside(job)
    assert there.prepared is not None or there.failure is not None
    if there.prepared is not None:
        assert there.prepared.path, there.prepared.why
    found = list(differences(seen, told()))
    return found + list(differences(outcome(here), outcome(there), "job"))


def outcome(job: Any) -> Told:
    told = {name: getattr(job, name) for name in ("state", "object_name", "inspection", "warnings")}
    return told | ({"kind": job.failure.kind, "sentence": job.failure.sentence} if job.failure else {})


@pytest.mark.every_version("the importers of versions differ")
@pytest.mark.parametrize("name", [name for name in NAMES if name != LARGE or bpy.app.version >= (5, 2)])
def test_a_model_is_the_same_by_both_ways(name: str, beside: Callable[[Any], Any], tmp_path: Path) -> None:
    written = write_all(tmp_path, [name])
    if not written:
        pytest.skip("this Blender cannot write it")
    found = both_ways(written[0].file, beside)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "arrival",
    [
        {"fit": "height", "size": 180, "shading": "flat", "merge": False},
        {"size": 7, "front": "-x", "shading": "angle", "smooth_angle": 80, "collection": "own"},
        {"fit": "box", "replace": True, "collection": "active"},
        {"place": "origin", "select": False},
        {"textures": "files"},
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["glb_several_materials", "fbx_group", "fbx_skinned"])
def test_so_it_is_with_other_choices(
    name: str, arrival: dict[str, Any], beside: Callable[[Any], Any], tmp_path: Path
) -> None:
    (written,) = write_all(tmp_path, [name])
    found = both_ways(written.file, beside, tmp_path / "scene.blend", **arrival)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["glb_skinned", "glb_animated", "fbx_skinned"])
def test_so_it_is_at_another_frame_rate_and_frame(
    name: str, beside: Callable[[Any], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TIME, "fps", 30)
    monkeypatch.setitem(TIME, "frame", 12)
    (written,) = write_all(tmp_path, [name])
    found = both_ways(written.file, beside)
    assert not found, "\n".join(found)


def test_twice_gives_two_models(beside: Callable[[Any], Any], tmp_path: Path) -> None:
    """The second has its own data, also when it comes from the same job."""
    (written,) = write_all(tmp_path, ["glb_pbr"])
    job = job_of(written.file)
    names = [beside(given).object_name for given in (job, replace(job, id=f"{job.id}-2"))]
    assert names == ["glb_pbr", "glb_pbr.001"]
    for attribute in ("data", "active_material"):
        assert len({getattr(bpy.data.objects[name], attribute).name for name in names}) == 2
    assert not bpy.data.libraries


Hold = Callable[[], tuple[int, str]]

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")


def children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def converters(jobs: SimpleNamespace) -> list[int]:
    """Of the worker that runs."""
    worker = jobs.session._worker
    return [pid for pid in children(worker.pid) if alive(pid)] if worker is not None and worker.alive else []


@pytest.fixture
def pick(preferences: Any, picture: Path) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000


@pytest.fixture
def bring(jobs: SimpleNamespace, preferences: Any, tmp_path: Path) -> Callable[..., Any]:
    """Hand a model file over; gives its job's id."""
    path = write_all(tmp_path, ["glb_pbr"])[0].file
    access = part("app.account").access
    folder = part("app.submit").jobs_folder

    def take_over(instead: Path | None = None, model_format: str = "glb") -> str:
        files = part("core.events").model_downloaded(str(instead or path), model_format).artifacts
        job = replace(job_of(path), artifacts=files)
        jobs.session.take_over(job, access(bpy.context), folder())
        return str(job.id)

    return take_over


@needs_proc
def test_it_starts_while_the_model_is_made_and_ends_with_the_worker(
    jobs: SimpleNamespace, pick: None, simulator: SimulatorProcess, preferences: Any
) -> None:
    simulator.options(seconds=3)
    jobs.start(bpy.context)
    jobs.pump(lambda: converters(jobs))
    assert not jobs.list()[0].model_path
    jobs.start(bpy.context)
    (converter,) = converters(jobs)
    environment, artist = Path(f"/proc/{converter}/environ"), os.environ["BLENDER_USER_RESOURCES"].encode()
    jobs.pump(lambda: artist not in environment.read_bytes())  # at first it is still a copy of the worker
    surroundings = environment.read_bytes()
    assert preferences.api_key.encode() not in surroundings + Path(f"/proc/{converter}/cmdline").read_bytes()
    assert b"BLENDER_USER_RESOURCES=" in surroundings

    jobs.pump(lambda: jobs.list()[0].final)
    assert converters(jobs) in ([converter], [])
    jobs.pump(lambda: jobs.list()[1].final)
    for job in jobs.list():
        assert (job.state, job.warnings) == ("done", ())
        assert job.prepared.path
    worker = jobs.session._worker
    jobs.pump(lambda: jobs.session.step() is False)
    assert worker is None or not worker.alive
    assert not alive(converter)
    assert not any(Path(job.prepared.path).exists() for job in jobs.list())
    assert all(Path(job.model_path).exists() for job in jobs.list())


@needs_proc
def test_without_the_preference_there_is_no_second_blender(jobs: SimpleNamespace, pick: None, preferences: Any) -> None:
    preferences.converts = False
    jobs.start(bpy.context)
    seen: list[int] = []
    jobs.pump(lambda: seen.extend(converters(jobs)) or jobs.list()[0].final)
    assert (jobs.list()[0].state, jobs.list()[0].warnings) == ("done", ())
    assert seen == []


def test_where_it_cannot_start_the_model_comes_in_place_and_the_job_says_so(
    jobs: SimpleNamespace, bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure = part("core.messages").Configure
    monkeypatch.setattr(
        part("app.session"),
        "Configure",
        lambda *given: replace(configure(*given), blender=str(tmp_path / "no blender")),
    )
    job_id = bring()
    jobs.pump(lambda: jobs.session.jobs[job_id].final)
    job = jobs.session.jobs[job_id]
    assert (job.state, [told.key for told in job.warnings]) == ("done", ["import.in_place.no_blender"])
    assert job.object_name in bpy.data.objects


@pytest.fixture
def hold(jobs: SimpleNamespace, bring: Callable[..., str], tmp_path: Path) -> Callable[[], tuple[int, str]]:
    """Have a job in the second Blender's hands, and that one stand still; gives its pid and the job's id."""
    empty, held = tmp_path / "empty.glb", tmp_path / "held.fbx"
    empty.write_bytes(Document().write())
    held.write_bytes(naming(str(pipe_of(tmp_path))))

    def start() -> tuple[int, str]:
        os.mkfifo(pipe_of(tmp_path))
        first = bring(empty)  # which it refuses as soon as it is up; before that it would take the one that comes first
        until = time.monotonic() + 60
        while not jobs.session.jobs[first].final:
            assert time.monotonic() < until
            jobs.session._receive()  # a tick would let the worker end
            time.sleep(0.005)
        job_id = bring(held, model_format="fbx")
        jobs.pump(lambda: jobs.note(jobs.session.jobs[job_id]) == "Preparing the model")
        (converter,) = converters(jobs)
        jobs.pump(lambda: waits_for_a_pipe(converter))
        return converter, job_id

    return start


def waits_for_a_pipe(pid: int) -> bool:
    """Whether a process waits for the other end of one; where the system does not say on what, whether it sleeps."""
    asleep = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"
    return asleep and Path(f"/proc/{pid}/wchan").read_text() in ("fifo_open", "wait_for_partner", "0", "")


def pipe_of(folder: Path) -> Path:
    """The file that holds the second Blender up: nothing ever comes through it."""
    return folder / "pipe.png"


def let_go(pipe: Path) -> None:
    """End a read of the pipe, if somebody is at it; whoever opens the file then finds nothing in it."""
    with contextlib.suppress(OSError), open(pipe, "wb", opener=_at_once):  # an error: nobody is
        pipe.unlink()
    pipe.unlink(missing_ok=True)
    pipe.touch()


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


@needs_proc
def test_a_file_that_kills_it_is_never_imported_in_place(
    jobs: SimpleNamespace, bring: Callable[..., str], hold: Hold
) -> None:
    converter, job_id = hold()
    os.kill(converter, signal.SIGSEGV)
    jobs.pump(lambda: jobs.session.jobs[job_id].final)
    job = jobs.session.jobs[job_id]
    assert (job.state, job.failure.kind) == ("failed", "model_dangerous")
    assert Path(job.model_path).exists()
    assert not bpy.data.objects

    after = bring()
    jobs.pump(lambda: jobs.session.jobs[after].final)
    assert jobs.session.jobs[after].prepared.path
    assert jobs.session.jobs[after].state == "done"


@needs_proc
def test_cancel_while_it_prepares(jobs: SimpleNamespace, bring: Callable[..., str], hold: Hold) -> None:
    converter, job_id = hold()
    after = bring()
    bpy.ops.tripo.cancel(job_id=job_id)
    assert jobs.session.jobs[job_id].state == "cancelled"
    jobs.pump(lambda: not alive(converter))
    jobs.pump(lambda: jobs.session.jobs[after].final)
    assert jobs.session.jobs[after].prepared.path
    assert [obj.name for obj in bpy.data.objects] == [jobs.session.jobs[after].object_name]


@needs_proc
def test_a_worker_that_is_killed_leaves_no_second_blender(
    jobs: SimpleNamespace, bring: Callable[..., str], hold: Hold
) -> None:
    """Not even one that a file holds up; and what was on its way comes in place."""
    converter, job_id = hold()
    after = bring()
    bpy.ops.tripo.cancel(job_id=job_id)  # nothing can read its file
    jobs.pump(lambda: not alive(converter))
    jobs.pump(lambda: converters(jobs))
    (converter,) = converters(jobs)
    jobs.session._worker._process.kill()
    jobs.pump(lambda: jobs.session.jobs[after].final)
    keys = [told.key for told in jobs.session.jobs[after].warnings]
    assert keys in ([], ["import.in_place.helper_ended"])
    assert jobs.session.jobs[after].state == "done"
    jobs.pump(lambda: not alive(converter), 10)


@needs_proc
def test_it_ends_and_tidies_up_when_nobody_orders_any_more_though_a_file_holds_it_up(
    jobs: SimpleNamespace, hold: Hold
) -> None:
    converter, job_id = hold()
    home = Path(f"/proc/{converter}/cwd").resolve()
    assert home.name.startswith(part("core.messages").CONVERTER_HOME)
    jobs.session.jobs.pop(job_id)  # or it would wait for its file in place
    jobs.session._worker._process.kill()
    jobs.pump(lambda: not alive(converter))
    # The importer in Python reads pictures with all other threads held up; the process ends by its deadline then.
    assert not home.exists() or bpy.app.version < (4, 5)


@needs_proc
def test_a_full_disk(jobs: SimpleNamespace, bring: Callable[..., str], hold: Hold, tmp_path: Path) -> None:
    import resource  # Windows has none

    converter, _ = hold()
    after = bring()
    resource.prlimit(converter, resource.RLIMIT_FSIZE, (20_000, 20_000))
    let_go(pipe_of(tmp_path))
    jobs.pump(lambda: jobs.session.jobs[after].final)
    assert converters(jobs) in ([converter], [])
    job = jobs.session.jobs[after]
    assert (job.state, [told.key for told in job.warnings]) == ("done", ["import.in_place.failed"])
    assert job.object_name in bpy.data.objects
