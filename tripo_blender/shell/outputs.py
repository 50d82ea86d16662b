"""Saves a finished model where a script asked for it: .blend, .glb or .fbx."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy

from ..core.errors import Kind, TripoError
from ..core.job import Job

_SUFFIXES = (".blend", ".glb", ".fbx")


def checked(files: Sequence[Path]) -> list[Path]:
    """Give the files as absolute paths, after what can be checked before money is spent; raises `TripoError`."""
    absolute = [path.expanduser().absolute() for path in files]
    for path in absolute:
        if path.suffix.lower() not in _SUFFIXES:
            raise TripoError(Kind.USAGE, f"Cannot save as {path.name!r}: the name must end in {', '.join(_SUFFIXES)}")
        if not path.parent.is_dir():
            raise TripoError(Kind.USAGE, f"There is no folder {str(path.parent)!r} to save in. Make it first")
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            raise TripoError(Kind.USAGE, f"Cannot write {str(path)!r}. Choose another place")
    return absolute


def write(files: Sequence[Path], job: Job, main: bpy.types.Object) -> None:
    """Write every file, or none: what was written is removed when a later one fails. Raises `TripoError`."""
    written: list[Path] = []
    try:
        for path in files:
            written.append(path)
            _write(path, job, main)
    except (OSError, RuntimeError) as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise TripoError(
            Kind.DISK,
            f"{written[-1].name} could not be saved. Make room on the disk and save again: "
            f"the model is kept in {job.model_path}",
            detail=str(error).strip(),
        ) from error


def _write(path: Path, job: Job, main: bpy.types.Object) -> None:
    suffix = path.suffix.lower()
    if suffix == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, check_existing=False)
    elif suffix == f".{job.model_format}":
        _whole(path, lambda part: shutil.copyfile(job.model_path, part))  # what the service made, byte for byte
    elif suffix == ".glb":
        _whole(path, lambda part: bpy.ops.export_scene.gltf(filepath=part, export_format="GLB", use_selection=True))
    else:
        _whole(
            path,
            lambda part: bpy.ops.export_scene.fbx(
                filepath=part, use_selection=True, path_mode="COPY", embed_textures=True
            ),
        )
    if not path.is_file():
        raise RuntimeError(f"nothing was written for {main.name}")


def _whole(path: Path, write_part: Callable[[str], object]) -> None:
    """Write beside the goal and rename, so that a broken file never bears the name."""
    part = path.with_name(f"{path.stem}.part{path.suffix}")  # exporters insist on their suffix
    try:
        write_part(str(part))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
