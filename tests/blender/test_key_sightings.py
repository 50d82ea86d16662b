"""Where the key turns up when everything has been done that can be: nowhere, from whichever place it came.

A recognisable key goes through good runs and bad ones; then every file, output, process and object is searched for it
in all its spellings. The search itself is tried first on what it must find.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import http.client
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import bpy
import pytest

from simulator.process import SimulatorProcess

from .conftest import PACKAGE

KEY = "sk-Sighting/7f3a+91e0=d2"
PROXY_WORD = "word-of-the-proxy-55b1"
VARIABLE = "MODELSTREAM_API_KEY"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate.py"
pytestmark = pytest.mark.skipif(
    not list(Path("/proc/self/task").glob("*/children")), reason="this system has no /proc to look into"
)


def spellings(secret: str) -> set[bytes]:
    """Plain, wide, in an address, in JSON, backwards, and in base64 wherever in a longer text it stood."""
    texts = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1], secret[::-1], repr(secret)[1:-1]}
    found = {text.encode() for text in texts} | {secret.encode("utf-16-le"), secret.encode().hex().encode()}
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + secret.encode())
        cut = whole[4 if shift else 0 : -4]
        found |= {cut, cut.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


SPELLINGS = spellings(KEY) | spellings(PROXY_WORD)


def seen_in(data: bytes) -> bool:
    return any(spelling in data for spelling in SPELLINGS)


class Search:
    """Counts what was looked at, and keeps where the key was seen."""

    def __init__(self) -> None:
        self.files: set[Path] = set()
        self.processes: dict[int, str] = {}
        self.objects = 0
        self.sightings: list[str] = []
        self._looked: dict[Path, tuple[int, int]] = {}

    def look_at_files(self, *roots: Path) -> None:
        # Not by `rglob`, which raises where a folder goes while it is looked at.
        folders = [(Path(folder), names) for root in roots for folder, _, names in os.walk(root)]
        for path in (folder / name for folder, names in folders for name in names):
            with contextlib.suppress(OSError):  # gone meanwhile
                found = path.lstat()
                stamp = (found.st_mtime_ns, found.st_size)
                if path.is_file() and self._looked.get(path) != stamp:
                    self._looked[path] = stamp
                    self.files.add(path)
                    if seen_in(path.read_bytes()) or seen_in(str(path).encode()):
                        self.sightings.append(str(path))

    def look_at_processes(self, above: int) -> None:
        """Every process below `above`, but those that Blender itself starts to ask for the user's folders."""
        parent = Path(f"/proc/{above}/cmdline").read_bytes()
        for pid in below(above):
            with contextlib.suppress(OSError):
                surroundings = Path(f"/proc/{pid}/environ").read_bytes()
                told = Path(f"/proc/{pid}/cmdline").read_bytes()
                # Still its parent's image, gone, or Blender's own, which gets the user's environment as it is.
                if told == parent or not surroundings or b"xdg-user-dir" in told:
                    continue
                self.processes[pid] = told.replace(b"\0", b" ").decode(errors="replace").strip()
                if seen_in(told) or seen_in(surroundings):
                    self.sightings.append(f"process {pid}: {self.processes[pid][:80]}")

    def look_at_objects(self) -> None:
        for thing in gc.get_objects():
            # Blender's own kinds may stand for what Blender has freed: their repr is Blender's, and crashes 4.2 then.
            if str(type(thing).__module__).startswith(PACKAGE) and not isinstance(thing, bpy.types.bpy_struct):
                self.objects += 1
                if seen_in(repr(thing).encode(errors="replace")):
                    self.sightings.append(f"repr of {type(thing).__name__}")


