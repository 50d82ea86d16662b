"""Which Blender opens the windows of the tests, and what is said where there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import applications
import environments
import suites

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script that makes a Blender is one of Debian")

MAKES = (
    'echo "[setup] Blender 5.2.2"; mkdir -p "$1/bin"; printf "#!/bin/sh\\necho Blender 5.2.2\\n" > "$1/bin/blender-gui"'
)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the script is that makes a Blender, beside the project."""
    monkeypatch.setattr(applications, "SET_UP", tmp_path / "setup")
    monkeypatch.setenv("TRIPO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CI", "1")
    monkeypatch.delenv(applications.VARIABLE, raising=False)
    return tmp_path / "setup"


def outcome(whole: bool = False) -> tuple[int, str]:
    (window,) = (suite for suite in suites.suites(whole) if suite.name.startswith("window"))
    ended = suites.run(window, [])
    return ended.failed, ended.remark


def test_it_is_made_with_the_prefix_in_the_cache(script: Path, tmp_path: Path) -> None:
    script.write_text(f'echo "$@" >> {tmp_path}/calls\n{MAKES}\nchmod +x "$1/bin/blender-gui"\n')
    said: list[str] = []
    prefix = tmp_path / "cache" / "blender-5.2"
    for _ in range(2):
        assert applications.made(said.append) == str(prefix / "bin" / "blender-gui")
    assert (tmp_path / "calls").read_text().splitlines() == [f"{prefix} sid"] * 2, "it is quick where it was made"
    assert any("Blender 5.2.2" in line for line in said)


@pytest.mark.parametrize(
    ("text", "ci", "failed", "remark"),
    [
        (MAKES, "", 0, "not run: set TRIPO_TEST_BLENDER to the path of a Blender that can open a window"),
        (None, "1", 0, "not run: set TRIPO_TEST_BLENDER to the path of a Blender that can open a window"),
        (
            "echo no Debian mirror; exit 1",
            "1",
            0,
            "not run: no Blender 5.2 could be made (exit code 1): no Debian mirror",
        ),
        ("exit 1", "1", 0, "not run: no Blender 5.2 could be made (exit code 1): it said nothing"),
        (
            "sleep 60 & wait",
            "1",
            0,
            "not run: no Blender 5.2 could be made (it was stopped after 0 minutes): it said nothing",
        ),
        ("true", "1", 1, "ended well, and there is no "),
        (f'{MAKES}; echo false > "$1/bin/blender-gui"; chmod +x "$1/bin/blender-gui"', "1", 1, "does not start"),
    ],
)
def test_what_is_said_without_one(
    script: Path, text: str | None, ci: str, failed: int, remark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        script.write_text(text + "\n")
    monkeypatch.setattr(applications, "_LIMIT_S", 1)
    monkeypatch.setenv("CI", ci)
    ended = outcome()
    assert ended[0] == failed
    assert remark in ended[1]


def test_those_that_are_named_are_taken(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.write_text("exit 1\n")
    monkeypatch.setenv(applications.VARIABLE, os.pathsep.join(["/a/blender", "", "/b/blender"]))
    names = [suite.name for suite in suites.suites() if suite.alone]
    assert names == ["window /a/blender", "window /b/blender"]


def test_a_cache_that_cannot_be_made_is_said(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.write_text(MAKES)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRIPO_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(environments.SetUpError, match="cache"):
        applications.made(print)
