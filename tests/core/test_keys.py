"""Which key is taken, what a key file must be, and that nothing said of them repeats them."""

import re

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.sentences.text import text
from tripo_blender.core.services.credentials import (
    LONGEST_FILE,
    KeyFile,
    KeyGiven,
    Source,
    choose,
    is_key_variable,
    others_may_reach,
    read_key_file,
    told,
)
from tripo_blender.core.services.endpoint import key_problem

from .fixtures import english

KEY = "sk-in-the-file-51c2"
PATH = "/home/a/key"
KEY_VARIABLE = "MODELSTREAM_API_KEY"
GOOD = KeyFile(PATH, f"{KEY}\n".encode())


@pytest.mark.parametrize(
    ("argument", "preference", "file", "variable", "expected"),
    [
        ("a", "b", GOOD, "c", KeyGiven("a", Source.ARGUMENT)),
        ("", " b\n", GOOD, "c", KeyGiven("b", Source.PREFERENCES)),
        (" ", " ", GOOD, "c", KeyGiven(KEY, Source.FILE)),
        ("", "", None, " c ", KeyGiven("c", Source.ENVIRONMENT)),
        ("", "", None, " ", KeyGiven()),
    ],
)
def test_the_first_key_that_is_given_is_taken(
    argument: str, preference: str, file: KeyFile | None, variable: str, expected: KeyGiven
) -> None:
    assert choose(argument, preference, file, variable) == expected


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize(
    ("mode", "reached"), [(0o100600, False), (0o100400, False), (0o100640, True), (0o100602, True)]
)
def test_a_file_that_others_reach_by_its_mode(mode: int, reached: bool, platform: str) -> None:
    """On Windows Python makes these bits up."""
    assert others_may_reach(mode, platform) == (reached and platform != "win32")


def test_a_key_file_that_may_not_be_used_is_not_passed_over() -> None:
    chosen = choose("", "", KeyFile(PATH, others_may_read=True), "another")
    assert (chosen.key, chosen.source) == ("", Source.FILE)
    assert chosen.problem


@pytest.mark.parametrize("content", [KEY, f"\n {KEY} \r\n\n", f"\ufeff{KEY}\r\n"])
def test_a_key_file_holds_one_line(content: str) -> None:
    assert read_key_file(KeyFile(PATH, content.encode())) == KeyGiven(KEY, Source.FILE)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (KeyFile(PATH, why_unread="no such file or directory"), f"{PATH} cannot be read: no such file"),
        (KeyFile(PATH, others_may_read=True), "Run: chmod 600 /home/a/key"),
        (KeyFile("/home/a b/it's", others_may_read=True), """Run: chmod 600 '/home/a b/it'"'"'s'"""),
        (KeyFile("/home/\n/k", others_may_read=True), "Run: chmod 600 '/home/?/k'"),
        (KeyFile(PATH, b"k" * (LONGEST_FILE + 1)), "too large"),
        (KeyFile(PATH, b""), "is empty"),
        (KeyFile(PATH, b"\n \r\n"), "is empty"),
        (KeyFile(PATH, f"{KEY}\nsk-other\n".encode()), "more than one line"),
        (KeyFile(PATH, KEY.encode("utf-16")), "not a text file"),
        (KeyFile(PATH, f"{KEY}\0x".encode()), "not a text file"),
        (KeyFile(PATH, b"\x89PNG\r\n"), "not a text file"),
    ],
    ids=["missing", "others", "space", "line", "large", "empty", "blank", "lines", "utf-16", "null", "picture"],
)
def test_what_is_wrong_with_a_key_file_is_said_without_what_it_holds(file: KeyFile, words: str) -> None:
    found = read_key_file(file)
    sentence = english(found.problem)
    assert words in sentence
    assert found.key == ""
    assert KEY not in sentence
    assert re.match(r"[A-Z][^\n]+[^.]$", sentence)


@given(st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_no_content_crashes_the_reading_or_gives_two_lines(content: bytes) -> None:
    found = read_key_file(KeyFile(PATH, content))
    assert bool(found.key) != bool(found.problem)
    assert len(found.key.splitlines()) == bool(found.key)


@given(st.text(min_size=1, max_size=30))
def test_only_what_key_problem_lets_through_can_be_in_a_header(typed: str) -> None:
    found = choose(typed, "", None, "")
    if found.key and not key_problem(found.key):
        assert re.fullmatch(r"[!-~]+", found.key)


@pytest.mark.parametrize("source", list(Source))
def test_which_key_is_used_is_told_without_it(source: Source) -> None:
    sentence = english(told(KeyGiven(KEY, source), PATH, "/home/a/userpref.blend", KEY_VARIABLE))
    assert KEY not in sentence
    expected = {Source.PREFERENCES: "userpref.blend", Source.FILE: PATH, Source.ENVIRONMENT: KEY_VARIABLE}
    assert expected.get(source, "") in sentence
    assert bool(sentence) == (source in expected)


def test_a_key_file_at_fault_is_told() -> None:
    problem = text("key.file_empty", path=PATH)
    assert told(KeyGiven(source=Source.FILE, problem=problem), PATH, "", KEY_VARIABLE) == problem


@pytest.mark.parametrize("holder", [KeyGiven(KEY, Source.ARGUMENT), GOOD])
def test_a_key_is_not_printed_by_mistake(holder: object) -> None:
    assert KEY not in repr(holder)


@pytest.mark.parametrize(("name", "holds"), [(KEY_VARIABLE, True), (KEY_VARIABLE.title(), True), ("HOME", False)])
def test_the_variable_with_the_key_is_known_in_any_case(name: str, holds: bool) -> None:
    """Windows' names have no case, and os.environ shows them in upper case there; others may differ."""
    assert is_key_variable(name) == holds
