"""A job's record as text: written whole, read tolerantly, and where it cannot be read, what to do about it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from ..core.errors import TripoError
from ..core.job import Job
from ..core.options.generation import settings_of
from ..core.options.generation_table import SETTING_BY_NAME
from ..core.serialization import RecordError, from_record, strangers, to_record
from ..core.text import as_name
from .migrations import FORMAT, migrated

_NEVER = 253_402_300_800  # s since the epoch: the year 10,000, which no calendar of Python's can show
_TASK_ID = re.compile(r'"task_id":\s*"([\w-]{1,200})"')


def record_text(job: Job) -> str:
    """Give the text of a job's record."""
    return json.dumps({"format": FORMAT, "job": to_record(job)}, indent=1)


def read_text(text: str, folder: str) -> Job:
    """Read the record that lies in the folder of that name; raise `RecordError` with a sentence on what to do.

    What an older version did not know yet is at its default. What this version does not know is not passed over: the
    record would lose it when it is written again. A record that names another folder than its own is none: that one
    would be removed in its stead.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(unreadable(folder, text)) from error
    if not isinstance(record, dict) or not isinstance(record.get("format"), int):
        raise RecordError(unreadable(folder, text))
    if record["format"] > FORMAT:
        raise RecordError(_from_newer(folder, text))
    try:
        content = migrated(record["job"], record["format"])
        if strangers(Job, content) or any(name not in SETTING_BY_NAME for name in content["request"]["options"]):
            raise RecordError(_from_newer(folder, text))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError(unreadable(folder, text)) from error
    try:
        job = from_record(Job, content)
        settings_of(job.request.options)
    except (RecordError, TripoError) as error:
        raise RecordError(unreadable(folder, text)) from error
    if job.id != folder or not 0 <= job.created < _NEVER:
        raise RecordError(unreadable(folder, text))
    # The first version took the name of a picture's file as it was, also where Blender and most encodings refuse it.
    return replace(job, name=as_name(job.name), source=as_name(job.source))


def unreadable(folder: str, text: str = "") -> str:
    """Give the sentence for a record that was cut short or changed; `text` is what there is of it."""
    return f"The record of job {folder} cannot be read and is left as it is. {_advice(text)}"


def half_written(folder: str) -> str:
    """Give the sentence for a first record that was not written to its end: it precedes every order."""
    return (
        f"The record of job {folder} was not written to its end and is left as it is. Nothing was ordered for it: "
        "generate again from the picture"
    )


def _from_newer(folder: str, text: str) -> str:
    what = f"The record of job {folder} is from a newer version of the add-on and is left as it is"
    return f"{what}. Update the add-on to go on with it{_or_fetch(text)}"


def _advice(text: str) -> str:
    if found := _task_id(text):
        return f"Its task {found} can be fetched by its id"
    return "If your account shows a task of that time, fetch it by its id"


def _or_fetch(text: str) -> str:
    return f", or fetch its task {found} by its id" if (found := _task_id(text)) else ""


def _task_id(text: str) -> str:
    found = _TASK_ID.search(text)
    return found[1] if found else ""
