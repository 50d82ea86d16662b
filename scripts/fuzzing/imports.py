"""Imports files in child processes by the converter's code, and says what became of each."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue

import numpy as np

from simulator.sculpture.png import write_png

FINDINGS = ("crashed", "hung", "opened outside", "left behind")  # and what follows
_MOST_SECONDS = 30.0  # one file; most take a hundredth
_START_SECONDS = 120.0
_PRIVATE = "private.png"  # beside the folders of the files: what no import may read


def run(files: Iterable[tuple[int, bytes]], folder: Path, batch: int) -> Iterator[tuple[str, int, bytes]]:
    """Import files; gives what became of each, its number and its bytes."""
    (folder / _PRIVATE).write_bytes(write_png(np.zeros((7, 7, 3), np.uint8)))
    waiting = iter(files)
    while some := dict(itertools.islice(waiting, batch)):
        left = dict(some)
        while left:
            for number, outcome in _child_run(left, folder):
                yield outcome, number, left.pop(number)


def _child_run(files: dict[int, bytes], folder: Path) -> Iterator[tuple[int, str]]:
    """Import as many as one child lives for."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for number, data in files.items():
            suffix = "glb" if data[:4] == b"glTF" else "fbx"
            (Path(place) / f"{number:09}.{suffix}").write_bytes(data)
        resources = folder / "resources"
        resources.mkdir(exist_ok=True)
        command = [sys.executable, str(Path(__file__).resolve().parent.parent / "fuzz.py"), "--child", place]
        environment = os.environ | {"BLENDER_USER_RESOURCES": str(resources)}
        with (folder / "child.log").open("wb") as log:
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, text=True)
        yield from _heard(child, set(files))


def _heard(child: subprocess.Popen[str], files: set[int]) -> Iterator[tuple[int, str]]:
    lines: Queue[str] = Queue()
    assert child.stdout is not None

    def listen(stdout: Iterable[str]) -> None:
        for line in stdout:
            lines.put(line)
        lines.put("")

    listener = threading.Thread(target=listen, args=(child.stdout,), daemon=True)
    listener.start()
    at: int | None = None
    done: set[int] = set()
    try:
        while done < files:
            line = lines.get(timeout=_START_SECONDS if at is None else _MOST_SECONDS)
            if not line:
                if at is None or at in done:
                    raise RuntimeError("Blender does not start, or ended between two files")
                yield at, "crashed"
                return
            at, outcome = int(line.split()[0]), " ".join(line.split()[1:])
            if outcome != "begins":
                done.add(at)
                yield at, outcome
    except Empty:
        if at is not None:
            yield at, "hung"
    finally:
        child.kill()
        child.wait()
        listener.join()


def child(folder: Path) -> int:
    """Import all files of a folder; runs in the child."""
    import bpy

    from tripo_blender.converter.importing import rolled_back, snapshot
    from tripo_blender.converter.prepare import prepare
    from tripo_blender.core.errors import TripoError
    from tripo_blender.core.events import model_downloaded
    from tripo_blender.core.formats.model import ModelFormat
    from tripo_blender.core.job import image_job
    from tripo_blender.core.options.generation import Settings
    from tripo_blender.core.states import JobState

    report = os.fdopen(os.dup(1), "w")  # Blender writes to the other, in the middle of lines too
    os.dup2(2, 1)
    for name in ("io_scene_gltf2", "io_scene_fbx"):
        bpy.ops.preferences.addon_enable(module=name)
    bpy.ops.wm.read_homefile(use_empty=True)
    private = folder.parent / _PRIVATE
    for path in sorted(folder.iterdir()):
        number = int(path.stem)
        os.utime(private, (1, 2))  # older than its change: reading it moves it
        print(number, "begins", file=report, flush=True)
        job = image_job("fuzz", "Fuzz", "", Settings(), "", 0.0)
        job = replace(
            job,
            task_id="fuzz",
            state=JobState.READY,
            artifacts=model_downloaded(str(path), ModelFormat(path.suffix[1:])).artifacts,
        )
        before = {kind: len(blocks) for kind, blocks in snapshot().items()}
        try:
            with rolled_back():  # as in place
                prepare(job, "fuzz", "0.0.0")
            outcome = "well"
        except TripoError as error:
            outcome = "refused: " + error.failure.sentence.partition(". ")[0]
        except Exception as error:  # noqa: BLE001  # the converter turns it into a failed job
            outcome = f"raised {type(error).__name__}"
        left = [kind for kind, blocks in snapshot().items() if len(blocks) != before[kind]]
        if left and outcome != "well":
            outcome = f"left behind {', '.join(left)}: {outcome}"
        if private.stat().st_atime > 1:
            outcome = "opened outside"
        bpy.ops.wm.read_homefile(use_empty=True)  # some damage shows only when what was imported is freed
        print(number, outcome, file=report, flush=True)
    return 0
