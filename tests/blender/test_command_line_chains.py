"""Several tasks by one command line: chains from words to a model, and variations; broken off anywhere."""

from __future__ import annotations

import itertools
import json
import signal
import sys
from pathlib import Path
from typing import Any

import bpy
import pytest
from mathutils import Vector

from simulator.process import SimulatorProcess

from .console import SMALL, Console, Outcome, Place, ended, wait_for

pytestmark = pytest.mark.usefixtures("quick")

CHAIN = ("--prompt", "a blue vase", "--through", "views", *SMALL)
NO_CREDIT = {"on": "create", "do": "status", "status": 403, "body": {"code": 2010, "message": "no"}, "times": None}
STEPS = ["text_to_image", "generate_multiview_image", "multiview_to_model"]


def types_bought(simulator: SimulatorProcess) -> list[str]:
    return [entry["body"]["type"] for entry in simulator.creates()]


def events(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    return [record for line in outcome.lines if (record := json.loads(line))["event"] == name]


def sides(path: Path) -> list[tuple[float, float]]:
    """Where each model in a file begins and ends along X, from the left."""
    bpy.ops.wm.read_homefile(use_empty=True)
    if path.suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    bpy.context.view_layer.update()
    found = []
    for obj in bpy.data.objects:
        if obj.type == "MESH":
            xs = [(obj.matrix_world @ Vector(corner)).x for corner in obj.bound_box]
            found.append((min(xs), max(xs)))
    return sorted(found)


# -- chains ---------------------------------------------------------------------------------------------------------


def test_words_become_an_image_four_views_and_a_model(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    outcome = console(*CHAIN, "--out", "m.blend", "--out", "m.glb", "--json", folder=tmp_path)
    assert outcome.code == 0, outcome.out
    result = outcome.result
    assert types_bought(simulator) == STEPS
    tasks = [entry["answer"]["task_id"] for entry in simulator.creates()]
    assert json.loads(outcome.lines[0]) == {"event": "price", "least": 35, "most": 35}
    assert [event["task_id"] for event in events(outcome, "done")] == tasks
    assert [(each["task_id"], each["task"]) for each in result["results"]] == list(zip(tasks, STEPS, strict=True))
    assert (result["task_id"], result["object"], result["credits"]) == (tasks[-1], "a blue vase", 35)
    assert result["outputs"] == [str(tmp_path / name) for name in ("m.blend", "m.glb")]
    assert [each["outputs"] for each in result["results"]] == [[], [], result["outputs"]]
    assert all(Path(path).is_file() for each in result["results"][:2] for path in each["kept"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.blend", "m.glb"]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "m.blend"), load_ui=False)
    assert [obj.name for obj in bpy.data.objects] == ["a blue vase"]
    assert sorted(image["tripo_role"] for image in bpy.data.images if "tripo_role" in image) == [
        *("back", "front", "image", "left", "right")
    ]
    assert console.listed() == []


def test_a_chain_for_a_person(console: Console, tmp_path: Path) -> None:
    outcome = console(*CHAIN, folder=tmp_path)
    assert outcome.lines[0] == "Estimate: about 35 credits"
    assert any(line.startswith("a blue vase (2 of 3): ") for line in outcome.lines)
    assert len([line for line in outcome.lines if line.startswith("Done: ")]) == 3
    assert outcome.lines[-2:] == [f"  {tmp_path / 'a blue vase.blend'}", "All 3 are done, 35 credits in all"]


@pytest.mark.parametrize("step", [1, 2])
def test_without_credit_for_the_next_step_what_was_made_is_kept_and_said(
    console: Console, simulator: SimulatorProcess, tmp_path: Path, step: int
) -> None:
    simulator.play([NO_CREDIT | {"after": step}])
    outcome = console(*CHAIN, "--json", folder=tmp_path)
    assert (outcome.code, outcome.error["kind"]) == (1, "no_credit")
    assert types_bought(simulator) == STEPS[:step]
    assert list(tmp_path.iterdir()) == []
    made = outcome.result["results"]
    assert [each["task"] for each in made] == STEPS[:step]
    assert all(Path(path).is_file() for each in made for path in each["kept"])
    assert console.listed() == [], "nothing waits: the rest was not ordered"

    simulator.play([])
    simulator.play([NO_CREDIT | {"after": step}])
    simulator.forget()
    outcome = console(*CHAIN, folder=tmp_path)  # for a person
    said = outcome.lines[-step:]
    assert "There is not enough credit" in outcome.out
    assert all(line.startswith("  Made before and kept: ") for line in said)
    simulator.play([])
    words = said[-1].partition("by: tripo ")[2].split()
    assert words[:1] == ["generate"]
    assert words[1] == "--views" if step == 2 else Path(words[1]).is_file()
    again = console(*words, *SMALL, "--out", "m.glb", "--json", folder=tmp_path, keeps=True)
    assert again.code == 0, again.out
    assert again.result["task"] == ("multiview_to_model" if step == 2 else "image_to_model")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("event", ["submitting", "generated"])
def test_a_chain_that_was_killed_goes_on_and_buys_nothing_twice(
    simulator: SimulatorProcess, tmp_path: Path, step: int, event: str
) -> None:
    place = Place(tmp_path / "place", simulator)
    on, seconds = ("create", 60) if event == "submitting" else ("download", 60)
    # Of the five files that the first two steps give, those are let through that come before.
    after = step - 1 if on == "create" else (0, 1, 5)[step - 1]
    simulator.play([{"on": on, "do": "delay", "seconds": seconds, "after": after}])
    process = place.start(*CHAIN, "--out", "m.blend", "--json")
    for _ in range(step):
        wait_for(process, f'"{event}"')
    process.kill()
    process.communicate()
    simulator.play([])
    bought = types_bought(simulator)
    waits = [json.loads(line) for line in place.run("jobs", "--json").lines[:-1]]
    assert [job["way"] for job in waits] == [
        "decide" if event == "submitting" else "follow",
        *["order"] * (3 - step),
    ]
    words = ["set of four views", "model"] if step < 3 else ["model"]
    assert [job["gives"] for job in waits] == (["image"] if step == 1 else []) + words

    if event == "submitting":
        assert place.run("resume", waits[0]["job"], "--send-again", "--json").code == 0
    outcome = place.run("resume", "--all", "--overwrite", "--json")

    assert outcome.code == 0, outcome.out + outcome.err
    assert types_bought(simulator) == bought + [each for each in STEPS if each not in bought]
    assert place.run("jobs").lines == ["No job is waiting"]
    names = [path.name for path in place.out.iterdir()]
    assert "a blue vase.blend" in names
    assert ("a blue vase-left.png" in names) == (step < 3)
    assert ("a blue vase.png" in names) == (step < 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")
def test_ctrl_c_in_a_chain_leaves_nothing_to_go_on_with_that_was_not_ordered(
    simulator: SimulatorProcess, tmp_path: Path
) -> None:
    place = Place(tmp_path / "place", simulator)
    simulator.play([{"on": "upload", "do": "hang", "seconds": 60}])
    process = place.start(*CHAIN, "--json")
    wait_for(process, '"done"')
    wait_for(process, '"started"')
    process.send_signal(signal.SIGINT)
    outcome = ended(process)
    last = json.loads(outcome.lines[-1])
    assert (last["exit_code"], last["error"]["kind"]) == (1, "cancelled")
    assert [each["task"] for each in last["results"]] == STEPS[:1]
    assert types_bought(simulator) == STEPS[:1]
    assert place.run("jobs").lines == ["No job is waiting"]


def test_a_chain_whose_first_answer_is_lost_waits_for_its_user(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    simulator.play([{"on": "create", "do": "lost"}])
    outcome = console(*CHAIN, "--json", folder=tmp_path)
    assert (outcome.code, outcome.error["kind"]) == (5, "uncertain")
    (job,) = console.listed()
    assert (job["way"], job["gives"]) == ("decide", "image")
    task_id = simulator.creates()[0]["answer"]["task_id"]
    assert console("resume", job["job"], "--task", task_id, folder=tmp_path, keeps=True).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a blue vase.png"]
    assert types_bought(simulator) == STEPS[:1]


# -- variations -----------------------------------------------------------------------------------------------------


def test_variations_stand_in_a_row_and_each_in_a_file_of_its_own(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    """A GLB is exported here, as quads come as FBX: in it the model stands as if it were alone."""
    words = ("--variations", "3", "--face-limit", "1000", "--quad", "--seed", "5")
    outs = ("--out", "v.blend", "--out", "v.glb", "--out", "v.fbx")
    outcome = console(console.picture, *words, *outs, "--json", folder=tmp_path)
    assert outcome.code == 0, outcome.out
    assert [entry["body"]["model_seed"] for entry in simulator.creates()] == [5, 6, 7]
    result = outcome.result
    names = [[f"v-{number}.glb", f"v-{number}.fbx"] for number in (1, 2, 3)]
    assert [[Path(path).name for path in each["outputs"]] for each in result["results"]] == [
        ["v.blend", *own] for own in names
    ]
    assert [Path(path).name for path in result["outputs"]] == ["v.blend", *(name for own in names for name in own)]
    assert (result["task_id"], result["object"], result["credits"]) == (
        result["results"][0]["task_id"],
        "Red Disc",
        105,
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(Path(path).name for path in result["outputs"])
    row = sides(tmp_path / "v.blend")
    assert len(row) == 3
    assert all(left[1] < right[0] for left, right in itertools.pairwise(row))
    for number in (1, 2, 3):
        ((low, high),) = sides(tmp_path / f"v-{number}.glb")
        assert low + high == pytest.approx(0, abs=1e-3)


def test_variations_are_refused_where_one_of_their_files_is_there(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    (tmp_path / "v-2.glb").write_bytes(b"mine")
    outcome = console(console.picture, "--variations", "2", "--out", "v.glb", "--json", folder=tmp_path)
    assert (outcome.code, outcome.error["kind"]) == (2, "usage")
    assert "v-2.glb' already exists" in outcome.error["message"]
    (tmp_path / "Red Disc.blend").write_bytes(b"mine")
    assert console(console.picture, "--variations", "2", folder=tmp_path).code == 2
    assert simulator.requests() == []


def test_the_variation_that_fails_ends_it_and_those_before_are_saved(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    simulator.play([NO_CREDIT | {"after": 2}])
    words = ("--variations", "4", *SMALL, "--out", "v.blend", "--out", "v.glb")
    outcome = console(console.picture, *words, "--json", folder=tmp_path)
    assert (outcome.code, outcome.error["kind"]) == (1, "no_credit")
    assert len(simulator.creates()) == 2
    assert [each["object"] for each in outcome.result["results"]] == ["Red Disc", "Red Disc.001"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v-1.glb", "v-2.glb", "v.blend"]
    assert len(sides(tmp_path / "v.blend")) == 2
    assert console.listed() == []
    assert len([path for path in console.place.home.rglob("jobs/*") if path.is_dir()]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_variations_that_were_killed_go_on(simulator: SimulatorProcess, tmp_path: Path) -> None:
    place = Place(tmp_path / "place", simulator)
    simulator.play([{"on": "download", "do": "hang", "seconds": 60, "after": 1, "path": ".glb"}])
    process = place.start(place.picture, "--variations", "3", *SMALL, "--out", "v.blend", "--json")
    wait_for(process, '"done"')
    wait_for(process, '"generated"')
    process.kill()
    process.communicate()
    simulator.play([])
    assert len(sides(place.out / "v.blend")) == 1, "the first is saved"
    assert [json.loads(line)["way"] for line in place.run("jobs", "--json").lines[:-1]] == ["follow", "order"]
    outcome = place.run("resume", "--all", "--json")
    assert outcome.code == 0, outcome.out
    assert sorted(path.name for path in place.out.iterdir()) == ["Red Disc-2.blend", "Red Disc.blend", "v.blend"]
    seeds = [entry["body"]["model_seed"] for entry in simulator.creates()]
    assert len(set(seeds)) == len(seeds) == 3
