"""Where the command line saves: what is there stays, what is cut never gets a name, and what was paid for comes in."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess

from .console import SCRIPT, SMALL, Console, Place, assert_one_sentence, ended, wait_for

pytestmark = [
    pytest.mark.usefixtures("quick"),
    pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and limits of files are not those of Windows"),
]


@pytest.fixture(scope="module")
def models(console: Console, simulator: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one model as chair.glb, as the service made it, and as chair.fbx."""
    folder = tmp_path_factory.mktemp("models")
    outcome = console(console.picture, *SMALL, "--out", "chair.glb", "--out", "chair.fbx", folder=folder)
    assert outcome.code == 0, outcome.out
    return folder


@pytest.fixture
def folder(tmp_path: Path, models: Path) -> Path:
    """Where the command line runs; a file of everything it may be told to write lies there."""
    place = tmp_path / "here"
    (place / "sub").mkdir(parents=True)
    (place / "link").symlink_to(place / "sub")
    shutil.copy(models / "chair.glb", place / "chair.glb")
    for name in ("mine.blend", "mine.glb", "Red Disc.blend", "task-1.blend", "chair.blend", "X.part.glb"):
        (place / name).write_bytes(b"mine")
    (place / "to mine.blend").symlink_to("mine.blend")
    (place / "to nothing.blend").symlink_to("nothing.blend")
    (place / "folder.blend").mkdir()
    os.mkfifo(place / "pipe.blend")
    os.link(place / "chair.glb", place / "same.glb")
    deep = place
    while len(str(deep)) < 1000:
        deep /= "d" * 100
        deep.mkdir()
    (place / "deep").symlink_to(deep)
    return place