def below(above: int) -> list[int]:
    """The processes below one; it is asked at each look, so that only these are read and not all of the machine's."""
    found, names = list[int](), list[str]()
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for path in Path(f"/proc/{above}/task").glob("*/children"):
            names += path.read_text().split()
    for name in names:
        found += [int(name), *below(int(name))]
    return found


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    search = Search()
    header = f"Authorization: Bearer {KEY}".encode()
    planted = [header, base64.b64encode(header), quote(KEY, safe="").encode(), KEY[::-1].encode(), KEY.encode("utf-16")]
    for number, data in enumerate(planted):
        (tmp_path / str(number)).write_bytes(b"before " + data + b" after")
    (tmp_path / "innocent").write_bytes(b"sk-another")
    search.look_at_files(tmp_path)
    assert len(search.sightings) == len(planted)
    waits = "import sys; print(flush=True); sys.stdin.read()"
    for arguments, surroundings in (([KEY], {}), ([], {"X": base64.b64encode(header).decode()}), ([], {})):
        child = subprocess.Popen(
            [sys.executable, "-c", waits, *arguments],
            env={"PATH": "", **surroundings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with child:
            assert child.stdout is not None
            child.stdout.readline()
            search.look_at_processes(os.getpid())
            child.kill()
    assert len([sighting for sighting in search.sightings if "process" in sighting]) == 2


@pytest.fixture
def search(
    tmp_path: Path,
    preferences: Any,
    jobs: SimpleNamespace,
    simulator: SimulatorProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Search]:
    """The gateway takes the recognisable key; temporary files and the fullest logs lie below `tmp_path`."""
    before = simulator.options()["key"]
    simulator.options(key=KEY)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.delenv(VARIABLE, raising=False)
    handler = logging.FileHandler(tmp_path / "everything.log")
    root, levels = logging.getLogger(), {}
    for name in ("", *logging.Logger.manager.loggerDict, "urllib3", "requests"):
        levels[name] = logging.getLogger(name).level
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield Search()
    root.removeHandler(handler)
    handler.close()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    simulator.options(key=before)


def on_the_command_line(
    source: str, search: Search, simulator: SimulatorProcess, picture: Path, folder: Path, echo: dict[str, Any]
) -> None:
    """A process of its own, its JSON lines and what it saves, good and bad; the key from a file or a variable."""
    out = folder / "out"
    surroundings = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "temporary" / "home")}
    surroundings.pop(VARIABLE, None)
    by = [] if source == "environment" else ["--key-file", str(folder / "own" / "key")]
    if source == "environment":
        surroundings[VARIABLE] = KEY  # the user's own: of this process, not of those below it
    for rules, code in (([], 0), ([{"on": "create", "do": "status", "status": 401, "body": echo, "times": None}], 1)):
        simulator.play(rules)
        files = [word for suffix in ("blend", "glb", "fbx") for word in ("--out", str(out / f"model{code}.{suffix}"))]
        options = ["--url", simulator.url, "--no-texture", "--face-limit", "1000", "--json", *files, *by]
        with (out / f"stdout{code}").open("wb") as stdout, (out / f"stderr{code}").open("wb") as stderr:
            child = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(picture), *options], env=surroundings, stdout=stdout, stderr=stderr
            )
            while child.poll() is None:
                search.look_at_processes(child.pid)
                time.sleep(0.02)
        assert child.returncode == code, (out / f"stderr{code}").read_text()
        assert '"event": "result"' in (out / f"stdout{code}").read_text()


