"""Saves a finished model where a script asked for it: .blend, .glb or .fbx."""

import contextlib
import errno
import filecmp
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..converter import verified_write
from ..core.errors import Kind, TripoError
from ..core.job import Job
from ..core.sentences.text import Text, text
from ..core.text import as_file_stem
from ..storage.journal import Journal
from . import output_paths, place
from .folders import jobs_path

_SUFFIXES = (".blend", ".glb", ".fbx")


@dataclass(frozen=True)
class Outputs:
    """Where a model is saved: absolute paths, as they were asked for; `overwrite` is the user's word for each."""

    files: tuple[Path, ...] = ()
    overwrite: bool = False


def checked(files: Sequence[Path], *, overwrite: bool = False, inputs: Sequence[str] = ()) -> Outputs:
    """Return the outputs, after all that can be checked before money is spent; raise `TripoError` of kind usage.

    None may be one of the `inputs`: paths, or what is none and cannot be in the way.
    """
    absolute = [_full(path) for path in files]
    for path in absolute:
        if path.suffix.lower() not in _SUFFIXES:
            raise TripoError(Kind.USAGE, text("output.suffix", name=path.name, suffixes=", ".join(_SUFFIXES)))
    output_paths.check(absolute, overwrite=overwrite, inputs=inputs)
    return Outputs(tuple(absolute), overwrite)


def own(name: str) -> Path:
    """Return the file for a model of that name where none is asked for: in the folder where the command runs."""
    return Path(f"{as_file_stem(name)}.blend")


def own_unused(name: str, taken: Sequence[Path], *, overwrite: bool) -> Path:
    """Return such a file that is not among those `taken`, nor, unless it may be overwritten, on the disk."""
    first, number = own(name), 1
    path, names = first, {each.name.casefold() for each in taken}  # on some disks upper and lower case are one
    while path.name.casefold() in names or (not overwrite and os.path.lexists(path)):
        number += 1
        path = first.with_stem(f"{first.stem}-{number}")
    return path


def save(outputs: Outputs, job: Job, objects: Sequence[bpy.types.Object]) -> None:
    """Save a model's objects, the main one first, in every file or in none: all are whole before one takes its name.

    Raises `TripoError`; what was there before is still there then.
    """
    at, named = outputs.files[:1], list[Path]()
    try:
        with _parts(outputs.files) as parts:
            for path, part in parts:
                at = (path,)
                _write(part, job, objects)
            for path, part in parts:
                at = (path,)
                output_paths.take(part, path, overwrite=outputs.overwrite)
                named.append(path)
    except (OSError, RuntimeError, AttributeError) as error:  # the disk, an exporter's report, an exporter that is off
        for path in named if not outputs.overwrite else ():
            with contextlib.suppress(OSError):
                path.unlink()
        raise TripoError(Kind.DISK, _not_saved(at[0], job, error), detail=_detail(job, error)) from error


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


@contextlib.contextmanager
def _parts(files: Sequence[Path]) -> Iterator[list[tuple[Path, Path]]]:
    """Give each file with the name that it is written under; nothing of those is left in the end, nor after a kill."""
    parts = [output_paths.part_of(path) for path in files]
    with Journal(Path(jobs_path())).saving(parts) if parts else contextlib.nullcontext():
        try:
            yield list(zip(files, parts, strict=True))
        finally:
            output_paths.remove(parts)


def _full(path: Path) -> Path:
    with contextlib.suppress(RuntimeError):  # there is no such user: then it is a name like any other
        path = path.expanduser()
    return path.absolute()


def _write(part: Path, job: Job, objects: Sequence[bpy.types.Object]) -> None:
    """Write one file, and wait until it is whole on the disk; raise `OSError`, or what operators raise."""
    if part.suffix == f".{job.model_format}":  # what the service made, byte for byte
        shutil.copyfile(job.model_path, part)
        verified_write.sync(part)
        if not filecmp.cmp(job.model_path, part, shallow=False):
            raise OSError(errno.EIO, "the copy differs from the model", str(part))
        return
    if part.suffix == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(part), copy=True, check_existing=False)
    else:
        with _selected(objects):
            if part.suffix == ".glb":
                bpy.ops.export_scene.gltf(filepath=str(part), export_format="GLB", use_selection=True)
            else:
                bpy.ops.export_scene.fbx(filepath=str(part), use_selection=True, path_mode="COPY", embed_textures=True)
    verified_write.check(part, part.suffix)


@contextlib.contextmanager
def _selected(objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """Have just these objects selected, for the exporters, whatever the artist has selected."""
    before = list(bpy.context.selected_objects), bpy.context.view_layer.objects.active
    place.select(list(objects), objects[0], bpy.context)
    try:
        yield
    finally:
        place.select(*before, bpy.context)


def _not_saved(path: Path, job: Job, error: Exception) -> Text:
    if isinstance(error, AttributeError):
        why = text("output.exporter_off", suffix=path.suffix.lower())
    elif isinstance(error, FileExistsError):
        why = text("output.made_meanwhile")
    else:
        why = output_paths.reason(error, path.parent)
    again = text("output.resume", job=job.id) if job.task_id else text("output.import_again")
    return text("output.not_saved", name=path.name, why=why, again=again)


def _detail(job: Job, error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]  # of an exporter's traceback, the end
    return f"{lines[-1].strip()}; the model is kept in {job.model_path}"
