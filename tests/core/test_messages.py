"""Messages: every one survives the pipe, and nothing that comes through it does worse than be refused."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.account import Account, Credentials
from tripo_blender.core.events import Imported
from tripo_blender.core.inspection import Inspection
from tripo_blender.core.messages import Cancel, Happened, UseAccount, decode, encode
from tripo_blender.core.sentences.text import text
from tripo_blender.core.serialization import RecordError

from .strategies import JSON_VALUES, MESSAGES


@given(MESSAGES)
def test_every_message_survives_the_pipe_as_one_line(message: Any) -> None:
    line = encode(message)
    assert line.index(b"\n") == len(line) - 1
    assert decode(line) == message


def test_all_that_is_told_of_a_model_in_the_scene_crosses() -> None:
    found = Inspection(10, 9, 12, 2, 3, 0.25, True, "Base Color,Normal", "a.png")
    happened = Happened("job-1", Imported("Chair", found, (text("model.few_quads", share=0.9),)))
    assert decode(encode(happened)) == happened
    assert json.loads(encode(happened))["inspection"]["quads"] == 9


def test_the_key_does_not_show() -> None:
    assert "secret" not in repr(UseAccount(Credentials(Account(), "sk-secret")))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"hello",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"message": "Nonsense"}',
        b'{"message": ["Cancel"]}',
        b'{"message": {}}',
        b'{"event": ["Started"], "job": "a"}',
        b'{"event": "Started"}',
        b'{"event": "Started", "job": 7}',
        b'{"event": "Progressed", "job": "a"}',
        b'{"message": "Cancel"}',
        b'{"message": "Run", "job": {}}',
        pytest.param(b'{"event": "Progressed", "job": "a", "percent": 1' + 400 * b"0" + b"}", id="a huge number"),
        pytest.param(100_000 * b"[", id="nested without end"),
        pytest.param(
            b'{"job": "a", "event": "Delayed", "note": '
            + 300 * b'{"key": "a", "parameters": {"a": '
            + b'"a"'
            + 601 * b"}",
            id="texts without end",
        ),
    ],
)
def test_what_is_none_of_ours_is_refused(line: bytes) -> None:
    with pytest.raises(RecordError):
        decode(line)


@given(st.binary() | JSON_VALUES.map(json.dumps).map(str.encode))
def test_no_bytes_do_worse_than_be_refused(line: bytes) -> None:
    with pytest.raises(RecordError):
        decode(line)


@given(MESSAGES, st.data())
def test_a_damaged_line_is_refused_or_read_as_some_message(message: Any, data: st.DataObject) -> None:
    record = json.loads(encode(message))
    name = data.draw(st.sampled_from(sorted(record)))
    record[name] = data.draw(JSON_VALUES)
    try:
        assert encode(decode(json.dumps(record).encode()))
    except RecordError:
        assert name in record


def test_a_message_is_told_from_an_event() -> None:
    assert decode(b'{"message": "Cancel", "job_id": "job-1"}') == Cancel("job-1")
    happened = decode(b'{"job": "job-1", "event": "Delayed", "note": {"key": "service.is_busy"}, "since": 3}')
    assert isinstance(happened, Happened)
    assert (happened.job_id, happened.event.note) == ("job-1", text("service.is_busy"))
