"""The job records on disk: one folder a job, its record written whole and renamed before what it announces."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import Failure, Kind
from ..core.job import Job
from ..core.recovery import Unfinished, elsewhere, stopped, superseded, too_many_files, unfinished
from ..core.sentences.text import Text
from ..core.serialization import RecordError
from ..core.states import JobState
from ..core.task import Role
from . import output_parts
from .locks import Ownership
from .record import UnreadableRecord, half_written, read_text, record_text, unreadable
from .record_head import head_of
from .replacing import put_in_place
from .small_file import open_new, read_small
from .usage import End, Usage, size_of

_REMOVALS = 3  # the user's word may be laid into a folder in the instant in which it is emptied
_RECORD, _PART = "job.json", ".part"
CANCELLED = "cancelled"  # a file beside the record: the user's word, which whoever writes the record has yet to hear
_ENDED = (JobState.DONE, JobState.CANCELLED)  # what is left of these is for importing them again
_PRUNED = (*_ENDED, JobState.FAILED)


class Journal:
    """The folder of all jobs. A record holds no key and no signed link."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._usage = Usage(folder)
        self.ownership = Ownership(folder)

    def path_of(self, job_id: str) -> Path:
        """Return where a job's folder is, or would be."""
        return self._folder / job_id

    def folder_of(self, job_id: str) -> Path:
        """Give the folder for a job's record and files, made if need be; raises `OSError`."""
        folder = self.path_of(job_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write(self, job: Job) -> None:
        """Put the record on disk, whole or not at all, and wait until it is there; raises `OSError`."""
        target = self.folder_of(job.id) / _RECORD
        part = target.with_suffix(_PART)
        first = not target.exists()
        try:
            with open_new(part) as file:
                file.write(record_text(job).encode())
                file.flush()
                os.fsync(file.fileno())
            put_in_place(part, target)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        _sync(target.parent)
        if first:
            _sync(self._folder)
        if job.final or job.state is JobState.UNCERTAIN:  # it has heard
            self._unmark(job.id)

    def cancel(self, job_id: str) -> bool:
        """Put the user's word that a job is cancelled beside its record, for whoever has it and whoever comes next.

        It costs a name in a folder, so a click can give it; no message can be lost then with the process that was to
        read it. Where nothing of the job is on the disk, there is nothing to be stopped. False where the disk does not
        take it.
        """
        with contextlib.suppress(OSError):
            (self._folder / job_id / CANCELLED).touch()
            return True
        return not (self._folder / job_id).exists()

    def is_cancelled(self, job_id: str, before: float = math.inf) -> bool:
        """Whether the user has cancelled a job, before that time (s since the epoch), whose record is yet to say so."""
        try:
            return (self._folder / job_id / CANCELLED).stat().st_mtime < before
        except OSError:
            return False

    def write_cancelled(self, job_id: str) -> None:
        """Write down that a job is cancelled whose process died before it could; raises `OSError`, `RecordError`."""
        if self.is_cancelled(job_id) and self.ownership.take(job_id, tries=1):
            if (job := self.record_of(job_id)) is not None:
                self.write(job)
                self.settle(job)
            self.ownership.release(job_id)

    def _unmark(self, job_id: str) -> None:
        with contextlib.suppress(OSError):
            (self._folder / job_id / CANCELLED).unlink(missing_ok=True)

    def read(self) -> list[Job]:
        """Give the jobs on record, oldest first; what cannot be read is passed over and left where it is."""
        return self.look()[0]

    def look(self, *, ended: bool = True) -> tuple[list[Job], list[Text]]:
        """Give the jobs on record, oldest first, and a text for each record that cannot be read.

        Such a record is left where it is, whatever becomes of the others. Without those that have `ended`, of which
        only the head is read, it takes a seventh of the time.
        """
        jobs, unread = [], []
        for name in self.names():
            if not ended and (head := head_of(self.path_of(name))) is not None and head.state in _ENDED:
                continue
            try:
                job = self.record_of(name)
            except UnreadableRecord as error:
                unread.append(error.text)
            else:
                jobs += [job] if job else []
        return sorted(jobs, key=lambda job: job.created), unread

    def names(self) -> list[str]:
        """Give the ids of the jobs that have a folder; what else lies there is passed over."""
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            return sorted(entry.name for entry in entries if _is_folder(entry) and not entry.name.startswith("."))
        return []

    def record_of(self, job_id: str) -> Job | None:
        """Give a job as its record says, None where nothing is on record; raises `UnreadableRecord`.

        One that was cancelled is so, though the process that was to write it down has died.
        """
        target = self._folder / job_id / _RECORD
        try:
            text = read_small(target).decode("utf-8")
        except FileNotFoundError:
            part = target.with_suffix(_PART)
            if not part.is_file() or self.ownership.elsewhere(job_id):  # it is being written just now
                return None
            raise UnreadableRecord(half_written(job_id)) from None
        except (OSError, ValueError) as error:
            raise UnreadableRecord(unreadable(job_id)) from error
        job = read_text(text, job_id)
        return stopped(job) if not job.final and self.is_cancelled(job_id) else job

    def unfinished(self, job: Job) -> Unfinished | None:
        """Give what a job is that nobody carries out; None where somebody does, or there is nothing to go on with.

        Its record is read once more, now that nobody can change it: it may have ended since it was read with others.
        """
        if self.ownership.elsewhere(job.id):
            return None
        with contextlib.suppress(RecordError):
            now = self.record_of(job.id)
            if now is None:
                return None
            job = now
        gave = [each.path for each in job.artifacts if each.role is not Role.PREVIEW]
        return unfinished(job, files_there=bool(gave) and all(Path(path).is_file() for path in gave))

    def begin(self, job: Job) -> Failure | None:
        """Make a job this process's own; where it must not be carried out here, give why not."""
        try:
            if not self.ownership.take(job.id):
                return elsewhere(job.name)
        except OSError as error:
            return too_many_files(str(error))
        if job.in_doubt:  # the user has decided since
            self._unmark(job.id)
        try:
            failure = superseded(job, self.record_of(job.id))
        except UnreadableRecord as error:
            failure = Failure(Kind.DISK, error.text)
        if failure is not None:
            self.ownership.release(job.id)
        return failure

    def end(self, job: Job) -> bool:
        """Write down how a job ended, tidy up after it, and give it back; False where it is not on the disk then."""
        with contextlib.suppress(OSError):
            if not self.ownership.take(job.id):
                return False
            with contextlib.suppress(OSError):  # of what ended well, a record that says less is harmless
                self.write(job)
            self.settle(job)
            self.ownership.release(job.id)
        with contextlib.suppress(RecordError):
            recorded = self.record_of(job.id)
            return recorded is None or recorded.final
        return False

    def size_of(self, job_id: str) -> int:
        """Give the bytes that a job takes on the disk."""
        return size_of(self._folder / job_id)

    def settle(self, job: Job) -> None:
        """Tidy up after a job that went its way: what cost nothing is forgotten, what was paid for is kept.

        The record and what the task gave stay, so that it can be fetched or imported again. The copies of its own files
        stay where it went well, for another try, and where the order may have to be sent again.
        """
        if not job.final or self.ownership.elsewhere(job.id):
            return
        if not job.task_id or (job.state is JobState.DONE and not self._holds(job)):
            self.forget(job.id)
            return
        kept = {Path(each.path) for each in job.artifacts}
        if job.state is JobState.DONE:
            kept.update(map(Path, job.request.files.values()))
        self._remove_but_record(job.id, kept)

    def settle_ended(self, job_id: str) -> None:
        """Tidy up after a job that was paid for, whose process died between its end and that; raises `RecordError`."""
        job = self.record_of(job_id)
        if job is not None and job.final and job.task_id and self.ownership.take(job_id, tries=1):
            self.settle(job)
            self.ownership.release(job_id)

    def _remove_but_record(self, job_id: str, kept: set[Path]) -> bool:
        with contextlib.suppress(OSError):
            for path in self.path_of(job_id).iterdir():
                if path.name != _RECORD and path not in kept:
                    path.unlink()
            return True
        return False

    def _holds(self, job: Job) -> bool:
        """Whether what a job gave lies in its own folder: a model that was imported again lies in another's."""
        return any(Path(each.path).parent == self._folder / job.id for each in job.artifacts)

    def tidy(self) -> None:
        """Remove what processes left that were killed: locks, lists, and beside the outputs what is not whole."""
        self.ownership.tidy()
        output_parts.remove_left(self._folder)

    def saving(self, parts: Sequence[Path]) -> contextlib.AbstractContextManager[None]:
        """Have files that are written meanwhile removed by whoever comes next, where this process is killed."""
        return output_parts.remembered(self._folder, parts)

    def prune(self, limit: int) -> None:
        """Clear the oldest jobs that have ended while all such take more than `limit` bytes.

        The newest stays, however large, and so does what another job needs that has not ended; without a limit (0) all
        stay. Of one that failed after it was paid for the record stays, so that it can be fetched again. No record is
        read while all jobs together keep within the limit, and none a second time that has not changed.
        """
        self.tidy()
        sizes = self._usage.sizes() if limit else {}
        if sum(sizes.values()) <= limit:
            return
        ended = self._usage.oldest_first(self._end_of)
        taken = sum(sizes[job_id] for job_id in ended)
        for job_id in ended[:-1]:
            if taken <= limit:
                return
            self.clear(job_id)
            taken -= sizes[job_id] - self.size_of(job_id)

    def _end_of(self, job_id: str) -> End:
        job = self.find(job_id)
        if job is None:
            return End()
        return End(job.created if job.state in _PRUNED else None, () if job.final else job.request.needs)

    def find(self, job_id: str) -> Job | None:
        """Return a job as its record says; None where nothing is on record, or nothing that can be read."""
        with contextlib.suppress(RecordError):
            return self.record_of(job_id)
        return None

    def clear(self, job_id: str) -> bool:
        """Remove what a job that has ended left; of one that failed the record stays, as its task was paid for.

        One that failed before it was paid for is on record only while nobody has heard of it: it stays whole. False
        where something is there still that should not be.
        """
        with contextlib.suppress(RecordError):  # what cannot be read is not ours to judge
            job = self.record_of(job_id)
            if job is None or not job.final or self.ownership.elsewhere(job_id):
                return True
            if job.state in _ENDED:
                return self.forget(job_id)
            if job.task_id:
                return self._remove_but_record(job_id, set())
        return True

    def forget(self, job_id: str) -> bool:
        """Remove a job's record and files, unless another process has the job; False where they are there still."""
        if self.ownership.elsewhere(job_id):
            return False
        folder = self._folder / job_id
        for _ in range(_REMOVALS):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return True
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _sync(folder: Path) -> None:
    """Wait until a folder's names are on the disk; Windows opens no folder, and some file systems sync none."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
