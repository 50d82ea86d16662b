"""What hypothesis makes jobs, events, messages and answers from."""

import json
import typing
from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from tripo_blender.core.account import Account, Credentials
from tripo_blender.core.errors import Failure
from tripo_blender.core.events import Event, Submitting
from tripo_blender.core.inspection import Inspection
from tripo_blender.core.job import Job
from tripo_blender.core.messages import (
    Cancel,
    Configure,
    Convert,
    Converted,
    Ended,
    Fault,
    Happened,
    Learnt,
    Run,
    UseAccount,
)
from tripo_blender.core.options.generation import Settings, as_options
from tripo_blender.core.options.import_options import Arrival
from tripo_blender.core.placement import Box, Spot
from tripo_blender.core.sentences.table import SENTENCES
from tripo_blender.core.sentences.text import Text
from tripo_blender.core.services.base import HttpAnswer
from tripo_blender.core.task import (
    Artifact,
    ImageFile,
    ImageUrl,
    Input,
    ModelFile,
    OutputOf,
    Request,
    TaskType,
    Words,
)

TEXTS = st.text(st.characters(), max_size=12)  # with lone surrogates: paths on Linux may hold them
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(float, NUMBERS)


# Keys that there are and others, with parameters that may fit their templates, and texts among those.
_KEYS = st.sampled_from(sorted(SENTENCES)) | TEXTS
_PLAIN = TEXTS | st.integers(-9, 10**6) | NUMBERS
st.register_type_strategy(
    Text,
    st.recursive(
        st.builds(Text, _KEYS, st.dictionaries(st.sampled_from(("name", "task", "what", "share", "most")), _PLAIN)),
        lambda inner: st.builds(Text, _KEYS, st.dictionaries(st.sampled_from(("what", "advice")), inner)),
        max_leaves=4,
    ),
)


def _whole(kind: type[Any]) -> st.SearchStrategy[Any]:
    """A dataclass with something in every field, those that have a default included."""
    return st.builds(kind, **{field.name: ... for field in fields(kind)})


for _part in (Account, Credentials, Artifact, ImageFile, ImageUrl, ModelFile, OutputOf, Words):
    st.register_type_strategy(_part, _whole(_part))
st.register_type_strategy(
    Request,
    st.builds(
        Request,
        task=st.sampled_from(TaskType),
        inputs=st.dictionaries(TEXTS, st.from_type(Input), max_size=3),
        options=st.builds(as_options, _whole(Settings)),
    ),
)
st.register_type_strategy(Submitting, st.builds(Submitting, st.dictionaries(TEXTS, TEXTS, max_size=2)))

EVENT_TYPES: tuple[type[Event], ...] = typing.get_args(Event)
for _part in (Failure, Settings, Arrival, Box, Spot, Inspection, *(set(EVENT_TYPES) - {Submitting}), Job):
    st.register_type_strategy(_part, _whole(_part))

EVENTS = st.one_of(*(st.from_type(kind) for kind in EVENT_TYPES))
JOBS = st.builds(Job)  # as they start
RECORDED_JOBS = st.builds(  # as they may lie on the disk
    Job, **{field.name: ... for field in fields(Job)} | {"created": st.floats(0, 4e9)}
)
MESSAGES = st.one_of(
    *(_whole(kind) for kind in (Configure, UseAccount, Run, Cancel, Ended, Learnt, Fault, Convert, Converted, Happened))
)

# Names and words that the readers look for, so that made-up answers come near to real ones.
_NAMES = (
    "code", "data", "error", "message", "suggestion", "task_id", "id", "status", "output", "result", "progress", "type",
    "model", "pbr_model", "url", "result_url", "image_token", "file_token", "error_code", "error_msg", "fail_reason",
    "queuing_num", "running_left_time", "consumed_credit", "request_id", "param",
)  # fmt: skip
_WORDS = (
    "success", "0", "running", "FAILURE", "banned", "unknown", "30%", "2010", "2001", "model_not_found",
    "task_abc_1234", "https://files.example.test/m.glb?sig=x", '{"code":2010}', '{"\ud800', "model is required",
)  # fmt: skip

JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from((0, 200, 2010, 2001, 10**400))
    | st.sampled_from(_WORDS)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES) | TEXTS, inner, max_size=6),
    max_leaves=12,
)
_ODD = st.sampled_from((None, True, 5, -1, 2.5, float("nan"), 10**400, "", "x", "{", "\ud800", [], {}, [1], {"a": 1}))


def _object(**likely: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with some of these fields, now and then with something else in them."""
    return st.fixed_dictionaries({}, optional={name: values | values | _ODD for name, values in likely.items()})


_CODES = st.sampled_from((0, 0, "success", 200, 1000, 1004, 2001, 2010, "", "do_request_failed", "model_not_found"))
_MESSAGES = st.sampled_from(("", "model is required", "face_limit must be smaller", '{"code":2010}', '{"\ud800', "{"))
_TASKS = _object(
    task_id=st.sampled_from(("task_abc_1234", "11111111-2222-4333-8444-555555555555", "\ud800")),
    status=st.sampled_from(("queued", "running", "success", "SUCCESS", "failed", "banned", "unknown")),
    progress=st.sampled_from((0, 42.5, "30%", -1)),
    output=_object(pbr_model=st.just("https://files.example.test/m.glb")),
    error_code=st.sampled_from((2008, 2020, "2008")),
    image_token=st.just("token-1"),
)
_ENVELOPES = _object(
    code=_CODES,
    message=_MESSAGES,
    error=st.none() | _object(code=_CODES, message=_MESSAGES, param=st.sampled_from(("model", "file", ""))),
    data=_TASKS | _object(data=_TASKS, status=st.just("IN_PROGRESS")),
)
_STATUSES = st.sampled_from((200, 201, 302, 400, 401, 402, 403, 404, 405, 408, 413, 429, 500, 502, 503, 504))
_HEADERS = st.dictionaries(
    st.sampled_from(("retry-after", "x-tripo-trace-id", "x-request-id")),
    st.sampled_from(("12", "-5", "nan", "inf", "Sun, 22 Nov 2026 10:00:00 GMT", "")) | TEXTS,
)
ANSWERS = st.builds(
    HttpAnswer,
    _STATUSES,
    _HEADERS,
    (_ENVELOPES | _ENVELOPES | _TASKS | JSON_VALUES).map(json.dumps).map(str.encode) | st.binary(max_size=60),
)
