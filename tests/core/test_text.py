"""Texts from outside: shown and used as names, whatever is in them."""

import os
import unicodedata

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.text import as_file_stem, as_line, as_name, without_number

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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Red Chair", "Red Chair"),
        ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
        ("CON", "_CON"),
        ("lpt1.old", "_lpt1.old"),
        ("console", "console"),
        (" ..hidden. ", "hidden"),
        ("...", "Model"),
        ("", "Model"),
        ("tab\there\ud800", "tab here"),
        ("ü" * 80, "ü" * 50),
    ],
)  # fmt: skip
def test_a_file_name_that_every_system_takes(name: str, expected: str) -> None:
    assert as_file_stem(name) == expected


@given(st.text())
def test_every_name_becomes_a_file_name(name: str) -> None:
    stem = as_file_stem(name)
    assert 0 < len(stem.encode()) <= 101
    assert stem == stem.strip(" .")
    assert not set(stem) & set('<>:"/\\|?*\0\n')
    assert as_file_stem(stem) in (stem, f"_{stem}")


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Chair", "Chair"),
        ("Chair.001", "Chair"),
        ("Chair.1000", "Chair"),
        ("Chair.01", "Chair.01"),
        ("Chair.0001", "Chair.0001"),
    ],
)
def test_a_number_of_blenders_is_taken_off(name: str, bare: str) -> None:
    assert without_number(name) == bare
