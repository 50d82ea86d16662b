"""What processes were writing when they were killed: named on the disk before it is made, removed by who comes next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tripo_blender.core.part_names import line_of
from tripo_blender.storage.journal import Journal
from tripo_blender.storage.output_parts import remembered, remove_left

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef"

# Makes files under names that are remembered, says so, and waits to be killed.
SAVES = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tripo_blender.storage.output_parts import remembered
parts = [Path(part) for part in sys.argv[3:]]
with remembered(Path(sys.argv[2]), parts):
    for part in parts:
        part.write_bytes(b"half")
        part.with_name(part.name + "@").write_bytes(b"half")
    print("written", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    out = tmp_path / "out \n here"
    out.mkdir()
    (out / "mine.blend").write_bytes(b"mine")
    return [out / f".tripo-{TOKEN}{suffix}" for suffix in (".blend", ".glb", ".fbx")]


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(folder: Path, parts: list[Path]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SAVES, str(ROOT), str(folder), *map(str, parts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline()
        Journal(folder).tidy()
        assert all(part.exists() for part in parts)
    finally:
        process.kill()
        process.communicate()
    Journal(folder).tidy()
    assert [path.name for path in parts[0].parent.iterdir()] == ["mine.blend"]
    assert list(folder.iterdir()) == []


def test_this_process_keeps_its_own(folder: Path, parts: list[Path]) -> None:
    with remembered(folder, parts[:1]):
        parts[0].write_bytes(b"half")
        with remembered(folder, parts[1:]):
            assert parts[0].exists()
    assert list(folder.iterdir()) == []


def test_a_list_names_nothing_but_what_was_made_here(folder: Path, parts: list[Path]) -> None:
    lists = folder / ".saving"
    lists.mkdir(parents=True)
    mine = parts[0].with_name("mine.blend")
    parts[0].write_bytes(b"half")
    parts[1].mkdir()
    lines = [line_of(str(path)) for path in (mine, parts[0], parts[2])]
    (lists / "1").write_text("\n+".join(["", *lines, lines[1][:-9], "7"]))
    os.mkfifo(lists / "pipe")
    remove_left(folder)
    assert {path.name for path in mine.parent.iterdir()} == {"mine.blend", parts[1].name}
    assert [path.name for path in lists.iterdir()] == ["pipe"]


def test_what_cannot_be_removed_now_stays_on_its_list(folder: Path, parts: list[Path]) -> None:
    lists = folder / ".saving"
    lists.mkdir(parents=True)
    parts[0].mkdir()  # which is no file of ours, and stays
    (lists / "1").write_text("\n+" + line_of(str(parts[0])))
    remove_left(folder)
    assert (parts[0].is_dir(), (lists / "1").is_file()) == (True, True)
    parts[0].rmdir()
    remove_left(folder)
    assert not lists.exists()


def test_where_no_list_can_be_written_the_outputs_are_worth_more(folder: Path, parts: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".saving").write_text("a file")
    with remembered(folder, parts):
        parts[0].write_bytes(b"whole")
    assert parts[0].read_bytes() == b"whole"
