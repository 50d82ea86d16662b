"""Runs one job in the foreground, for scripts and the command line: no timer, no other process; Ctrl-C cancels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..core.account import Credentials
from ..core.errors import Failure
from ..core.events import Event, Failed
from ..core.formats.limits import Limits
from ..core.job import Job
from ..core.needs import alone
from ..core.network import Network
from ..core.services.registry import DEFAULT, SERVICES, unknown_service
from ..core.states import JobState
from ..storage.journal import Journal
from .gateway_profile import ProfileBook
from .http.client import Client
from .interrupt import Interrupt
from .runner import Runner

_profiles = ProfileBook()  # for a script that makes many models


def run(
    job: Job,
    credentials: Credentials,
    folder: Path,
    emit: Callable[[Event], None],
    network: Network = Network(),  # noqa: B008  # frozen
    limits: Limits = Limits(),  # noqa: B008
) -> Job:
    """Carry a job as far as it goes without Blender, and give it as it is then; `emit` is told every event.

    A job that is ready stays this process's own until its end is written down. Ctrl-C in the instant in which it got
    ready raises `KeyboardInterrupt`; it is on record then as ready.
    """
    stop, journal = Interrupt(), Journal(folder)
    with stop.listening():
        failure = unknown_service(job.account.service) if job.working else None
        if failure is None and job.request.needs and not job.task_id:
            start = alone(job, {need: journal.find(need) for need in job.request.needs})
            job, failure = (job, start) if isinstance(start, Failure) else (start, None)
        if (failure := failure or journal.begin(job)) is not None:
            emit(Failed(failure))
            return job.after(Failed(failure))
        try:
            service = SERVICES.get(job.account.service, SERVICES[DEFAULT])  # a ready job asks nothing of it
            profile = _profiles.of(job.account, credentials.upload_method)
            with Client(credentials.key, credentials.account.base_url, network) as client:
                job = Runner(job, service, client, journal, stop, emit, profile, limits).run()
        finally:
            if stop.cancelled or job.state is not JobState.READY:
                journal.ownership.release(job.id)
    if stop.cancelled and job.state is JobState.READY:
        raise KeyboardInterrupt
    return job
