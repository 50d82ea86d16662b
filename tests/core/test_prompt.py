"""Prompts: what can be sent, and how it is said of what cannot."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core import prompt
from tripo_blender.core.prompt import LONGEST_NEGATIVE_PROMPT, LONGEST_PROMPT, counter, problem_of_words
from tripo_blender.core.sentences.text import text as as_text

from .fixtures import english


def problem_of_prompt(text: str, *, negative: bool = False) -> str:
    return english(prompt.problem_of_prompt(text, negative=negative))


LETTERS = st.characters(
    categories=("L", "M", "N", "P", "Sm", "Sc", "Zs"), max_codepoint=0x1EFFF, exclude_characters="\ufe0f\u20e3"
)
WORDS = st.text(LETTERS, min_size=1).filter(str.strip)


@pytest.mark.parametrize(
    "text",
    [
        "a small wooden chest",
        "a rock",
        "ein Stuhl, 45° geneigt, für Zürich ©",
        "一把木制的小椅子",
        "деревянный стул",
        "כיסא עץ",
        "नीली कुर्सी",  # with marks that join
        "می‌خواهم",  # with one that parts
        "two lines\nof words\tand a tab\r\n",
        "5 \u00d7 7 \u2264 40 \u2192 done, \u20ac5",
        "x" * LONGEST_PROMPT,
    ],
    ids=lambda text: text[:12],
)
def test_what_people_write_is_taken(text: str) -> None:
    assert problem_of_prompt(text) == ""


@pytest.mark.parametrize(
    ("text", "named", "place"),
    [
        ("a \U0001f600 face", "U+1F600 (grinning face)", "3"),
        ("\U0001f44d\U0001f3fd", "U+1F44D (thumbs up sign)", "1"),
        ("tone \U0001f3fd", "U+1F3FD (emoji modifier fitzpatrick type-4)", "6"),
        ("\U0001f1e9\U0001f1ea flag", "U+1F1E9 (regional indicator symbol letter d)", "1"),
        ("1\ufe0f\u20e3", "U+FE0F (variation selector-16)", "2"),
        ("1\u20e3", "U+20E3 (combining enclosing keycap)", "2"),
        ("sun \u2600", "U+2600 (black sun with rays)", "5"),
        ("box \u2588", "U+2588 (full block)", "5"),
        ("tag \U000e0067", "U+E0067 (tag latin small letter g)", "5"),
        ("private \ue000", "U+E000 at", "9"),
        ("none \u0378", "U+0378 at", "6"),
        ("half \ud83d", "U+D83D at", "6"),
        ("bell \x07", "U+0007 at", "6"),
        ("x" * 1_000 + "\U0001f600", "U+1F600 (grinning face)", "1,001"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_what_the_service_does_not_take_is_named_with_its_place(text: str, named: str, place: str) -> None:
    sentence = problem_of_prompt(text)
    assert sentence.startswith(f"The prompt has the character {named}")
    assert f"at place {place}, which" in sentence
    assert sentence.isascii()
    assert problem_of_prompt(text, negative=True)  # at the least as much is wrong there


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_an_empty_prompt_is_none_and_a_negative_one_is_not_needed(text: str) -> None:
    assert problem_of_prompt(text) == "The prompt is empty: write it in words"
    assert problem_of_prompt(text, negative=True) == ""
    wrong = problem_of_words(text, as_text("input.edit_back"), 9)
    assert english(wrong) == "The edit of the back view is empty: write it in words"


@given(WORDS)
def test_letters_of_any_language_are_taken_up_to_the_limit(text: str) -> None:
    whole = (text * (LONGEST_PROMPT + 1))[: LONGEST_PROMPT + 1]
    assert problem_of_prompt(text[:LONGEST_PROMPT]) == "" or not text[:LONGEST_PROMPT].strip()
    assert "has 1,025 characters, 1,024 at most are taken: shorten it" in problem_of_prompt(whole)
    cut = (text * LONGEST_NEGATIVE_PROMPT)[: LONGEST_NEGATIVE_PROMPT + 1]
    if len(cut) > LONGEST_NEGATIVE_PROMPT:
        assert "negative prompt has 256 characters, 255 at most" in problem_of_prompt(cut, negative=True)


@given(WORDS, st.characters(categories=("So", "Cn", "Co", "Cs"), min_codepoint=0x100), WORDS)
def test_one_refused_character_anywhere_is_found(before: str, odd: str, after: str) -> None:
    text = before[:500] + odd + after[:500]
    sentence = problem_of_prompt(text)
    assert f"U+{ord(odd):04X}" in sentence
    assert f"at place {text.index(odd) + 1:,}," in sentence


@given(st.text())
def test_whatever_is_typed_has_a_sentence_or_none_and_a_count(text: str) -> None:
    for negative in (False, True):
        sentence = problem_of_prompt(text, negative=negative)
        assert not sentence.endswith(".")
        assert sentence.isprintable()
        assert counter(text, negative=negative).startswith(f"{len(text):,} / ")
    if problem_of_prompt(text) == "":
        assert 0 < len(text) <= LONGEST_PROMPT
        assert not {unicodedata.category(letter) for letter in text} & {"Cn", "Co", "Cs"}


def test_the_counter_shows_the_limit() -> None:
    assert counter("a small chair") == "13 / 1,024"
    assert counter("x" * 1_500) == "1,500 / 1,024"
    assert counter("", negative=True) == "0 / 255"
