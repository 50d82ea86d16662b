"""Both sides of an image from the longer one."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.image_size import sides, size_problem

from .fixtures import english


@pytest.mark.parametrize("size", [20, 1024, 6000])
def test_what_the_service_takes_is_possible(size: int) -> None:
    assert size_problem(size) is None


@pytest.mark.parametrize("size", [-1, 0, 19, 6001])
def test_all_else_is_not(size: int) -> None:
    assert english(size_problem(size)) == f"An image of {size} px is not possible. Choose a size of 20 to 6000 px"


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(1920, 1080, (1024, 576)), (1080, 1920, (576, 1024)), (3, 3, (1024, 1024)), (5000, 1, (1024, 1))],
)
def test_the_longer_side_is_as_chosen(width: int, height: int, expected: tuple[int, int]) -> None:
    assert sides(width, height, 1024) == expected


@given(st.floats(1, 1e5), st.floats(1, 1e5), st.integers(20, 6000))
def test_proportions_stay_to_half_a_pixel(width: float, height: float, longest: int) -> None:
    wide, high = sides(width, height, longest)

    assert max(wide, high) == longest
    assert min(wide, high) >= 1
    assert wide == pytest.approx(width * longest / max(width, height), abs=1)
    assert high == pytest.approx(height * longest / max(width, height), abs=1)
