"""The tasks under way and done: their clock and what they make."""

import math
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from simulator.credits import credits_of
from simulator.results import Inputs, Result, Style, commission_of, is_textured, result_of
from simulator.sculpture.sculptor import Commission

QUEUE_SHARE = 0.15
_QUEUE_LENGTH = 3


@dataclass(frozen=True)
class Moment:
    """A task as it stands at one time."""

    status: str
    progress: int
    queuing_num: int
    running_left_time: int


@dataclass
class Task:
    """One accepted create. Times are seconds since the server's start."""

    task_id: str
    input: Mapping[str, Any]
    seconds: float
    created: float
    created_time: float  # the wall clock, as the service prints it
    credits: int
    work: "Future[Result]"
    commission: Commission | None = None  # of a model
    draft: bool = False  # which can be refined
    sculpted: float | None = None

    def finished(self, now: float) -> float | None:
        """When it became a success, None while it is not."""
        due = self.created + self.seconds
        if self.sculpted is None or max(due, self.sculpted) > now:
            return None
        return max(due, self.sculpted)

    def moment(self, now: float) -> Moment:
        """Queued, then running, then a success once the result is there too; failed if none could be made."""
        elapsed = (now - self.created) / self.seconds if self.seconds > 0 else 1.0
        left = max(1, math.ceil(self.created + self.seconds - now))
        if self.finished(now) is not None:
            return Moment("failed" if self.work.exception() else "success", 100, -1, -1)
        if elapsed < QUEUE_SHARE:
            ahead = math.ceil(_QUEUE_LENGTH * (1 - elapsed / QUEUE_SHARE))
            return Moment("queued", 0, ahead, left)
        progress = int(100 * (elapsed - QUEUE_SHARE) / (1 - QUEUE_SHARE))
        return Moment("running", min(99, progress), -1, left)


class TaskStore:
    """All tasks; what they give is made in the background, two at a time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tasks: dict[str, Task] = {}
        self._lock = threading.Lock()
        self._sculptors = ThreadPoolExecutor(2, "sculptor")

    def stop(self) -> None:
        """Starts no more work."""
        self._sculptors.shutdown(wait=False, cancel_futures=True)

    def all(self) -> list[Task]:
        with self._lock:
            return list(self._tasks.values())

    def get(self, task_id: str) -> Task | None:
        return self._tasks.get(task_id)

    def moment(self, task: Task) -> Moment:
        return task.moment(self._clock())

    def running(self) -> list[Task]:
        """Return the tasks that are not final."""
        now = self._clock()
        return [task for task in self.all() if task.finished(now) is None]

    def create(
        self, body: Mapping[str, Any], inputs: Inputs | None, seconds: float, prefix: str = "", **style: Any
    ) -> Task:
        """Start a task; a prefix makes the ids look like a gateway's own, `style` are the fields of a `Style`."""
        identity = str(uuid.uuid4())
        known, look = inputs or Inputs(), Style(**style)
        commission = commission_of(body, known, look)
        task = Task(
            task_id=f"{prefix}{identity.replace('-', '')}" if prefix else identity,
            input=body,
            seconds=seconds,
            created=self._clock(),
            created_time=time.time(),
            credits=credits_of(body, textured=not look.draft and is_textured(body)),
            work=self._sculptors.submit(result_of, body, known, look, commission, identity),
            commission=commission,
            draft=look.draft,
        )
        with self._lock:
            self._tasks[task.task_id] = task
        task.work.add_done_callback(lambda _: setattr(task, "sculpted", self._clock()))
        return task
