"""The images of a create, by the form of their objects."""

from collections.abc import Mapping
from typing import Any

from simulator.refusals import Refusal

FileObject = Mapping[str, Any]
_PLACES = ("file_token", "url", "object")  # exclusive


def file_objects(body: Mapping[str, Any]) -> list[FileObject]:
    """Return the file objects of a create that has been checked otherwise: those of its slots, an empty one as {}."""
    kind = body["type"]
    if kind in ("image_to_model", "generate_multiview_image"):
        return [_checked(body.get("file"), "file")]
    if kind == "multiview_to_model":
        return _views(body)
    if kind == "generate_image":
        return _references(body)
    return []


def _views(body: Mapping[str, Any]) -> list[FileObject]:
    """Return the four slots: front, left, back, right."""
    if ("files" in body) == ("original_task_id" in body):
        raise Refusal(1004, "either files or original_task_id is required", "files")
    if "original_task_id" in body:
        return []
    files = body["files"]
    if not isinstance(files, list) or len(files) != 4 or not files[0] or sum(map(bool, files)) < 2:
        raise Refusal(1004, "files are four, the front and at least one other of them filled", "files")
    return [{} if entry == {} else _checked(entry, "files") for entry in files]


def _references(body: Mapping[str, Any]) -> list[FileObject]:
    if "file" in body and "files" in body:
        raise Refusal(1004, "file and files exclude each other", "files")
    if "file" in body:
        return [_checked(body["file"], "file")]
    if "files" not in body:
        return []
    files = body["files"]
    if not isinstance(files, list) or not files:
        raise Refusal(1004, "files needs at least one file", "files")
    return [_checked(entry, "files") for entry in files]


def _checked(entry: Any, name: str) -> FileObject:
    if not isinstance(entry, dict) or not entry:
        raise Refusal(1004, f"{name} is required", name)
    if sum(place in entry for place in _PLACES) != 1:
        raise Refusal(1004, f"{name} needs exactly one of file_token, url and object", name)
    if any(not isinstance(entry.get(key, ""), str) for key in ("file_token", "url", "type")):
        raise Refusal(1004, f"{name} has a value that is not text", name)
    return entry
