"""A worker process, and all that it has told so far."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tripo_blender.core.account import Account, Credentials
from tripo_blender.core.events import Event
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Configure, Fault, Learnt, Run, UseAccount
from tripo_blender.worker.handle import WorkerHandle

from .course import DEADLINE, KEY, wait_for

_OF_ACCOUNT = ("key", "at_once", "upload_method", "base_url")
ROOT = Path(__file__).parents[2]


def alive(pid: int) -> bool:
    """Whether a process, of ours or not, still runs; one that nobody has waited for yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone in between, or a system without /proc
        return Path("/proc/self").exists() is False


class Worker:
    """The process, what it has told, and the jobs as they are after that."""

    def __init__(self, folder: Path, log: Path, **configuration: Any) -> None:
        self.handle = WorkerHandle(log)
        self.events: list[tuple[str, Event]] = []
        self.faults: list[Fault] = []
        self.learnt: list[Learnt] = []
        self._folder = folder
        self._log = log
        self._jobs: dict[str, Job] = {}
        self._account: dict[str, Any] = {}
        self.configure(**configuration)

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def configure(self, **configuration: Any) -> None:
        """Say what is preferred; what an account has, it says of that of each job, or of the one at `base_url`."""
        self._account = {name: configuration.pop(name) for name in _OF_ACCOUNT if name in configuration}
        assert self.handle.send(Configure(**{"folder": str(self._folder), **configuration}))
        for account in {job.account for job in self._jobs.values()}:
            self.use(account)

    def use(self, account: Account) -> None:
        """Say how an account is used."""
        options = {"key": KEY, **self._account}
        if options.pop("base_url", account.base_url) == account.base_url:
            assert self.handle.send(UseAccount(Credentials(account, **options)))

    def run(self, job: Job) -> None:
        self._jobs[job.id] = job
        self.use(job.account)
        assert self.handle.send(Run(job))

    def of(self, job: Job, *kinds: type[Event]) -> list[Event]:
        """What happened to a job."""
        return [event for job_id, event in self.events if job_id == job.id and isinstance(event, kinds)]

    def until(self, condition: Callable[[], Any], what: str, seconds: float = DEADLINE) -> None:
        """Hear what it tells until the condition is true."""

        def heard() -> Any:
            alive = self.handle.alive
            for message in self.handle.receive():
                if isinstance(message, Fault):
                    self.faults.append(message)
                elif isinstance(message, Learnt):
                    self.learnt.append(message)
                else:
                    self.events.append((message.job_id, message.event))
                    self._jobs[message.job_id] = self._jobs[message.job_id].after(message.event)
            done = condition()
            assert done or alive, f"the worker has ended, waiting for {what}: {self.log}"
            return done

        wait_for(heard, what, seconds)

    def until_ended(self, job: Job) -> Job:
        """The job as it is when nothing is going on any more."""
        self.until(lambda: not self._jobs[job.id].working, f"the end of {job.id}")
        return self._jobs[job.id]

    def end(self, seconds: float = 10.0) -> None:
        """Close it and wait for its end."""
        self.handle.close(seconds)
        self.check_end()

    def check_end(self) -> None:
        """It has ended as on every day: by itself, well, and without a traceback in its log."""
        assert not self.handle.alive, "the worker did not end"
        assert "Error" not in self.log, self.log
        assert self.handle._process.returncode == 0, self.log
