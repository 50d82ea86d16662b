"""Lines of a pipe: whole ones, as they come, without a thread and without waiting longer than was asked for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from tripo_blender.worker.pipes import Lines

from .course import wait_for

# Says what it is sent, one piece at a time.
ECHO = "import os\nwhile piece := os.read(0, 9999):\n    os.write(1, piece)"


@pytest.fixture
def echo() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-I", "-c", ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        yield process


def test_lines_come_whole_however_they_were_cut(echo: subprocess.Popen[bytes]) -> None:
    assert echo.stdin is not None
    assert echo.stdout is not None
    lines, found = Lines(echo.stdout), list[bytes]()
    assert lines.read() == []
    for piece in (b"on", b"e\ntwo\nth", b"ree", b"\n", b"x" * 200_000 + b"\nrest"):
        for at in range(0, len(piece), 9999):
            echo.stdin.write(piece[at : at + 9999])
            found += lines.read(0.01)
    echo.stdin.close()
    assert not lines.ended
    wait_for(lambda: found.extend(lines.read(0.1)) or lines.ended, "the end")
    assert found == [b"one", b"two", b"three", b"x" * 200_000]
    assert lines.read(60) == []


def test_it_waits_for_the_first_bytes_and_no_longer_than_that(echo: subprocess.Popen[bytes]) -> None:
    assert echo.stdin is not None
    assert echo.stdout is not None
    lines = Lines(echo.stdout)
    threads = threading.active_count()
    begun = time.monotonic()
    assert lines.read(0.2) == []
    assert time.monotonic() - begun >= 0.19
    echo.stdin.write(b"a line\n")
    assert lines.read(60) == [b"a line"]
    assert threading.active_count() == threads


def test_the_end_of_a_process_ends_a_wait(echo: subprocess.Popen[bytes]) -> None:
    assert echo.stdout is not None
    lines = Lines(echo.stdout)
    echo.kill()
    assert lines.read(60) == []
    assert lines.ended
