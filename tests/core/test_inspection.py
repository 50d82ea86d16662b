"""What a model is made of: counts in a few words, and a sentence for what was ordered and is not there."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.inspection import Inspection, remarks, shortfalls, summary
from tripo_blender.core.options.generation import Settings

ALL_MAPS = "Base Color,Metallic,Normal,Roughness"
GOOD = Inspection(10_000, 10_000, 9_000, 1, 1, 0.0, True, ALL_MAPS)
PLAIN = Settings(texture=False)
QUADS = Settings(texture=False, quad=True)
LIMITED = Settings(texture=False, face_limit=1000)

NO_TEXTURE = "A texture was ordered, but the model came without one"
NO_PBR = "PBR was ordered, but the model came without metallic, roughness and normal maps"


def test_shares_and_names() -> None:
    assert Inspection().quad_share == 0.0
    assert Inspection(faces=8, quads=6).quad_share == 0.75
    assert Inspection().map_names == frozenset()
    assert Inspection(maps="Base Color,Normal").map_names == {"Base Color", "Normal"}


@pytest.mark.parametrize(
    ("settings", "found", "expected"),
    [
        (PLAIN, Inspection(), "0 faces, no quads, no UVs"),
        (PLAIN, Inspection(12_345, 0, unwrapped=True), "12,345 faces, no quads, UVs within the unit square"),
        (PLAIN, Inspection(100, 98, unwrapped=True), "100 faces, 98% quads, UVs within the unit square"),
        (
            PLAIN,
            Inspection(100, 100, outside=0.001, unwrapped=True),
            "100 faces, 100% quads, UVs leave the unit square",
        ),
        (PLAIN, Inspection(100, 50, outside=0.5), "100 faces, 50% quads, no UVs"),
        (LIMITED, Inspection(1_020, 0), "1,020 of 1,000 faces, no quads, no UVs"),
    ],
)
def test_a_summary_is_a_few_words(settings: Settings, found: Inspection, expected: str) -> None:
    assert summary(settings, found).english() == expected


@pytest.mark.parametrize(
    ("settings", "found", "expected"),
    [
        (Settings(quad=True, face_limit=10_000), GOOD, []),
        (QUADS, replace(GOOD, quads=9_500), []),
        (QUADS, replace(GOOD, quads=9_400), ["Quads were ordered, but only 94% of the faces are quads"]),
        (QUADS, replace(GOOD, quads=0), ["Quads were ordered, but only 0% of the faces are quads"]),
        (PLAIN, replace(GOOD, quads=0), []),
        (replace(QUADS, model_version="P1-20260311"), replace(GOOD, quads=0), []),  # which makes none: not ordered
        (LIMITED, replace(GOOD, faces=1_100), []),
        (LIMITED, replace(GOOD, faces=1_101), ["At most 1,000 faces were ordered, and 1,101 came"]),
        (PLAIN, replace(GOOD, faces=10_000_000), []),
        (Settings(), GOOD, []),
        (Settings(), replace(GOOD, maps=""), [NO_TEXTURE]),
        (Settings(), replace(GOOD, maps="Metallic,Normal"), [NO_TEXTURE]),
        (Settings(), replace(GOOD, maps="Base Color"), [NO_PBR]),
        (Settings(), replace(GOOD, maps="Base Color,Emission Color"), [NO_PBR]),
        (Settings(), replace(GOOD, maps="Base Color,Normal"), []),
        (Settings(pbr=False), replace(GOOD, maps="Base Color"), []),
        (Settings(texture=False, pbr=True), replace(GOOD, maps=""), []),
        (
            Settings(quad=True, face_limit=1_000),
            Inspection(faces=2_000, quads=1_000),
            [
                "Quads were ordered, but only 50% of the faces are quads",
                "At most 1,000 faces were ordered, and 2,000 came",
                NO_TEXTURE,
            ],
        ),
    ],
)
def test_what_was_ordered_and_is_not_there_is_said(settings: Settings, found: Inspection, expected: list[str]) -> None:
    assert [told.english() for told in shortfalls(settings, found)] == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Inspection(), []),
        (GOOD, []),
        (replace(GOOD, unwrapped=False), ["A part of the model has no UVs, so its texture cannot show"]),
        (replace(GOOD, unwrapped=False, maps=""), []),
        (replace(GOOD, missing="a.png, b.png"), ["Images that the file names were not found: a.png, b.png"]),
        (replace(GOOD, outside=0.25), ["The UVs of 25% of the faces leave the unit square"]),
        (replace(GOOD, outside=0.0001), ["The UVs of 1% of the faces leave the unit square"]),
        (replace(GOOD, outside=1.0, unwrapped=False, missing="a.png"), [
            "Images that the file names were not found: a.png",
            "A part of the model has no UVs, so its texture cannot show",
            "The UVs of 100% of the faces leave the unit square",
        ]),
    ],
)  # fmt: skip
def test_what_an_artist_should_know_of_the_file_is_said(found: Inspection, expected: list[str]) -> None:
    assert [told.english() for told in remarks(found)] == expected


COUNTS = st.integers(0, 10**7)


@given(st.builds(Settings), st.builds(Inspection, faces=COUNTS, quads=COUNTS, outside=st.floats(0, 1)))
def test_a_model_that_is_within_its_order_falls_short_of_nothing(settings: Settings, found: Inspection) -> None:
    ordered = replace(settings, face_limit=found.faces, quad=True)
    delivered = replace(found, quads=found.faces, maps=ALL_MAPS)
    assert [text for text in shortfalls(ordered, delivered) if found.faces] == []
    assert summary(ordered, delivered).english().startswith(f"{found.faces:,} ")
