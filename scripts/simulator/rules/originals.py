"""The task that a create goes on from: which kinds it may be, and that it is done."""

from collections.abc import Mapping
from typing import Any

from simulator.refusals import Refusal
from simulator.rules.check import DRAFTED
from simulator.tasks import Task, TaskStore

# By type: the parameter that names the task, the types of task it may name, and the code of one that is not done.
_USABLE: dict[str, tuple[str, tuple[str, ...], int]] = {
    "refine_model": ("draft_model_task_id", DRAFTED, 2005),
    # A set that has been edited cannot be edited again.
    "edit_multiview_image": ("original_task_id", ("generate_multiview_image",), 2007),
    "multiview_to_model": ("original_task_id", ("generate_multiview_image", "edit_multiview_image"), 2007),
}


def original_of(body: Mapping[str, Any], tasks: TaskStore) -> Task | None:
    """Return the task that a create names, None if it names none; raise the refusal of one that cannot be used."""
    kind = body["type"]
    if kind not in _USABLE or _USABLE[kind][0] not in body:
        return None
    name, kinds, unfinished = _USABLE[kind]
    task = tasks.get(body[name])
    if task is None:
        raise Refusal(2001, parameter=name)
    if task.input["type"] not in kinds or (kind == "refine_model" and not task.draft):
        raise Refusal(2006, f"task {task.task_id} is a {task.input['type']}", name)
    if tasks.moment(task).status != "success":
        raise Refusal(unfinished, parameter=name)
    return task
