"""Paths that an FBX names: whether Blender's importers would find anything by them outside the file's folder."""

import os
from pathlib import Path

import pytest

from simulator.sculpture.fbx_nodes import Long, Node, write_file
from tripo_blender.core.errors import TripoError
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.storage.model_check import check_file, leads_out


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a private picture, and beside it one for a job with its model's picture."""
    (tmp_path / "Private").mkdir()
    (tmp_path / "Private" / "own.png").write_bytes(b"x")
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "clay.png").write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize(
    "named",
    [
        "{home}/Private/own.png",
        "{home}/private/OWN.PNG",
        "../Private/own.png",
        "..\\Private\\own.png",
        "../private/Own.png",
        "data:/../Private/../../Private/own.png",
        "nowhere/../../Private/own.png",
        "C:/maps/../../Private/own.png",
        "x/../../../../../../../../../../../../../{home}/Private/own.png",
    ],
)
def test_a_path_that_leads_to_a_file_outside(named: str, home: Path) -> None:
    assert leads_out(named.format(home=home.as_posix()), home / "job")


@pytest.mark.parametrize(
    "named",
    [
        "clay.png",
        "maps/clay.png",
        "{home}/job/clay.png",
        "/home/ann/clay.png",
        "C:\\Users\\ann\\clay.png",
        "..",
        "../Private",
        "{home}/Private/other.png",
        "{home}/Private/own.png/x",
        "../clay.png",
        "/",
        "x" * 900,
        "\udcff/a.png",
    ],
)
def test_a_path_that_leads_nowhere_or_into_the_folder(named: str, home: Path) -> None:
    assert not leads_out(named.format(home=home.as_posix()), home / "job")


@pytest.mark.skipif(os.name == "nt", reason="there it is a drive")
def test_a_drive_is_a_folder_of_the_root_to_blender(home: Path) -> None:
    first, *rest = home.parts[1:]
    assert leads_out("/".join([f"{first.upper()}:", *rest, "Private", "own.png"]), home / "job")


def test_a_file_is_judged_by_where_it_lies(home: Path) -> None:
    texture = Node("Texture", (Long(1), "clay\0\1Texture", ""))
    texture.add("RelativeFilename", "..\\Private\\own.png")
    data = write_file([Node("Objects", (), [texture])])
    for folder in ("job", "Private"):
        (home / folder / "model.fbx").write_bytes(data)
    with pytest.raises(TripoError, match="outside its folder"):
        check_file(home / "job" / "model.fbx")
    assert check_file(home / "job" / "model.fbx", trusted=True) is ModelFormat.FBX
    assert check_file(home / "Private" / "model.fbx") is ModelFormat.FBX


@pytest.mark.parametrize("spelling", ["{}", " {}", "/ {}", "//\t{}"])
@pytest.mark.parametrize("place", ["its name", "RelativeFilename", "FileName"])
def test_a_path_in_any_spelling_of_the_importers(spelling: str, place: str, home: Path) -> None:
    path = spelling.format((home / "Private" / "own.png").as_posix())
    texture = Node("Texture", (Long(1), f"{path if place == 'its name' else 'clay'}\0\1Texture", ""))
    if place != "its name":
        texture.add(place, path)
    model = home / "job" / "model.fbx"
    model.write_bytes(write_file([Node("Objects", (), [texture])]))
    with pytest.raises(TripoError, match=r"outside its folder|another computer"):
        check_file(model)
