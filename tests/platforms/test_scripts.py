"""How the scripts find their places, Pythons and processes on other systems."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import environments
import lanes

from . import windows

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the stand-ins of Windows are made of Linux")


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "{home}/.cache/tripo-blender"),
        ("linux", {"XDG_CACHE_HOME": "/else"}, "/else/tripo-blender"),
        ("darwin", {"XDG_CACHE_HOME": "/else"}, "{home}/Library/Caches/tripo-blender"),
        ("win32", {}, "{home}/AppData/Local/tripo-blender"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/tripo-blender"),
        ("win32", {"TRIPO_CACHE": "/mine"}, "/mine"),
    ],
)
def test_the_cache_lies_where_each_system_has_it(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "TRIPO_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    folder = windows.load(environments, on=platform).cache_folder()
    assert folder == Path(expected.format(home=Path.home()))


@pytest.mark.parametrize(("platform", "program"), [("win32", "Scripts/python.exe"), ("darwin", "bin/python")])
def test_an_environment_s_python_has_its_system_s_name(
    platform: str, program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = windows.load(environments, on=platform)
    monkeypatch.setenv("TRIPO_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "_is_whole", lambda folder, python: True)
    path = module.environment("tools")
    assert path.relative_to(tmp_path / "environments").parts[1:] == Path(program).parts


@pytest.mark.parametrize(
    ("platform", "tried", "advice"),
    [
        ("win32", [["py", "-3.11"], ["/local/Programs/Python/Python311/python.exe"]], "python.org"),
        ("darwin", [], "brew install python@3.11"),
        ("linux", [], "python3.11-venv"),
    ],
)
def test_a_python_is_looked_for_where_its_system_has_it(
    platform: str, tried: list[list[str]], advice: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = windows.load(environments, on=platform)
    asked: list[list[str]] = []
    (tmp_path / "versions" / "3.11.9" / "bin").mkdir(parents=True)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    monkeypatch.setattr(module, "_runs", lambda command, printed=None: asked.append(command[:-3]))
    with pytest.raises(module.NoPythonError, match=advice):
        module._find_python((3, 11))
    assert asked[0] == [sys.executable]
    assert asked[1 : 1 + len(tried)] == tried or not tried
    own = tmp_path / "versions" / "3.11.9"
    assert [str(own / "python.exe" if platform == "win32" else own / "bin" / "python3.11")] in asked


def test_two_that_make_one_environment_wait_for_each_other_on_windows(tmp_path: Path) -> None:
    module = windows.load(environments)
    with (tmp_path / "lock").open("a") as mine, (tmp_path / "lock").open("a") as other:
        assert module._try_lock(mine)
        assert not module._try_lock(other)
        mine.close()
        assert module._try_lock(other)


def test_pip_gets_no_descriptors_on_windows_which_knows_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = windows.load(environments)
    settings: dict[str, Any] = {}

    def popen(command: list[str], **more: Any) -> Any:
        settings.update(more)
        return SimpleNamespace(wait=lambda timeout: 0)

    monkeypatch.setattr(module, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": popen}))
    with (tmp_path / "log").open("w") as log, (tmp_path / "lock").open("a") as lock:
        assert module._run_logged("tools", ["pip"], log, lock) == 0
    assert settings["pass_fds"] == ()


def test_what_takes_too_long_is_ended_with_all_its_children_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    module = windows.load(lanes)
    calls: list[list[str]] = []

    def run(command: list[str], **more: Any) -> None:
        calls.append(command)
        subprocess.run(["kill", "-9", command[-1]], check=True)  # as taskkill does, with its children

    monkeypatch.setattr(module, "subprocess", SimpleNamespace(**vars(subprocess) | {"run": run}))
    assert module.run_one([sys.executable, "-c", "import time; time.sleep(600)"], 0.1) is None
    assert [call[:-1] for call in calls] == [["taskkill", "/F", "/T", "/PID"]]
    assert module.run_one([sys.executable, "-c", "raise SystemExit(3)"], 60) == 3
    assert len(calls) == 1, "what has ended is not looked for: another may have its number by now"
