"""Where what a job gives is saved, by the words of the command line: all is checked before anything is bought."""

import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from ..core.errors import Kind, TripoError
from ..core.job import Job
from ..core.sentences.text import text
from ..core.task import VIEWS_IN_ORDER, Role
from ..core.text import as_file_stem
from ..scene import export, export_images
from ..scene.deliver import Arrived
from ..scene.outputs import Outputs, checked

Plan = Callable[[Job, Arrived], Outputs]

_ANY = (*export.SUFFIXES, *export_images.SUFFIXES)
_SUFFIXES = {Role.MODEL: export.SUFFIXES, Role.IMAGE: export_images.SUFFIXES, Role.VIEWS: export_images.SUFFIXES}


def planned(gives: Role, options: argparse.Namespace, name: str, inputs: Iterable[object] = ()) -> Outputs:
    """Return where a model, an image or four views are saved: as was asked for, else under a name of their own.

    Of several variations it is where all are saved. Raise `TripoError` of kind usage.
    """
    out_dir: Path | None = getattr(options, "out_dir", None)
    out: list[Path] | None = getattr(options, "out", None)
    if gives is Role.VIEWS and out:
        raise TripoError(Kind.USAGE, text("cli.out_dir_for_views"))
    if gives is not Role.VIEWS and out_dir:
        raise TripoError(Kind.USAGE, text("cli.out_for_one"))
    if gives is Role.MODEL and not out and options.asset_library:
        return Outputs()
    files = _in_folder(out_dir) if out_dir else out or own(gives, as_file_stem(name))
    if gives is Role.MODEL:
        files = export.numbered(files, getattr(options, "variations", 1))
    option = "--out-dir" if gives is Role.VIEWS else "--out"
    return checked(files, _SUFFIXES[gives], overwrite=options.overwrite, inputs=[*map(str, inputs)], option=option)


def by_what_comes(options: argparse.Namespace, name: str) -> Plan:
    """Return the plan for a task of which nobody knows what it gives; raise `TripoError` for what fits nothing."""
    if options.out and options.out_dir:
        raise TripoError(Kind.USAGE, text("cli.out_or_out_dir"))
    if options.out or options.out_dir:
        files = _in_folder(options.out_dir) if options.out_dir else options.out
        checked(files, _ANY, overwrite=options.overwrite, option="--out-dir" if options.out_dir else "--out")
    else:
        planned(Role.MODEL, options, name)

    def plan(job: Job, arrived: Arrived) -> Outputs:
        try:
            return planned(given_by(arrived), options, name)
        except TripoError as error:  # it stays ready, as with a disk that is full
            kept = text("cli.not_saved", what=error.failure.text, job=job.id)
            raise TripoError(Kind.DISK, kept, detail=error.failure.detail) from error

    return plan


def unused(gives: Role, name: str, taken: list[Path], *, overwrite: bool) -> Outputs:
    """Return files of their own that are not among those `taken`, nor, unless they may be overwritten, on the disk.

    They are taken then. Raise `TripoError` of kind usage.
    """
    first, number = as_file_stem(name), 1
    names = {each.name.casefold() for each in taken}  # on some disks upper and lower case are one
    files = own(gives, first)
    while any(each.name.casefold() in names or (not overwrite and os.path.lexists(each)) for each in files):
        number += 1
        files = own(gives, f"{first}-{number}")
    taken += files
    return checked(files, _SUFFIXES[gives], overwrite=overwrite)


def own(gives: Role, stem: str) -> list[Path]:
    """Return the files for what a job gives where none is asked for: in the folder where the command runs."""
    if gives is Role.VIEWS:
        return [Path(f"{stem}-{view}.png") for view in VIEWS_IN_ORDER]
    return [Path(f"{stem}{_SUFFIXES[gives][0]}")]


def given_by(arrived: Arrived) -> Role:
    """Return what a job gave."""
    if not arrived.images:
        return Role.MODEL
    return Role.VIEWS if len(arrived.images) > 1 else Role.IMAGE


def _in_folder(folder: Path) -> list[Path]:
    return [folder / f"{view}.png" for view in VIEWS_IN_ORDER]
