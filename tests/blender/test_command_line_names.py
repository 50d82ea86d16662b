"""Pictures whose names are no text, or more than that: ordered, saved, listed and gone on with like any other."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import bpy
import pytest

from simulator.process import SimulatorProcess

from .console import SMALL, Console

pytestmark = [
    pytest.mark.usefixtures("quick"),
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the name of a file is text"),
]

# The name of the picture, in bytes, and those of the model and of the file that it is saved in.
NAMES: list[tuple[bytes, str, str]] = [
    (b"\xff.png", "_", "_.blend"),
    (b"caf\xe9.png", "caf_", "caf_.blend"),
    (b"\xed\xa0\x80.png", "___", "___.blend"),
    (b"two\nlines.png", "two lines", "two lines.blend"),
    (b"\x1b[31mred.png", "_[31mred", "_[31mred.blend"),
    (b"tab\tbell\x07.png", "tab bell_", "tab bell_.blend"),
    ("Grüße 机.png".encode(), "Grüße 机", "Grüße 机.blend"),
    ("🪑👩‍🚀.png".encode(), "🪑👩‍🚀", "🪑👩‍🚀.blend"),
    (("é" * 120).encode() + b".png", "é" * 30, "é" * 48 + ".blend"),  # Blender cuts the names of objects
    (("机" * 80).encode() + b".png", "机" * 20, "机" * 33 + ".blend"),
    (b".png", "Model", "Model.blend"),
    (b"   .png", "Model", "Model.blend"),
    (b"...png", "..", "Model.blend"),
    (b"con.png", "con", "_con.blend"),
    (b"a:b?c*#d.png", "a:b?c*#d", "a_b_c_#d.blend"),
    (b'it\'s "so" %41 {0}.png', 'it\'s "so" %41 {0}', "it's _so_ %41 {0}.blend"),
    (b"jobs", "jobs", "jobs.blend"),
]


@pytest.mark.parametrize(("name", "model", "file"), NAMES, ids=[ascii(name)[2:-1][:20] for name, _, _ in NAMES])
def test_a_picture_of_any_name_becomes_a_model(
    console: Console, simulator: SimulatorProcess, tmp_path: Path, name: bytes, model: str, file: str
) -> None:
    picture = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    shutil.copy(console.picture, picture)

    for words in ((), ("--json", "--overwrite")):
        outcome = console("generate", picture, *SMALL, *words, folder=tmp_path)
        assert outcome.code == 0, outcome.out + outcome.err
        assert {os.fsencode(path.name) for path in tmp_path.iterdir()} == {name, os.fsencode(file)}
    assert outcome.result["outputs"] == [str(tmp_path / file)]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / file), load_ui=False)
    assert [obj.name for obj in bpy.data.objects] == [model]
    (record,) = console.place.home.rglob("job.json")
    record.read_text(encoding="utf-8").encode("ascii")
    assert json.loads(record.read_text())["job"]["state"] == "done"


def test_what_waits_under_any_name_is_listed_and_comes_in(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    console.forget()
    names = [name for name, _, _ in NAMES if b"/" not in name]
    for name in names:
        picture = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
        shutil.copy(console.picture, picture)
        console.leave(picture)
    bought = len(simulator.creates())

    text = console("jobs", keeps=True)
    assert (text.code, len(text.lines)) == (0, len(names)), "a line each, whatever is in the name"
    assert "\x1b" not in text.out
    assert [job["way"] for job in console.listed()] == ["take_in"] * len(names)
    results = tmp_path / "results"
    results.mkdir()
    outcome = console("resume", "--all", "--json", keeps=True, folder=results)
    assert outcome.code == 0, outcome.out
    assert len(outcome.result["done"]) == len(list(results.iterdir())) == len(names) == bought
    assert len(simulator.creates()) == bought
    assert console.listed() == []


@pytest.mark.parametrize("name", ["\x1b[2Jred", "two\nlines", "", "\udcff"], ids=ascii)
def test_a_name_that_the_first_version_took_as_it_was_comes_in_too(
    console: Console, simulator: SimulatorProcess, tmp_path: Path, name: str
) -> None:
    console.forget()
    job = console.leave()
    (path,) = console.place.home.rglob("job.json")
    record = json.loads(path.read_text())
    record["job"]["name"], record["job"]["source"] = name, f"{name}.png"
    path.write_text(json.dumps(record))

    text = console("jobs", keeps=True)
    assert (text.code, len(text.lines)) == (0, 1)
    assert text.out.removesuffix("\n").isprintable()
    assert [each["job"] for each in console.listed()] == [job]
    outcome = console("resume", "--all", "--json", keeps=True, folder=tmp_path)
    assert (outcome.code, outcome.result["done"]) == (0, [job]), outcome.out
    assert len(list(tmp_path.iterdir())) == 1
