"""The part of an image that objects cover: always inside it, never empty, with its margin."""

import math

import pytest
from hypothesis import assume, given, strategies as st

from tripo_blender.core.crop import Area, ClipPoint, PixelArea, crop, projected

SIDES = st.integers(1, 6000)
NUMBERS = st.floats(-1e6, 1e6)
MARGINS = st.floats(0, 10)


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> list[ClipPoint]:
    """The corners of a box in the order of Blender's `bound_box`, seen by an eye that looks along +z; w is z."""
    (x, y, z), (to_x, to_y, to_z) = low, high
    near = [(x, y, z), (x, y, to_z), (x, to_y, to_z), (x, to_y, z)]
    return near + [(to_x, py, pz) for _, py, pz in near]


def areas() -> st.SearchStrategy[Area]:
    return st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(
        lambda at: Area(min(at[0], at[1]), min(at[2], at[3]), max(at[0], at[1]), max(at[2], at[3]))
    )


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ((-1, -1, 1), (1, 1, 1), Area(0, 0, 1, 1)),
        ((0, 0, 2), (1, 2, 2), Area(0.5, 0.5, 0.75, 1)),
        ((-1, -1, 1), (1, 1, 2), Area(0, 0, 1, 1)),  # the nearer side is the larger one
        ((-3, 0, 2), (-2, 1, 2), Area(-0.25, 0.5, 0, 0.75)),
    ],
    ids=["the whole image", "a quarter", "in perspective", "left of it"],
)
def test_a_box_in_front_of_the_eye(low: tuple[float, ...], high: tuple[float, ...], expected: Area) -> None:
    assert projected(box(low, high)) == expected


@pytest.mark.parametrize("far", [-1.0, 0.0])
def test_what_is_behind_the_eye_is_nowhere(far: float) -> None:
    assert projected(box((-1, -1, far - 1), (1, 1, far))) is None


def test_no_corners_are_nowhere() -> None:
    assert projected([]) is None


def test_a_box_that_reaches_behind_the_eye_covers_what_is_in_front_of_it() -> None:
    passing = projected(box((1, -1, -5), (2, 1, 5)))

    assert passing is not None
    assert passing.left == pytest.approx((1 / 5 + 1) / 2)  # its far end; the near one is beyond every bound
    assert passing.right > 1000
    assert crop([passing], 100, 50, 0) == PixelArea(60, 0, 100, 50)


@pytest.mark.parametrize(
    ("area", "margin", "expected"),
    [
        (Area(0.25, 0.5, 0.5, 0.75), 0.0, PixelArea(50, 50, 100, 75)),
        (Area(0.25, 0.5, 0.5, 0.75), 0.1, PixelArea(45, 45, 105, 80)),  # of the longer side, 50 px
        (Area(-3, 0.25, 0.1, 9), 0.0, PixelArea(0, 25, 20, 100)),
        (Area(0.1, 0.1, 0.9, 0.9), 1.0, PixelArea(0, 0, 200, 100)),
        (Area(0.501, 0.501, 0.502, 0.502), 0.0, PixelArea(100, 50, 101, 51)),
    ],
    ids=["exact", "margin", "reaches out", "margin reaches out", "less than a pixel"],
)
def test_the_pixels_of_an_area(area: Area, margin: float, expected: PixelArea) -> None:
    assert crop([area], 200, 100, margin) == expected


def test_several_areas_are_covered_together() -> None:
    assert crop([Area(0.1, 0.2, 0.2, 0.3), Area(0.4, 0, 0.5, 0.1)], 100, 100, 0) == PixelArea(10, 0, 50, 30)


def test_what_is_out_of_sight_does_not_count() -> None:
    hidden = [Area(-1, 0, 0, 1), Area(1, 0, 2, 1), Area(0, -1, 1, 0), Area(0, 1, 1, 2)]

    assert crop(hidden, 100, 100, 0.5) is None
    assert crop([*hidden, Area(0.4, 0.4, 0.6, 0.6)], 100, 100, 0) == PixelArea(40, 40, 60, 60)
    assert crop([], 100, 100, 0.5) is None


@given(st.lists(areas(), max_size=5), SIDES, SIDES, MARGINS)
def test_a_crop_is_a_part_of_the_image_with_pixels_in_it(
    covered: list[Area], width: int, height: int, margin: float
) -> None:
    found = crop(covered, width, height, margin)

    if found is not None:
        assert 0 <= found.left < found.right <= width
        assert 0 <= found.bottom < found.top <= height
    else:
        assert all(
            not (max(area.left, 0) < min(area.right, 1) and max(area.bottom, 0) < min(area.top, 1)) for area in covered
        )


@given(areas(), SIDES, SIDES, MARGINS, MARGINS)
def test_a_larger_margin_shows_no_less(area: Area, width: int, height: int, one: float, other: float) -> None:
    less, more = (crop([area], width, height, margin) for margin in sorted((one, other)))
    assume(less is not None and more is not None)
    assert less is not None
    assert more is not None

    assert more.left <= less.left
    assert more.bottom <= less.bottom
    assert more.right >= less.right
    assert more.top >= less.top


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=8, max_size=8))
def test_any_box_has_an_area_of_numbers_or_none(corners: list[ClipPoint]) -> None:
    found = projected(corners)

    if found is None:
        assert all(w <= 1e-4 * max(abs(each) for _, _, each in corners) for _, _, w in corners)
    else:
        assert all(math.isfinite(side) for side in (found.left, found.bottom, found.right, found.top))
        assert found.left <= found.right
        assert found.bottom <= found.top
