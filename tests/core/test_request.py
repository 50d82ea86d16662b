"""What a user can ask for: the two tables, their rules, and what of it goes to the service."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.options.generation import Settings, asked, problem, unavailable
from tripo_blender.core.options.generation_table import (
    DEFAULT_VERSION,
    LINES,
    OFFERS,
    SETTING_BY_NAME,
    SETTINGS,
    line_of,
)
from tripo_blender.core.options.option import LARGEST_NUMBER

V31, V30, V25, P1 = "v3.1-20260211", "v3.0-20250812", "v2.5-20250123", "P1-20260311"
VERSIONS = (V31, V30, V25, P1)
NEEDS_TEXTURE = {"pbr", "texture_quality", "texture_seed", "texture_alignment", "orientation", "auto_size"}

# -- the tables ---------------------------------------------------------------------------------------------------


def test_the_table_names_every_field_of_the_settings_once_and_in_order() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


def test_the_settings_start_as_the_table_says() -> None:
    assert {setting.name: setting.default for setting in SETTINGS} == {
        field.name: field.default for field in fields(Settings)
    }
    assert problem(Settings()) == ""
    assert unavailable(Settings()) == {}


def test_the_menus_offer_the_versions_that_are_current() -> None:
    assert tuple(offer.name for offer in OFFERS) == VERSIONS
    assert VERSIONS[0] == DEFAULT_VERSION


@pytest.mark.parametrize(
    ("version", "limits", "refused"),
    [
        (V31, (1000, 500_000), set()),
        (V30, (1000, 500_000), set()),
        (V25, (1000, 500_000), {"geometry_quality"}),
        (P1, (48, 20_000), {"geometry_quality", "quad"}),
    ],
)
def test_each_version_has_its_limits_and_refusals(version: str, limits: tuple[int, int], refused: set[str]) -> None:
    assert line_of(version).face_limits == limits
    assert set(unavailable(Settings(version))) == refused


def test_an_unknown_version_has_the_widest_limits_and_refuses_nothing() -> None:
    line = line_of("v9.0-20990101")
    assert line.refuses == frozenset()
    assert line.face_limits == (
        min(row.face_limits[0] for row in LINES),
        max(row.face_limits[1] for row in LINES),
    )


def test_untextured_settings_need_no_setting_of_the_texture() -> None:
    reasons = unavailable(Settings(texture=False))
    assert set(reasons) == NEEDS_TEXTURE
    assert all(SETTING_BY_NAME[name].label in reason for name, reason in reasons.items())


# -- what a script may ask for --------------------------------------------------------------------------------------


def refusal(**values: Any) -> str:
    with pytest.raises(TripoError) as caught:
        asked(**values)
    assert caught.value.failure.kind is Kind.USAGE
    return caught.value.failure.sentence


@pytest.mark.parametrize(
    "limits", [(V31, 1000, 500_000), (V25, 1000, 500_000), (P1, 48, 20_000)], ids=lambda row: row[0]
)
@pytest.mark.parametrize(
    ("pick", "within"),
    [
        (lambda low, high: low, True),
        (lambda low, high: high, True),
        (lambda low, high: 0, True),
        (lambda low, high: low - 1, False),
        (lambda low, high: high + 1, False),
        (lambda low, high: -1, False),
        (lambda low, high: LARGEST_NUMBER + 1, False),
    ],
    ids=["lowest", "highest", "none", "too low", "too high", "negative", "huge"],
)
def test_a_face_limit_keeps_to_its_versions_limits_and_the_refusal_names_them(
    limits: tuple[str, int, int], pick: Callable[[int, int], int], within: bool
) -> None:
    version, low, high = limits
    value = pick(low, high)
    if within:
        assert asked(model_version=version, face_limit=value).face_limit == value
    else:
        sentence = refusal(model_version=version, face_limit=value)
        assert all(f"{number:,}" in sentence for number in (low, high, value))


@pytest.mark.parametrize("name", ["model_seed", "texture_seed"])
@pytest.mark.parametrize(
    ("value", "within"), [(0, True), (1, True), (LARGEST_NUMBER, True), (-1, False), (2**31, False)]
)
def test_a_seed_is_a_number_that_blender_holds(name: str, value: int, within: bool) -> None:
    if within:
        assert getattr(asked(**{name: value}), name) == value
    else:
        assert f"{value:,}" in refusal(**{name: value})


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"texture": 1}, "Texture must be True or False"),
        ({"face_limit": True}, "Face Limit must be a whole number"),
        ({"face_limit": 2000.0}, "Face Limit must be a whole number"),
        ({"model_seed": 7.0}, "Geometry Seed must be a whole number"),
        ({"size": 2.0}, "size"),
        ({"model_version": 3}, "Model Version must be a text"),
        ({"model_version": ""}, "Model Version"),
        ({"model_version": "  "}, "Model Version"),
        ({"texture_quality": "extreme"}, "standard or detailed"),
        ({"orientation": "sideways"}, "default or align_image"),
        ({"texture": False, "pbr": True}, "PBR"),
        ({"texture": False, "texture_quality": "detailed"}, "Texture Quality"),
        ({"texture": False, "orientation": "align_image"}, "Orientation"),
        ({"texture": False, "auto_size": True}, "Real-World Scale"),
        ({"texture": False, "texture_seed": 7}, "Texture Seed"),
        ({"model_version": V25, "geometry_quality": "detailed"}, V25),
        ({"model_version": P1, "geometry_quality": "detailed"}, P1),
        ({"model_version": P1, "quad": True}, "Quad Mesh"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    assert named in refusal(**values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Settings()),
        ({"quad": None}, Settings()),
        ({"texture": False}, Settings(texture=False, pbr=False)),
        ({"texture": False, "pbr": False, "texture_quality": "standard"}, Settings(texture=False, pbr=False)),
        ({"model_version": P1, "quad": False, "geometry_quality": "standard"}, Settings(P1)),
        ({"model_version": V30, "geometry_quality": "detailed"}, Settings(V30, geometry_quality="detailed")),
    ],
    ids=str,
)
def test_what_stands_for_not_asked_for_is_accepted_everywhere(values: dict[str, Any], expected: Settings) -> None:
    assert asked(**values) == expected
