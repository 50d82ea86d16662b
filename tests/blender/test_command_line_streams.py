"""What the command line prints may be closed, broken, full or unread: neither the job nor the exit code changes."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess

from .console import SCRIPT, SECONDS, SMALL, Console, Place, with_address

pytestmark = [
    pytest.mark.usefixtures("quick"),
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full"),
]
QUADS = (*SMALL, "--quad")  # an FBX: Blender 5 ends the process where its importer cannot print


@pytest.fixture
def task_id(console: Console, simulator: SimulatorProcess) -> str:
    """A task of the service, whose model is an FBX."""
    assert console(console.picture, *QUADS, "--out", "first.blend", "--overwrite").code == 0
    return str(simulator.creates()[-1]["answer"]["task_id"])


@pytest.mark.parametrize("how", ["closed", "broken", "full"])
@pytest.mark.parametrize("stream", ["out", "err"])
def test_a_stream_that_nobody_reads_changes_nothing(
    console: Console, simulator: SimulatorProcess, task_id: str, tmp_path: Path, stream: str, how: str
) -> None:
    made = tmp_path / "made.blend"
    out = ("--out", str(made))
    console.forget()
    waiting = [console.leave() for _ in range(2)]
    table: list[tuple[tuple[object, ...], int, bool]] = [
        (("generate", console.picture, *QUADS, *out), 0, True),
        (("fetch", task_id, *out), 0, True),
        (("resume", "{waiting}", *out), 0, True),
        (("jobs",), 0, False),
        (("generate", "--help"), 0, False),
        (("import", "nothing.glb", *out), 2, False),
        (("generate", console.picture, "--quads"), 2, False),
        (("generate", "nothing.png", *out), 1, False),
        (("resume", "nothing"), 2, False),
    ]
    for words, code, saves in table:
        for as_json in (False, True):
            said = [waiting.pop() if word == "{waiting}" else word for word in words]
            before = len(simulator.creates())

            outcome = console(*said, *["--json"] * as_json, keeps=True, **{stream: how})

            assert outcome.code == code, (said, outcome)
            assert made.exists() is saves, said
            made.unlink(missing_ok=True)
            assert len(simulator.creates()) - before == (words[0] == "generate" and saves)
            assert "Traceback" not in outcome.out + outcome.err, said
            if stream == "err" and as_json and "--help" not in said:
                assert outcome.result["exit_code"] == code
    assert console.listed() == [], "all that were begun are done"


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "JSON"])
def test_a_reader_that_reads_one_line_and_goes(
    place: Place, simulator: SimulatorProcess, words: tuple[str, ...]
) -> None:
    command = [
        sys.executable,
        SCRIPT,
        *with_address([place.picture, *QUADS, *words, "--out", "m.blend"], simulator.url),
    ]
    line = " ".join(f"'{word}'" for word in command)
    ran = subprocess.run(
        ["sh", "-c", f"({line} 2>&1; echo $? > code.txt) | head -n 1"],
        env=place.environment,
        cwd=place.out,
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    assert len(ran.stdout.splitlines()) == 1
    assert (place.out / "code.txt").read_text() == "0\n"
    assert (place.out / "m.blend").is_file()
    assert len(simulator.creates()) == 1
    assert place.run("jobs").lines == ["No job is waiting"]


@pytest.mark.parametrize(
    "closing", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>&1", "1</dev/null 2</dev/null"]
)
def test_streams_that_were_never_open(place: Place, simulator: SimulatorProcess, closing: str) -> None:
    command = [
        sys.executable,
        SCRIPT,
        *with_address([place.picture, *QUADS, "--json", "--out", "m.blend"], simulator.url),
    ]
    ran = subprocess.run(
        ["sh", "-c", f'"$@" {closing}', "sh", *map(str, command)],
        env=place.environment,
        cwd=place.out,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert (place.out / "m.blend").stat().st_size > 50_000
    if closing == "2>&-":
        assert json.loads(ran.stdout.splitlines()[-1])["ok"] is True
    records = [json.loads(path.read_text())["job"]["state"] for path in place.home.rglob("job.json")]
    assert records == ["done"], "and nothing was printed into it"


def test_a_reader_that_does_not_read_is_not_waited_for_before_the_end(
    place: Place, simulator: SimulatorProcess
) -> None:
    process = place.start(place.picture, *SMALL, "--json", "--out", "m.blend")
    assert process.stdout is not None
    assert process.stderr is not None
    for pipe in (process.stdout, process.stderr):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 4096)
    blocked = [os.open(f"/proc/self/fd/{process.stdout.fileno()}", os.O_WRONLY | os.O_NONBLOCK)]
    os.write(blocked[0], b"\n" * 4096)  # no room for a single letter
    until = time.monotonic() + SECONDS
    while not _done(place):
        assert time.monotonic() < until, "it waits for its reader"
        time.sleep(0.05)
    os.close(blocked[0])
    assert (place.out / "m.blend").is_file()
    out, _ = process.communicate(timeout=SECONDS)
    lines = out.split()
    assert process.returncode == 0
    assert json.loads(out.splitlines()[-1])["ok"] is True, lines
    assert json.loads(out.lstrip("\n").splitlines()[0])["event"] == "price", "not a line is lost"


def _done(place: Place) -> bool:
    return any('"done"' in path.read_text() for path in place.home.rglob("job.json"))


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "JSON"])
def test_an_ascii_locale_and_a_folder_that_is_no_text(
    place: Place, simulator: SimulatorProcess, words: tuple[str, ...]
) -> None:
    odd = os.fsencode(place.out) + b"/\xff"
    Path(os.fsdecode(odd)).mkdir()
    picture = place.picture.rename(place.picture.with_name("Grüße 机.png"))
    command = [picture, *SMALL, *words, "--out", os.fsdecode(odd + b"/\xe9.blend")]
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    outcome = place.run(*command, **environment)

    assert outcome.code == 0, outcome.out + outcome.err
    assert [os.fsencode(path.name) for path in Path(os.fsdecode(odd)).iterdir()] == [b"\xe9.blend"]
    assert "Traceback" not in outcome.err
    if words:
        assert [os.fsencode(path) for path in outcome.result["outputs"]] == [odd + b"/\xe9.blend"]
    else:
        assert "Done: Grüße 机, " in outcome.out
        assert outcome.lines[-1].endswith("\\udcff/\\udce9.blend")


def test_a_script_that_fails_at_an_event_costs_nothing(api: Any, simulator: SimulatorProcess, picture: Path) -> None:
    def fail(event: object) -> None:
        raise BrokenPipeError(32, "nobody reads")

    made = api.generate(picture, on_event=fail, texture=False, face_limit=1000)

    assert made.name == "Red Disc"
    assert api.jobs() == []
    assert len(simulator.creates()) == 1
