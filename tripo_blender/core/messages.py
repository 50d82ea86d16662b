"""What crosses between Blender and the worker: one message a line, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import get_args

from .account import Account, Credentials
from .errors import Failure
from .events import Event, Prepared
from .formats.limits import Limits
from .job import Job
from .serialization import Record, RecordError, from_record, to_record


@dataclass(frozen=True)
class Configure:
    """Blender -> worker, before the first job and whenever it changes."""

    folder: str  # where the job folders lie
    converts: bool = False  # set models up in a second Blender
    blender: str = ""  # its program; empty: the bpy module in the worker's own Python
    addon_version: str = ""  # for the provenance of what is set up there
    proxy: str = field(default="", repr=False)  # as in `Network`
    certificates: str = ""
    model_memory: int = Limits().memory  # bytes that importing one model may take
    kept: int = 0  # bytes that models of ended jobs may take on the disk; 0: no limit


@dataclass(frozen=True)
class UseAccount:
    """Blender -> worker, before the first job of an account and whenever it changes: the only message with a key."""

    credentials: Credentials


@dataclass(frozen=True)
class Run:
    """Blender -> worker: carry this job to the end, with the account that it belongs to."""

    job: Job


@dataclass(frozen=True)
class Cancel:
    """Blender -> worker: stop this job."""

    job_id: str


@dataclass(frozen=True)
class Ended:
    """Blender -> worker: this job ended in Blender, in the scene or not; write it down."""

    job: Job


@dataclass(frozen=True)
class Learnt:
    """Both ways: what a create with this account succeeded with, kept by Blender from one worker to the next."""

    account: Account
    upload_method: str = ""
    dialect: str = ""  # of the create call


@dataclass(frozen=True)
class Fault:
    """Worker -> Blender: the worker itself failed; the text is for the log."""

    text: str


@dataclass(frozen=True)
class Convert:
    """Worker -> converter: set this job's model up and write it as `blend`; the rest is for its provenance."""

    job: Job
    blend: str
    service: str
    addon_version: str


@dataclass(frozen=True)
class Converted:
    """Converter -> worker: done, or why not; without a job's id it only says that it is up."""

    job_id: str
    prepared: Prepared | None = None
    failure: Failure | None = None


CONVERTER_HOME = "tripo-converter-"  # how the name of the folder begins that the worker makes for a converter

Message = Configure | UseAccount | Run | Cancel | Ended | Learnt | Fault | Convert | Converted
_MESSAGES: dict[str, type[Message]] = {cls.__name__: cls for cls in get_args(Message)}
_EVENTS: dict[str, type[Event]] = {cls.__name__: cls for cls in get_args(Event)}


@dataclass(frozen=True)
class Happened:
    """Worker -> Blender: something happened to a job."""

    job_id: str
    event: Event


def encode(message: Message | Happened) -> bytes:
    """Give a message as one line."""
    if isinstance(message, Happened):
        record: Record = {"job": message.job_id, "event": type(message.event).__name__} | to_record(message.event)
    else:
        record = {"message": type(message).__name__} | to_record(message)
    return json.dumps(record).encode() + b"\n"


def decode(line: bytes) -> Message | Happened:
    """Read one line; raise `RecordError` where it is none of ours."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise RecordError("not an object")
    message, event = record.get("message"), record.get("event")
    try:
        if isinstance(message, str) and message in _MESSAGES:
            return from_record(_MESSAGES[message], record)
        if isinstance(event, str) and event in _EVENTS and isinstance(record.get("job"), str):
            return Happened(record["job"], from_record(_EVENTS[event], record))
    except RecursionError as error:  # texts inside each other
        raise RecordError(str(error)) from error
    raise RecordError(f"unknown message {message or event!r}")