@pytest.mark.parametrize("source", ["preferences", "file", "environment"])
def test_the_key_is_seen_nowhere(
    source: str,
    search: Search,
    jobs: SimpleNamespace,
    preferences: Any,
    simulator: SimulatorProcess,
    picture: Path,
    tmp_path: Path,
    module: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    resources, own = Path(os.environ["BLENDER_USER_RESOURCES"]), tmp_path / "own"
    own.mkdir()
    key_file = own / "key"  # the user's own: not searched
    key_file.touch(0o600)
    key_file.write_text(KEY)
    preferences.api_key = KEY if source == "preferences" else ""
    preferences.key_file = str(key_file) if source == "file" else ""
    if source == "preferences":
        preferences.proxy = f"http://anna:{PROXY_WORD}@127.0.0.1:9"  # loopback goes round it
    if source == "environment":
        monkeypatch.setenv(VARIABLE, KEY)
    places = [tmp_path / name for name in ("temporary", "out")]
    (tmp_path / "out").mkdir()
    texts: list[str] = []

    def look() -> None:
        search.look_at_files(resources, Path(bpy.app.tempdir), *places)
        search.look_at_processes(os.getpid())

    def run(*rules: dict[str, Any], until: Callable[[Any], bool] = lambda job: job.final) -> Any:
        simulator.play(list(rules))
        job_id = jobs.start(bpy.context).id
        known = jobs.session.jobs

        def done() -> bool:
            search.look_at_processes(os.getpid())
            return until(known[job_id])

        jobs.pump(done)
        look()
        texts.append(repr(known[job_id]))
        if known[job_id].failure is not None:
            texts.append(f"{known[job_id].failure.sentence} {known[job_id].failure.technical()}")
        return known[job_id]

    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000

    # In the background, with the converter: done; refused, by a service that repeats the key in all ways; led away;
    # the worker killed on the way, and its successor done.
    assert run().state == "done"
    encoded = base64.b64encode(KEY.encode()).decode()
    echo = {"code": 1002, "message": f"Bad key {KEY}, {quote(KEY, safe='')}, {encoded}", "suggestion": KEY}
    headers = {"X-Request-Id": KEY, "X-Trace-Id": KEY, "X-Tripo-Trace-Id": KEY}
    for on in ("upload", "create", "poll"):
        rule = {"on": on, "do": "status", "status": 401, "body": echo, "headers": headers, "times": None}
        assert run(rule).state == "failed"
    away = {"on": "poll", "do": "redirect", "location": f"http://localhost:9/{quote(KEY)}", "times": None}
    assert run(away).state == "failed"
    run({"on": "create", "do": "lost"}, until=lambda job: job.state == "uncertain")
    simulator.options(seconds=1.0)
    killed = run(until=lambda job: job.state == "generating")
    os.kill(jobs.session._worker.pid, signal.SIGKILL)
    jobs.pump(lambda: jobs.session.jobs[killed.id].final)
    assert jobs.session.jobs[killed.id].state == "done"
    simulator.options(seconds=0.0)
    look()

    # In the foreground, in this process: done; a traceback with our frames in it, in the log; a wrong usage.
    api, errors = module("api"), module("core.errors")
    given = {"texture": False, "face_limit": 1000}
    simulator.play([])
    # From here on to the levers' next use, whose own requests it would print: they tell the simulator what to echo.
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    api.generate(str(picture), **given)

    def trip(event: object) -> None:
        raise RuntimeError(f"provoked by {event!r}")

    api.generate(str(picture), **given, on_event=trip)
    assert "provoked by Started" in (tmp_path / "everything.log").read_text()
    for wrong in ({"colour": "red"}, {"url": f"http://anna:{KEY[:3]}@localhost"}):
        with pytest.raises(errors.TripoError) as caught:
            api.generate(str(picture), **given, **wrong)
        logging.getLogger(PACKAGE).error("provoked", exc_info=caught.value)
        texts.append(str(caught.getrepr(style="long", showlocals=False)))
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 0)
    simulator.play([{"on": "create", "do": "status", "status": 401, "body": echo}])
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.tripo.generate()
    texts.append(str(caught.value))

    on_the_command_line(source, search, simulator, picture, tmp_path, echo)

    # What is saved: the scene, and the preferences.
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "out" / "scene.blend"), compress=False)
    bpy.ops.wm.save_userpref()
    search.look_at_objects()
    look()
    captured = capfd.readouterr()
    texts += [captured.out, captured.err, (tmp_path / "everything.log").read_text()]
    search.sightings += [f"text: {text[:200]}" for text in texts if seen_in(text.encode(errors="replace"))]

    expected = {str(Path(bpy.utils.user_resource("CONFIG")) / "userpref.blend")}
    found = {sighting for sighting in search.sightings if sighting not in expected}
    with capfd.disabled():
        sys.stdout.write(
            f"\nkey from {source}: {len(search.files)} files, {len(search.processes)} processes, "
            f"{search.objects} objects, {len(texts)} texts of {sum(map(len, texts))} characters: "
            f"{len(found)} sightings, {len(set(search.sightings) & expected)} in userpref.blend\n"
        )
    preferences.property_unset("api_key")
    preferences.property_unset("proxy")
    bpy.ops.wm.save_userpref()
    assert not found
    # What was searched was there: worker, second Blender, records, logs, and requests that bore the key.
    told = " ".join(search.processes.values())
    assert " worker" in told
    assert " converter" in told
    names = {path.name for path in search.files}
    assert {"job.json", "worker.log", "scene.blend", "model0.blend", "model0.glb", "stdout0"} <= names
    assert search.objects > 10
    assert any(entry["headers"].get("Authorization") == f"Bearer {KEY}" for entry in simulator.requests())
    assert expected.issubset(search.sightings) == (source == "preferences")
