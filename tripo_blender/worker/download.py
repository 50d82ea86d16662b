"""Brings a file of a task from its host onto the disk: beside its goal first, whole and checked before the rename."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

from ..core.errors import Failure, Kind, TripoError
from ..core.file_version import FileVersion
from ..core.formats.image.check import check
from ..core.formats.image.head import HEAD_BYTES, read_head
from ..core.formats.limits import Limits
from ..core.formats.model import FROM_SERVICE
from ..core.sentences.text import text
from ..core.serialization import from_record, to_record
from ..core.task import Artifact, Role, word_of
from ..storage.model_check import check_file
from ..storage.replacing import put_in_place
from ..storage.small_file import open_new, read_small
from .http.client import Client, NoAnswer

LARGEST_MODEL = 2_000_000_000  # bytes; a model of two million faces with its textures takes about a tenth
LARGEST_IMAGE = 200_000_000  # bytes; it is read whole, and one of 4096 px takes at most a third
_EXPIRED = (401, 403, 404, 410)  # what file hosts answer for a signed link that has had its time


class Busy(NoAnswer):
    """The file host wants to be asked again; `retry_after` is in how many seconds, -1: it does not say."""

    def __init__(self, failure: Failure, retry_after: float) -> None:
        super().__init__(failure)
        self.retry_after = retry_after


def fetch(client: Client, url: str, part: Path, progress: Callable[[float], None]) -> None:
    """Download `url` into `part`, from where an earlier attempt broke off if the host has the same file still.

    `progress` is told the percent, where the host says how long the file is. Raises `NotSent` or `NoAnswer` for
    what may be tried again, `TripoError` of kind link expired for a fresh link to be asked for, `OSError` for the disk.
    """
    version = _version_of(part)
    with client.download(url, part.stat().st_size if version else 0, version) as download:
        if download.status in _EXPIRED:
            raise TripoError(
                Kind.LINK_EXPIRED,
                text("task.link_expired"),
                detail=f"the file host answered {download.status}",
            )
        if download.status == 416:  # what lies here is not the beginning of what the host has
            forget(part)
        if download.status not in (200, 206):
            raise Busy(_broken(f"the file host answered {download.status}").failure, download.retry_after)
        received = download.start
        with part.open("r+b") if download.start else open_new(part) as file:
            if not download.start:
                _write_version(part, download.version)
            file.seek(received)
            for chunk in download.chunks():
                file.write(chunk)
                received += len(chunk)
                if received > LARGEST_MODEL:
                    raise _too_large()
                if download.length > 0:
                    progress(100.0 * received / download.length)
            file.truncate()
    if received < download.length:
        raise NoAnswer(_broken(f"{received} of {download.length} bytes came").failure)


def forget(part: Path) -> None:
    """Begin anew: remove what came of a file."""
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


def _note_of(part: Path) -> Path:
    """Return where it is written down of which version a part is: another process may go on with it."""
    return part.with_name(f"{part.name}.json")


def _version_of(part: Path) -> FileVersion | None:
    """Return the version that a part is of; None where there is none, or nobody can tell."""
    try:
        found = part.lstat()
        if not found.st_size or not stat.S_ISREG(found.st_mode):
            return None
        return from_record(FileVersion, json.loads(read_small(_note_of(part))))
    except (OSError, ValueError, RecursionError):
        return None


def _write_version(part: Path, version: FileVersion | None) -> None:
    """Write down of which version a part is, which is empty still; raises `OSError`."""
    if version is None:
        _note_of(part).unlink(missing_ok=True)
    else:
        with open_new(_note_of(part)) as file:
            file.write(json.dumps(to_record(version)).encode())


def is_whole(part: Path, role: Role, limits: Limits) -> bool:
    """Whether a file whose download broke off says itself that nothing is missing: a length may be wrong for ever."""
    try:
        if role is Role.MODEL:
            check_file(part, limits=limits)
        else:
            _checked_image(part, role)
    except (OSError, TripoError):
        return False
    return True


class Refused(TripoError):
    """A file that no importer should see; it was paid for, so it is kept as `artifact`."""

    def __init__(self, failure: Failure, artifact: Artifact) -> None:
        super().__init__(failure.kind, failure.text, detail=failure.detail)
        self.artifact = artifact


def keep(part: Path, folder: Path, role: Role, limits: Limits) -> Artifact:
    """Check a downloaded file and give it its name, by the format its bytes show; raise `Refused`, and `OSError`."""
    try:
        found = check_file(part, limits=limits) if role is Role.MODEL else _checked_image(part, role)
    except TripoError as error:
        refused = folder / f"refused.{role}"
        put_in_place(part, refused)
        forget(part)
        raise Refused(error.failure, Artifact(role, str(refused))) from error
    target = folder / f"{role}.{found}"
    put_in_place(part, target)
    forget(part)
    return Artifact(role, str(target), found)


def _checked_image(part: Path, role: Role) -> str:
    """Return the format of an image; raise `TripoError` of kind model file where it is none, or not whole."""
    if (size := part.stat().st_size) > LARGEST_IMAGE:
        large = text("task.output_too_large", output=word_of(role), most=LARGEST_IMAGE / 1e6, advice=FROM_SERVICE)
        raise TripoError(Kind.MODEL_FILE, large, detail=f"{size} bytes")
    data = part.read_bytes()
    try:
        check(data)
    except TripoError as error:
        damaged = text("task.output_damaged", output=word_of(role), advice=FROM_SERVICE)
        raise TripoError(Kind.MODEL_FILE, damaged, detail=error.failure.technical()) from error
    head = read_head(data[:HEAD_BYTES]) or read_head(data)
    assert head is not None  # it was checked
    return head.format


def _too_large() -> TripoError:
    return TripoError(
        Kind.MODEL_FILE,
        text("model.too_large", most=LARGEST_MODEL / 1e9, advice=FROM_SERVICE),
        detail="the download was stopped there",
    )


def _broken(detail: str) -> TripoError:
    return TripoError(Kind.NETWORK, text("network.download_broke_off"), detail=detail)
