"""What can be asked of a service, and what comes of it: tasks, their inputs and options, and the files they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from .options.option import Value


class TaskType(StrEnum):
    """What a service can be asked to do, as Tripo calls it."""

    IMAGE_TO_MODEL = "image_to_model"


class Role(StrEnum):
    """What a file is for that a task gives, or that another task takes."""

    MODEL = "model"
    PREVIEW = "preview"  # the service's own image of a model
    IMAGE = "image"
    FRONT = "front"
    LEFT = "left"
    BACK = "back"
    RIGHT = "right"
    RIG_REPORT = "rig_report"


IMAGE_ROLES = frozenset({Role.IMAGE, Role.FRONT, Role.LEFT, Role.BACK, Role.RIGHT})  # what a task gives to be seen


def word_of(role: Role) -> str:
    """Return what a file of that role is called in a sentence."""
    return {Role.RIG_REPORT: "rig report", Role.IMAGE: "image", Role.MODEL: "model"}.get(role, f"{role} image")


@dataclass(frozen=True)
class Words:
    """A prompt."""

    TAG: ClassVar = "words"
    text: str


@dataclass(frozen=True)
class ImageFile:
    """An image on this disk; `sha256`, in hex, is of what was uploaded of it, once that was."""

    TAG: ClassVar = "image file"
    path: str
    sha256: str = ""


@dataclass(frozen=True)
class ImageUrl:
    """An image that is publicly on the web."""

    TAG: ClassVar = "image url"
    url: str


@dataclass(frozen=True)
class ModelFile:
    """A model on this disk."""

    TAG: ClassVar = "model file"
    path: str
    sha256: str = ""


@dataclass(frozen=True)
class OutputOf:
    """A file that another job gives, by that job's id; or one of a task of which only the id is known."""

    TAG: ClassVar = "output"
    role: Role = Role.MODEL
    job_id: str = ""
    task_id: str = ""


Input = Words | ImageFile | ImageUrl | ModelFile | OutputOf

IMAGE = "image"  # the slot of the one image that a model is made of


@dataclass(frozen=True)
class Request:
    """One task as it is asked for: its inputs by slot, its options by name. At the most one purchase."""

    task: TaskType = TaskType.IMAGE_TO_MODEL
    inputs: Mapping[str, Input] = field(default_factory=dict)
    options: Mapping[str, Value] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[str, ...]:
        """The ids of the jobs whose files it takes, each once, in the order of the slots."""
        outputs = (each for each in self.inputs.values() if isinstance(each, OutputOf))
        return tuple(dict.fromkeys(each.job_id for each in outputs if each.job_id))


@dataclass(frozen=True)
class Artifact:
    """A file that a task gave, on this disk. `format` is glb, fbx, png, jpg or webp, by its bytes; `sha256` in hex."""

    role: Role
    path: str
    format: str = ""
    sha256: str = ""
