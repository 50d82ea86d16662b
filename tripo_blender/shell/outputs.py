"""Saves a finished model where a script asked for it: .blend, .glb or .fbx."""

import contextlib
import os
import shutil
from collections.abc import Sequence
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


def write(files: Sequence[Path], job: Job) -> None:
    """Write every file, or none: all lie whole beside their goals before the first takes its name.

    Raises `TripoError`; files that were there before are still there then.
    """
    path = files[0]
    parts = [path.with_name(f"{path.stem}.part{path.suffix}") for path in files]  # exporters insist on their suffix
    try:
        for path, part in zip(files, parts, strict=True):
            _write(part, path.suffix.lower(), job)
        for path, part in zip(files, parts, strict=True):
            part.replace(path)
    except (OSError, RuntimeError, AttributeError) as error:  # the disk, an exporter's report, an exporter that is off
        raise TripoError(
            Kind.DISK,
            f"{path.name} could not be saved. Make room on the disk and save again: "
            f"the model is kept in {job.model_path}",
            detail=str(error).strip(),
        ) from error
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


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


def _write(part: Path, suffix: str, job: Job) -> None:
    if suffix == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(part), copy=True, check_existing=False)
    elif suffix == f".{job.model_format}":
        shutil.copyfile(job.model_path, part)  # what the service made, byte for byte
    elif suffix == ".glb":
        bpy.ops.export_scene.gltf(filepath=str(part), export_format="GLB", use_selection=True)
    else:
        bpy.ops.export_scene.fbx(filepath=str(part), use_selection=True, path_mode="COPY", embed_textures=True)
    if not part.is_file():
        raise RuntimeError("nothing was written")
