"""Options: every word that is shown, every value's type and limits, and the sentences for the others."""

import math
import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.options.generation_table import SETTINGS
from tripo_blender.core.options.import_table import OPTIONS
from tripo_blender.core.options.option import LARGEST_NUMBER, NO_UNIT, Option
from tripo_blender.core.options.validation import problem_with, typed
from tripo_blender.core.options.versions import OFFERS

from .fixtures import english

ALL: tuple[Option, ...] = (*SETTINGS, *OPTIONS)

COUNT = Option("count", "Count", "How many", 1, limits=(1, 9))
WEIGHT = Option("weight", "Weight", "How heavy", 0.5, limits=(0.25, 2_000_000))
SHINY = Option("shiny", "Shiny", "Whether it shines", False, limits=(0, 0))
COLOUR = Option("main_colour", "Colour", "Which colour", "red", (("red", "Red", "As fire"), ("blue", "Blue", "As sky")))
TITLE = Option("title", "Title", "What it is called", "")
NAME = Option("short_name", "Name", "What it is called for short", "", limits=(0, 8))
OPTIONS = (COUNT, WEIGHT, SHINY, COLOUR, TITLE)

# -- the two tables -----------------------------------------------------------------------------------------------


def _words_shown() -> list[Any]:
    texts = [(row.name, row.label, row.tooltip) for row in ALL]
    texts += [(offer.name, offer.label, offer.tooltip) for offer in OFFERS]
    texts += [(f"{row.name}: {value}", label, tip) for row in ALL for value, label, tip in row.choices]
    return [pytest.param(label, tooltip, id=name) for name, label, tooltip in texts]


@pytest.mark.parametrize(("label", "tooltip"), _words_shown())
def test_labels_are_in_title_case_and_tooltips_are_capitalised_without_full_stop(label: str, tooltip: str) -> None:
    small = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "per", "the", "to", "with"}
    words = label.split()
    for index, word in enumerate(words):
        inner = 0 < index < len(words) - 1
        start = word.lstrip("(+-")[0]  # of an axis
        assert start.isupper() or start.isdigit() or word == ".blend" or (inner and word in small)
    assert tooltip[0].isupper()
    assert not tooltip.endswith((".", " "))
    assert tooltip == " ".join(tooltip.split())
    assert tooltip != label


def test_no_two_options_share_a_name_or_an_option_of_the_command_line() -> None:
    options = [row.option for row in ALL]
    assert len({row.name for row in ALL}) == len(ALL) == len(set(options))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", option) for option in options)


@pytest.mark.parametrize("rows", [SETTINGS, OPTIONS], ids=["request", "arrival"])
def test_no_two_options_of_a_panel_share_a_label(rows: tuple[Option, ...]) -> None:
    assert len({row.label for row in rows}) == len(rows)


@pytest.mark.parametrize("row", [row for row in ALL if row.choices], ids=lambda row: row.name)
def test_a_menu_holds_its_default_and_nothing_twice(row: Option) -> None:
    values, labels, tooltips = zip(*row.choices, strict=True)
    assert row.default in values
    assert len(values) == len(set(values)) == len(set(labels)) == len(set(tooltips))


@pytest.mark.parametrize("row", [row for row in ALL if type(row.default) in (int, float)], ids=lambda row: row.name)
def test_a_numbers_default_is_within_its_limits_and_blender_holds_them(row: Option) -> None:
    assert isinstance(row.default, int | float)
    low, high = row.limits
    assert low < high
    assert low <= row.default <= high
    assert low >= -LARGEST_NUMBER
    assert high <= LARGEST_NUMBER
    assert row.unit == NO_UNIT or isinstance(row.default, float)


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_nothing_is_wrong_with_a_default(row: Option) -> None:
    assert problem_with(row, row.default) is None
    assert typed(ALL, {row.name: row.default}) == {row.name: row.default}


# -- one value ----------------------------------------------------------------------------------------------------


