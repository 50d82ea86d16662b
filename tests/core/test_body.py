"""What goes to the service of the settings: the protocol's rules between parameters."""

import re
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
    problem,
    unavailable,
)
from tripo_blender.core.options.generation_table import SETTING_BY_NAME, SETTINGS
from tripo_blender.core.options.option import LARGEST_NUMBER, Option, Value
from tripo_blender.core.options.versions import line_of
from tripo_blender.core.task_type import MODEL_TASKS, TaskType

V31, V30, V25, P1 = "v3.1-20260211", "v3.0-20250812", "v2.5-20250123", "P1-20260311"
VERSIONS = (V31, V30, V25, P1)
SERVICE_DEFAULTS: dict[str, Value] = {
    "geometry_quality": "standard",
    "quad": False,
    "auto_size": False,
    "texture_alignment": "original_image",
    "orientation": "default",
    "enable_image_autofix": False,
    "smart_low_poly": False,
    "generate_parts": False,
    "export_uv": True,
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
                V30,
                texture_quality="detailed",
                geometry_quality="detailed",
                face_limit=10_000,
                quad=True,
                smart_low_poly=True,
                auto_size=True,
                model_seed=1,
                texture_seed=2,
                texture_alignment="geometry",
                orientation="align_image",
                enable_image_autofix=True,
            ),
            {
                "model_version": V30,
                "texture": True,
                "pbr": True,
                "texture_quality": "detailed",
                "geometry_quality": "detailed",
                "face_limit": 10_000,
                "quad": True,
                "smart_low_poly": True,
                "auto_size": True,
                "model_seed": 1,
                "texture_seed": 2,
                "texture_alignment": "geometry",
                "orientation": "align_image",
                "enable_image_autofix": True,
            },
        ),
        (
            Settings(texture=False, generate_parts=True, export_uv=False),
            {"model_version": V31, "texture": False, "pbr": False, "generate_parts": True, "export_uv": False},
        ),
        (
            Settings(compress="geometry"),
            {"model_version": V31, "texture": True, "pbr": True, "texture_quality": "standard", "compress": "geometry"},
        ),
        (
            Settings(V25, texture=False, style="object:clay"),
            {"model_version": V25, "texture": False, "pbr": False, "style": "object:clay"},
        ),
    ],
    ids=["defaults", "untextured P1", "v2.5", "everything", "parts", "compressed", "old style"],
)
def test_settings_become_the_services_fields(settings: Settings, body: dict[str, Value]) -> None:
    assert body_fields(settings) == body


def _values(row: Option) -> st.SearchStrategy[Any]:
    if row.name == "model_version":
        return st.sampled_from((*VERSIONS, "v2.0-20240919", "P1-20270101", "v4.0-20270101", "Turbo-v1.0-20250506"))
    if row.choices:
        return st.sampled_from([value for value, _, _ in row.choices])
    return st.booleans() if isinstance(row.default, bool) else st.sampled_from((0, 1, LARGEST_NUMBER))


def _odd_values(row: Option) -> st.SearchStrategy[Any]:
    if isinstance(row.default, str):
        return _values(row) | st.sampled_from(("", "extreme"))
    numbers = st.sampled_from((-1, 47, 48, 1000, 10_001, 20_000, 20_001, 500_000, 500_001)) | st.integers()
    return _values(row) if isinstance(row.default, bool) else _values(row) | numbers


TASKS = st.sampled_from(TaskType)
ASKED = st.fixed_dictionaries({}, optional={row.name: st.none() | _odd_values(row) for row in SETTINGS})
ODD = st.dictionaries(
    st.sampled_from([row.name for row in SETTINGS]) | st.text(max_size=5),
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    max_size=3,
)
ANY_SETTINGS = st.builds(Settings, **{row.name: _values(row) for row in SETTINGS})


def check_rules(body: dict[str, Value], task: TaskType) -> None:
    """Section 3 of the protocol, rule by rule."""
    if task not in MODEL_TASKS:
        assert set(body) <= ({"model_version", "t_pose", "sketch_to_render"} if task == "generate_image" else set())
        assert all(body.get(name) is not False for name in ("t_pose", "sketch_to_render"))
        return
    version = str(body["model_version"])
    assert version.strip()
    assert isinstance(body["texture"], bool)
    assert isinstance(body["pbr"], bool)
    assert body["texture"] or not body["pbr"]  # 1: pbr alone would turn the texture on, and bill it
    if body["texture"]:  # 9, 17
        assert not {"generate_parts", "export_uv"} & set(body)
    else:  # 2, 3, 10, 12
        assert not {name for name in body if name.startswith("texture_")}
        assert "orientation" not in body
        assert "auto_size" not in body
    if not version.startswith("v3."):  # 8
        assert "geometry_quality" not in body or version.startswith("v4.")
    if not version.startswith("v2."):
        assert "style" not in body or version.startswith("v4.")
    if version.startswith("P1"):  # 14
        assert not {"quad", "smart_low_poly", "generate_parts", "geometry_quality"} & set(body)
    if body.get("quad"):
        assert not {"generate_parts", "compress"} & set(body)
    if task == "text_to_model":  # 10, 11
        assert not {"orientation", "texture_alignment", "enable_image_autofix"} & set(body)
    else:
        assert "image_seed" not in body
    assert not {"t_pose", "sketch_to_render", "image_model"} & set(body)
    assert not line_of(version).refuses & set(body)
    assert all(body[name] != value for name, value in SERVICE_DEFAULTS.items() if name in body)
    assert all(body.get(name) != 0 for name in ("face_limit", "model_seed", "texture_seed", "image_seed"))
    assert "none" not in body.values()


@given(TASKS, ASKED)
def test_what_is_asked_is_refused_in_a_sentence_or_keeps_every_rule(task: TaskType, values: dict[str, Any]) -> None:
    try:
        settings = asked(task, True, **values)
    except TripoError as error:
        failure = error.failure
    else:
        failure = None
    if failure is not None:
        assert failure.kind is Kind.USAGE
        assert re.fullmatch(r"[A-Z].*[^.]", failure.sentence)
        return
    body = body_fields(settings, task)
    check_rules(body, task)
    for name, value in values.items():  # nothing that was asked for is dropped in silence
        if value not in (None, 0, SETTING_BY_NAME[name].off):
            assert body.get(SETTING_BY_NAME[name].field or name) == value
    if "face_limit" in body:  # 6, 7
        low, high = line_of(settings.model_version).face_limits
        if settings.smart_low_poly:
            low, high = (500, 10_000) if settings.quad else (1_000, 20_000)
        assert low <= body["face_limit"] <= high


@given(TASKS, ODD)
def test_odd_questions_are_refused_and_never_crash(task: TaskType, values: dict[str, Any]) -> None:
    try:
        settings, kind = asked(task, **values), None
    except TripoError as error:
        settings, kind = Settings(), error.failure.kind
    assert problem(settings, task) is None
    assert kind in {None, Kind.USAGE}


@given(TASKS, ANY_SETTINGS)
def test_whatever_the_panel_holds_keeps_every_rule(task: TaskType, settings: Settings) -> None:
    body = body_fields(settings, task)
    check_rules(body, task)
    idle = unavailable(settings, task, reads_meshopt=True)
    always = {"texture", "pbr", "model_version"}
    assert not {SETTING_BY_NAME[name].field or name for name in idle} & set(body) - always
    applied = effective(settings, task, reads_meshopt=True)
    assert effective(applied, task, reads_meshopt=True) == applied
    assert body_fields(applied, task) == body
    if task in MODEL_TASKS:
        assert Settings(**as_values(settings, task)) == applied
