"""What a service can be asked to do; apart from the rest of a task, as Blender's start needs it for the options."""

from __future__ import annotations

from enum import StrEnum


class TaskType(StrEnum):
    """What a service can be asked to do, as Tripo calls it."""

    TEXT_TO_MODEL = "text_to_model"
    IMAGE_TO_MODEL = "image_to_model"
    MULTIVIEW_TO_MODEL = "multiview_to_model"
    REFINE_MODEL = "refine_model"
    TEXT_TO_IMAGE = "text_to_image"
    GENERATE_IMAGE = "generate_image"  # of words, and of images that it refers to
    GENERATE_MULTIVIEW_IMAGE = "generate_multiview_image"  # four views of one image
    EDIT_MULTIVIEW_IMAGE = "edit_multiview_image"


# Those that make a model anew, by the settings of a generation.
MODEL_TASKS = frozenset({TaskType.TEXT_TO_MODEL, TaskType.IMAGE_TO_MODEL, TaskType.MULTIVIEW_TO_MODEL})
