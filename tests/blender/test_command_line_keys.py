"""Whichever command reaches the service, it does so with the key that was chosen: one account pays, and not another."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulator.process import SimulatorProcess

from .console import SMALL

pytestmark = pytest.mark.usefixtures("quick")

# Where a key may lie; the first that there is counts.
SOURCES = ("argument", "preferences", "preferred file", "environment")
COMMANDS = ("generate", "fetch", "resume ORDER", "resume FOLLOW", "resume DECIDE", "resume --all")


@pytest.fixture
def ways(
    preferences: Any, module: Callable[[str], ModuleType], simulator: SimulatorProcess, picture: Path
) -> Iterator[dict[str, Any]]:
    """Puts a job on record for each way to go on, and gives their ids."""
    folder = Path(module("app.submit").jobs_folder())
    shutil.rmtree(folder)
    jobs, journal = module("core.job"), module("storage.journal").Journal(folder)
    picture_path, settings = str(folder / "order" / "picture.png"), module("core.options.generation").Settings()
    job = jobs.image_job("", "Disc", picture_path, settings, simulator.url, 1.0)
    states = {
        "ORDER": replace(job, id="order"),
        "FOLLOW": replace(job, id="follow", state=jobs.JobState.GENERATING, task_id="task-1"),
        "DECIDE": replace(job, id="decide", state=jobs.JobState.UNCERTAIN),
    }
    for number, each in enumerate(states.values()):
        journal.write(replace(each, created=1.0 + number))
    shutil.copy(picture, states["ORDER"].picture)
    yield {way: each.id for way, each in states.items()}
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("source", SOURCES)
def test_every_command_takes_the_key_from_where_it_was_chosen(
    module: Callable[[str], ModuleType],
    preferences: Any,
    simulator: SimulatorProcess,
    ways: dict[str, str],
    picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    source: str,
) -> None:
    """No key is the simulator's: which one it is asked with is seen, and nothing is bought."""
    words: tuple[object, ...] = {
        "generate": ("generate", picture, *SMALL),
        "fetch": ("fetch", "task-1"),
        "resume ORDER": ("resume", ways["ORDER"]),
        "resume FOLLOW": ("resume", ways["FOLLOW"]),
        "resume DECIDE": ("resume", ways["DECIDE"], "--task", "task-1"),
        "resume --all": ("resume", "--all"),
    }[command]
    monkeypatch.chdir(tmp_path)
    there = SOURCES[SOURCES.index(source) :]
    monkeypatch.delenv("MODELSTREAM_API_KEY", raising=False)
    preferences.api_key = preferences.key_file = ""
    for each in there:
        key = f"key-of-{each.replace(' ', '-')}"
        if each == "environment":
            monkeypatch.setenv("MODELSTREAM_API_KEY", key)
        elif each == "preferences":
            preferences.api_key = key
        else:
            file = tmp_path / f"{each}.key"
            file.write_text(key)
            file.chmod(0o600)
            if each == "argument":
                words = (*words, "--key-file", file)
            else:
                preferences.key_file = str(file)

    code = module("cli.main").run([str(word) for word in words])

    assert code != 0
    assert simulator.requests()
    asked_with = {entry["headers"].get("Authorization") for entry in simulator.requests()}
    assert asked_with == {f"Bearer key-of-{source.replace(' ', '-')}"}
    assert simulator.creates() == []


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "resume DECIDE"])
def test_a_key_file_that_cannot_be_used_is_told_and_no_other_key_taken(
    module: Callable[[str], ModuleType],
    preferences: Any,
    simulator: SimulatorProcess,
    ways: dict[str, str],
    picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    named, _, way = command.partition(" ")
    source = {"generate": str(picture), "fetch": "task-1", "resume": ways.get(way, way)}[named]

    code = module("cli.main").run([named, source, "--key-file", str(tmp_path / "none.key")])

    assert code == 3
    assert simulator.requests() == []


@pytest.mark.parametrize("option", ["--key-file", "--url"])
@pytest.mark.parametrize("command", ["generate", "fetch", "resume FOLLOW", "resume --all"])
def test_an_empty_value_puts_no_other_key_or_service_in_its_stead(
    module: Callable[[str], ModuleType],
    preferences: Any,
    simulator: SimulatorProcess,
    ways: dict[str, str],
    picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    option: str,
) -> None:
    """As a shell gives it for a variable that is not set."""
    monkeypatch.chdir(tmp_path)
    named, _, way = command.partition(" ")
    source = {"generate": str(picture), "fetch": "task-1", "resume": ways.get(way, way)}[named]

    assert module("cli.main").run([named, source, option, ""]) == 2
    assert simulator.requests() == []