def test_an_option_of_the_command_line_is_the_name_unless_a_flag_is_given() -> None:
    assert COLOUR.option == "main-colour"
    assert Option("seed", "Seed", "Which", 0, flag="model-seed").option == "model-seed"


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        (COUNT, 1, ""),
        (COUNT, 9, ""),
        (COUNT, 0, "Count must be from 1 to 9; it is 0"),
        (COUNT, -12_345, "Count must be from 1 to 9; it is -12,345"),
        (WEIGHT, 0.25, ""),
        (WEIGHT, 2_000_000.0, ""),
        (WEIGHT, 0.2, "Weight must be from 0.25 to 2,000,000; it is 0.2"),
        (WEIGHT, math.inf, "Weight must be from 0.25 to 2,000,000; it is inf"),
        (WEIGHT, -math.inf, "Weight must be from 0.25 to 2,000,000; it is -inf"),
        (WEIGHT, math.nan, "Weight must be from 0.25 to 2,000,000; it is nan"),
        (SHINY, True, ""),
        (SHINY, False, ""),
        (COLOUR, "blue", ""),
        (COLOUR, "Blue", "Colour cannot be 'Blue': choose red or blue"),
        (COLOUR, "", "Colour cannot be '': choose red or blue"),
        (TITLE, "", ""),
        (TITLE, "anything", ""),
        (NAME, "n" * 8, ""),
        (NAME, "n" * 9, "Name has 9 characters, 8 at most are taken: shorten it"),
        (NAME, "n" * 100_000, "Name has 100,000 characters, 8 at most are taken: shorten it"),
        (COLOUR, "x" * 100_000, f"Colour cannot be '{'x' * 59}...: choose red or blue"),
        (WEIGHT, 1e300, "Weight must be from 0.25 to 2,000,000; it is above 1,000,000,000,000"),
        (WEIGHT, -1e300, "Weight must be from 0.25 to 2,000,000; it is below -1,000,000,000,000"),
        pytest.param(COUNT, 10**5000, "Count must be from 1 to 9; it is above 1,000,000,000,000", id="ten to the 5000"),
    ],
)
def test_a_value_out_of_its_limits_is_said(option: Option, value: Any, sentence: str) -> None:
    assert english(problem_with(option, value)) == sentence


# -- what a script asks for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"count": None, "weight": None, "nonsense": None}, {}),
        ({"count": 5, "shiny": False, "title": ""}, {"count": 5, "shiny": False, "title": ""}),
        ({"weight": 1.5}, {"weight": 1.5}),
        ({"weight": 3}, {"weight": 3.0}),
        ({"count": 10**30}, {"count": 10**30}),  # of the right type: limits are judged elsewhere
    ],
    ids=str,
)
def test_what_was_asked_for_keeps_its_value_and_gets_its_type(values: Any, expected: Any) -> None:
    given_values = typed(OPTIONS, values)
    assert given_values == expected
    assert [type(value) for value in given_values.values()] == [type(value) for value in expected.values()]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"size": 1}, "There is no setting 'size'; there are: count, weight, shiny, main_colour, title"),
        ({"count": True}, "Count must be a whole number; it is True"),
        ({"count": 2.0}, "Count must be a whole number; it is 2.0"),
        ({"count": "2"}, "Count must be a whole number; it is '2'"),
        ({"weight": True}, "Weight must be a number; it is True"),
        ({"weight": "1"}, "Weight must be a number; it is '1'"),
        ({"shiny": 0}, "Shiny must be True or False; it is 0"),
        ({"title": 7}, "Title must be a text; it is 7"),
        ({"title": b"x"}, "Title must be a text; it is b'x'"),
        ({"main_colour": ["red"]}, "Colour must be a text; it is ['red']"),
    ],
    ids=str,
)
def test_an_unknown_name_and_a_value_of_another_type_are_refused(values: Any, sentence: str) -> None:
    with pytest.raises(TripoError) as caught:
        typed(OPTIONS, values)
    assert caught.value.failure.kind is Kind.USAGE
    assert str(caught.value) == sentence


def test_a_whole_number_beyond_all_numbers_is_refused_like_any_other() -> None:
    with pytest.raises(TripoError, match=r"^Weight must be a number; it is above 1,000"):
        typed(OPTIONS, {"weight": 10**5000})


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=2)


@given(st.dictionaries(st.sampled_from([row.name for row in OPTIONS]), VALUES))
def test_what_comes_out_is_of_the_options_types(values: dict[str, Any]) -> None:
    asked_for = {name for name, value in values.items() if value is not None}
    try:
        found = typed(OPTIONS, values)
    except TripoError as error:
        refused = [row for row in OPTIONS if row.name in asked_for and str(error).startswith(f"{row.label} must be ")]
        found = {}
    else:
        refused = []
        assert found.keys() == asked_for
    assert all(type(values[row.name]) is not type(row.default) for row in refused)
    assert found or refused or not asked_for
    for option in OPTIONS:
        if option.name in found:
            assert type(found[option.name]) is type(option.default)
            said = english(problem_with(option, found[option.name]))
            assert said == "" or said.startswith(f"{option.label} ")
