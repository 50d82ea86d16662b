"""The kinds of task of Tripo's v2 API, a row each: what a task takes and gives, and what the call that buys it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..options.generation import body_fields, options_of, settings_of
from ..options.versions import MOST_REFERENCES, UNKNOWN_REFERENCES, image_model_of, line_of
from ..prompt import LONGEST_NEGATIVE_PROMPT, LONGEST_PROMPT, NEGATIVE, POSITIVE
from ..sentences.text import Text, text
from ..task import (
    DRAFT,
    IMAGE,
    NEGATIVE_PROMPT,
    PROMPT,
    VIEWS,
    VIEWS_IN_ORDER,
    ImageFile,
    ImageUrl,
    Input,
    OutputOf,
    Request,
    Role,
    TaskType,
    Words,
    edit_slot,
    reference_slot,
    word_of,
)
from .base import Slot, TaskSpec, Uploaded

Uploads = Mapping[str, Uploaded]
_Inputs = Mapping[str, Input]


class TaskRow(NamedTuple):
    """One kind of task. `inputs` returns the fields of its call for what it is made of."""

    spec: TaskSpec
    inputs: Callable[[_Inputs, Uploads], dict[str, Any]]


def spec_of(task: TaskType, version: str) -> TaskSpec | None:
    """Return what a kind of task takes and gives with a model of that version; None where it is not offered."""
    if problem_of_task(task, version):
        return None
    spec = replace(TASKS[task].spec, options=options_of(task, version))
    if task is TaskType.GENERATE_IMAGE:
        model = image_model_of(version)
        most = UNKNOWN_REFERENCES if model is None else model.references
        spec = replace(spec, slots={**spec.slots, **_references(most)})
    return spec


def problem_of_task(task: TaskType, version: str) -> Text | None:
    """Return why a kind of task is not offered with a model of that version; None where it is."""
    if task is TaskType.REFINE_MODEL and version and not version.lower().startswith(_REFINED):
        return text("request.no_refinement", version=version)
    if task is TaskType.MULTIVIEW_TO_MODEL and not line_of(version).takes_views:
        return text("request.no_views", version=version)
    return None


def body_of(request: Request, uploads: Uploads) -> dict[str, Any]:
    """Return the fields of the call that buys a task, beside its type."""
    inputs = TASKS[request.task].inputs(request.inputs, uploads)
    return {**inputs, **body_fields(settings_of(request.options), request.task)}


_REFINED = ("v1.",)  # the only versions that gave drafts

_IMAGE_ROLES = frozenset({Role.IMAGE, Role.PREVIEW, *VIEWS_IN_ORDER})


def _image(word: Text, *, required: bool = True) -> Slot:
    return Slot(word, (ImageFile, ImageUrl, OutputOf), required, roles=_IMAGE_ROLES)


def _words(word: Text, longest: int = LONGEST_PROMPT, *, required: bool = False) -> Slot:
    return Slot(word, (Words,), required, longest)


def _output(word: Text, role: Role, *, required: bool = True) -> Slot:
    return Slot(word, (OutputOf,), required, roles=frozenset({role}), by_task=True)


def _references(most: int) -> dict[str, Slot]:
    return {
        reference_slot(number): _image(text("input.reference", number=number), required=False)
        for number in range(1, most + 1)
    }


_PROMPTS = {
    PROMPT: _words(POSITIVE, required=True),
    NEGATIVE_PROMPT: _words(NEGATIVE, LONGEST_NEGATIVE_PROMPT),
}
_ONE_IMAGE = {IMAGE: _image(text("input.image"))}
_VIEW_SLOTS = tuple(str(view) for view in VIEWS_IN_ORDER)
_FOUR_VIEWS = {str(view): _image(word_of(view), required=view is Role.FRONT) for view in VIEWS_IN_ORDER}
_EDIT_WORDS = {
    Role.FRONT: text("input.edit_front"),
    Role.LEFT: text("input.edit_left"),
    Role.BACK: text("input.edit_back"),
    Role.RIGHT: text("input.edit_right"),
}
_EDITS = {edit_slot(view): _words(_EDIT_WORDS[view]) for view in VIEWS_IN_ORDER}


def _of_words(inputs: _Inputs, _uploads: Uploads) -> dict[str, Any]:
    return _texts(inputs, PROMPT, NEGATIVE_PROMPT)


def _of_image(_inputs: _Inputs, uploads: Uploads) -> dict[str, Any]:
    return {"file": _file(uploads[IMAGE])}


def _of_views(inputs: _Inputs, uploads: Uploads) -> dict[str, Any]:
    if VIEWS in inputs:
        return {"original_task_id": _task_of(inputs[VIEWS])}
    return {"files": [_file(uploads[slot]) if slot in uploads else {} for slot in _VIEW_SLOTS]}


def _of_draft(inputs: _Inputs, _uploads: Uploads) -> dict[str, Any]:
    return {"draft_model_task_id": _task_of(inputs[DRAFT])}


def _of_references(inputs: _Inputs, uploads: Uploads) -> dict[str, Any]:
    slots = map(reference_slot, range(1, MOST_REFERENCES + 1))
    files = [_file(uploads[slot]) for slot in slots if slot in uploads]
    named: dict[str, Any] = {"files": files} if len(files) > 1 else {"file": files[0]} if files else {}
    return _texts(inputs, PROMPT) | named


def _of_edits(inputs: _Inputs, _uploads: Uploads) -> dict[str, Any]:
    texts = ((view, _texts(inputs, edit_slot(view))) for view in VIEWS_IN_ORDER)
    prompts = [{"view": str(view), "prompt": text[edit_slot(view)]} for view, text in texts if text]
    return {"original_task_id": _task_of(inputs[VIEWS]), "prompts": prompts}


def _texts(inputs: _Inputs, *slots: str) -> dict[str, Any]:
    return {slot: words.text for slot in slots if isinstance(words := inputs.get(slot), Words)}


def _task_of(source: Input) -> str:
    return source.task_id if isinstance(source, OutputOf) else ""


def _file(uploaded: Uploaded) -> dict[str, str]:
    place = {"file_token": uploaded.token} if uploaded.token else {"url": uploaded.url}
    return {"type": uploaded.format, **place}


TASKS: Mapping[TaskType, TaskRow] = {
    TaskType.TEXT_TO_MODEL: TaskRow(TaskSpec(_PROMPTS), _of_words),
    TaskType.IMAGE_TO_MODEL: TaskRow(TaskSpec(_ONE_IMAGE), _of_image),
    TaskType.MULTIVIEW_TO_MODEL: TaskRow(
        TaskSpec(
            _FOUR_VIEWS | {VIEWS: _output(text("input.views"), Role.VIEWS, required=False)},
            some=_VIEW_SLOTS,
            fewest=2,
            instead=VIEWS,
        ),
        _of_views,
    ),
    TaskType.REFINE_MODEL: TaskRow(TaskSpec({DRAFT: _output(text("input.draft"), Role.MODEL)}), _of_draft),
    TaskType.TEXT_TO_IMAGE: TaskRow(TaskSpec(_PROMPTS, outputs=(Role.IMAGE,)), _of_words),
    TaskType.GENERATE_IMAGE: TaskRow(TaskSpec({PROMPT: _PROMPTS[PROMPT]}, outputs=(Role.IMAGE,)), _of_references),
    TaskType.GENERATE_MULTIVIEW_IMAGE: TaskRow(TaskSpec(_ONE_IMAGE, outputs=VIEWS_IN_ORDER), _of_image),
    TaskType.EDIT_MULTIVIEW_IMAGE: TaskRow(
        TaskSpec(
            {VIEWS: _output(text("input.views"), Role.VIEWS), **_EDITS},
            some=tuple(_EDITS),
            fewest=1,
            outputs=VIEWS_IN_ORDER,
        ),
        _of_edits,
    ),
}
