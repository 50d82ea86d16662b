"""How a model arrives: the table of its options, what may be asked for, and which way a model faces."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.options.import_options import FRONTS, TURNS, Arrival, asked, problem, turn, unavailable
from tripo_blender.core.options.import_table import AUTO, OPTION_BY_NAME, OPTIONS
from tripo_blender.core.options.option import ANGLE, LENGTH, NO_UNIT, Option
from tripo_blender.core.options.versions import LINES, OFFERS

from .fixtures import english

ANGLES = {"-y": -90, "+x": 0, "+y": 90, "-x": 180}  # of the sides, counted from +X

# -- the table ----------------------------------------------------------------------------------------------------


def test_the_table_names_every_field_once_and_in_order_and_starts_as_it() -> None:
    assert [(option.name, option.default) for option in OPTIONS] == [
        (field.name, field.default) for field in fields(Arrival)
    ]
    assert {name: option.name for name, option in OPTION_BY_NAME.items()} == {row.name: row.name for row in OPTIONS}
    assert problem(Arrival()) is None
    assert asked() == Arrival()


def test_lengths_and_angles_are_marked_as_such() -> None:
    assert {option.name: option.unit for option in OPTIONS if option.unit != NO_UNIT} == {
        "size": LENGTH,
        "smooth_angle": ANGLE,
    }


# -- what a script may ask for ------------------------------------------------------------------------------------


def refusal(**values: Any) -> str:
    with pytest.raises(TripoError) as caught:
        asked(**values)
    assert caught.value.failure.kind is Kind.USAGE
    return caught.value.failure.sentence


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"place": None, "size": None}, Arrival()),
        ({"place": "ground", "select": False}, Arrival(place="ground", select=False)),
        ({"size": 2}, Arrival(fit="longest", size=2.0)),
        ({"size": 1.0}, Arrival(fit="longest")),
        ({"size": 2.5, "fit": None}, Arrival(fit="longest", size=2.5)),
        ({"size": 2.5, "fit": "height"}, Arrival(fit="height", size=2.5)),
        ({"fit": "height"}, Arrival(fit="height")),
        ({"fit": "box", "replace": True}, Arrival(fit="box", replace=True)),
        ({"smooth_angle": 0}, Arrival(smooth_angle=0.0)),
        ({"smooth_angle": 180}, Arrival(smooth_angle=180.0)),
        ({"size": 1e-6}, Arrival(fit="longest", size=1e-6)),
        ({"size": 1e6}, Arrival(fit="longest", size=1e6)),
    ],
    ids=str,
)
def test_what_was_asked_for_is_given_and_a_size_alone_is_of_the_longest_side(
    values: dict[str, Any], expected: Arrival
) -> None:
    given_arrival = asked(**values)
    assert given_arrival == expected
    assert type(given_arrival.size) is float


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"where": "cursor"}, "There is no setting 'where'"),
        ({"place": "moon"}, "Place cannot be 'moon': choose cursor or ground or origin or mouse"),
        ({"place": 1}, "Place must be a text; it is 1"),
        ({"fit": "width"}, "Size cannot be 'width': choose own or height or longest or box"),
        ({"size": 0}, "Length must be from 0.000001 to 1,000,000; it is 0"),
        ({"size": -2.0}, "Length must be from 0.000001 to 1,000,000; it is -2"),
        ({"size": 1e6 + 1}, "Length must be from 0.000001 to 1,000,000; it is 1,000,001"),
        ({"size": math.nan}, "Length must be from 0.000001 to 1,000,000; it is nan"),
        ({"size": "2 m"}, "Length must be a number; it is '2 m'"),
        ({"replace": 1}, "Replace Object must be True or False; it is 1"),
        ({"front": "+z"}, "Front cannot be '+z': choose auto or -y or +x or +y or -x"),
        ({"shading": "smooth"}, "Shading cannot be 'smooth': choose auto or angle or flat"),
        ({"smooth_angle": 181}, "Angle must be from 0 to 180; it is 181"),
        ({"smooth_angle": -0.5}, "Angle must be from 0 to 180; it is -0.5"),
        ({"merge": "yes"}, "Merge Vertices must be True or False; it is 'yes'"),
        ({"textures": "none"}, "Textures cannot be 'none': choose packed or files"),
        ({"collection": "Tripo"}, "Collection cannot be 'Tripo': choose tripo or active or own"),
        ({"select": None, "merge": 0}, "Merge Vertices must be True or False; it is 0"),
        ({"size": 2.5, "fit": "own"}, "Length has no effect with the other options: leave it out"),
        ({"replace": True}, "Replace Object has no effect with the other options: leave it out"),
        ({"place": "origin", "fit": "box"}, "Place has no effect with the other options: leave it out"),
        ({"select": 1.0}, "Select Model must be True or False; it is 1.0"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_refused_in_one_sentence(values: dict[str, Any], sentence: str) -> None:
    assert refusal(**values).split("; there are")[0] == sentence


WRONG = st.integers() | st.floats() | st.text(max_size=4) | st.binary(max_size=2) | st.booleans()


@given(st.sampled_from(OPTIONS), WRONG)
def test_any_value_is_taken_as_it_is_or_refused_by_the_options_label(option: Option, value: Any) -> None:
    said, arrival = "", Arrival()
    try:
        arrival = asked(**{option.name: value})
    except TripoError as error:
        said = error.failure.sentence
    if said:
        assert said.startswith(f"{option.label} ")
    else:
        assert getattr(arrival, option.name) == value
        assert problem(arrival) is None


def test_the_first_problem_is_told() -> None:
    assert english(problem(Arrival(place="moon", size=0.0))).startswith("Place ")
    assert english(problem(Arrival(size=0.0))).startswith("Length ")


# -- what means something -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        (Arrival(), {"size", "replace"}),
        (Arrival(fit="height"), {"replace"}),
        (Arrival(fit="longest"), {"replace"}),
        (Arrival(fit="box"), {"size", "place"}),
        (Arrival(shading="angle"), {"size", "replace"}),
        (Arrival(fit="box", shading="flat"), {"size", "place", "smooth_angle"}),
    ],
    ids=str,
)
def test_an_option_is_unavailable_where_it_means_nothing(arrival: Arrival, expected: set[str]) -> None:
    assert unavailable(arrival) == expected
    assert expected <= OPTION_BY_NAME.keys()


# -- which way it faces -------------------------------------------------------------------------------------------


def test_there_is_a_turn_for_every_side_that_can_be_chosen() -> None:
    sides = {value for value, _, _ in OPTION_BY_NAME["front"].choices}
    assert sides == {AUTO, *TURNS}
    assert {side for _, side in FRONTS} <= TURNS.keys()


@pytest.mark.parametrize("made_by_service", [True, False])
@pytest.mark.parametrize(("side", "angle"), ANGLES.items())
def test_a_turn_brings_the_side_that_was_chosen_to_the_front_view(
    side: str, angle: float, made_by_service: bool
) -> None:
    degrees = turn(side, "v3.1-20260211", made_by_service=made_by_service)
    turned = math.radians(angle + degrees)
    assert (math.cos(turned), math.sin(turned)) == pytest.approx((0, -1))
    assert -180 < degrees <= 180


@pytest.mark.parametrize("version", [*(offer.name for offer in OFFERS), *(line.prefix for line in LINES), "v9.0"])
def test_the_services_models_face_plus_x_and_local_ones_are_left_as_they_are(version: str) -> None:
    assert turn(AUTO, version, made_by_service=True) == -90.0
    assert turn(AUTO, version, made_by_service=False) == 0.0


def test_a_version_that_looks_elsewhere_needs_but_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tripo_blender.core.options.import_options.FRONTS", (("v4.", "-x"), ("v", "+y")))
    assert turn(AUTO, "v4.0-20270101", made_by_service=True) == 90.0
    assert turn(AUTO, "v3.1-20260211", made_by_service=True) == 180.0
    assert turn(AUTO, "P1-20260311", made_by_service=True) == 0.0
    assert turn("+x", "v4.0-20270101", made_by_service=True) == -90.0


def test_an_arrival_is_a_value() -> None:
    assert replace(Arrival(), size=2.0) == Arrival(size=2.0) != Arrival()
    assert hash(Arrival()) == hash(Arrival("cursor"))
