"""What the command line saves of images: the service's own bytes or a right conversion, in its place or nowhere."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.process import SimulatorProcess
from simulator.sculpture.png import read_png

from .console import SCRIPT, SMALL, Console, Place

pytestmark = pytest.mark.usefixtures("quick")

VIEWS = ("front", "left", "back", "right")
VASE = ("image", "--prompt", "a blue vase")
# A PNG of 20 px a side: red on the left, a green that is transparent on the right.
TRANSPARENT = (
    "iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAYAAACNiR0NAAAAJElEQVR42mM4IafxnxjMdUKOgRjMMGrgqIGjBo4aOGrgSDUQAOqU"
    "Vcc9o2FIAAAAAElFTkSuQmCC"
)


@pytest.fixture(params=["png", "jpeg"])
def gives(request: pytest.FixtureRequest, simulator: SimulatorProcess) -> Iterator[str]:
    """The format that the service gives images in."""
    simulator.options(image_format=request.param)
    yield request.param
    simulator.options(image_format="png")


def kept(console: Console, name: str) -> Path:
    """The file as it came from the service."""
    (path,) = (console.place.home / "datafiles").rglob(name)
    return Path(path)


def shown(path: Path) -> NDArray[np.uint8]:
    """The pixels of an image as Blender shows them, the top row first."""
    image = bpy.data.images.load(str(path), check_existing=False)
    pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
    image.pixels.foreach_get(pixels)
    size = image.size[1], image.size[0], 4
    bpy.data.images.remove(image)
    return np.rint(pixels.reshape(size)[::-1] * 255).astype(np.uint8)


def test_the_name_says_in_which_format(console: Console, gives: str, tmp_path: Path) -> None:
    names = ("a.png", "b.jpg", "c.JPEG")
    outcome = console(*VASE, *(word for name in names for word in ("--out", name)), "--json", folder=tmp_path)
    assert outcome.code == 0, outcome.out
    assert outcome.result["outputs"] == [str(tmp_path / name) for name in names]
    assert outcome.result["images"] == {"image": str(tmp_path / "a.png")}
    came = kept(console, f"image.{'jpg' if gives == 'jpeg' else 'png'}")
    saved = [(tmp_path / name).read_bytes() for name in names]
    assert [data[:3] for data in saved] == [b"\x89PN", b"\xff\xd8\xff", b"\xff\xd8\xff"]
    if gives == "png":
        assert saved[0] == came.read_bytes()
    else:
        assert saved[1] == saved[2] == came.read_bytes()
        pixels = read_png(saved[0], most_bytes=20_000_000)
        assert pixels is not None
        assert (pixels[:, :, :3] == shown(came)[:, :, :3]).all(), "not a pixel is changed"
    close = np.abs(shown(tmp_path / "b.jpg").astype(int) - shown(came).astype(int))
    assert close.shape == shown(came).shape
    assert np.percentile(close, 99) <= 8


def test_four_views_are_named_after_what_they_show(console: Console, gives: str, tmp_path: Path) -> None:
    outcome = console("views", console.picture, "--out-dir", "there", "--json", folder=tmp_path)
    assert (outcome.code, outcome.error["kind"]) == (2, "usage"), "the folder is missing"
    (tmp_path / "there").mkdir()
    outcome = console("views", console.picture, "--out-dir", "there", "--json", folder=tmp_path)
    assert outcome.code == 0, outcome.out
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == sorted(f"{view}.png" for view in VIEWS)
    for view in VIEWS:
        saved = tmp_path / "there" / f"{view}.png"
        came = kept(console, f"{view}.{'jpg' if gives == 'jpeg' else 'png'}")
        assert outcome.result["images"][view] == str(saved)
        assert (shown(saved) == shown(came)).all()
        assert (saved.read_bytes() == came.read_bytes()) is (gives == "png")


def test_what_is_transparent_is_white_in_a_jpeg(console: Console, simulator: SimulatorProcess, tmp_path: Path) -> None:
    simulator.play([{"on": "download", "do": "replace", "base64": TRANSPARENT}])
    assert console(*VASE, "--out", "a.jpg", "--out", "a.png", folder=tmp_path).code == 0
    pixels, was = shown(tmp_path / "a.jpg"), shown(tmp_path / "a.png")
    assert 0 in was[:, :, 3]
    assert 255 in was[:, :, 3]
    assert (pixels[was[:, :, 3] == 0][:, :3] > 240).all()
    opaque = was[:, :, 3] == 255
    assert np.abs(pixels[opaque].astype(int) - was[opaque].astype(int)).max() < 40


# -- refused, or kept -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, console: Console) -> Path:
    place = tmp_path / "here"
    for name in ("full", "half", "empty"):
        (place / name).mkdir(parents=True)
    for name in ("full/front.png", "full/left.png", "full/back.png", "full/right.png", "half/back.png", "mine.png"):
        (place / name).write_bytes(b"mine")
    (place / "a blue vase.png").write_bytes(b"mine")
    (place / "half" / "front.png").symlink_to("nowhere.png")
    (place / "front.png").write_bytes(console.picture.read_bytes())
    return place


def contents(folder: Path) -> dict[str, Any]:
    return {
        str(path.relative_to(folder)): path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (VASE, "a blue vase.png' already exists. Choose another name with --out"),
    ((*VASE, "--out", "mine.png"), "mine.png' already exists"),
    ((*VASE, "--out", "new.webp"), "must end in .png, .jpg, .jpeg"),
    ((*VASE, "--out", "new.glb"), "must end in .png, .jpg, .jpeg"),
    ((*VASE, "--out", "new.png", "--out", "./new.png"), "Two outputs"),
    ((*VASE, "--out", "none/new.png"), "There is no folder"),
    ((*VASE, "--out", ""), "--out: it is empty"),
    ((*VASE, "--out", "empty/"), "names a folder"),
    ((*VASE, "--reference", "front.png", "--out", "front.png", "--overwrite"), "is what the result is made from"),
    (("views", "front.png", "--out-dir", "full"), "front.png' already exists. Choose another folder with --out-dir"),
    (("views", "front.png", "--out-dir", "half"), "half/front.png' already exists"),
    (("views", "front.png", "--out-dir", "none"), "There is no folder"),
    (("views", "front.png", "--out-dir", "mine.png"), "leads through a file"),
    (("views", "front.png", "--out-dir", ""), "--out-dir: it is empty"),
    (("views", "front.png", "--out-dir", "/proc"), "Nothing can be saved in the folder '/proc'"),
    (("views", "front.png", "--out-dir", ".", "--overwrite"), "is what the result is made from"),
    (("views", "front.png", "--out-dir", "empty", "--out", "a.png"), "--out"),
]


@pytest.mark.parametrize(("typed", "says"), REFUSED, ids=lambda each: " ".join(each)[:60])
def test_what_cannot_or_must_not_be_written_is_refused_first(
    console: Console, simulator: SimulatorProcess, folder: Path, typed: tuple[str, ...], says: str
) -> None:
    before = contents(folder)
    outcome = console(*typed, "--json", folder=folder)
    assert (outcome.code, outcome.error["kind"]) == (2, "usage"), outcome.out
    assert says in outcome.error["message"]
    assert contents(folder) == before
    assert simulator.requests() == []
    assert console.place.kept() == []


def test_overwriting_replaces_those_files_alone(console: Console, folder: Path) -> None:
    before = contents(folder)
    assert console("views", "front.png", "--out-dir", "full", "--overwrite", folder=folder).code == 0
    after = contents(folder)
    assert {name for name in after if after[name] != before.get(name)} == {f"full/{view}.png" for view in VIEWS}
    assert after.keys() == before.keys()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are not those of Windows")
@pytest.mark.parametrize("limit", [1_000, 2_500, 4_000, 9_000, 16_000])
@pytest.mark.parametrize("typed", [VASE, ("views",)], ids=["image", "views"])
def test_wherever_the_disk_is_full_it_is_bought_once_and_saved_when_there_is_room(
    console: Console, simulator: SimulatorProcess, tmp_path: Path, typed: tuple[str, ...], limit: int
) -> None:
    out = ("--out", "a.jpg") if typed == VASE else ("--out-dir", ".")
    source = () if typed == VASE else (console.picture,)

    outcome = console(*typed, *source, *out, folder=tmp_path, limit=limit)

    assert outcome.code == 1, outcome.out
    assert list(tmp_path.iterdir()) == []
    bought = len(simulator.creates())
    jobs = console.listed()
    assert len(jobs) == bought <= 1
    if jobs:
        assert jobs[0]["gives"] == ("image" if typed == VASE else "set of four views")
        known = ["--task", simulator.creates()[0]["answer"]["task_id"]] if jobs[0]["way"] == "decide" else []
        again = console("resume", jobs[0]["job"], *known, *out, "--json", folder=tmp_path, keeps=True)
        assert again.code == 0, again.out
        assert [path.name for path in tmp_path.iterdir()] == (["a.jpg"] if typed == VASE else again_names(tmp_path))
        assert len(again.result["outputs"]) == len(list(tmp_path.iterdir()))
        assert len(simulator.creates()) == 1
        assert console.listed() == []


def again_names(folder: Path) -> list[str]:
    names = [path.name for path in folder.iterdir()]
    assert sorted(names) == sorted(f"{view}.png" for view in VIEWS)
    return names


# -- gone on with ---------------------------------------------------------------------------------------------------

# The command line, in a process that is killed at the so many-th file that is whole but has not its name yet.
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("then", ["to a folder", "all", "give up"])
def test_a_killed_run_loses_nothing_and_buys_nothing_twice(
    simulator: SimulatorProcess, tmp_path: Path, then: str
) -> None:
    place = Place(tmp_path / "place", simulator)
    typed = ["views", str(place.picture), "--out-dir", ".", "--url", simulator.url]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(SCRIPT), "3", *typed],
        env=place.environment,
        cwd=place.out,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert all(path.name.startswith(".tripo-") for path in place.out.iterdir())
    task_id = simulator.creates()[0]["answer"]["task_id"]
    listed = place.run("jobs", "--json")
    job = json.loads(listed.lines[0])
    assert (job["way"], job["task_id"], job["gives"]) == ("take_in", task_id, "set of four views")
    assert "Red Disc (set of four views): Ready, needs no network" in place.run("jobs").out

    asked = len(simulator.requests())
    words = {
        "to a folder": (job["job"], "--out-dir", "."),
        "all": ("--all",),
        "give up": (job["job"], "--give-up"),
    }[then]
    outcome = place.run("resume", *words, "--json")

    assert outcome.code == 0, outcome.out + outcome.err
    names = {"to a folder": [f"{view}.png" for view in VIEWS], "all": [f"Red Disc-{view}.png" for view in VIEWS]}
    assert sorted(path.name for path in place.out.iterdir()) == sorted(names.get(then, []))
    assert len(simulator.requests()) == asked
    assert len(simulator.creates()) == 1
    assert place.run("jobs").lines == ["No job is waiting"]
    assert not list(place.home.rglob(".saving"))


@pytest.fixture
def waiting(console: Console, tmp_path: Path) -> dict[str, str]:
    """Jobs that are on the disk and were not saved, by what they give."""
    console.forget()
    first = tmp_path / "first"
    first.mkdir()
    for words in ((*VASE, "--out", "a.jpg"), ("views", console.picture, "--out-dir", "."), (console.picture, *SMALL)):
        assert console(*words, folder=first, keeps=True).code == 0
    shutil.rmtree(first)
    for record in console.place.home.rglob("job.json"):  # as a kill right before its end leaves it
        record.write_text(record.read_text().replace('"done"', '"ready"'))
    return {str(job["gives"]): str(job["job"]) for job in console.listed()}


def test_each_is_saved_as_what_it_is(
    console: Console, simulator: SimulatorProcess, waiting: dict[str, str], tmp_path: Path
) -> None:
    bought = len(simulator.creates())
    for gives, words, says in (
        ("image", ("--out-dir", "."), "Only four views are saved in a folder"),
        ("image", ("--out", "a.blend"), "must end in .png"),
        ("set of four views", ("--out", "a.png"), "Four views are saved in a folder"),
        ("model", ("--out-dir", "."), "Only four views are saved in a folder"),
        ("model", ("--out", "a.png"), "must end in .blend"),
    ):
        outcome = console("resume", waiting[gives], *words, "--json", folder=tmp_path, keeps=True)
        assert (outcome.code, outcome.error["kind"]) == (2, "usage")
        assert says in outcome.error["message"]
    assert list(tmp_path.iterdir()) == []
    assert len(console.listed()) == 3
    (tmp_path / "Red Disc-back.png").write_bytes(b"mine")

    outcome = console("resume", "--all", "--json", folder=tmp_path, keeps=True)

    assert outcome.code == 0, outcome.out
    assert sorted(outcome.result["done"]) == sorted(waiting.values()), outcome.out
    assert (tmp_path / "Red Disc-back.png").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["a blue vase.png", "Red Disc.blend", "Red Disc-back.png", *(f"Red Disc-2-{view}.png" for view in VIEWS)]
    )
    assert len(simulator.creates()) == bought
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "Red Disc.blend"), load_ui=False)
    assert not [image for image in bpy.data.images if "tripo_role" in image], "nothing of the others"


def test_a_task_is_fetched_as_what_it_turns_out_to_be(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    image = console(*VASE, "--out", "first.png", "--json", folder=tmp_path).result["task_id"]
    views = console("views", console.picture, "--out-dir", "there", "--json", folder=tmp_path).result["task_id"]
    bought = len(simulator.creates())

    assert console("fetch", image, folder=tmp_path).code == 0
    assert (tmp_path / f"{image}.png").read_bytes() == (tmp_path / "first.png").read_bytes()
    assert console("fetch", image, "--out", "b.jpg", folder=tmp_path).code == 0
    assert (tmp_path / "b.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    outcome = console("fetch", views, "--json", folder=tmp_path)
    assert outcome.result["outputs"] == [str(tmp_path / f"{views}-{view}.png") for view in VIEWS]

    for words, says in (
        (("--out", "c.blend"), "Four views are saved in a folder: name it with --out-dir"),
        ((), "already exists"),
    ):
        outcome = console("fetch", views, *words, "--json", folder=tmp_path)
        assert (outcome.code, outcome.error["kind"]) == (1, "disk")
        assert says in outcome.error["message"]
        assert f"tripo resume {outcome.result['job']}" in outcome.error["message"]
    asked = len(simulator.requests())
    words = ("resume", outcome.result["job"], "--out-dir", "there", "--overwrite")
    assert console(*words, folder=tmp_path, keeps=True).code == 0
    assert len(simulator.requests()) == asked, "it is on the disk"
    assert console("fetch", views, "--out", "x.png", "--out-dir", "there", folder=tmp_path).code == 2
    assert len(simulator.creates()) == bought


def test_what_is_damaged_on_its_way_is_not_saved(console: Console, simulator: SimulatorProcess, tmp_path: Path) -> None:
    simulator.play([{"on": "download", "do": "replace", "text": "<html>", "times": None}])
    outcome = console(*VASE, "--json", folder=tmp_path)
    assert (outcome.code, outcome.error["kind"]) == (1, "model_file")
    assert "The image that the service made is damaged" in outcome.error["message"]
    assert list(tmp_path.iterdir()) == []
    simulator.play([])
    (job,) = console.listed()
    assert console("resume", job["job"], folder=tmp_path, keeps=True).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a blue vase.png"]
    assert len(simulator.creates()) == 1
