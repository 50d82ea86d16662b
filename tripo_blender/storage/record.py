"""A job's record as text: written whole, read tolerantly, and where it cannot be read, what to do about it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from ..core.errors import TripoError
from ..core.job import Job
from ..core.options.generation import settings_of
from ..core.options.generation_table import SETTING_BY_NAME
from ..core.sentences.text import Text, text
from ..core.serialization import RecordError, from_record, strangers, to_record
from ..core.text import as_name
from .migrations import FORMAT, migrated

_NEVER = 253_402_300_800  # s since the epoch: the year 10,000, which no calendar of Python's can show
_TASK_ID = re.compile(r'"task_id":\s*"([\w-]{1,200})"')


class UnreadableRecord(RecordError):
    """A job's record cannot be read; `text` says what to do about it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return self.text.english()


def record_text(job: Job) -> str:
    """Give the text of a job's record."""
    return json.dumps({"format": FORMAT, "job": to_record(job)}, indent=1)


def read_text(content: str, folder: str) -> Job:
    """Read the record that lies in the folder of that name; raise `UnreadableRecord`.

    What an older version did not know yet is at its default. What this version does not know is not passed over: the
    record would lose it when it is written again. A record that names another folder than its own is none: that one
    would be removed in its stead.
    """
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecord(unreadable(folder, content)) from error
    if not isinstance(record, dict) or not isinstance(record.get("format"), int):
        raise UnreadableRecord(unreadable(folder, content))
    if record["format"] > FORMAT:
        raise UnreadableRecord(_from_newer(folder, content))
    try:
        fields = migrated(record["job"], record["format"])
        if strangers(Job, fields) or any(name not in SETTING_BY_NAME for name in fields["request"]["options"]):
            raise UnreadableRecord(_from_newer(folder, content))
        job = from_record(Job, fields)
        settings_of(job.request.options)
    except UnreadableRecord:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, TripoError) as error:
        raise UnreadableRecord(unreadable(folder, content)) from error
    if job.id != folder or not 0 <= job.created < _NEVER:
        raise UnreadableRecord(unreadable(folder, content))
    # The first version took the name of a picture's file as it was, also where Blender and most encodings refuse it.
    return replace(job, name=as_name(job.name), source=as_name(job.source))


def unreadable(folder: str, content: str = "") -> Text:
    """Give the text for a record that was cut short or changed; `content` is what there is of it."""
    if task_id := _task_id(content):
        return text("record.unreadable_with_task", job=folder, task=task_id)
    return text("record.unreadable", job=folder)


def half_written(folder: str) -> Text:
    """Give the text for a first record that was not written to its end: it precedes every order."""
    return text("record.half_written", job=folder)


def _from_newer(folder: str, content: str) -> Text:
    if task_id := _task_id(content):
        return text("record.newer_with_task", job=folder, task=task_id)
    return text("record.newer", job=folder)


def _task_id(content: str) -> str:
    found = _TASK_ID.search(content)
    return found[1] if found else ""
