"""Compiled files that a full disk has cut: the worker starts all the same, and they are made anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .processes import ROOT


def start(package: Path) -> subprocess.CompletedProcess[str]:
    """Start a worker that has nothing to do."""
    return subprocess.run(
        [sys.executable, "-I", package / "process.py", "worker"],
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the add-on, compiled."""
    copied = tmp_path / "tripo_blender"
    shutil.copytree(ROOT / "tripo_blender", copied, ignore=shutil.ignore_patterns("__pycache__"))
    assert start(copied).returncode == 0
    return copied


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("*", lambda _size: 0),
        ("*", lambda _size: 10),  # a part of the head
        ("*", lambda _size: 17),
        ("*", lambda size: size - 1),
        ("__init__.*", lambda size: size // 2),
        ("runner.*", lambda size: size // 2),
    ],
    ids=["nothing", "a part of the head", "the head", "all but a byte", "half of the first", "half of one"],
)
def test_it_starts_in_spite_of_them(package: Path, name: str, left: Callable[[int], int]) -> None:
    compiled = [path for path in package.rglob("*.pyc") if path.match(name)]
    assert compiled
    for path in compiled:
        with path.open("r+b") as file:
            file.truncate(left(path.stat().st_size))
    for _ in range(2):
        ended = start(package)
        assert ended.returncode == 0, ended.stderr
    assert "broken" not in ended.stderr  # they were made anew


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to a process's files")
def test_the_disk_gets_full_while_they_are_written(package: Path) -> None:
    import resource

    for path in package.rglob("*.pyc"):
        path.unlink()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        start(package)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    ended = start(package)
    assert ended.returncode == 0, ended.stderr
