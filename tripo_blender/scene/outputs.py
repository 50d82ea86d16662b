"""Writes the files that were asked for: all or none, each whole on the disk before it takes its name."""

import contextlib
import errno
import filecmp
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..converter import verified_write
from ..core.errors import Kind, TripoError
from ..core.job import Job
from ..core.sentences.text import Text, text
from ..storage.journal import Journal
from . import output_paths
from .folders import jobs_path


@dataclass(frozen=True)
class Outputs:
    """Where something is saved: absolute paths, as they were asked for; `overwrite` is the user's word for each.

    Files of this run's `own`, from earlier on, are replaced without it.
    """

    files: tuple[Path, ...] = ()
    overwrite: bool = False
    own: frozenset[Path] = frozenset()

    def replaces(self, path: Path) -> bool:
        """Return whether a file of that name may be replaced."""
        return self.overwrite or path in self.own


def checked(
    files: Sequence[Path],
    suffixes: Sequence[str],
    *,
    overwrite: bool = False,
    inputs: Sequence[str] = (),
    option: str = "--out",
) -> Outputs:
    """Return the outputs, after all that can be checked before money is spent; raise `TripoError` of kind usage.

    None may be one of the `inputs`: paths, or what is none and cannot be in the way. `option` is the word by which a
    user chooses another place.
    """
    absolute = [_full(path) for path in files]
    for path in absolute:
        if path.suffix.lower() not in suffixes:
            raise TripoError(Kind.USAGE, text("output.suffix", name=path.name, suffixes=", ".join(suffixes)))
    output_paths.check(absolute, overwrite=overwrite, inputs=inputs, option=option)
    return Outputs(tuple(absolute), overwrite)


def write_all(outputs: Outputs, job: Job, write: Callable[[Path, Path], None]) -> None:
    """Write every file or none: all are whole before one takes its name; what was there before is still there then.

    `write` is given a path and the name that it is to write under. Raise `TripoError` of kind disk for an `OSError`, or
    what Blender's operators raise.
    """
    at, named = outputs.files[:1], list[Path]()
    try:
        with _parts(outputs.files) as parts:
            for path, part in parts:
                at = (path,)
                write(path, part)
            for path, part in parts:
                at = (path,)
                output_paths.take(part, path, overwrite=outputs.replaces(path))
                named.append(path)
    except (OSError, RuntimeError, AttributeError) as error:  # the disk, an exporter's report, an exporter that is off
        for path in named:
            if not outputs.replaces(path):
                with contextlib.suppress(OSError):
                    path.unlink()
        raise TripoError(Kind.DISK, _not_saved(at[0], job, error), detail=_detail(job, error)) from error


def copy_whole(source: str, part: Path) -> None:
    """Copy a file byte for byte, and wait until it is on the disk; raise `OSError`."""
    shutil.copyfile(source, part)
    verified_write.sync(part)
    if not filecmp.cmp(source, part, shallow=False):
        raise OSError(errno.EIO, "the copy differs from what the service made", str(part))


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
    what = f"the model is kept in {job.model_path}" if job.model_path else "it is kept in the add-on's folder"
    return f"{lines[-1].strip()}; {what}"
