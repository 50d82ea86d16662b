"""One press, several requests: the steps of a chain, of which each takes what the one before gives, and variations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from .options.validation import plain_number
from .sentences.text import Text, text
from .task import IMAGE, NEGATIVE_PROMPT, PROMPT, VIEWS, OutputOf, Request, Role, TaskType

MOST_VARIATIONS = 8
LARGEST_SEED = 2**31 - 1


class Through(StrEnum):
    """What is made on the way to a model."""

    NOTHING = "nothing"
    IMAGE = "image"  # of the words
    VIEWS = "views"  # four of them, of the image


# Where a way to a model can begin that leads through something.
_THROUGH = {
    Through.IMAGE: frozenset({TaskType.TEXT_TO_MODEL}),
    Through.VIEWS: frozenset({TaskType.TEXT_TO_MODEL, TaskType.IMAGE_TO_MODEL}),
}


def steps_to(request: Request, through: Through, ids: Sequence[str]) -> list[Request]:
    """Return the requests that lead to the model of a request, which comes last; all but that give images.

    `request` makes a model of words or of one image; the request at each place is to be carried out by the job whose
    id stands there in `ids`. What there is to be made on the way depends on where the way begins.
    """
    steps: list[Request] = []
    if through is not Through.NOTHING and request.task is TaskType.TEXT_TO_MODEL:
        words = {slot: request.inputs[slot] for slot in (PROMPT, NEGATIVE_PROMPT) if slot in request.inputs}
        steps.append(replace(request, task=TaskType.TEXT_TO_IMAGE, inputs=words))
        request = replace(request, task=TaskType.IMAGE_TO_MODEL, inputs={IMAGE: OutputOf(Role.IMAGE, ids[0])})
    if through is Through.VIEWS and request.task is TaskType.IMAGE_TO_MODEL:
        steps.append(replace(request, task=TaskType.GENERATE_MULTIVIEW_IMAGE))
        views = OutputOf(Role.VIEWS, ids[len(steps) - 1])
        request = replace(request, task=TaskType.MULTIVIEW_TO_MODEL, inputs={VIEWS: views})
    return [*steps, request]


def end_of(task: TaskType, through: Through) -> TaskType:
    """Return the kind of task that makes the model where such a way ends."""
    if through is Through.VIEWS and task in _THROUGH[through]:
        return TaskType.MULTIVIEW_TO_MODEL
    if through is Through.IMAGE and task in _THROUGH[through]:
        return TaskType.IMAGE_TO_MODEL
    return task


def problem_of_expansion(task: TaskType, through: Through, count: int) -> Text | None:
    """Return why a model cannot be made in such a way, or not so many times; None where it can."""
    if through in _THROUGH and task not in _THROUGH[through]:
        return text("request.not_through_image") if through is Through.IMAGE else text("request.not_through_views")
    if not 1 <= count <= MOST_VARIATIONS:
        return text("request.variations", most=MOST_VARIATIONS, count=plain_number(count))
    return None


def variations(request: Request, count: int, first_seed: int) -> list[Request]:
    """Return requests that differ by their geometry seed alone, which counts up from the one asked for.

    `first_seed`, from 1 on, is taken where none was asked for.
    """
    if count <= 1:
        return [request]
    first = int(request.options.get("model_seed") or first_seed)
    seeds = ((first - 1 + number) % LARGEST_SEED + 1 for number in range(min(count, MOST_VARIATIONS)))
    return [replace(request, options={**request.options, "model_seed": seed}) for seed in seeds]
