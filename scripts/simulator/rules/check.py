"""The rules between a create's parameters."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from simulator.refusals import Refusal
from simulator.rules.parameters import PARAMETERS, check_values, check_words
from simulator.rules.versions import DEFAULT_VERSION, IMAGE_VERSIONS, Line, line_of

Body = Mapping[str, Any]
DRAFTED = ("text_to_model", "image_to_model")  # the types of task that can give a draft
_STRUCTURE = ("type", "file", "files")  # keys that are no parameters


def check(body: Body, drafts: Collection[str] = ()) -> None:
    """Raise the refusal with which a strict service would answer this create.

    Its files and the task it goes on from are judged elsewhere. `drafts` are versions that still make a draft.
    """
    kind = body.get("type")
    if kind is None:
        raise Refusal(1004, "type is required", "type")
    if not isinstance(kind, str) or kind not in PARAMETERS:
        raise Refusal(2002, str(kind)[:80], "type")
    check_values(body)
    _CHECKS.get(kind, _check_nothing)(body, drafts)


def _check_model(body: Body, drafts: Collection[str]) -> None:
    kind = body["type"]
    version = body.get("model_version", DEFAULT_VERSION)
    line = line_of(version, drafts if kind in DRAFTED else ())
    refused = line.refused
    if line.known_only:
        refused += tuple(set(body) - {*PARAMETERS[kind], *_STRUCTURE})
    for name in refused:
        if name in body and (name in PARAMETERS[kind] or line.known_only):
            raise Refusal(1004, f"{name[:80]} is not a parameter of {version}", name)
    _check_faces(body, line)
    if not body.get("texture", True) and not body.get("pbr", True) and "texture_quality" in body:
        raise Refusal(1004, "texture_quality is not allowed without texture and pbr", "texture_quality")
    if kind == "text_to_model":
        _check_prompts(body, drafts)


def _check_faces(body: Body, line: Line) -> None:
    if "face_limit" not in body:
        return
    low, high = line.faces
    quad = body.get("quad", False)
    if body.get("smart_low_poly"):
        low, high = 500, 10_000 if quad else 20_000
    elif quad and line.most_quads:
        high = line.most_quads
    elif line.plain_faces and body.get("geometry_quality") != "detailed":
        high = line.plain_faces
    if not low <= body["face_limit"] <= high:
        raise Refusal(1004, f"face_limit must be between {low} and {high}", "face_limit")


def _check_prompts(body: Body, _drafts: Collection[str]) -> None:
    check_words(body.get("prompt", ""), "prompt")
    if body.get("negative_prompt"):
        check_words(body["negative_prompt"], "negative_prompt")


def _check_image(body: Body, _drafts: Collection[str]) -> None:
    version = body.get("model_version", IMAGE_VERSIONS[0])
    if version not in IMAGE_VERSIONS:
        raise Refusal(2017, version[:80], "model_version")
    if body.get("template"):
        check_words(body["template"], "template")
    if body.get("prompt") or not (body.get("template") and ("file" in body or "files" in body)):
        check_words(body.get("prompt", ""), "prompt")


def _check_refinement(body: Body, _drafts: Collection[str]) -> None:
    if "draft_model_task_id" not in body:
        raise Refusal(1004, "draft_model_task_id is required", "draft_model_task_id")


def _check_edits(body: Body, _drafts: Collection[str]) -> None:
    for name in ("original_task_id", "prompts"):
        if name not in body:
            raise Refusal(1004, f"{name} is required", name)
    for edit in body["prompts"]:
        check_words(edit["prompt"], "prompts")


def _check_nothing(_body: Body, _drafts: Collection[str]) -> None:
    """The rest is files."""


_CHECKS: dict[str, Callable[[Body, Collection[str]], None]] = {
    "text_to_model": _check_model,
    "image_to_model": _check_model,
    "multiview_to_model": _check_model,
    "refine_model": _check_refinement,
    "text_to_image": _check_prompts,
    "generate_image": _check_image,
    "edit_multiview_image": _check_edits,
}
