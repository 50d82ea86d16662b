"""Where a model stands and how large it is: what was asked for is met for boxes of every shape."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given, strategies as st

from tripo_blender.core.options.import_options import Arrival
from tripo_blender.core.placement import Box, Spot, scale

LENGTHS = st.floats(1e-6, 1e6)  # what `size` allows
UNITS = st.floats(1e-3, 1e3)
PLACES = st.floats(-10, 10)


def _box(low: tuple[float, float, float], size: tuple[float, float, float]) -> Box:
    high_x, high_y, high_z = (start + side for start, side in zip(low, size, strict=True))
    return Box(*low, high_x, high_y, high_z)


# Sides that are none, or alike enough to be sides of one thing, of boxes of very different sizes.
_SIDES = st.just(0.0) | st.floats(0.01, 1.0)
BOXES = st.builds(
    lambda place, sides, factor: _box(
        (place[0] * factor, place[1] * factor, place[2] * factor),
        (sides[0] * factor, sides[1] * factor, sides[2] * factor),
    ),
    st.tuples(PLACES, PLACES, PLACES),
    st.tuples(_SIDES, _SIDES, _SIDES),
    st.floats(1e-3, 1e3),
)
BODIES = BOXES.filter(lambda box: max(box.size) > 0)


def _scaled(box: Box, factor: float) -> list[float]:
    return [side * factor for side in box.size]


# -- boxes and spots ----------------------------------------------------------------------------------------------


def test_a_box_has_extents_and_stands_on_the_middle_of_its_underside() -> None:
    box = Box(-1.0, 2.0, 0.5, 3.0, 5.0, 1.0)
    assert box.size == (4.0, 3.0, 0.5)
    assert box.base == (1.0, 3.5, 0.5)
    assert Box(1.0, 2.0, 3.0, 1.0, 2.0, 3.0).size == (0.0, 0.0, 0.0)


def test_a_side_that_is_there_by_rounding_alone_is_none() -> None:
    """A plane that Blender turned by 90 degrees has 8.7e-8 of depth for 2 of width."""
    assert Box(-1.0, -4.37e-8, -1.0, 1.0, 4.37e-8, 1.0).size == (2.0, 0.0, 2.0)
    assert Box(0.0, 0.0, 0.0, 2e-3, 8.7e-11, 1e-3).size == (2e-3, 0.0, 1e-3)
    assert Box(0.0, 0.0, 0.0, 100.0, 0.01, 1.0).size == (100.0, 0.01, 1.0)


@given(BOXES)
def test_a_boxs_base_lies_within_it(box: Box) -> None:
    x, y, z = box.base
    assert box.low_x <= x <= box.high_x
    assert box.low_y <= y <= box.high_y
    assert z == box.low_z
    assert all(side >= 0 for side in box.size)


def test_a_spot_is_a_point_or_the_base_of_its_box() -> None:
    box = Box(0.0, 0.0, 1.0, 2.0, 4.0, 9.0)
    assert Spot().point == (0.0, 0.0, 0.0)
    assert Spot(1.0, 2.0, 3.0).point == (1.0, 2.0, 3.0)
    assert Spot(1.0, 2.0, 3.0, box).point == (1.0, 2.0, 1.0)


# -- scales, by hand ----------------------------------------------------------------------------------------------

MODEL = Box(-0.5, -1.0, 0.0, 0.5, 1.0, 4.0)  # 1 x 2 x 4 metres
FLAT = Box(-0.5, -1.0, 0.0, 0.5, 1.0, 0.0)
POINT = Box(1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
ROOM = Box(0.0, 0.0, 0.0, 3.0, 3.0, 3.0)
PLANE = Box(0.0, 0.0, 0.0, 3.0, 0.5, 0.0)
WALL = Box(-1.0, -4.37e-8, -1.0, 1.0, 4.37e-8, 1.0)


@pytest.mark.parametrize(
    ("arrival", "box", "model", "unit", "expected"),
    [
        (Arrival(), None, MODEL, 1.0, 1.0),
        (Arrival(), None, MODEL, 0.01, 100.0),  # a scene in centimetres
        (Arrival(), None, MODEL, 0.0, 1.0),
        (Arrival(), None, MODEL, -1.0, 1.0),
        (Arrival(size=9.0), None, MODEL, 1.0, 1.0),
        (Arrival(), ROOM, MODEL, 1.0, 1.0),
        (Arrival(fit="height", size=2.0), None, MODEL, 1.0, 0.5),
        (Arrival(fit="height", size=2.0), None, MODEL, 0.01, 0.5),  # a size is in the scene's units already
        (Arrival(fit="height", size=3.0), None, FLAT, 1.0, 1.5),  # without height, by the longest side
        (Arrival(fit="longest", size=2.0), None, MODEL, 1.0, 0.5),
        (Arrival(fit="longest", size=3.0), None, FLAT, 1.0, 1.5),
        (Arrival(fit="longest", size=2.0), None, POINT, 0.01, 100.0),
        (Arrival(fit="height", size=2.0), None, POINT, 0.01, 100.0),
        (Arrival(fit="height", size=3.0), None, WALL, 1.0, 1.5),
        (Arrival(fit="height", size=3.0), None, Box(0.0, 0.0, 0.0, 2.0, 1.0, 8.7e-8), 1.0, 1.5),
        (Arrival(fit="box", size=7.0), ROOM, MODEL, 0.01, 0.75),
        (Arrival(fit="box"), PLANE, MODEL, 1.0, 0.25),
        (Arrival(fit="box"), ROOM, FLAT, 1.0, 1.5),
        (Arrival(fit="box"), PLANE, Box(0.0, 0.0, 0.0, 0.0, 0.0, 4.0), 0.01, 100.0),  # no side in common
        (Arrival(fit="box"), ROOM, POINT, 0.01, 100.0),
        (Arrival(fit="box"), WALL, MODEL, 1.0, 0.5),  # a picture on a wall is no reason to shrink to nothing
        (Arrival(fit="box"), ROOM, Box(0.0, 0.0, 0.0, 1.0, 8.7e-8, 1.0), 1.0, 3.0),
        (Arrival(fit="box"), None, MODEL, 0.01, 100.0),
    ],
)
def test_the_scale_is_what_was_asked_for(
    arrival: Arrival, box: Box | None, model: Box, unit: float, expected: float
) -> None:
    assert scale(arrival, Spot(box=box, unit_scale=unit), model) == pytest.approx(expected)


# -- scales, of everything ----------------------------------------------------------------------------------------


@given(BODIES, LENGTHS, UNITS)
def test_the_height_is_the_one_asked_for(model: Box, size: float, unit: float) -> None:
    assume(model.size[2] > 0)
    factor = scale(Arrival(fit="height", size=size), Spot(unit_scale=unit), model)
    assert _scaled(model, factor)[2] == pytest.approx(size)


@given(BODIES, LENGTHS, UNITS)
def test_the_longest_side_is_the_one_asked_for(model: Box, size: float, unit: float) -> None:
    factor = scale(Arrival(fit="longest", size=size), Spot(unit_scale=unit), model)
    assert max(_scaled(model, factor)) == pytest.approx(size)


@given(BODIES, BODIES, LENGTHS, UNITS)
def test_a_model_fits_into_the_box_and_touches_it(model: Box, room: Box, size: float, unit: float) -> None:
    shared = [index for index in range(3) if model.size[index] > 0 and room.size[index] > 0]
    assume(shared)
    factor = scale(Arrival(fit="box", size=size), Spot(box=room, unit_scale=unit), model)
    sides = _scaled(model, factor)
    fillings = [sides[index] / room.size[index] for index in shared]
    assert max(fillings) == pytest.approx(1)


@given(BOXES, st.none() | BOXES, st.sampled_from(["own", "height", "longest", "box"]), LENGTHS, st.floats(-1, 1e3))
def test_a_scale_is_always_a_number_above_zero(
    model: Box, room: Box | None, fit: str, size: float, unit: float
) -> None:
    assume(unit <= 0 or unit >= 1e-6)
    factor = scale(Arrival(fit=fit, size=size), Spot(box=room, unit_scale=unit), model)
    assert math.isfinite(factor)
    assert factor > 0


@given(BODIES, UNITS)
def test_as_made_a_metre_stays_a_metre(model: Box, unit: float) -> None:
    factor = scale(Arrival(), Spot(unit_scale=unit), model)
    assert [side * unit for side in _scaled(model, factor)] == pytest.approx(model.size)


@given(BODIES, st.sampled_from(["own", "height", "longest", "box"]), st.lists(LENGTHS, min_size=2, max_size=4))
def test_a_larger_size_never_gives_a_smaller_model(model: Box, fit: str, sizes: list[float]) -> None:
    factors = [scale(Arrival(fit=fit, size=size), Spot(), model) for size in sorted(sizes)]
    assert all(first <= second for first, second in pairwise(factors))
