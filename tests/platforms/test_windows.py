"""What the add-on does on Windows only, played with stand-ins of Windows on real files, pipes and processes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from soaking import mischief
from tripo_blender.cli import output
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.options.generation import Settings
from tripo_blender.scene import output_paths
from tripo_blender.scene.capture import image_file
from tripo_blender.storage import journal, locks, model_check, replacing, small_file
from tripo_blender.worker import handle, pipes, second_blender

from . import windows

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the stand-ins of Windows are made of Linux")
ECHO = "import os\nwhile piece := os.read(0, 9999):\n    os.write(1, piece)"
FULL = pytest.mark.parametrize("full", [errno.ENOSPC, errno.EAGAIN], ids=["until 3.11", "since 3.12"])


@pytest.fixture
def echo() -> Iterator[subprocess.Popen[bytes]]:
    """A process that says what it is sent."""
    with subprocess.Popen(
        [sys.executable, "-I", "-c", ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        yield process
        process.kill()


def test_lines_come_whole_and_end_with_their_writer(echo: subprocess.Popen[bytes]) -> None:
    assert echo.stdin is not None
    assert echo.stdout is not None
    read = windows.load(pipes).Lines(echo.stdout)
    assert read.read() == []
    begun = time.monotonic()
    assert read.read(0.1) == []
    assert time.monotonic() - begun >= 0.1
    echo.stdin.write(b"one\ntw")
    assert read.read(30) == [b"one"]
    echo.stdin.write(b"o\n")
    assert read.read(30) == [b"two"]
    assert not read.ended
    echo.kill()
    assert read.read(30) == []
    assert read.ended


@FULL
def test_what_finds_no_room_in_a_pipe_follows_in_order(echo: subprocess.Popen[bytes], full: int) -> None:
    assert echo.stdin is not None
    assert echo.stdout is not None
    feed = windows.load(pipes, full=full).Feed(echo.stdin)
    sent = [b"%d " % number + b"x" * 30_000 + b"\n" for number in range(20)]
    for line in sent:
        assert feed.put(line), "a full pipe is no dead reader"
    assert feed.unwritten
    read = windows.load(pipes).Lines(echo.stdout)
    came: list[bytes] = []
    while len(came) < len(sent):
        assert feed.flush()
        came += read.read(0.01)
    assert came == [line.rstrip() for line in sent]
    assert not feed.unwritten
    echo.kill()
    echo.wait()
    assert not feed.put(b"more\n")


@pytest.fixture
def msvcrt() -> windows.Msvcrt:
    return windows.Msvcrt()


@pytest.fixture
def owners(tmp_path: Path, msvcrt: windows.Msvcrt, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """Two modules, as two processes have them, of the same folder."""
    monkeypatch.setattr(Path, "unlink", windows.only_closed(Path.unlink, 0))
    one, two = (windows.load(locks, msvcrt).Ownership(tmp_path) for _ in range(2))
    yield one, two
    one.release_all()
    two.release_all()


def test_a_job_has_one_owner(owners: tuple[Any, Any], tmp_path: Path, msvcrt: windows.Msvcrt) -> None:
    one, two = owners
    assert one.take("a")
    assert two.elsewhere("a")
    assert not two.take("a")
    one.release("a")
    assert not two.elsewhere("a")
    assert two.take("a")
    assert not one.take("a")
    two.release_all()
    assert list(tmp_path.glob("*.lock")) == []
    assert set(msvcrt.locked) == {(2**30, 1)}, "a byte that no file here reaches: others must be able to read it"


def test_jobs_that_wait_have_a_list_that_others_read(owners: tuple[Any, Any], tmp_path: Path) -> None:
    one, two = owners
    assert one.keep("a")
    assert one.keep("b")
    assert list(tmp_path.glob("*.lock")) == []
    assert two.elsewhere("a")
    assert not two.keep("b")
    two.tidy()
    assert two.elsewhere("a"), "the list of one that lives stays"
    assert one.take("a")
    one.release("a")
    assert not two.elsewhere("a")
    assert two.elsewhere("b")
    one.release_all()
    assert not two.elsewhere("b")
    assert list(tmp_path.iterdir()) == []


def test_what_dies_leaves_no_owner(owners: tuple[Any, Any], tmp_path: Path) -> None:
    one, two = owners
    script = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path; import tripo_blender.storage.locks as module, windows\n"
        "mine = windows.load(module).Ownership(Path(sys.argv[3]))\n"
        "print(mine.take('a'), mine.keep('b'), flush=True); sys.stdin.read()\n"
    )
    places = (str(Path(__file__).parents[2]), str(Path(__file__).parent), str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", script, *places], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True True\n"
        assert one.elsewhere("a")
        assert one.elsewhere("b")
        process.kill()
    assert one.take("a")
    assert two.take("b")
    one.tidy()
    one.release_all()
    two.release_all()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("named", ["D:/private/own.png", "d:\\private\\own.png", "\\private\\own.png"])
def test_a_drive_is_a_drive(named: str) -> None:
    module = windows.load(model_check)
    looked_up = list(module._places(named.replace("\\", "/"), "D:/jobs/1"))
    assert looked_up[0] == named.replace("\\", "/")
    assert looked_up[-1] == "D:/jobs/1/own.png"


def record(folder: Path) -> tuple[Any, Job, Path]:
    job = image_job("a", "A", "", Settings(), "http://127.0.0.1:9", 1.0)
    return windows.load(journal).Journal(folder), job, folder / "a" / "job.json"


def test_a_record_is_written_where_folders_cannot_be_opened(tmp_path: Path) -> None:
    written, job, path = record(tmp_path)
    written.write(job)
    assert written.record_of("a") == job
    assert path.parent.exists()


def test_a_file_takes_the_place_of_one_that_is_read_just_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", windows.only_closed(Path.replace, 1))
    module = windows.load(replacing)
    (tmp_path / "part").write_text("new")
    reader = (tmp_path / "target").open("w")
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            reader.close()

    monkeypatch.setattr(module, "time", type("Time", (), {"sleep": staticmethod(sleep)}))
    module.put_in_place(tmp_path / "part", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "new"
    assert len(waited) == 3
    assert not (tmp_path / "part").exists()


def test_a_file_that_stays_open_is_a_failure_after_half_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", windows.only_closed(Path.replace, 1))
    module, waited = windows.load(replacing), list[float]()
    monkeypatch.setattr(module, "time", type("Time", (), {"sleep": staticmethod(waited.append)}))
    (tmp_path / "part").write_text("new")
    with (tmp_path / "target").open("w"), pytest.raises(PermissionError):
        module.put_in_place(tmp_path / "part", tmp_path / "target")
    assert 0.4 < sum(waited) < 0.6
    assert (tmp_path / "part").exists()


@pytest.mark.parametrize(
    ("module", "start"),
    [
        (handle, lambda module, folder: module.WorkerHandle(folder / "log")),
        (second_blender, lambda module, folder: module.SecondBlender("blender.exe")),
    ],
    ids=["worker", "second Blender"],
)
def test_a_process_has_no_console_and_inherits_nothing_but_its_pipes(
    module: Any, start: Callable[[Any, Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {}

    def popen(command: list[str], **more: Any) -> None:
        settings.update(more)
        raise OSError(errno.ENOENT, "it is not started here")

    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(OSError, match="not started"):
        start(module, tmp_path)
    assert settings["creationflags"] == 0x08000000, "a console of its own, which is not shown: Ctrl-C is not for it"
    assert settings.get("close_fds", True), "a lock or a socket that a child holds outlives us"
    assert settings["stdin"] == settings["stdout"] == subprocess.PIPE


def test_an_output_is_written_without_a_look_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module = windows.load(output)
    assert not hasattr(module, "fcntl")
    reading, writing = os.pipe()
    sent = module.Channel(writing)
    sent.write("a text\n")
    assert os.read(reading, 100) == b"a text\n"
    sent.close(patient=True)
    assert os.read(reading, 100) == b""
    os.close(reading)


def test_two_names_of_one_file_where_upper_and_lower_case_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is on Windows and on macOS as a rule, where a name may be written with its accents apart as well."""
    names = ("Café.glb", "CAFE\N{COMBINING ACUTE ACCENT}.GLB")
    apart = [output_paths._identity(tmp_path / name) for name in names]
    assert apart[0] != apart[1]
    lower = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: lower(path) or lower(path.with_name(f"{path.name[:-1]}a")))
    together = [output_paths._identity(tmp_path / name) for name in names]
    assert together[0] == together[1]


