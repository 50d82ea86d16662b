"""Where a model came from, as custom properties on its object: written at arrival, read by the panel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .job import Job
from .options.generation import Settings, as_values
from .options.generation_table import SETTING_BY_NAME
from .options.option import Option, Value
from .serialization import RecordError, from_record
from .task import IMAGE, NEGATIVE_PROMPT, PROMPT, VIEWS_IN_ORDER, ImageFile, Role, TaskType, Words

_PREFIX = "tripo_"
TASK_ID, SETTINGS, PICTURE_HASH = "tripo_task_id", "tripo_settings", "tripo_picture_hash"
TASK_TYPE, CREATED, SERVICE = "tripo_task_type", "tripo_created", "tripo_service"
ROLE, PROMPT_TEXT = "tripo_role", "tripo_prompt"
GROUP = "tripo_group"  # what the variations of one request share
PART_OF = "tripo_part_of"  # on each object of a model that has several: what tells it from what an artist adds

# What a model was made of, by the slot: the property that has its text, or the hash of its file, and its label.
_TEXTS = {
    PROMPT: (PROMPT_TEXT, "Prompt"),
    NEGATIVE_PROMPT: ("tripo_negative_prompt", "Negative Prompt"),
}
_HASHES = {
    IMAGE: (PICTURE_HASH, "Image Hash"),
    **{str(view): (f"tripo_{view}_hash", f"{view.capitalize()} Hash") for view in VIEWS_IN_ORDER},
}

# The rows of the panel: property and label.
_ROWS = (
    (TASK_ID, "Task"),
    (TASK_TYPE, "Task Type"),
    (SERVICE, "Service"),
    ("tripo_model_version", "Version"),
    *_TEXTS.values(),
    ("tripo_picture", "Image"),
    *_HASHES.values(),
    ("tripo_file", "File"),
    ("tripo_model_seed", "Geometry Seed"),
    ("tripo_texture_seed", "Texture Seed"),
    ("tripo_credits", "Credits"),
    (CREATED, "Made"),
    ("tripo_addon_version", "Add-on"),
)


# A panel is narrow: the beginning of a hash tells images apart, and nobody needs the second.
_SHORTENED: dict[str, Callable[[str], str]] = {
    **{name: lambda text: text[:12] for name, _ in _HASHES.values()},
    CREATED: lambda text: text[:16].replace("T", " ") + " UTC",
}

NAMES = (*(name for name, _ in _ROWS), SETTINGS)


def properties(job: Job, service: str, addon_version: str) -> dict[str, str | int | float]:
    """Give the custom properties of a job's object: texts, whole numbers and numbers; what is not known is left out.

    A seed is what the service says it used, else what was asked for. Of a task that was fetched by its id alone, as a
    job without any input, nobody here knows the settings.
    """
    found: dict[str, str | int | float] = {"tripo_addon_version": addon_version}
    if not job.task_id:
        return found | {"tripo_file": job.source}
    found |= {
        TASK_ID: job.task_id,
        SERVICE: service,
        CREATED: _created(job),
    }
    if job.ordered:
        found[TASK_TYPE] = str(job.request.task)
        found["tripo_model_version"] = job.settings.model_version
        found[SETTINGS] = json.dumps(as_values(job.settings, job.request.task))
    if job.group:
        found[GROUP] = job.group
    if job.source:
        found["tripo_picture"] = job.source
    for slot, each in job.request.inputs.items():
        if isinstance(each, Words) and slot in _TEXTS:
            found[_TEXTS[slot][0]] = each.text
        elif isinstance(each, ImageFile) and each.sha256 and slot in _HASHES:
            found[_HASHES[slot][0]] = each.sha256
    if job.credits >= 0:
        found["tripo_credits"] = job.credits
    for name, used in (("model_seed", job.model_seed), ("texture_seed", job.texture_seed)):
        seed = used if used >= 0 else getattr(job.settings, name)
        if seed:
            found[_PREFIX + name] = str(seed)  # a custom property holds 32 bits, a seed may have more
    return found


def image_name(job: Job, role: Role) -> str:
    """Return what an image of a job is called in Blender."""
    return job.name if role is Role.IMAGE else f"{job.name} {str(role).title()}"


def image_properties(job: Job, role: Role, service: str) -> dict[str, str]:
    """Return the custom properties of an image that a job gave: its task is what the next step can start from."""
    words = next((each.text for each in job.request.inputs.values() if isinstance(each, Words)), "")
    found = {TASK_ID: job.task_id, SERVICE: service, ROLE: str(role), CREATED: _created(job), PROMPT_TEXT: words}
    return {name: value for name, value in found.items() if value}


def _created(job: Job) -> str:
    return datetime.fromtimestamp(job.created, UTC).isoformat(timespec="seconds")


def rows(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give what a panel shows of an object's custom properties: labels and texts; empty for an object not of ours."""
    shown = []
    for name, label in _ROWS:
        value = found.get(name)
        if value not in (None, ""):
            text = f"{value:g}" if isinstance(value, float) else str(value)
            shown.append((label, _SHORTENED.get(name, str)(text)))
    settings = settings_of(found)
    for name, value in as_values(settings, task_of(found)).items() if settings else ():
        setting = SETTING_BY_NAME[name]
        if value != setting.default and _PREFIX + name not in NAMES:
            shown.append((setting.label, _shown(setting, value)))
    return shown


def _shown(setting: Option, value: Value) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return next((label for choice, label, _ in setting.choices if choice == value), str(value))


def task_of(found: Mapping[str, Any]) -> TaskType:
    """Return the kind of task that an object came of; the first version knew but one, and did not say so."""
    try:
        return TaskType(found.get(TASK_TYPE, TaskType.IMAGE_TO_MODEL))
    except ValueError:
        return TaskType.IMAGE_TO_MODEL


def settings_of(found: Mapping[str, Any]) -> Settings | None:
    """Give the settings that an object was made with; None where it does not say."""
    try:
        return from_record(Settings, json.loads(str(found.get(SETTINGS, ""))))
    except (ValueError, RecursionError, RecordError):
        return None
