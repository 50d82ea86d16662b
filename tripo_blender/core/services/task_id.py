"""What the id of a task looks like, whoever gives it: a service's answer or a user."""

from __future__ import annotations

import re
from typing import Any

# A uuid, `task_...`, a number, or any other opaque text that an address can carry. What has no digit above zero is a
# word ("error", "unauthorized") or stands for none (a uuid of zeros), but for a long mix of small and capital letters,
# which chance now and then leaves without a digit.
_TASK_ID = re.compile(
    r"(?=.*[1-9]|task[_-]|(?=.*[a-z])(?=.*[A-Z])[A-Za-z0_-]{20})[A-Za-z0-9_][A-Za-z0-9_.:~=-]{0,199}", re.ASCII
)


def is_task_id(text: str) -> bool:
    """Return whether a text may be the id of a task."""
    return _TASK_ID.fullmatch(text) is not None


def task_id_in(value: Any) -> str:
    """Return the task's id that a field holds; empty where it holds something else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value < 10**40 else ""
    return value if isinstance(value, str) and is_task_id(value) else ""
