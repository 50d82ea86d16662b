"""What a create may hold: the service's rules between parameters, as a strict server would apply them."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.refusals import Refusal

GENERATIONS = ("text_to_model", "image_to_model", "multiview_to_model")
_EXCLUSIVE = ("file_token", "url", "object")
_LOW_POLY_ONLY = ("quad", "smart_low_poly", "generate_parts", "geometry_quality")


@dataclass(frozen=True)
class Line:
    """A family of model versions."""

    faces: tuple[int, int]
    most_quads: int | None = None
    refused: tuple[str, ...] = ()  # must be absent, whatever their value


_H3 = Line((1000, 2_000_000))
_H2 = Line((1000, 500_000), refused=("geometry_quality",))
VERSIONS: dict[str, Line] = {
    "v3.1-20260211": _H3,
    "v3.0-20250812": _H3,
    "v2.5-20250123": _H2,
    "P1-20260311": Line((48, 20_000), refused=_LOW_POLY_ONLY),
    "P2-20260801": Line((48, 50_000), most_quads=25_000),
    "Turbo-v1.0-20250506": Line((1000, 50_000), refused=("geometry_quality",)),
}
RETIRED = ("v2.0-20240919", "v1.4-20240625", "v1.3-20240522")
DEFAULT_VERSION = "v2.5-20250123"

Test = Callable[[Any], bool]


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _one_of(*names: str) -> Test:
    return lambda value: value in names


def _text(longest: int) -> Test:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


# Unknown keys are ignored, as the service does.
PARAMETERS: dict[str, Test] = {
    "prompt": _text(1024),
    "negative_prompt": _text(255),
    "model_version": _text(64),
    "style": _text(64),
    "texture_quality": _one_of("standard", "detailed", "extreme"),
    "texture_alignment": _one_of("original_image", "geometry"),
    "geometry_quality": _one_of("standard", "detailed"),
    "orientation": _one_of("default", "align_image"),
    "compress": _one_of("geometry"),
    **dict.fromkeys(("image_seed", "model_seed", "texture_seed", "face_limit"), _is_integer),
    **dict.fromkeys(
        (
            "texture",
            "pbr",
            "quad",
            "auto_size",
            "smart_low_poly",
            "generate_parts",
            "export_uv",
            "enable_image_autofix",
        ),
        _is_boolean,
    ),
}


def check(body: Mapping[str, Any]) -> None:
    """Raises the Refusal with which a strict service would answer this create; files are checked by the gateway."""
    kind = body.get("type")
    if kind is None:
        raise Refusal(1004, "type is required", "type")
    if kind not in GENERATIONS:
        raise Refusal(2002, f"{kind}", "type")
    for name, test in PARAMETERS.items():
        if name in body and not test(body[name]):
            raise Refusal(1004, f"{name} cannot be {str(body[name])[:80]!r}", name)
    version = body.get("model_version", DEFAULT_VERSION)
    if version in RETIRED:
        raise Refusal(2015, version, "model_version")
    if version not in VERSIONS:
        raise Refusal(2017, version, "model_version")
    line = VERSIONS[version]
    for name in line.refused:
        if name in body:
            raise Refusal(1004, f"{name} is not a parameter of {version}", name)
    _check_faces(body, line)
    if not body.get("texture", True) and not body.get("pbr", True) and "texture_quality" in body:
        raise Refusal(1004, "texture_quality is not allowed without texture and pbr", "texture_quality")
    if kind == "text_to_model":
        _check_prompt(body.get("prompt", ""))


def _check_faces(body: Mapping[str, Any], line: Line) -> None:
    if "face_limit" not in body:
        return
    low, high = line.faces
    quad = body.get("quad", False)
    if body.get("smart_low_poly"):
        low, high = 500, 10_000 if quad else 20_000
    elif quad and line.most_quads:
        high = line.most_quads
    elif line is _H3 and body.get("geometry_quality") != "detailed":
        high = 1_500_000
    if not low <= body["face_limit"] <= high:
        raise Refusal(1004, f"face_limit must be between {low} and {high}", "face_limit")


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise Refusal(1004, "prompt is required", "prompt")
    if any(unicodedata.category(letter) in ("So", "Cs", "Co", "Cn") for letter in prompt):
        raise Refusal(2009, parameter="prompt")


def pictures(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The file objects of an image or multiview create that hold something, the front first; checked in form."""
    if body["type"] == "text_to_model":
        return []
    if body["type"] == "image_to_model":
        files = [body.get("file")]
        name = "file"
    else:
        files, name = body.get("files", []), "files"
        if not isinstance(files, list) or len(files) != 4 or not files[0] or sum(map(bool, files)) < 2:
            raise Refusal(1004, "files are four, the front and at least one other of them filled", name)
    filled: list[Mapping[str, Any]] = []
    for entry in files:
        if name == "files" and not entry:
            continue  # {} skips a view
        if not isinstance(entry, dict) or not entry:
            raise Refusal(1004, f"{name} is required for {body['type']}", name)
        filled.append(entry)
        if sum(key in entry for key in _EXCLUSIVE) != 1:
            raise Refusal(1004, f"{name} needs exactly one of file_token, url and object", name)
        if any(not isinstance(entry.get(key, ""), str) for key in ("file_token", "url", "type")):
            raise Refusal(1004, f"{name} has a value that is not text", name)
    return filled
