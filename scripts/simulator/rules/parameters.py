"""The parameters of each type of task, and the values that each takes."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from simulator.refusals import Refusal

Test = Callable[[Any], bool]
VIEWS = ("front", "left", "back", "right")
MOST_LETTERS = 1024  # of a prompt
_STYLES = (  # an old list; the current documentation has none
    *("person:person2cartoon", "object:clay", "object:steampunk", "animal:venom", "object:barbie"),
    *("object:christmas", "gold", "ancient_bronze"),
)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*names: str) -> Test:
    return lambda value: value in names


def _text(longest: int) -> Test:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 256


def _are_edits(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_edit, value))


def _is_edit(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("view") not in VIEWS:
        return False
    return _text(MOST_LETTERS)(value.get("prompt"))


_TESTS: dict[str, Test] = {
    "prompt": _text(MOST_LETTERS),
    "negative_prompt": _text(255),
    "model_version": _text(64),
    "style": _one_of(*_STYLES),
    "template": _text(64),
    "texture_quality": _one_of("standard", "detailed", "extreme"),
    "texture_alignment": _one_of("original_image", "geometry"),
    "geometry_quality": _one_of("standard", "detailed"),
    "orientation": _one_of("default", "align_image"),
    "compress": _one_of("geometry"),
    "prompts": _are_edits,
    **dict.fromkeys(("original_task_id", "draft_model_task_id"), _is_id),
    **dict.fromkeys(("image_seed", "model_seed", "texture_seed", "face_limit"), _is_integer),
    **dict.fromkeys(("texture", "pbr", "quad", "auto_size", "smart_low_poly", "generate_parts"), _is_boolean),
    **dict.fromkeys(("export_uv", "enable_image_autofix", "t_pose", "sketch_to_render"), _is_boolean),
}
_GENERATION = (
    *("model_version", "model_seed", "texture", "pbr", "texture_seed", "texture_quality", "geometry_quality"),
    *("face_limit", "quad", "smart_low_poly", "generate_parts", "auto_size", "compress", "export_uv"),
)
# Without type and files. A key that is not named here is ignored with its task, as the service does: also
# texture_alignment and orientation with text_to_model.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "text_to_model": (*_GENERATION, "prompt", "negative_prompt", "image_seed", "style"),
    "image_to_model": (*_GENERATION, "texture_alignment", "orientation", "enable_image_autofix", "style"),
    "multiview_to_model": (*_GENERATION, "texture_alignment", "orientation", "original_task_id"),
    "refine_model": ("draft_model_task_id",),
    "text_to_image": ("prompt", "negative_prompt"),
    "generate_image": ("prompt", "model_version", "template", "t_pose", "sketch_to_render"),
    "generate_multiview_image": (),
    "edit_multiview_image": ("original_task_id", "prompts"),
}


def check_values(body: Mapping[str, Any]) -> None:
    """Raise the refusal of a value that a parameter of this task cannot have."""
    for name in PARAMETERS[body["type"]]:
        if name in body and not _TESTS[name](body[name]):
            raise Refusal(1004, f"{name} cannot be {str(body[name])[:80]!r}", name)


def check_words(text: str, name: str) -> None:
    """Raise the refusal of a text without words, or with letters that the service does not take."""
    if not text.strip():
        raise Refusal(1004, f"{name} is required", name)
    if any(unicodedata.category(letter) in ("So", "Cs", "Co", "Cn") for letter in text):
        raise Refusal(2009, parameter=name)
