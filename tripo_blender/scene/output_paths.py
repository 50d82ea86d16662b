"""The names that files are saved under: checked before anything is bought, taken when the files are whole."""

import contextlib
import errno
import os
import secrets
import stat
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from ..core.disk_errors import why_not_written
from ..core.errors import Kind, TripoError
from ..core.part_names import PREFIX, files_of, part_name
from ..core.sentences.text import Text, text

_LONGEST_FOLDER = 980  # bytes; Blender cuts paths at 1,023, and what it writes first has 30 more than the folder
_PROBE = 2**20  # bytes: a .blend of a model without textures takes about as much


def check(paths: Sequence[Path], *, overwrite: bool, inputs: Sequence[str] = (), option: str = "--out") -> None:
    """Raise `TripoError` of kind usage where a file cannot be saved under its name, or must not.

    What is there stays, unless it may be overwritten; the `inputs` stay in any case. Two paths must not lead to one
    file. Paths are absolute. `option` chooses another place.
    """
    seen: set[tuple[int, int, str]] = set()
    for path in paths:
        if wrong := _problem(path, option, overwrite=overwrite, inputs=inputs):
            raise TripoError(Kind.USAGE, wrong)
        identity = _identity(path)
        if identity in seen:
            raise TripoError(Kind.USAGE, text("output.same", path=str(path)))
        seen.add(identity)


def check_folder(folder: Path, size: int = 0) -> None:
    """Raise `OSError` where no file of that many bytes can be written in a folder."""
    with tempfile.TemporaryFile(dir=folder) as file:  # without a name where the system can: nothing stays of it
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())


def reason(error: Exception, folder: Path) -> Text:
    """Return why a file could not be written, and what to do; what Blender reports itself does not say."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        try:
            check_folder(folder, _PROBE)
        except OSError as found:
            number = found.errno
    return why_not_written(number)


def part_of(path: Path) -> Path:
    """Return a name beside the file for what is not whole yet.

    It is nobody else's, and no file lies there: Blender would keep that as a backup. The suffix is in small letters.
    """
    folder = _real(path).parent
    while True:
        part = folder / part_name(secrets.token_hex(8), path.suffix)
        if not os.path.lexists(part):
            return part


def remove(parts: Sequence[Path]) -> None:
    """Remove all that was written of files that are not whole."""
    for part in parts:
        for name in files_of(str(part)):
            with contextlib.suppress(OSError):
                Path(name).unlink()


def take(part: Path, path: Path, *, overwrite: bool) -> None:
    """Give a whole file its name; raise `FileExistsError` where another file has got it meanwhile, or `OSError`."""
    target = _real(path)
    if overwrite:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)  # unlike a rename it fails where there is a file
        except FileExistsError:
            raise
        except OSError:  # not every file system knows links
            target.open("xb").close()
            try:
                part.replace(target)
            except OSError:
                target.unlink()
                raise
    with contextlib.suppress(OSError):  # Windows opens no folders
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _problem(path: Path, option: str, *, overwrite: bool, inputs: Sequence[str]) -> Text | None:
    """Return what keeps a file from being saved there; None when nothing does."""
    try:
        there = path.lstat()
    except FileNotFoundError:
        there = None
    except OSError as error:
        return _unreachable(path, error)
    if there is not None and (taken := _taken(path, there, option, overwrite=overwrite, inputs=inputs)):
        return taken
    folder = _real(path).parent
    if not folder.is_dir():
        return text("output.no_folder", folder=str(folder))
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        return text("output.folder_too_long", name=path.name)
    try:
        check_folder(folder)
    except OSError as error:
        why = error.strerror.lower() if error.strerror else text("disk.not_writable")
        return text("output.folder_read_only", folder=str(folder), why=why)
    return None


def _taken(path: Path, there: os.stat_result, option: str, *, overwrite: bool, inputs: Sequence[str]) -> Text | None:
    with contextlib.suppress(OSError):  # a link that leads nowhere is a link all the same
        there = path.stat()
    if stat.S_ISDIR(there.st_mode):
        return text("output.is_folder", path=str(path))
    if any(_is_same(path, each) for each in inputs):
        return text("output.is_input", path=str(path))
    if not (stat.S_ISREG(there.st_mode) or stat.S_ISLNK(there.st_mode)):
        return text("output.is_no_file", path=str(path))
    if not overwrite:
        if option == "--out-dir":
            return text("output.exists_in_folder", path=str(path))
        return text("output.exists", path=str(path))
    return None


def _is_same(path: Path, other: str) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):  # it is no file, as an address is none
        return False


def _unreachable(path: Path, error: OSError) -> Text:
    if error.errno == errno.ENAMETOOLONG:
        name = path.name if len(path.name) < 40 else f"{path.name[:20]}...{path.name[-10:]}"
        return text("output.name_too_long", name=name)
    if error.errno == errno.ENOTDIR:
        return text("output.through_file", folder=str(path.parent))
    why = error.strerror.lower() if error.strerror else text("disk.refuses")
    return text("output.unreachable", path=str(path), why=why)


def _real(path: Path) -> Path:
    """Return where a file lies that is written to: a link stays a link."""
    return Path(os.path.realpath(path))


def _identity(path: Path) -> tuple[int, int, str]:
    """Return what two paths that lead to one file have in common; the file itself need not be there."""
    real = _real(path)
    folder = real.parent.stat()
    name = real.name
    with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix="a", dir=real.parent) as probe:
        if Path(f"{probe.name[:-1]}A").exists():  # upper and lower case are one here
            name = unicodedata.normalize("NFC", name.casefold())
    return folder.st_dev, folder.st_ino, name
