"""Texts from outside: shown and used as names, whatever is in them."""

import os
import unicodedata

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.text import as_line, as_name

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates and control codes too
ANY_BYTES = st.binary(max_size=40).map(os.fsdecode)  # as the names of files come


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Red Disc", "Red Disc"),
        ("  Grüße \u673a  ", "Grüße \u673a"),
        (os.fsdecode(b"\xff"), "_"),
        (os.fsdecode(b"caf\xe9"), "caf_"),
        ("a\nb\tc", "a b c"),
        ("\x1b[2Jred", "_[2Jred"),
        ("a\u2028b\x7f", "a b_"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),  # the joiner makes one sign of two
        ("", ""),
    ],
)
def test_names(text: str, name: str) -> None:
    assert as_name(text) == name


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Done: Grüße", "Done: Grüße"),
        (os.fsdecode(b"/tmp/\xff.blend"), "/tmp/\\udcff.blend"),
        ("\x1b[2J\r\n", "\\x1b[2J\\r\\n"),
    ],
)
def test_lines(text: str, line: str) -> None:
    assert as_line(text) == line


@given(ANY_TEXT | ANY_BYTES)
def test_nothing_is_left_that_a_terminal_obeys_or_an_encoding_refuses(text: str) -> None:
    for fit in (as_name(text), as_line(text)):
        fit.encode("utf-8")
        assert not {unicodedata.category(char) for char in fit} & {"Cc", "Cs", "Zl", "Zp"}
        assert fit.splitlines() in ([], [fit])
    assert as_name(as_name(text)) == as_name(text)
    assert as_line(as_line(text)) == as_line(text)
