"""Reliefs are closed, solid and within their budget, whatever the mask."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from simulator.sculpture.outline import find_subject, rounded_plate
from simulator.sculpture.png import read_png, write_png
from simulator.sculpture.raster import blur, fill_holes, largest_part, parts
from simulator.sculpture.relief import SIDE, Relief, carve


def assert_closed(faces: NDArray[np.int32]) -> None:
    """Every edge belongs to two faces, which run along it in opposite directions."""
    corners = faces.shape[1]
    edges = np.concatenate([faces[:, [i, (i + 1) % corners]] for i in range(corners)]).astype(np.int64)
    count = int(faces.max()) + 1
    forth, back = edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0]
    assert len(np.unique(forth)) == len(forth)
    assert np.array_equal(np.sort(forth), np.sort(back))


def assert_one_fan_a_vertex(relief: Relief) -> None:
    """The faces around a vertex are one fan: with closed edges, its faces, edges and turns count the same."""
    faces = relief.triangles()
    ring: dict[int, dict[int, int]] = {}
    for a, b, c in faces.tolist():
        for here, after, before in ((a, b, c), (b, c, a), (c, a, b)):
            ring.setdefault(here, {})[after] = before
    assert set(ring) == set(range(len(relief.positions)))
    for turns in ring.values():
        start = at = next(iter(turns))
        steps = 0
        while steps == 0 or at != start:
            at, steps = turns[at], steps + 1
        assert steps == len(turns)


def assert_solid(relief: Relief) -> None:
    faces = relief.triangles()
    assert_closed(relief.quads)
    assert_closed(faces)
    a, b, c = (relief.positions[faces[:, i]].astype(np.float64) for i in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    assert areas.min() > 1e-9
    assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6 > 1e-5
    size = np.ptp(relief.positions, axis=0)
    assert size.max() == pytest.approx(SIDE, abs=1e-5)
    assert np.abs(relief.positions.min(axis=0) + relief.positions.max(axis=0)).max() < 1e-5
    assert np.allclose(np.linalg.norm(relief.normals, axis=1), 1, atol=1e-4)
    assert relief.uvs.min() >= 0
    assert relief.uvs.max() <= 1


@st.composite
def blobs(draw: st.DrawFn) -> NDArray[np.bool_]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.tuples(st.integers(6, 48), st.integers(6, 48)))
    mask = blur(random.random(shape), draw(st.sampled_from([0, 1, 2, 4]))) > draw(st.floats(0.3, 0.6))
    if not mask.any():
        mask[shape[0] // 2, shape[1] // 2] = True
    return np.asarray(mask, np.bool_)


@settings(max_examples=60, deadline=None)
@given(mask=blobs(), quads=st.integers(6, 3000), seed=st.integers(0, 99))
def test_any_mask_gives_a_solid_within_the_budget(mask: NDArray[np.bool_], quads: int, seed: int) -> None:
    relief = carve(mask, np.random.default_rng(seed).random(mask.shape), quads)
    assert 6 <= len(relief.quads) <= quads
    assert_solid(relief)
    if len(relief.quads) < 800:
        assert_one_fan_a_vertex(relief)


@pytest.mark.parametrize("quads", [24, 48, 500, 10_000, 60_000])
def test_the_budget_is_used(quads: int) -> None:
    mask = rounded_plate(200, 320)
    relief = carve(mask, np.full(mask.shape, 0.5), quads)
    assert_solid(relief)
    assert (0.75 if quads < 1000 else 0.97) * quads < len(relief.quads) <= quads


def test_up_and_front_are_where_they_should_be() -> None:
    mask = np.zeros((60, 60), np.bool_)
    mask[5:55, 20:40] = True  # a pillar
    mask[5:15, 5:55] = True  # with a bar across its top: a T
    relief = carve(mask, np.full(mask.shape, 0.5), 4000)
    upper = relief.positions[relief.positions[:, 1] > 0.35]
    lower = relief.positions[relief.positions[:, 1] < -0.35]
    assert np.ptp(upper[:, 2]) > 1.8 * np.ptp(lower[:, 2])
    front = relief.normals[:, 0] > 0.9
    # Whoever looks at the front has left, in the picture too, at +Z; the picture's top row has v = 0.
    assert np.corrcoef(relief.positions[front, 2], relief.uvs[front, 0])[0, 1] < -0.99
    assert np.corrcoef(relief.positions[front, 1], relief.uvs[front, 1])[0, 1] < -0.99


def test_a_subject_is_found_by_its_colour_and_by_alpha() -> None:
    y, x = np.mgrid[0:120, 0:160]
    disc = np.hypot(x - 80, y - 60) < 35
    random = np.random.default_rng(1)
    pixels = np.full((120, 160, 4), 255, np.uint8)
    pixels[:, :, :3] = np.where(disc[:, :, None], (200, 60, 40), (60, 90, 120))
    pixels[:, :, :3] += random.integers(0, 20, (120, 160, 3), dtype=np.uint8)
    cut_out = np.full((120, 160, 4), 90, np.uint8)
    cut_out[:, :, 3] = disc * 255
    for picture in (pixels, cut_out):
        mask = find_subject(picture)
        assert mask is not None
        assert (mask & disc).sum() > 0.97 * (mask | disc).sum()


def test_a_plain_picture_has_no_subject() -> None:
    assert find_subject(np.full((64, 64, 4), 255, np.uint8)) is None


def test_parts_and_holes() -> None:
    mask = np.array([list(row) for row in ("##..#", "#.#.#", "###..", "....#")]) == "#"
    labels, sizes = parts(mask)
    assert sorted(sizes[1:].tolist()) == [1, 2, 7]
    assert labels[0, 0] == labels[1, 2]
    assert largest_part(mask).sum() == 7
    # The gap at (1, 1) is closed in by edges though (0, 2) touches its corner.
    assert fill_holes(mask, 2)[1, 1]
    assert not fill_holes(mask, 1)[1, 1]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_there_and_back(channels: int) -> None:
    pixels = np.random.default_rng(channels).integers(0, 256, (13, 7, channels), dtype=np.uint8)
    assert np.array_equal(read_png(write_png(pixels)), pixels)


def test_the_photograph_is_small_and_licensed() -> None:
    folder = Path(__file__).parents[2] / "scripts" / "photograph"
    (picture,) = folder.glob("*.jpg")
    assert picture.stat().st_size < 400_000
    assert "CC BY" in (folder / "README.md").read_text("utf-8")
