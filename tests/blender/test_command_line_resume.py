"""`tripo jobs` and `tripo resume` on what processes that were killed have left."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess

from .console import Outcome, Place, ended, wait_for

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal"),
    pytest.mark.usefixtures("quick"),
]
SMALL = ("--no-texture", "--face-limit", "1000", "--json")


@pytest.fixture
def place(tmp_path: Path, simulator: SimulatorProcess) -> Place:
    return Place(tmp_path / "place", simulator)  # who is killed leaves temporary files


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def say(place: Place, *words: object) -> Outcome:
    """A command line without the address that generating needs."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).resolve().parents[2] / "scripts" / "generate.py"), *map(str, words)],
        env=place.environment,
        cwd=place.out,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(ran.returncode, ran.stdout, ran.stderr)


def listed(place: Place) -> list[dict[str, Any]]:
    outcome = say(place, "jobs", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.result["jobs"] == len(outcome.lines) - 1
    return [json.loads(line) for line in outcome.lines[:-1]]


def left(place: Place, simulator: SimulatorProcess, until: str, *faults: dict[str, Any]) -> None:
    """Kill a script that is at that event."""
    simulator.play(faults)
    process = place.start(place.picture, *SMALL)
    wait_for(process, f'"{until}"')
    kill(process)
    simulator.play([])


HANGS = {"do": "hang", "seconds": 60}


def test_each_of_them_and_all_of_them(place: Place, simulator: SimulatorProcess) -> None:
    nothing = say(place, "jobs")
    assert (nothing.code, nothing.lines) == (0, ["No job is waiting"])
    assert say(place, "resume", "--all").code == 0

    left(place, simulator, "started", {"on": "upload", **HANGS})
    left(place, simulator, "generated", {"on": "download", **HANGS})
    left(place, simulator, "submitting", {"on": "create", "do": "delay", "seconds": 60})
    assert [(job["way"], job["state"]) for job in listed(place)] == [
        ("order", "uploading"),
        ("follow", "downloading"),
        ("decide", "uncertain"),
    ]
    paid = simulator.creates()[0]["answer"]["task_id"]
    lines = say(place, "jobs").lines
    assert len(lines) == 3
    assert "Red Disc: Not ordered yet, " in lines[0]
    assert f"Generated, not downloaded yet, task {paid}, " in lines[1]
    assert lines[1].endswith(" MB")
    bought = len(simulator.creates())
    uncertain = listed(place)[2]["job"]

    outcome = place.run("resume", "--all", "--json")

    assert outcome.code == 5, outcome.err
    result = outcome.result
    assert (len(result["done"]), result["failed"], result["uncertain"]) == (2, [], [uncertain])
    assert sorted(path.name for path in place.out.iterdir()) == ["Red Disc-2.blend", "Red Disc.blend"]
    assert len(simulator.creates()) == bought + 1, "the one that was not ordered yet"

    outcome = place.run("resume", uncertain)
    assert outcome.code == 5
    assert any("--send-again" in line for line in outcome.lines)
    assert len(simulator.creates()) == bought + 1
    outcome = place.run("resume", uncertain, "--task", paid, "--out", "m.glb", "--json")
    assert outcome.code == 0, outcome.err
    assert (outcome.result["task_id"], outcome.result["outputs"]) == (paid, [str(place.out / "m.glb")])
    assert len(simulator.creates()) == bought + 1
    assert listed(place) == []


def test_an_uncertain_one_is_sent_again_or_given_up_at_a_word(place: Place, simulator: SimulatorProcess) -> None:
    for _ in range(2):
        left(place, simulator, "submitting", {"on": "create", "do": "delay", "seconds": 60})
    first, second = (job["job"] for job in listed(place))
    bought = len(simulator.creates())

    assert place.run("resume", first, "--send-again", "--out", "m.blend").code == 0
    assert len(simulator.creates()) == bought + 1
    outcome = say(place, "resume", second, "--give-up")
    assert (outcome.code, len(outcome.lines)) == (0, 1)
    assert "If your account shows its task" in outcome.out
    assert listed(place) == []
    assert not any(second in str(path) for path in place.home.rglob("*"))


def test_what_another_process_has_is_left_to_it(place: Place, simulator: SimulatorProcess) -> None:
    simulator.play([{"on": "download", **HANGS}])
    process = place.start(place.picture, *SMALL)
    wait_for(process, '"generated"')
    (job,) = listed(place)
    assert job["way"] == "elsewhere"
    outcome = place.run("resume", job["job"], "--json")
    assert (outcome.code, outcome.error["kind"]) == (1, "elsewhere")
    assert say(place, "resume", job["job"], "--give-up").code == 1
    assert process.poll() is None
    kill(process)
    simulator.play([])
    assert place.run("resume", job["job"]).code == 0
    assert len(simulator.creates()) == 1


def test_one_that_failed_can_be_fetched_and_is_not_among_all(place: Place, simulator: SimulatorProcess) -> None:
    simulator.play([{"on": "download", "do": "replace", "text": "<html>", "path": ".glb", "times": None}])
    assert ended(place.start(place.picture, *SMALL)).code == 1
    (job,) = listed(place)
    assert (job["way"], job["state"], bool(job["task_id"])) == ("fetch", "failed", True)
    assert say(place, "resume", "--all", "--json").result["done"] == []
    simulator.play([])
    assert place.run("resume", job["job"]).code == 0
    assert len(simulator.creates()) == 1


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("ID", "--all"),
        ("--all", "--give-up"),
        ("--all", "--out", "m.glb"),
        ("ID", "--send-again", "--give-up"),
        ("ID",),
    ],
    ids=str,
)
def test_wrong_usage(place: Place, words: tuple[str, ...]) -> None:
    outcome = say(place, "resume", *words, "--json")
    assert (outcome.code, outcome.error["kind"]) == (2, "usage")


def test_scripts_go_on_in_python(api: Any, simulator: SimulatorProcess, place: Place, tmp_path: Path) -> None:
    before = {found.job.id for found in api.jobs()}
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})\n"
        "import bpy\n"
        "from tripo_blender import api\n"
        "(found,) = api.jobs()\n"
        "assert found.words == 'Generated, not downloaded yet', found.words\n"
        f"print(api.resume(found.job.id, url={simulator.url!r}).name)\n"
        "assert api.jobs() == []\n"
        "sys.stdout.flush()\n"
        "import os; os._exit(0)\n"
    )
    left(place, simulator, "generated", {"on": "download", **HANGS})
    ran = subprocess.run(
        [sys.executable, "-c", code], env=place.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().splitlines()[-1] == "Red Disc"
    assert len(simulator.creates()) == 1
    assert {found.job.id for found in api.jobs()} == before
