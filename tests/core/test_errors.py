"""Failures as data and as exceptions."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Failure, Kind, TripoError, exit_code

from .fixtures import written


@pytest.mark.parametrize("kind", Kind)
def test_a_script_can_tell_the_usual_mistakes_from_the_rest(kind: Kind) -> None:
    known = {Kind.USAGE: 2, Kind.NO_KEY: 3, Kind.OFFLINE: 4, Kind.UNCERTAIN: 5}
    assert exit_code(kind) == known.get(kind, 1)


@given(st.builds(Failure))
def test_a_failure_survives_being_raised(failure: Failure) -> None:
    error = TripoError.of(failure)
    assert error.failure == failure
    assert str(error) == failure.sentence


@given(st.text(st.characters(categories=["L", "N"]), min_size=500, max_size=3000))
def test_no_failure_is_without_end_and_its_advice_stays(text: str) -> None:
    failure = Failure(Kind.USAGE, written(f"There is no {text}. Choose another"), f"in {text}; at the end", text, text)
    assert len(failure.sentence) <= 600
    assert failure.sentence.startswith("There is no ")
    assert failure.sentence.endswith(". Choose another")
    assert len(failure.detail) <= 1000
    assert failure.detail.endswith("; at the end")
    assert max(len(failure.code), len(failure.trace_id)) <= 200
    assert str(TripoError.of(failure)) == failure.sentence


@pytest.mark.parametrize(
    ("detail", "code", "trace_id", "expected"),
    [
        ("", "", "", ""),
        ("HTTP 400", "", "", "HTTP 400"),
        ("HTTP 400: bad", "1004", "abc", "HTTP 400: bad; code 1004; trace id abc"),
        ("", "1004", "", "code 1004"),
        ("", "", "abc", "trace id abc"),
    ],
)
def test_the_technical_text_is_one_line_of_what_is_known(detail: str, code: str, trace_id: str, expected: str) -> None:
    assert Failure(Kind.REFUSED, written("No"), detail, code, trace_id).technical() == expected
