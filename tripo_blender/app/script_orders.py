"""What scripts and the command line ask for, as orders: by names and plain values, checked as far as it goes here."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import bpy

from ..converter import compat
from ..core.disk_errors import why_not_written
from ..core.errors import Kind, TripoError
from ..core.expansion import Through, end_of, problem_of_expansion
from ..core.options.generation import Settings, asked
from ..core.options.generation_table import SETTING_BY_NAME
from ..core.options.import_options import Arrival
from ..core.options.option import Value
from ..core.options.validation import quoted
from ..core.placement import Spot
from ..core.recovery import checked_task_id
from ..core.sentences.text import text
from ..core.task import (
    DRAFT,
    IMAGE,
    NEGATIVE_PROMPT,
    PROMPT,
    VIEWS,
    VIEWS_IN_ORDER,
    OutputOf,
    Role,
    TaskType,
    Words,
    edit_slot,
    reference_slot,
)
from ..scene import place
from ..scene.capture.turntable import turntable
from ..scene.location import spot
from .sources import Picture, Source, name_of
from .submit import Order

Values = Mapping[str, Value | None]


def of_model(
    values: Values,
    *,
    image: Picture | None = None,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    views: Mapping[str, Picture | None] | None = None,
    views_task: str = "",
    obj: bpy.types.Object | None = None,
    through: str = "",
    count: int = 1,
) -> Order:
    """Return the order of a model by the settings in `values`; raise `TripoError` of kind usage.

    It is made of one of these: an image, words, images by the name of the view, the task that gave four views, or an
    object. The images of an object are yet to be taken: see `in_scene`.
    """
    sources: dict[str, Source] = {view: picture for view, picture in (views or {}).items() if picture is not None}
    given = sum((image is not None, prompt is not None, bool(sources), bool(views_task), obj is not None))
    if given != 1:
        raise TripoError(Kind.USAGE, text("cli.several_inputs") if given else text("cli.no_input"))
    task = TaskType.MULTIVIEW_TO_MODEL
    if image is not None:
        task, sources = TaskType.IMAGE_TO_MODEL, {IMAGE: image}
    elif prompt is not None:
        task, sources = TaskType.TEXT_TO_MODEL, {PROMPT: Words(prompt)}
    elif views_task:
        sources = {VIEWS: OutputOf(Role.VIEWS, task_id=checked_task_id(views_task))}
    way = Through(through) if through else Through.NOTHING
    if wrong := problem_of_expansion(task, way, count):
        raise TripoError(Kind.USAGE, wrong)
    settings = _settings(end_of(task, way), values)
    return Order(task, sources | _negative(negative_prompt), settings, way, count, obj.name if obj is not None else "")


def of_draft(task_id: str, values: Values) -> Order:
    """Return the order that refines the model of a task."""
    sources = {DRAFT: OutputOf(Role.MODEL, task_id=checked_task_id(task_id))}
    return Order(TaskType.REFINE_MODEL, sources, _settings(TaskType.REFINE_MODEL, values))


def of_image(
    values: Values, prompt: str | None, negative_prompt: str | None = None, references: Sequence[Picture] = ()
) -> Order:
    """Return the order of an image of words, and of the images that they refer to.

    It is named after the words. Words alone are painted by the service's usual model; another one, or a pose, is chosen
    as with a reference.
    """
    sources: dict[str, Source] = {} if prompt is None else {PROMPT: Words(prompt)}
    sources |= {reference_slot(number): reference for number, reference in enumerate(references, 1)}
    chosen = any(
        value not in (None, SETTING_BY_NAME[name].off)
        for name, value in values.items()
        if name in SETTING_BY_NAME and TaskType.GENERATE_IMAGE in SETTING_BY_NAME[name].tasks
    )
    task = TaskType.GENERATE_IMAGE if references or chosen else TaskType.TEXT_TO_IMAGE
    return Order(task, sources | _negative(negative_prompt), _settings(task, values), name=_name_of(prompt))


def of_views(image: Picture, values: Values) -> Order:
    """Return the order of four views of an image."""
    task = TaskType.GENERATE_MULTIVIEW_IMAGE
    return Order(task, {IMAGE: image}, _settings(task, values))


def of_edits(task_id: str, edits: Mapping[str, str], values: Values) -> Order:
    """Return the order that changes views, by their names, of the task that gave them; raise for an unknown view."""
    names = [str(view) for view in VIEWS_IN_ORDER]
    if strange := [view for view in edits if view not in names]:
        raise TripoError(Kind.USAGE, text("cli.unknown_view", view=quoted(strange[0]), views=" or ".join(names)))
    task = TaskType.EDIT_MULTIVIEW_IMAGE
    sources: dict[str, Source] = {VIEWS: OutputOf(Role.VIEWS, task_id=checked_task_id(task_id))}
    sources |= {edit_slot(Role(view)): Words(words) for view, words in edits.items()}
    return Order(task, sources, _settings(task, values), name="Views")


def object_named(name: str) -> bpy.types.Object:
    """Return an object of the current scene; raise `TripoError` of kind usage where there is none of that name."""
    scene = bpy.context.scene
    obj = scene.objects.get(name)
    if obj is None:
        raise TripoError(Kind.USAGE, text("turntable.no_object", name=quoted(name), scene=scene.name))
    return obj


@contextlib.contextmanager
def in_scene(wanted: Order, obj: bpy.types.Object | None, arrival: Arrival) -> Iterator[tuple[Order, Spot]]:
    """Give an order with the images of its object, if it is of one, and where in the scene the model shall stand.

    The images are taken now, and gone at the end. A box to be filled is that of the object. Raise `TripoError`.
    """
    if obj is None:
        yield wanted, spot(bpy.context, arrival)
        return
    with _views_of(obj) as images:
        with place.selected([obj], obj, bpy.context):
            point = spot(bpy.context, arrival)
        yield replace(wanted, sources=images), point


@contextlib.contextmanager
def _views_of(obj: bpy.types.Object) -> Iterator[dict[str, Path]]:
    """Take images of an object from its four sides; raise `TripoError` of kind usage where it cannot be shown so."""
    with tempfile.TemporaryDirectory(prefix="views-", dir=bpy.app.tempdir) as folder:
        try:
            taken = turntable(obj, Path(folder))
        except OSError as error:
            unwritten = text("turntable.not_written", name=obj.name, why=why_not_written(error.errno))
            raise TripoError(Kind.DISK, unwritten, detail=str(error)) from error
        except TripoError as error:
            if error.failure.kind is Kind.PICTURE:  # nobody chose a picture
                raise TripoError(Kind.USAGE, error.failure.text, detail=error.failure.detail) from error
            raise
        yield taken


def _name_of(prompt: str | None) -> str:
    return name_of({PROMPT: Words(prompt)}) if prompt is not None else ""


def _negative(words: str | None) -> dict[str, Source]:
    return {} if words is None else {NEGATIVE_PROMPT: Words(words)}


def _settings(task: TaskType, values: Values) -> Settings:
    compress = SETTING_BY_NAME["compress"]
    compresses = values.get(compress.name) not in (None, compress.off)
    return asked(task, compresses and compat.reads_meshopt(), **values)
