"""The job records on disk: one folder a job, its record written whole and renamed before what it announces."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

from ..core.job import Job, JobState
from ..core.records import RecordError, from_record, to_record

_RECORD = "job.json"
_FORMAT = 1
KEPT_RESULTS = 20  # models that are in the scene and still lie in the folder, to be imported again


class Journal:
    """The folder of all jobs. A record holds no key and no signed link."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder_of(self, job_id: str) -> Path:
        """Give the folder for a job's record, picture and model, made if need be; raises `OSError`."""
        folder = self._folder / job_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write(self, job: Job) -> None:
        """Put the record on disk, whole or not at all, and wait until it is there; raises `OSError`."""
        target = self.folder_of(job.id) / _RECORD
        part = target.with_suffix(".part")
        try:
            with part.open("w", encoding="utf-8") as file:
                json.dump({"format": _FORMAT, "job": to_record(job)}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def read(self) -> list[Job]:
        """Give the jobs on record, oldest first; what cannot be read is passed over and left where it is.

        So is a record that names another folder than its own, which would be removed in its stead.
        """
        jobs = []
        for path in sorted(self._folder.glob(f"*/{_RECORD}")):
            try:
                record = json.loads(path.read_text(encoding="utf-8"))
                if isinstance(record, dict) and record.get("format") == _FORMAT:
                    job = from_record(Job, record.get("job"))
                    if job.id == path.parent.name:
                        jobs.append(job)
            except (OSError, ValueError, RecordError):
                continue
        return sorted(jobs, key=lambda job: job.created)

    def settle(self, job: Job) -> None:
        """Tidy up after a job that went its way: what cost nothing is forgotten, what was paid for is kept.

        The record, the model and the service's picture of it stay, so that it can be fetched or imported again. The
        picture's copy stays where the model is in the scene, for another try, and where the order may have to be sent
        again.
        """
        if not job.final:
            return
        if not job.task_id or (job.state is JobState.DONE and not self._holds(job)):
            self.forget(job.id)
            return
        kept = {Path(job.model_path), Path(job.preview_path)}
        if job.state is JobState.DONE:
            kept.add(Path(job.picture))
        with contextlib.suppress(OSError):
            for path in self.folder_of(job.id).iterdir():
                if path.name != _RECORD and path not in kept:
                    path.unlink()

    def _holds(self, job: Job) -> bool:
        """Whether a job's model lies in its own folder: one that was imported again has it in another's."""
        return Path(job.model_path).parent == self._folder / job.id

    def prune(self, keep: int) -> None:
        """Forget all but the newest `keep` jobs that ended in the scene."""
        done = [job for job in self.read() if job.state is JobState.DONE]
        for job in done[: max(0, len(done) - keep)]:
            self.forget(job.id)

    def forget(self, job_id: str) -> None:
        """Remove a job's record and files."""
        shutil.rmtree(self._folder / job_id, ignore_errors=True)
