"""The generations under way and done: their clock and their models."""

import math
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from simulator.sculpture.sculptor import Commission, Sculpture, ready_made, sculpt

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
    work: "Future[Sculpture]"
    sculpted: float | None = None

    def finished(self, now: float) -> float | None:
        """When it became a success, None while it is not."""
        due = self.created + self.seconds
        if self.sculpted is None or max(due, self.sculpted) > now:
            return None
        return max(due, self.sculpted)

    def moment(self, now: float) -> Moment:
        """Queued, then running, then a success once the model is there too; failed if none could be made."""
        elapsed = (now - self.created) / self.seconds if self.seconds > 0 else 1.0
        left = max(1, math.ceil(self.created + self.seconds - now))
        if self.finished(now) is not None:
            return Moment("failed" if self.work.exception() else "success", 100, -1, -1)
        if elapsed < QUEUE_SHARE:
            ahead = math.ceil(_QUEUE_LENGTH * (1 - elapsed / QUEUE_SHARE))
            return Moment("queued", 0, ahead, left)
        progress = int(100 * (elapsed - QUEUE_SHARE) / (1 - QUEUE_SHARE))
        return Moment("running", min(99, progress), -1, left)

    @property
    def textured(self) -> bool:
        """pbr turns texture on, whatever texture says."""
        return bool(self.input.get("texture", True) or self.input.get("pbr", True))

    @property
    def output_key(self) -> str:
        """Under which name the model is found in the output."""
        if not self.textured:
            return "base_model"
        return "pbr_model" if self.input.get("pbr", True) else "model"


class TaskStore:
    """All tasks; the models are made in the background, two at a time."""

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

    def running(self) -> int:
        now = self._clock()
        return sum(task.finished(now) is None for task in self.all())

    def create(
        self,
        body: Mapping[str, Any],
        picture: bytes | None,
        seconds: float,
        prefix: str = "",
        model_file: str = "",
        **look: int,
    ) -> Task:
        """Starts a generation; a prefix makes the ids look like a gateway's own, a model file is what it gives.

        `look` goes to the `Commission`: its triangles and texture_size.
        """
        identity = str(uuid.uuid4())
        task_id = f"{prefix}{identity.replace('-', '')}" if prefix else identity
        textured = bool(body.get("texture", True) or body.get("pbr", True))
        commission = Commission(
            picture=picture,
            words=str(body.get("prompt", "")),
            face_limit=body.get("face_limit"),
            texture=textured,
            pbr=textured and bool(body.get("pbr", True)),
            quad=bool(body.get("quad", False)),
            **look,
        )
        task = Task(
            task_id=task_id,
            input=body,
            seconds=seconds,
            created=self._clock(),
            created_time=time.time(),
            credits=_credits(body, textured),
            work=self._sculptors.submit(lambda: ready_made(model_file) if model_file else sculpt(commission, identity)),
        )
        with self._lock:
            self._tasks[task_id] = task
        task.work.add_done_callback(lambda _: setattr(task, "sculpted", self._clock()))
        return task


def _credits(body: Mapping[str, Any], textured: bool) -> int:
    """The native price list, as of the task object's consumed_credit."""
    price = 10 if body["type"] == "text_to_model" else 20
    price += 20 if str(body.get("model_version", "")).startswith("P") else 0
    if textured:
        price += {"standard": 10, "detailed": 20, "extreme": 30}[body.get("texture_quality", "standard")]
    price += 5 if body.get("quad") else 0
    price += 10 if body.get("smart_low_poly") else 0
    price += 20 if body.get("generate_parts") else 0
    return price + (20 if body.get("geometry_quality") == "detailed" else 0)