def test_a_soak_without_signals_and_limits_leaves_them_out(tmp_path: Path) -> None:
    module = windows.load(mischief)
    assert "odd-pipe" not in module.ODD_RECORDS
    module.plant(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(module.ODD_RECORDS)
    assert not module.fill_disk(os.getpid(), 100)


def test_a_small_file_is_read_without_the_flags_of_posix(tmp_path: Path) -> None:
    module = windows.load(small_file)
    (tmp_path / "small").write_bytes(b"a\r\nb\x1a")
    assert module.read_small(tmp_path / "small") == b"a\r\nb\x1a"
    with pytest.raises(OSError, match="Permission denied"):
        module.read_small(tmp_path)


def test_a_file_is_written_without_the_flags_of_posix(tmp_path: Path) -> None:
    module = windows.load(small_file)
    (tmp_path / "part").write_bytes(b"what stood there")
    with module.open_new(tmp_path / "part") as file:
        file.write(b"a\n")
    assert (tmp_path / "part").read_bytes() == b"a\n"


def test_an_image_is_read_without_the_flags_of_posix(tmp_path: Path) -> None:
    module = windows.load(image_file)
    (tmp_path / "image").write_bytes(b"a\r\nb\x1a")
    assert module.read(tmp_path / "image", 4) == (b"a\r\nb", 5)
