"""Saves a finished model where a script asked for it: .blend, .glb or .fbx."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import bpy

from ..converter import verified_write
from ..core.job import Job
from . import place
from .deliver import Arrived
from .outputs import Outputs, copy_whole, write_all

SUFFIXES = (".blend", ".glb", ".fbx")


def of_variations(outputs: Outputs, count: int) -> list[Outputs]:
    """Return where each of several variations is saved, of files that `numbered` gave.

    One .blend holds all of them in a row, those that there are so far; of the other formats there is a file for each.
    """
    if count == 1:
        return [outputs]
    shared = [path for path in outputs.files if path.suffix.lower() == ".blend"]
    single = [path for path in outputs.files if path not in shared]
    each = len(single) // count
    return [
        Outputs(
            (*shared, *single[number * each : (number + 1) * each]),
            outputs.overwrite,
            frozenset(shared if number else ()),
        )
        for number in range(count)
    ]


def numbered(files: Sequence[Path], count: int) -> list[Path]:
    """Return the names for so many variations, of those that were asked for: NAME-1.glb, NAME-2.glb, ..."""
    if count == 1:
        return list(files)
    shared = [path for path in files if path.suffix.lower() == ".blend"]
    single = [path for path in files if path not in shared]
    return shared + [path.with_stem(f"{path.stem}-{number}") for number in range(1, count + 1) for path in single]


def save(outputs: Outputs, job: Job, arrived: Arrived) -> None:
    """Save a model in every file or in none; raise `TripoError`."""

    def write(_path: Path, part: Path) -> None:
        _write(part, job, arrived)

    write_all(outputs, job, write)


def empty_scene() -> None:
    """Take the start-up file's cube, camera and light away: what is saved shall hold the model alone.

    A scene that a file or an earlier script has brought stays as it is.
    """
    objects = list(bpy.context.scene.objects)
    if bpy.data.filepath or {obj.name for obj in objects} != {"Cube", "Camera", "Light"}:
        return
    bpy.data.batch_remove(objects)
    with contextlib.suppress(RuntimeError):
        bpy.ops.outliner.orphans_purge(do_recursive=True)


def _write(part: Path, job: Job, arrived: Arrived) -> None:
    """Write one file, and wait until it is whole on the disk; raise `OSError`, or what operators raise."""
    if part.suffix == f".{job.model_format}":  # what the service made, byte for byte
        copy_whole(job.model_path, part)
        return
    if part.suffix == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(part), copy=True, check_existing=False)
    else:
        objects = arrived.objects
        with place.selected(objects, objects[0], bpy.context), _out_of_row(arrived):
            if part.suffix == ".glb":
                bpy.ops.export_scene.gltf(filepath=str(part), export_format="GLB", use_selection=True)
            else:
                bpy.ops.export_scene.fbx(filepath=str(part), use_selection=True, path_mode="COPY", embed_textures=True)
    verified_write.check(part, part.suffix)


@contextlib.contextmanager
def _out_of_row(arrived: Arrived) -> Iterator[None]:
    """Have a variation where the first of its row stands: in a file of its own it is alone."""
    roots = [obj for obj in arrived.objects if obj.parent not in arrived.objects] if arrived.shift else []
    before = [obj.location.x for obj in roots]
    try:
        for obj in roots:
            obj.location.x -= arrived.shift
        yield
    finally:
        for obj, x in zip(roots, before, strict=True):
            obj.location.x = x
