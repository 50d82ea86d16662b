"""What can be asked of a service, and what comes of it: tasks, their inputs and options, and the files they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

from .options.option import Value
from .sentences.text import Text, text
from .task_type import TaskType as TaskType  # noqa: PLC0414  # whoever asks for a task finds all of it here


class Role(StrEnum):
    """What a file is for that a task gives, or that another task takes."""

    MODEL = "model"
    PREVIEW = "preview"  # the service's own image of a model
    IMAGE = "image"
    FRONT = "front"
    LEFT = "left"
    BACK = "back"
    RIGHT = "right"
    VIEWS = "views"  # the four above, as one, by the task that gave them
    RIG_REPORT = "rig_report"


VIEWS_IN_ORDER = (Role.FRONT, Role.LEFT, Role.BACK, Role.RIGHT)  # as the service counts them
IMAGE_ROLES = frozenset({Role.IMAGE, *VIEWS_IN_ORDER})  # what a task gives to be seen

_WORDS = {
    Role.MODEL: text("task.output.model"),
    Role.PREVIEW: text("task.output.preview"),
    Role.IMAGE: text("task.output.image"),
    Role.FRONT: text("task.output.front"),
    Role.LEFT: text("task.output.left"),
    Role.BACK: text("task.output.back"),
    Role.RIGHT: text("task.output.right"),
    Role.VIEWS: text("task.output.views"),
    Role.RIG_REPORT: text("task.output.rig_report"),
}


def word_of(role: Role) -> Text:
    """Return what a file of that role is called in a sentence."""
    return _WORDS[role]


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

# The slots of a request. A single view's is called as its role is.
PROMPT = "prompt"
NEGATIVE_PROMPT = "negative_prompt"
IMAGE = "image"  # the one image that something is made of, or the first of several references
VIEWS = "views"  # the task that gave four views
DRAFT = "draft"  # the task that gave the model to be refined


def reference_slot(number: int) -> str:
    """Return the slot of a reference image; they count from 1, as in the prompt that names them."""
    return IMAGE if number == 1 else f"{IMAGE}_{number}"


COPY = "picture"  # how the name of the copy of an input begins; that of what a task gives is its role


def copy_stem(slot: str) -> str:
    """Return the name, without the suffix, of the copy of an input in the folder of its job."""
    return COPY if slot == IMAGE else f"{COPY}-{slot}"


def edit_slot(view: Role) -> str:
    """Return the slot of the words on what to change in a view."""
    return f"edit_{view}"


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

    @property
    def files(self) -> dict[str, str]:
        """The paths of the files on this disk that it takes, by slot."""
        return {slot: each.path for slot, each in self.inputs.items() if isinstance(each, ImageFile | ModelFile)}

    def with_hashes(self, sha256: Mapping[str, str]) -> Request:
        """Return it with what its image files hold, in hex, by slot; what is not told stays."""
        inputs = {
            slot: replace(each, sha256=sha256[slot]) if isinstance(each, ImageFile) and sha256.get(slot) else each
            for slot, each in self.inputs.items()
        }
        return replace(self, inputs=inputs)


@dataclass(frozen=True)
class Artifact:
    """A file that a task gave, on this disk. `format` is glb, fbx, png, jpg or webp, by its bytes; `sha256` in hex."""

    role: Role
    path: str
    format: str = ""
    sha256: str = ""
