"""What a user asked for: the settings of one generation, and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..errors import Kind, TripoError
from ..sentences.text import Text, text
from ..task_type import MODEL_TASKS, TaskType
from .generation_table import SETTING_BY_NAME, SETTINGS
from .option import Value
from .validation import plain_number, problem_with, typed
from .versions import DEFAULT_VERSION, LOW_POLY_LIMITS, line_of

_DEFAULTS: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The settings of one generation. A face limit or seed of 0 leaves the choice to the service."""

    model_version: str = _DEFAULTS["model_version"]
    texture: bool = _DEFAULTS["texture"]
    pbr: bool = _DEFAULTS["pbr"]
    texture_quality: str = _DEFAULTS["texture_quality"]
    geometry_quality: str = _DEFAULTS["geometry_quality"]
    style: str = _DEFAULTS["style"]
    face_limit: int = _DEFAULTS["face_limit"]
    quad: bool = _DEFAULTS["quad"]
    smart_low_poly: bool = _DEFAULTS["smart_low_poly"]
    generate_parts: bool = _DEFAULTS["generate_parts"]
    auto_size: bool = _DEFAULTS["auto_size"]
    model_seed: int = _DEFAULTS["model_seed"]
    image_seed: int = _DEFAULTS["image_seed"]
    texture_seed: int = _DEFAULTS["texture_seed"]
    texture_alignment: str = _DEFAULTS["texture_alignment"]
    orientation: str = _DEFAULTS["orientation"]
    enable_image_autofix: bool = _DEFAULTS["enable_image_autofix"]
    export_uv: bool = _DEFAULTS["export_uv"]
    compress: str = _DEFAULTS["compress"]
    image_model: str = _DEFAULTS["image_model"]
    t_pose: bool = _DEFAULTS["t_pose"]
    sketch_to_render: bool = _DEFAULTS["sketch_to_render"]


def options_of(task: TaskType, version: str = "") -> frozenset[str]:
    """Return the names of the settings that a kind of task takes, with a model of that version."""
    refused = line_of(version).refuses
    return frozenset(setting.name for setting in SETTINGS if task in setting.tasks and setting.name not in refused)


def version_of(settings: Settings, task: TaskType) -> str:
    """Return the version of the model that carries a task out; empty where none is chosen."""
    if task in MODEL_TASKS:
        return settings.model_version
    return settings.image_model if task is TaskType.GENERATE_IMAGE else ""


def unavailable(
    settings: Settings, task: TaskType = TaskType.IMAGE_TO_MODEL, *, reads_meshopt: bool = False
) -> dict[str, Text]:
    """Return the settings that do not apply to a task, or not with the others, each with the reason.

    `reads_meshopt` is whether who asks can read a model that is compressed so.
    """
    reasons: dict[str, Text] = {}
    for setting in SETTINGS:  # what others exclude comes before them
        on = [name for name in setting.excludes if getattr(settings, name) and name not in reasons]
        if task not in setting.tasks:
            reasons[setting.name] = text("setting.not_of_task", setting=setting.label)
        elif setting.name in line_of(settings.model_version).refuses:
            reasons[setting.name] = text("setting.not_offered", setting=setting.label, version=settings.model_version)
        elif setting.needs_texture and not settings.texture:
            reasons[setting.name] = text("setting.needs_texture", setting=setting.label)
        elif on:
            others = " and ".join(SETTING_BY_NAME[name].label for name in on)
            reasons[setting.name] = text("setting.excluded", setting=setting.label, others=others)
        elif setting.name == "compress" and not reads_meshopt:
            reasons[setting.name] = text("setting.unreadable", setting=setting.label)
    return reasons


def effective(settings: Settings, task: TaskType = TaskType.IMAGE_TO_MODEL, *, reads_meshopt: bool = False) -> Settings:
    """Return the settings with those that do not apply put to the value that stands for "not asked for"."""
    idle = unavailable(settings, task, reads_meshopt=reads_meshopt)
    return replace(settings, **{name: SETTING_BY_NAME[name].off for name in idle})  # type: ignore[arg-type]