def contents(folder: Path) -> dict[str, Any]:
    """Everything in a folder, by name: bytes of files, goals of links."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = path.readlink()
        else:
            found[name] = path.read_bytes() if path.is_file() else path.stat().st_mode
    return found


# -- refused before anything is bought ------------------------------------------------------------------------------

# What is refused, and words of the sentence. {} is the name that each command saves under if none is asked for.
REFUSED: list[tuple[tuple[str, ...], str]] = [
    ((), "'{}' already exists"),
    (("--out", "mine.blend"), "mine.blend' already exists"),
    (("--out", "new.blend", "--out", "mine.glb"), "mine.glb' already exists"),
    (("--out", "to mine.blend"), "to mine.blend' already exists"),
    (("--out", "to nothing.blend"), "to nothing.blend' already exists"),
    (("--out", "folder.blend"), "is a folder"),
    (("--out", "folder.blend", "--overwrite"), "is a folder"),
    (("--out", "pipe.blend", "--overwrite"), "is not a file"),
    (("--out", "none/new.blend"), "There is no folder"),
    (("--out", "mine.glb/new.blend"), "leads through a file"),
    (("--out", f"{'n' * 300}.blend"), "too long"),
    (("--out", f"{'n' * 300}/new.blend"), "too long"),
    (("--out", "deep/new.blend"), "too long for Blender"),
    (("--out", "/proc/new.blend"), "Nothing can be saved in the folder '/proc'"),
    (("--out", "new.obj"), "must end in .blend, .glb, .fbx"),
    (("--out", ""), "--out: it is empty"),
    (("--out", "new.blend/"), "'new.blend/' names a folder"),
    (("--asset-library", " "), "--asset-library: it is empty"),
    (("--catalog", ""), "--catalog: it is empty"),
    (("--out", "new.blend", "--out", "new.blend"), "Two outputs"),
    (("--out", "new.blend", "--out", "./sub/../new.blend"), "Two outputs"),
    (("--out", "sub/new.blend", "--out", "link/new.blend"), "Two outputs"),
    (("--out", "mine.blend", "--out", "to mine.blend", "--overwrite"), "Two outputs"),
    (("--out", "to nothing.blend", "--out", "nothing.blend", "--overwrite"), "Two outputs"),
    (("--out", "new.blend", "--catalog", "Props"), "--asset-library"),
    (("--asset-library", "sub", "--catalog", "/"), "is not a name for an asset catalog"),
    (("--asset-library", "no such library"), "There is no asset library 'no such library'"),
    (("--asset-library", "./mine.blend"), "There is no asset library"),
    (("--asset-library", "/proc/self"), "Nothing can be saved in the asset library '/proc/self'"),
]
OF_IMPORT: list[tuple[tuple[str, ...], str]] = [
    (("--out", "chair.glb", "--overwrite"), "is what the result is made from"),
    (("--out", "same.glb", "--overwrite"), "is what the result is made from"),
    (("--out", "link/../chair.glb", "--overwrite"), "is what the result is made from"),
]


@pytest.mark.parametrize("command", ["generate", "fetch", "import"])
def test_what_cannot_or_must_not_be_written_is_refused_first(
    console: Console, simulator: SimulatorProcess, folder: Path, command: str
) -> None:
    before = contents(folder)
    source, own = {
        "generate": (str(console.picture), "Red Disc.blend"),
        "fetch": ("task-1", "task-1.blend"),
        "import": ("chair.glb", "chair.blend"),
    }[command]
    for words, sentence in REFUSED + (OF_IMPORT if command == "import" else []):
        outcome = console(command, source, *words, "--json", folder=folder)

        assert (outcome.code, outcome.error["kind"]) == (2, "usage"), (words, outcome.out)
        named = folder / own if sentence.startswith("'{}'") else own
        assert sentence.format(named) in outcome.error["message"], words
        assert contents(folder) == before, words

    assert simulator.requests() == []
    assert console.place.kept() == []


def test_overwriting_replaces_that_file_alone(console: Console, folder: Path) -> None:
    before = contents(folder)
    words = ("--out", "to mine.blend", "--out", "X.glb", "--overwrite")

    assert console("import", "chair.glb", *words, folder=folder).code == 0

    after = contents(folder)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"mine.blend", "X.glb"}
    assert before.keys() - after.keys() == set()
    assert after["X.glb"] == before["chair.glb"]
    assert holds(folder / "mine.blend") == ["chair"]


def holds(path: Path) -> list[str]:
    """The names of the objects in a .blend."""
    bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    return sorted(obj.name for obj in bpy.data.objects)


def test_a_file_that_comes_meanwhile_stays(place: Place, simulator: SimulatorProcess) -> None:
    simulator.play([{"on": "download", "do": "delay", "seconds": 1.5}])
    process = place.start(place.picture, *SMALL, "--out", "new.glb", "--out", "mine.blend", "--json")
    wait_for(process, '"generated"')
    (place.out / "mine.blend").write_bytes(b"mine")
    outcome = ended(process)

    assert (outcome.code, outcome.error["kind"]) == (1, "disk")
    assert "made meanwhile" in outcome.error["message"]
    assert contents(place.out) == {"mine.blend": b"mine"}
    again = place.run("resume", outcome.result["job"], "--out", "other.blend")
    assert again.code == 0, again.out
    assert sorted(contents(place.out)) == ["mine.blend", "other.blend"]
    assert len(simulator.creates()) == 1


# -- waiting jobs ---------------------------------------------------------------------------------------------------


def test_a_job_that_waits_is_refused_like_a_new_one(
    console: Console, simulator: SimulatorProcess, folder: Path
) -> None:
    console.forget()
    job = console.leave()
    before, asked = contents(folder), len(simulator.requests())

    for words, sentence in REFUSED:
        outcome = console("resume", job, *words, "--json", folder=folder, keeps=True)
        assert (outcome.code, outcome.error["kind"]) == (2, "usage"), (words, outcome.out)
        assert sentence.format(folder / "Red Disc.blend") in outcome.error["message"], words
        assert contents(folder) == before, words
    for words in (("--asset-library", "sub", "--catalog", "/"), ("--asset-library", "no such library")):
        outcome = console("resume", "--all", *words, "--json", folder=folder, keeps=True)
        assert (outcome.code, outcome.error["kind"]) == (2, "usage"), (words, outcome.out)

    assert [each["job"] for each in console.listed()] == [job]
    assert console("resume", "--all", folder=folder, keeps=True).code == 0
    assert set(contents(folder)) - set(before) == {"Red Disc-2.blend"}, "a name that is not taken"
    assert {name: kept for name, kept in contents(folder).items() if name in before} == before
    assert console.listed() == []
    assert len(simulator.requests()) == asked, "it needs no network"


def test_each_file_of_all_holds_its_own_model_alone(
    console: Console, simulator: SimulatorProcess, folder: Path, tmp_path: Path
) -> None:
    """By the same names as a file of its own has: nothing of the jobs before is there."""
    console.forget()
    told = {}
    other = tmp_path / "Other.png"
    shutil.copy(console.picture, other)
    words = ("--face-limit", "1000", "--collection", "own")
    for name, picture in (("1", console.picture), ("2", other), ("3", console.picture), ("4", other)):
        outcome = console(picture, *words, "--out", f"{name}.blend", "--json", folder=folder, keeps=True)
        assert outcome.code == 0, outcome.out
        told[name] = data_of(folder / f"{name}.blend")
        (record,) = console.place.home.rglob(f"{outcome.result['job']}/job.json")
        record.write_text(record.read_text().replace('"done"', '"ready"'))  # as a kill right before its end leaves it

    outcome = console("resume", "--all", "--overwrite", folder=folder, keeps=True)

    assert outcome.code == 0, outcome.out
    files = ("Red Disc.blend", "Other.blend", "Red Disc-2.blend", "Other-2.blend")
    assert [data_of(folder / name) for name in files] == list(told.values())
    assert told["1"] != told["2"]
    assert console.listed() == []


def data_of(path: Path) -> dict[str, list[str]]:
    """The names of what a .blend holds, by kind, but for what belongs to every start-up file."""
    bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    kinds = ("objects", "meshes", "materials", "images", "textures", "collections", "actions", "armatures", "cameras")
    return {kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in kinds}


# -- full disks -----------------------------------------------------------------------------------------------------

CUTS = (1, 500, 5_000, 20_000, 60_000, -20_000, -1_000, -100, -1)  # bytes; below 0: fewer than the whole file has


@pytest.mark.parametrize("name", ["new.blend", "new.glb", "new.fbx"])
def test_what_a_full_disk_cuts_never_gets_its_name(
    console: Console, simulator: SimulatorProcess, folder: Path, models: Path, name: str
) -> None:
    source = str(models / ("chair.fbx" if name.endswith("glb") else "chair.glb"))
    words = ("import", source, "--out", name, "--out", "also.glb")
    assert console(*words, folder=folder).code == 0
    size = (folder / name).stat().st_size
    (folder / name).write_bytes(b"mine")
    (folder / "also.glb").unlink()
    before = contents(folder)

    for cut in (cut if cut > 0 else size + cut for cut in CUTS if abs(cut) < size):
        outcome = console(*words, "--overwrite", folder=folder, limit=cut)

        if outcome.code == 0:  # what Blender compresses is not as long each time
            assert size - 500 < (folder / name).stat().st_size <= cut
            (folder / name).write_bytes(b"mine")
            (folder / "also.glb").unlink()
            continue
        assert outcome.code == 1, cut
        if cut > 10_000:  # stdout is a file too
            sentence = outcome.lines[-2]
            assert_one_sentence(sentence)
            assert f"{name!r} could not be saved: the disk has no room for it. Make room" in sentence
        assert contents(folder) == before, cut

    assert console(*words, "--overwrite", folder=folder).code == 0
    assert (folder / name).stat().st_size == pytest.approx(size, abs=500)


@pytest.mark.parametrize("cut", [1, 500, 5_000, 60_000, -1_000, -1])
def test_what_a_full_disk_cuts_never_gets_into_a_library(
    console: Console, folder: Path, models: Path, cut: int
) -> None:
    library = folder / "sub"
    words = ("import", str(models / "chair.glb"), "--asset-library", str(library), "--catalog", "Props")
    assert console(*words, folder=folder).code == 0
    (saved,) = library.glob("Props/*.blend")
    limit = cut if cut > 0 else saved.stat().st_size + cut
    saved.write_bytes(b"mine")
    before = contents(folder)

    outcome = console(*words, folder=folder, limit=limit)

    assert outcome.code == 1, outcome.out
    assert cut == 1 or "could not be saved in the asset library" in outcome.out
    assert contents(folder) == before


@pytest.mark.parametrize("limit", [100, 1_000, 2_000, 3_000, 12_000, 17_000, 25_000, 60_000])
def test_wherever_the_disk_is_full_the_model_is_bought_once_and_comes_in_when_there_is_room(
    console: Console, simulator: SimulatorProcess, folder: Path, limit: int
) -> None:
    (folder / "mine.blend").write_bytes(b"mine")
    before = contents(folder)
    words = ("--out", "mine.blend", "--overwrite")

    outcome = console(console.picture, *SMALL, *words, folder=folder, limit=limit)

    assert outcome.code == 1, outcome.out
    assert contents(folder) == before
    bought = len(simulator.creates())
    jobs = console.listed()
    assert len(jobs) == bought <= 1
    if jobs:
        # With room for the record of an order and none for its task's id, only the user can say which task it is.
        known = ["--task", simulator.creates()[0]["answer"]["task_id"]] if jobs[0]["way"] == "decide" else []
        assert bool(known) == (limit == 1_000)
        again = console("resume", jobs[0]["job"], *known, *words, folder=folder, keeps=True)
        assert again.code == 0, again.out
        assert holds(folder / "mine.blend") == ["Red Disc"]
        assert console.listed() == []
        assert len(simulator.creates()) == 1
    else:
        assert console.place.kept() == [], "nothing was ordered"


# -- killed ---------------------------------------------------------------------------------------------------------

# The command line, in a process that the system ends in the middle of the write by which a file passes that size.
DYING = """
import resource, runpy, signal, sys
script = runpy.run_path(sys.argv[1], run_name="generate")
import bpy
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
sys.argv = ["generate.py", *sys.argv[3:]]
script["main"]()
"""


@pytest.mark.parametrize("limit", [40_000, 90_000])
def test_a_job_is_done_when_its_file_is_there_and_not_before(
    simulator: SimulatorProcess, tmp_path: Path, limit: int
) -> None:
    place = Place(tmp_path / "place", simulator)  # who is killed leaves temporary files
    words = [str(place.picture), *SMALL, "--out", "new.blend", "--url", simulator.url]
    killed = subprocess.run(
        [sys.executable, "-c", DYING, str(SCRIPT), str(limit), *words],
        env=place.environment,
        cwd=place.out,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode < 0, killed.stderr.decode()
    assert [name for name in contents(place.out) if not name.startswith(".tripo-")] == []  # those go with the next
    task_id = simulator.creates()[0]["answer"]["task_id"]

    outcome = place.run("jobs", "--json")
    job = json.loads(outcome.lines[0])
    assert (job["way"], job["task_id"]) == ("take_in", task_id)
    outcome = place.run("resume", "--all", "--json")
    assert (outcome.code, outcome.result["done"]) == (0, [job["job"]]), outcome.out
    assert list(contents(place.out)) == ["Red Disc.blend"]
    assert holds(place.out / "Red Disc.blend") == ["Red Disc"]
    assert len(simulator.creates()) == 1
    assert place.run("jobs").lines == ["No job is waiting"]


# The command line, in a process that is killed when the last of so many outputs is written, but has not its name.
KILLED = """
import os, runpy, signal, sys
script = runpy.run_path(sys.argv[1], run_name="generate")
import bpy
sys.path.insert(0, os.path.dirname(os.path.dirname(sys.argv[1])))
from tripo_blender.converter import verified_write as written
sync, left = written.sync, [int(sys.argv[2])]

