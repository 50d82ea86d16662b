"""From each format of a job's record to the next: plain JSON values in and out, in the words of the time.

A format that was ever released is never forgotten; what a version left out because it was its default is filled in
here with the default of that time, so that a later one changes nothing of what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]

FORMAT = 3  # of the records that are written

_ON_THE_WEB = ("http://", "https://")  # how the picture of a job began that was no file, in any case
_SETTINGS_OF_1: Mapping[str, Any] = {
    "model_version": "v3.1-20260211",
    "texture": True,
    "pbr": True,
    "texture_quality": "standard",
    "geometry_quality": "standard",
    "face_limit": 0,
    "quad": False,
    "auto_size": False,
    "model_seed": 0,
    "texture_seed": 0,
    "texture_alignment": "original_image",
    "orientation": "default",
    "enable_image_autofix": False,
}


def migrated(record: Record, found: int) -> Record:
    """Return a job's record of format `found` in today's; raise `KeyError`, `TypeError` or `ValueError`."""
    for number in range(found, FORMAT):
        record = MIGRATIONS[number](record)
    return record


def _from_1(old: Record) -> Record:
    """One image in, one model out, one service: now a request, an account, and files by their role."""
    record = dict(old)
    settings, picture = dict(record.pop("settings")), record.pop("picture")
    sha256, base_url = record.pop("picture_hash", ""), record.pop("base_url")
    image: Record = {"is": "image url", "url": picture}
    if not picture.lower().startswith(_ON_THE_WEB):
        image = {"is": "image file", "path": picture} | ({"sha256": sha256} if sha256 else {})
    record["request"] = {
        "task": "image_to_model",
        "inputs": {"image": image} if picture or sha256 else {},
        "options": {**_SETTINGS_OF_1, **settings} if base_url else {},
    }
    record["account"] = {"service": "modelstream", "base_url": base_url}
    files = []
    if model_path := record.pop("model_path", ""):
        files.append({"role": "model", "path": model_path, "format": record.pop("model_format", None) or ""})
    record.pop("model_format", None)
    if preview_path := record.pop("preview_path", ""):
        files.append({"role": "preview", "path": preview_path})
    if files:
        record["artifacts"] = files
    return record


def _from_2(old: Record) -> Record:
    """What was finished English is now a key with parameters; the old words stay as they were written."""
    record = dict(old)
    for name in ("failure", "unsettled"):
        if (failure := record.get(name)) is not None:
            record[name] = dict(failure)
            record[name]["text"] = _as_written(record[name].pop("sentence"))
    if note := record.pop("note", ""):
        record["note"] = _as_written(note)
    if warning := record.pop("warning", ""):
        record["warnings"] = [_as_written(warning)]
    if (prepared := record.get("prepared")) is not None:
        record["prepared"] = dict(prepared)
        if why := record["prepared"].pop("why", ""):
            record["prepared"]["why"] = _as_written(why)
    return record


def _as_written(words: str) -> Record:
    return {"key": "as_written", "parameters": {"text": words}}


MIGRATIONS: Mapping[int, Callable[[Record], Record]] = {1: _from_1, 2: _from_2}
