"""Asks how far a task is, through whatever passes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from ..core import retry
from ..core.errors import Failure, Kind, TripoError
from ..core.services.base import HttpRequest, Refused, Service, TaskReport
from ..core.services.failures import unreachable_task
from .http.client import Client, NoAnswer, NotSent
from .stop import Stop

T = TypeVar("T")


class Polling:
    """The questions of one job. `delay` waits before another attempt, and ends the run when told to."""

    def __init__(
        self, service: Service, client: Client, stop: Stop, delay: Callable[[int, Failure, float], object]
    ) -> None:
        self._service = service
        self._client = client
        self._stop = stop
        self._delay = delay
        self._own = threading.Lock()  # of the job's own connection: a client is not shared between threads

    def report(self, base_url: str, task_id: str) -> TaskReport | None:
        """Return how far the task is; None: the run shall end.

        Raises `TripoError` when what is in the way does not pass.
        """
        request = self._service.poll(base_url, task_id)

        def ask(patience: float) -> TaskReport | Refused:
            return self._ask(request, task_id, patience)

        attempt = odd = lost = 0
        while not self._stop.is_set():
            meaning = self._stop.hedged(
                lambda patience: self._ask(request, task_id, patience), _says_it, retry.STALLED_SECONDS
            )
            if not isinstance(meaning, Refused):
                return meaning
            failure = meaning.failure
            attempt, odd, lost = attempt + 1, odd + (not meaning.again), lost + (failure.kind is Kind.TASK_LOST)
            if odd > retry.ODD_ANSWERS or lost > retry.LOST_ANSWERS or attempt > retry.READ_RETRIES:
                raise TripoError.of(failure)
            self._delay(attempt, failure, meaning.retry_after)
        return None

    def _ask(self, request: HttpRequest, task_id: str, patience: float) -> TaskReport | Refused:
        """Ask once: over the job's own connection, or a new one where that has an unanswered question still."""
        if not self._own.acquire(blocking=False):
            with self._client.another() as client:
                return self._asked(client, request, task_id, patience)
        try:
            return self._asked(self._client, request, task_id, patience)
        finally:
            self._own.release()

    def _asked(self, client: Client, request: HttpRequest, task_id: str, patience: float) -> TaskReport | Refused:
        try:
            return self._service.read_poll(client.call(request, patience=patience), task_id)
        except (NotSent, NoAnswer) as error:
            return Refused(unreachable_task(error.failure, task_id), again=True)


def _says_it(meaning: TaskReport | Refused) -> bool:
    return isinstance(meaning, TaskReport)