def killed(path):
    sync(path)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

written.sync = killed
sys.argv = ["generate.py", *sys.argv[3:]]
script["main"]()
"""


@pytest.mark.parametrize("then", ["resume", "give up", "import"])
def test_what_a_killed_process_was_writing_goes_with_the_next(
    simulator: SimulatorProcess, models: Path, tmp_path: Path, then: str
) -> None:
    """Be it a job or the import of a file, which no record tells of; what is not ours stays."""
    place = Place(tmp_path / "place", simulator)
    mine = {".tripo-mine.blend": b"mine", ".tripo-0123456789abcdef.blend": b"mine"}
    for own, data in mine.items():
        (place.out / own).write_bytes(data)
    model = models / "chair.glb"
    words = ["import", model] if then == "import" else [place.picture, *SMALL, "--url", simulator.url]
    outs = [word for name in ("new.blend", "new.glb", "new.fbx") for word in ("--out", name)]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(SCRIPT), "3", *map(str, words), *outs],
        env=place.environment,
        cwd=place.out,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert sorted(Path(name).suffix for name in contents(place.out).keys() - mine) == [".blend", ".fbx", ".glb"]

    if then == "import":
        assert place.run("import", model, "--out", "new.blend").code == 0
    else:
        (job,) = [json.loads(line)["job"] for line in place.run("jobs", "--json").lines if '"job":' in line]
        assert place.run("resume", job, *(["--give-up"] if then == "give up" else ["--out", "new.blend"])).code == 0
    left = contents(place.out)
    assert (left.pop("new.blend", None) is None) is (then == "give up")
    assert left == mine
    assert not list(place.home.rglob(".saving"))


# -- assets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--out", "new.blend")], ids=["alone", "beside a file"])
def test_a_library_that_goes_meanwhile_fails_the_job_and_keeps_the_model(
    place: Place, simulator: SimulatorProcess, more: tuple[str, ...]
) -> None:
    library = place.out / "library"
    library.mkdir()
    simulator.play([{"on": "download", "do": "delay", "seconds": 1.5}])
    process = place.start(place.picture, *SMALL, "--asset-library", library, *more, "--json")
    wait_for(process, '"generated"')
    library.rmdir()
    library.write_bytes(b"mine")
    outcome = ended(process)

    assert (outcome.code, outcome.error["kind"]) == (1, "disk"), outcome.out
    assert contents(place.out) == {"library": b"mine"}
    library.unlink()
    again = place.run("resume", outcome.result["job"], "--asset-library", place.out / "library", *more, "--json")
    assert again.code == 0, again.out
    assert list(library.glob("Tripo/*.blend"))
    assert len(simulator.creates()) == 1


# -- what comes in --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrived:
    """What is said of the one mesh in a file."""

    objects: int
    faces: bool
    bottom: float


def arrived(path: Path) -> Iterator[Arrived]:
    bpy.ops.wm.read_homefile(use_empty=True)
    if path.suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    elif path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    else:
        bpy.ops.import_scene.fbx(filepath=str(path))
    bpy.context.view_layer.update()
    meshes = [obj for obj in bpy.data.objects if obj.type == "MESH"]
    for obj in meshes:
        bottom = min((obj.matrix_world @ vertex.co).z for vertex in obj.data.vertices)
        yield Arrived(len(meshes), len(obj.data.polygons) > 100, round(bottom, 3))


@pytest.mark.parametrize("source", ["chair.glb", "chair.fbx"])
@pytest.mark.parametrize(
    "words", [(), ("--no-select",), ("--place", "ground"), ("--no-select", "--place", "ground")], ids=str
)
def test_every_format_holds_the_model_where_it_was_asked_for(
    console: Console, models: Path, tmp_path: Path, source: str, words: tuple[str, ...]
) -> None:
    """Not the start-up file's cube, on which the 3D cursor lies, nor what happens to be selected."""
    outs = [tmp_path / f"new{suffix}" for suffix in (".blend", ".glb", ".fbx")]
    asked = [word for out in outs for word in ("--out", str(out))]

    outcome = console("import", str(models / source), *words, *asked, folder=tmp_path)

    assert outcome.code == 0, outcome.out
    for out in outs:
        (found,) = arrived(out)
        assert found == Arrived(1, True, found.bottom), out.name
        if out.suffix != Path(source).suffix:  # that one is the file itself, as it came
            assert found.bottom == pytest.approx(0.0, abs=2e-3), out.name
