"""What a user can ask for: the two tables, their rules, and what of it goes to the service."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.options.generation import (
    Settings,
    asked,
    effective,
    options_of,
    problem,
    unavailable,
    version_of,
)
from tripo_blender.core.options.generation_table import SETTING_BY_NAME, SETTINGS
from tripo_blender.core.options.option import LARGEST_NUMBER
from tripo_blender.core.options.versions import DEFAULT_VERSION, LINES, OFFERS, line_of
from tripo_blender.core.task_type import MODEL_TASKS, TaskType

from .fixtures import english

V31, V30, V25, P1 = "v3.1-20260211", "v3.0-20250812", "v2.5-20250123", "P1-20260311"
P2 = "P2-20260801"
VERSIONS = (V31, V30, V25, P1)
NEEDS_TEXTURE = {"pbr", "texture_quality", "texture_seed", "texture_alignment", "orientation", "auto_size"}

# -- the tables ---------------------------------------------------------------------------------------------------


def test_the_table_names_every_field_of_the_settings_once_and_in_order() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


def test_the_settings_start_as_the_table_says() -> None:
    assert {setting.name: setting.default for setting in SETTINGS} == {
        field.name: field.default for field in fields(Settings)
    }
    assert [problem(Settings(), task) for task in TaskType] == [None] * len(TaskType)
    assert [effective(Settings(), task) for task in sorted(MODEL_TASKS)] == [Settings()] * len(MODEL_TASKS)


def test_the_menus_offer_the_versions_that_are_current() -> None:
    assert tuple(offer.name for offer in OFFERS) == VERSIONS
    assert VERSIONS[0] == DEFAULT_VERSION


@pytest.mark.parametrize(
    ("version", "limits", "refused"),
    [
        (V31, (1000, 500_000), {"style"}),
        (V30, (1000, 500_000), {"style"}),
        (V25, (1000, 500_000), {"geometry_quality"}),
        (P1, (48, 20_000), {"geometry_quality", "quad", "smart_low_poly", "generate_parts", "style"}),
        (P2, (48, 50_000), {"geometry_quality", "style"}),
        (
            "Turbo-v1.0-20250506",
            (1000, 50_000),
            {"geometry_quality", "smart_low_poly", "texture_alignment", "enable_image_autofix", "style"},
        ),
    ],
)
def test_each_version_has_its_limits_and_refusals(version: str, limits: tuple[int, int], refused: set[str]) -> None:
    assert line_of(version).face_limits == limits
    assert line_of(version).refuses == refused
    reasons = unavailable(Settings(version))
    assert all(
        version in reasons[name].english() and SETTING_BY_NAME[name].label in reasons[name].english()
        for name in refused
    )


def test_an_unknown_version_has_the_widest_limits_and_refuses_nothing() -> None:
    line = line_of("v9.0-20990101")
    assert line.refuses == frozenset()
    assert line.face_limits == (
        min(row.face_limits[0] for row in LINES),
        max(row.face_limits[1] for row in LINES),
    )


def test_untextured_settings_need_no_setting_of_the_texture() -> None:
    reasons = unavailable(Settings(texture=False))
    assert {name for name, reason in reasons.items() if reason.key == "setting.needs_texture"} == NEEDS_TEXTURE
    assert all(SETTING_BY_NAME[name].label in reason.english() for name, reason in reasons.items())


@pytest.mark.parametrize(
    ("settings", "name", "others"),
    [
        (Settings(), "generate_parts", "Texture"),
        (Settings(quad=True), "generate_parts", "Texture and Quad Mesh"),
        (Settings(texture=False, quad=True), "generate_parts", "Quad Mesh"),
        (Settings(texture=False), "generate_parts", ""),
        (Settings(), "export_uv", "Texture"),
        (Settings(texture=False), "export_uv", ""),
        (Settings(quad=True), "compress", "Quad Mesh"),
        (Settings(P1, quad=True), "compress", ""),  # which makes none
        (Settings(), "compress", ""),
    ],
    ids=str,
)
def test_what_others_exclude_is_not_changed_beside_them(settings: Settings, name: str, others: str) -> None:
    reason = english(unavailable(settings, reads_meshopt=True).get(name))
    assert (f" while {others} is on: turn {others} off first" in reason) is bool(others)
    assert bool(reason) is bool(others)


def test_what_this_blender_cannot_read_is_not_offered() -> None:
    assert "This Blender cannot read a model with Compression" in unavailable(Settings())["compress"].english()
    assert "compress" not in unavailable(Settings(), reads_meshopt=True)
    with pytest.raises(TripoError, match="This Blender cannot read"):
        asked(compress="geometry")
    assert asked(TaskType.IMAGE_TO_MODEL, True, compress="geometry").compress == "geometry"


APPLIES: dict[str, set[str]] = {  # the columns of the protocol's table, of what is not of all three
    "style": {"text_to_model", "image_to_model"},
    "image_seed": {"text_to_model"},
    "texture_alignment": {"image_to_model", "multiview_to_model"},
    "orientation": {"image_to_model", "multiview_to_model"},
    "enable_image_autofix": {"image_to_model"},
    "image_model": {"generate_image"},
    "t_pose": {"generate_image"},
    "sketch_to_render": {"generate_image"},
}


@pytest.mark.parametrize("name", SETTING_BY_NAME)
@pytest.mark.parametrize("task", TaskType)
def test_a_setting_is_offered_for_the_tasks_that_take_it(task: TaskType, name: str) -> None:
    applies = task in APPLIES.get(name, {"text_to_model", "image_to_model", "multiview_to_model"})
    assert (name in options_of(task)) is applies
    assert ("this kind of task" in english(unavailable(Settings(V25), task).get(name))) is not applies


@pytest.mark.parametrize("name", sorted(APPLIES.keys() - {"style"}))
@pytest.mark.parametrize("task", TaskType)
def test_a_script_is_told_what_does_nothing_for_its_task(task: TaskType, name: str) -> None:
    setting = SETTING_BY_NAME[name]
    value = 7 if setting.default == 0 and not isinstance(setting.default, bool) else True
    if setting.choices:
        value = setting.choices[-1][0]
    if task in APPLIES[name]:
        assert getattr(asked(task, **{name: value}), name) == value
    else:
        with pytest.raises(TripoError, match=f"{setting.label} does nothing for this kind of task"):
            asked(task, **{name: value})


@pytest.mark.parametrize(
    ("values", "low", "high", "what"),
    [
        ({"smart_low_poly": True}, 1_000, 20_000, "Smart Low Poly"),
        ({"smart_low_poly": True, "quad": True}, 500, 10_000, "Smart Low Poly with Quad Mesh"),
        ({"quad": True}, 1_000, 500_000, f"model version {V31}"),
        ({"model_version": P2}, 48, 50_000, f"model version {P2}"),
        ({"model_version": P2, "quad": True}, 48, 25_000, f"model version {P2} with Quad Mesh"),
        ({"model_version": P2, "smart_low_poly": True}, 1_000, 20_000, "Smart Low Poly"),
    ],
    ids=str,
)
def test_what_is_made_of_the_faces_narrows_their_number(values: dict[str, Any], low: int, high: int, what: str) -> None:
    for faces in (low, high):
        assert asked(face_limit=faces, **values).face_limit == faces
    for faces in (low - 1, high + 1):
        assert f"must be from {low:,} to {high:,} for {what}, or 0" in refusal(face_limit=faces, **values)


def test_of_a_task_that_makes_no_model_no_setting_of_a_model_is_looked_at() -> None:
    assert problem(Settings("", face_limit=-1), TaskType.TEXT_TO_IMAGE) is None
    assert "Image Model cannot be 'x'" in english(problem(Settings(image_model="x"), TaskType.GENERATE_IMAGE))


@pytest.mark.parametrize(
    ("task", "version"),
    [
        (TaskType.TEXT_TO_MODEL, V30),
        (TaskType.MULTIVIEW_TO_MODEL, V30),
        (TaskType.GENERATE_IMAGE, "gpt_4o"),
        (TaskType.REFINE_MODEL, ""),
        (TaskType.TEXT_TO_IMAGE, ""),
    ],
)
def test_the_version_is_that_of_the_model_that_carries_it_out(task: TaskType, version: str) -> None:
    assert version_of(Settings(V30, image_model="gpt_4o"), task) == version


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