def problem(settings: Settings, task: TaskType = TaskType.IMAGE_TO_MODEL) -> Text | None:
    """Return what is wrong with the first value that is out of its limits; None when all are within."""
    if task in MODEL_TASKS and not settings.model_version.strip():
        return text("setting.no_version", version=DEFAULT_VERSION)
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if task in setting.tasks and setting.name != "face_limit" and (wrong := problem_with(setting, value)):
            return wrong
    return _problem_of_faces(effective(settings, task)) if task in MODEL_TASKS else None


def _problem_of_faces(applied: Settings) -> Text | None:
    (low, high), what = _face_limits(applied)
    if not applied.face_limit or low <= applied.face_limit <= high:
        return None
    return text("setting.face_limit", low=low, high=high, what=what, value=plain_number(applied.face_limit))


def _face_limits(applied: Settings) -> tuple[tuple[int, int], Text]:
    """Return the fewest and the most faces, and of what those are the limits."""
    line, version = line_of(applied.model_version), applied.model_version
    if applied.smart_low_poly:
        what = text("setting.of_low_poly_quads") if applied.quad else text("setting.of_low_poly")
        return LOW_POLY_LIMITS[applied.quad], what
    if applied.quad and line.quad_limits:
        return line.quad_limits, text("setting.of_version_quads", version=version)
    return line.face_limits, text("setting.of_version", version=version)


def asked(task: TaskType = TaskType.IMAGE_TO_MODEL, reads_meshopt: bool = False, /, **values: Value | None) -> Settings:
    """Return the settings for what a script asked for; None, or a name left out, stands for "not asked for".

    Raises `TripoError` of kind usage, with one sentence, for an unknown name, a value of the wrong type or out of
    its limits, and for a setting that does not apply to the task or with the others.
    """
    given = typed(SETTINGS, values)
    settings = Settings(**given)  # type: ignore[arg-type]
    wrong = problem(settings, task)
    for name, reason in unavailable(settings, task, reads_meshopt=reads_meshopt).items():
        if name in given and given[name] != SETTING_BY_NAME[name].off:
            wrong = wrong or reason
    if wrong:
        raise TripoError(Kind.USAGE, wrong)
    return effective(settings, task, reads_meshopt=reads_meshopt)


def body_fields(settings: Settings, task: TaskType = TaskType.IMAGE_TO_MODEL) -> dict[str, Value]:
    """Return the settings as the service's own fields.

    Of a model the version, texture and pbr are always sent: the service's defaults for them vary, and pbr left at its
    default would turn the texture, and its price, on again. The quality of the texture is sent whenever there is
    one. All else is sent only where it differs from the service's default, since some versions refuse a key even
    when it says false. Whether a compressed model can be read was asked before.
    """
    applied = effective(settings, task, reads_meshopt=True)
    always: set[str] = set()
    if task in MODEL_TASKS:
        always = {"model_version", "texture", "pbr"} | ({"texture_quality"} if applied.texture else set())
    body: dict[str, Value] = {}
    for setting in SETTINGS:
        value = getattr(applied, setting.name)
        if setting.name in always or value != setting.off:
            body[setting.field or setting.name] = value
    return body


def as_options(settings: Settings) -> dict[str, Value]:
    """Return every setting by its name, those at their defaults too: these may change, what was asked for may not."""
    return {field.name: getattr(settings, field.name) for field in fields(settings)}


def settings_of(options: Mapping[str, Value]) -> Settings:
    """Return the options of a request as settings; raise `TripoError` for one that is unknown or of another type."""
    return Settings(**typed(SETTINGS, dict(options)))  # type: ignore[arg-type]


def as_values(settings: Settings, task: TaskType = TaskType.IMAGE_TO_MODEL) -> dict[str, Any]:
    """Return the settings of a kind of task as they apply, by name, for provenance and events."""
    applied = effective(settings, task, reads_meshopt=True)
    return {setting.name: getattr(applied, setting.name) for setting in SETTINGS if task in setting.tasks}
