"""What goes to the service of the settings: the protocol's rules between parameters, and the price."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.options.generation import (
    Settings,
    as_values,
    asked,
    body_fields,
    effective,
    estimated_credits,
    problem,
)
from tripo_blender.core.options.generation_table import SETTING_BY_NAME, SETTINGS, line_of
from tripo_blender.core.options.option import LARGEST_NUMBER, Value

V31, V30, V25, P1 = "v3.1-20260211", "v3.0-20250812", "v2.5-20250123", "P1-20260311"
VERSIONS = (V31, V30, V25, P1)
SERVICE_DEFAULTS: dict[str, Value] = {
    "geometry_quality": "standard",
    "quad": False,
    "auto_size": False,
    "texture_alignment": "original_image",
    "orientation": "default",
    "enable_image_autofix": False,
}


@pytest.mark.parametrize(
    ("settings", "body"),
    [
        (
            Settings(),
            {"model_version": V31, "texture": True, "pbr": True, "texture_quality": "standard"},
        ),
        (
            Settings(P1, texture=False, face_limit=3000),  # the page's own fixture
            {"model_version": P1, "texture": False, "pbr": False, "face_limit": 3000},
        ),
        (
            Settings(V25, pbr=False, geometry_quality="detailed", quad=True),
            {"model_version": V25, "texture": True, "pbr": False, "texture_quality": "standard", "quad": True},
        ),
        (
            Settings(
                V30, True, True, "detailed", "detailed", 20_000, True, True, 1, 2, "geometry", "align_image", True
            ),
            {
                "model_version": V30,
                "texture": True,
                "pbr": True,
                "texture_quality": "detailed",
                "geometry_quality": "detailed",
                "face_limit": 20_000,
                "quad": True,
                "auto_size": True,
                "model_seed": 1,
                "texture_seed": 2,
                "texture_alignment": "geometry",
                "orientation": "align_image",
                "enable_image_autofix": True,
            },
        ),
    ],
    ids=["defaults", "untextured P1", "v2.5", "everything"],
)
def test_settings_become_the_services_fields(settings: Settings, body: dict[str, Value]) -> None:
    assert body_fields(settings) == body


def _some(*values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


ASKED = st.fixed_dictionaries(
    {},
    optional={
        "model_version": st.sampled_from((*VERSIONS, "v2.0-20240919", "P1-20270101", "v4.0-20270101", "")),
        "texture": _some(True, False),
        "pbr": _some(True, False),
        "texture_quality": _some("standard", "detailed", "extreme"),
        "geometry_quality": _some("standard", "detailed"),
        "face_limit": _some(-1, 0, 47, 48, 1000, 20_000, 20_001, 500_000, 500_001) | st.integers(),
        "quad": _some(True, False),
        "auto_size": _some(True, False),
        "model_seed": _some(0, 1, LARGEST_NUMBER) | st.integers(),
        "texture_seed": _some(0, 1, LARGEST_NUMBER) | st.integers(),
        "texture_alignment": _some("original_image", "geometry"),
        "orientation": _some("default", "align_image"),
        "enable_image_autofix": _some(True, False),
    },
)
ODD = st.dictionaries(
    st.sampled_from([row.name for row in SETTINGS]) | st.text(max_size=5),
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    max_size=3,
)
ANY_SETTINGS = st.builds(
    Settings,
    model_version=st.sampled_from((*VERSIONS, "v2.0-20240919", "v4.0-20270101")),
    texture_quality=st.sampled_from(("standard", "detailed")),
    geometry_quality=st.sampled_from(("standard", "detailed")),
    texture_alignment=st.sampled_from(("original_image", "geometry")),
    orientation=st.sampled_from(("default", "align_image")),
)


def check_rules(body: dict[str, Value]) -> None:
    """Section 3 of the protocol, rule by rule."""
    version = str(body["model_version"])
    assert version.strip()
    assert isinstance(body["texture"], bool)
    assert isinstance(body["pbr"], bool)
    assert body["texture"] or not body["pbr"]  # 1: pbr alone would turn the texture on, and bill it
    if not body["texture"]:  # 2, 3, 10, 12
        assert not {name for name in body if name.startswith("texture_")}
        assert "orientation" not in body
        assert "auto_size" not in body
    if not version.startswith("v3."):  # 8
        assert "geometry_quality" not in body or version.startswith("v4.")
    if version.startswith("P1"):  # 14
        assert not {"quad", "smart_low_poly", "generate_parts", "geometry_quality"} & set(body)
    assert all(body[name] != value for name, value in SERVICE_DEFAULTS.items() if name in body)
    assert all(body.get(name) != 0 for name in ("face_limit", "model_seed", "texture_seed"))


@given(ASKED)
def test_what_is_asked_is_refused_in_a_sentence_or_keeps_every_rule(values: dict[str, Any]) -> None:
    try:
        settings = asked(**values)
    except TripoError as error:
        failure = error.failure
    else:
        failure = None
    if failure is not None:
        assert failure.kind is Kind.USAGE
        assert re.fullmatch(r"[A-Z].*[^.]", failure.sentence)
        return
    body = body_fields(settings)
    check_rules(body)
    for name, value in values.items():  # nothing that was asked for is dropped in silence
        if value not in (None, 0, SETTING_BY_NAME[name].off):
            assert body.get(name) == value
    if "face_limit" in body:  # 6
        low, high = line_of(settings.model_version).face_limits
        assert low <= body["face_limit"] <= high


@given(ODD)
def test_odd_questions_are_refused_and_never_crash(values: dict[str, Any]) -> None:
    try:
        settings, kind = asked(**values), None
    except TripoError as error:
        settings, kind = Settings(), error.failure.kind
    assert problem(settings) == ""
    assert kind in {None, Kind.USAGE}


@given(ANY_SETTINGS)
def test_whatever_the_panel_holds_keeps_every_rule(settings: Settings) -> None:
    check_rules(body_fields(settings))
    applied = effective(settings)
    assert effective(applied) == applied
    assert body_fields(applied) == body_fields(settings)
    assert Settings(**as_values(settings)) == applied


# -- the price ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "price"),
    [
        (Settings(), 30),
        (Settings(texture=False), 20),
        (Settings(pbr=False), 30),
        (Settings(texture_quality="detailed"), 40),
        (Settings(texture=False, texture_quality="detailed"), 20),
        (Settings(geometry_quality="detailed"), 50),
        (Settings(quad=True), 35),
        (Settings(texture_quality="detailed", geometry_quality="detailed", quad=True), 65),
        (Settings(V25, geometry_quality="detailed"), 30),
        (Settings(P1), 50),
        (Settings(P1, texture=False), 40),
        (Settings(P1, quad=True), 50),
    ],
    ids=str,
)
def test_the_estimate_follows_the_published_prices(settings: Settings, price: int) -> None:
    assert estimated_credits(settings) == price


@given(ANY_SETTINGS)
def test_leaving_the_texture_out_is_never_dearer(settings: Settings) -> None:
    assert estimated_credits(replace(settings, texture=False)) < estimated_credits(replace(settings, texture=True))
