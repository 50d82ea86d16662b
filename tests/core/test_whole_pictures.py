"""Whole images pass the check before an order, cut ones do not, and it comes to an end whatever the bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from fixtures.real_pictures import REAL
from tripo_blender.core.formats.image.check import check
from tripo_blender.core.formats.image.head import LARGEST_SIDE

from .png_writer import png
from .test_whole_jpeg import PARTED, RESTARTS, WHOLE
from .verdicts import refused

PHOTOGRAPH = (Path(__file__).parents[2] / "scripts" / "photograph" / "dahlia.jpg").read_bytes()
EVERY = {
    **REAL,
    "png": png(20, 20),
    "png, interlaced": png(21, 23, 2, 16, 1, parts=4),
    "png, palette": png(20, 20, 3, 4),
}
EVERY |= {"jpeg, by hand": WHOLE, "jpeg, restarts by hand": RESTARTS, "jpeg, progressive by hand": PARTED}


@pytest.mark.parametrize("name", EVERY)
def test_every_cut_is_refused(name: str) -> None:
    data = EVERY[name]
    assert refused(data) == ""
    for length in range(len(data)):
        assert refused(data[:length]), length


@pytest.mark.parametrize("name", [name for name in EVERY if name.startswith("jpeg")])
def test_a_jpeg_that_was_cut_and_given_an_end_is_refused(name: str) -> None:
    """So do programs that mend files, and viewers that save what has come so far."""
    data = EVERY[name]
    for length in range(data.index(b"\xff\xda"), len(data) - 3):
        assert refused(data[:length].rstrip(b"\xff") + b"\xff\xd9"), length


def test_a_photograph_passes_and_not_without_its_end() -> None:
    assert refused(PHOTOGRAPH) == ""
    for part in (0.1, 0.5, 0.9, 0.999):
        assert "cut short" in refused(PHOTOGRAPH[: int(len(PHOTOGRAPH) * part)])
        assert refused(PHOTOGRAPH[: int(len(PHOTOGRAPH) * part)] + b"\xff\xd9")
        assert refused(
            PHOTOGRAPH[: int(len(PHOTOGRAPH) * part)] + bytes(int(len(PHOTOGRAPH) * (1 - part))) + b"\xff\xd9"
        )


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(40), b"<html>", bytes(5000), b"\xff\xd8\xff\xd9"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    assert "is damaged" in refused(data)


def test_what_is_larger_than_the_service_takes_is_refused() -> None:
    assert "6000 px" in refused(png(LARGEST_SIDE + 1, 1, depth=1))


@settings(max_examples=600)
@given(st.sampled_from(sorted(EVERY)), st.data())
def test_a_damaged_image_gets_a_verdict(name: str, draw: st.DataObject) -> None:
    damaged = bytearray(EVERY[name])
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + draw.draw(st.integers(0, 8))] = draw.draw(st.binary(max_size=8))
    refused(bytes(damaged))


@given(st.sampled_from(sorted(EVERY)), st.integers(12, 60), st.binary(max_size=600))
def test_a_head_with_byte_soup_gets_a_verdict(name: str, length: int, soup: bytes) -> None:
    refused(EVERY[name][:length] + soup)


def test_the_check_of_any_image_can_be_ended() -> None:
    class Ended(Exception):
        pass

    def end() -> None:
        raise Ended

    for data in EVERY.values():
        with pytest.raises(Ended):
            check(data, end)
