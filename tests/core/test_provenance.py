"""Where a model came from: what is written on its object can be kept by Blender, is true, and is read back."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.job import Job, image_job, image_request
from tripo_blender.core.options.generation import Settings, as_options, asked, effective, options_of
from tripo_blender.core.options.generation_table import SETTINGS as TABLE
from tripo_blender.core.options.versions import OFFERS
from tripo_blender.core.provenance import (
    NAMES,
    PICTURE_HASH,
    SETTINGS,
    TASK_ID,
    image_name,
    image_properties,
    properties,
    rows,
    settings_of,
    task_of,
)
from tripo_blender.core.task import (
    Artifact,
    ImageFile,
    ImageUrl,
    Input,
    OutputOf,
    Request,
    Role,
    TaskType,
    Words,
)

from .fixtures import TASK
from .strategies import JSON_VALUES, TEXTS

SECRET = "sk-0123456789abcdef"
SIGNED = f"https://files.example.test/chair.png?X-Amz-Signature={SECRET}"
CREATED = 1_790_000_000.5
ORDERED = image_job(
    "job-1",
    "Chair",
    "/jobs/job-1/picture.png",
    Settings(),
    "https://api.example.test",
    CREATED,
    task_id=TASK,
    source="chair.png",
    sha256="ab12",
    credits=30.0,
    model_seed=2**40,
    texture_seed=7,
)
LOCAL = image_job("job-2", "Lamp", "", Settings(), "", CREATED, source="lamp.glb")
FETCHED = image_job("job-3", "Model", "", Settings(), "https://api.example.test", CREATED, task_id=TASK)


def properties_of(job: Job) -> dict[str, Any]:
    return dict(properties(job, "ModelStream", "1.2.0"))


# -- what is written ----------------------------------------------------------------------------------------------


def test_an_ordered_models_object_says_all_that_is_known() -> None:
    found = properties_of(ORDERED)
    assert json.loads(found.pop(SETTINGS)) == {
        field.name: getattr(Settings(), field.name)
        for field in fields(Settings)
        if field.name in options_of("image_to_model") | {"style"}
    }
    assert found == {
        TASK_ID: TASK,
        "tripo_task_type": "image_to_model",
        "tripo_service": "ModelStream",
        "tripo_model_version": "v3.1-20260211",
        "tripo_picture": "chair.png",
        PICTURE_HASH: "ab12",
        "tripo_model_seed": str(2**40),
        "tripo_texture_seed": "7",
        "tripo_credits": 30.0,
        "tripo_created": "2026-09-21T14:13:20+00:00",
        "tripo_addon_version": "1.2.0",
    }


def test_a_local_models_object_says_which_file_it_was() -> None:
    assert properties_of(LOCAL) == {"tripo_file": "lamp.glb", "tripo_addon_version": "1.2.0"}


def test_of_a_task_that_was_fetched_by_its_id_alone_no_settings_are_made_up() -> None:
    found = properties_of(FETCHED)
    assert found == {
        TASK_ID: TASK,
        "tripo_service": "ModelStream",
        "tripo_created": "2026-09-21T14:13:20+00:00",
        "tripo_addon_version": "1.2.0",
    }
    assert settings_of(found) is None


def made_of(task: TaskType, settings: Settings, **inputs: Input) -> Job:
    return replace(FETCHED, request=Request(task, inputs, as_options(settings)))


def test_a_model_of_words_says_which() -> None:
    job = made_of(
        TaskType.TEXT_TO_MODEL, Settings(image_seed=7), prompt=Words("a chair"), negative_prompt=Words("rust")
    )
    found = properties_of(job)
    assert (found["tripo_prompt"], found["tripo_negative_prompt"]) == ("a chair", "rust")
    assert (found["tripo_task_type"], task_of(found)) == ("text_to_model", TaskType.TEXT_TO_MODEL)
    assert not {name for name in found if name.endswith("hash")}
    assert settings_of(found) == Settings(image_seed=7)
    assert "texture_alignment" not in json.loads(found[SETTINGS])
    assert rows(found)[:5] == [
        ("Task", TASK),
        ("Task Type", "text_to_model"),
        ("Service", "ModelStream"),
        ("Version", "v3.1-20260211"),
        ("Prompt", "a chair"),
    ]
    assert ("Negative Prompt", "rust") in rows(found)
    assert ("Image Seed", "7") in rows(found)


def test_a_model_of_views_says_what_each_held() -> None:
    views = {"back": ImageFile("/b.png", "ba" * 32), "front": ImageFile("/f.png", "f0" * 32), "left": ImageUrl(SIGNED)}
    found = properties_of(made_of(TaskType.MULTIVIEW_TO_MODEL, Settings(), **views))
    assert {name: value for name, value in found.items() if name.endswith("hash")} == {
        "tripo_front_hash": "f0" * 32,
        "tripo_back_hash": "ba" * 32,
    }
    assert [row for row in rows(found) if "Hash" in row[0]] == [
        ("Front Hash", "f0f0f0f0f0f0"),
        ("Back Hash", "bababababa" + "ba"),
    ]


def test_a_model_of_what_a_task_gave_is_known_to_be_ordered_here() -> None:
    job = made_of(TaskType.MULTIVIEW_TO_MODEL, Settings(), views=OutputOf(Role.VIEWS, task_id=TASK))
    assert job.ordered
    assert properties_of(job)["tripo_task_type"] == "multiview_to_model"


@pytest.mark.parametrize("said", [{}, {"tripo_task_type": "make_tea"}, {"tripo_task_type": 7}, {"tripo_task_type": ""}])
def test_an_object_that_does_not_say_its_kind_is_of_an_image(said: dict[str, Any]) -> None:
    assert task_of(said) is TaskType.IMAGE_TO_MODEL


@pytest.mark.parametrize("known", [{"source": "chair.png"}, {"picture": "https://example.test/"}], ids=str)
def test_of_a_task_that_was_ordered_here_the_settings_are_known(known: dict[str, str]) -> None:
    request = image_request(known.get("picture", ""), Settings(quad=True))
    job = replace(FETCHED, request=request, source=known.get("source", ""))
    assert settings_of(properties_of(job)) == Settings(quad=True)


@pytest.mark.parametrize(
    ("used", "asked_for", "expected"),
    [(-1, 0, None), (-1, 7, "7"), (5, 7, "5"), (5, 0, "5"), (0, 7, None), (2**63, 0, str(2**63))],
)
@pytest.mark.parametrize("name", ["model_seed", "texture_seed"])
def test_a_seed_is_the_one_used_else_the_one_asked_for(
    name: str, used: int, asked_for: int, expected: str | None
) -> None:
    job = replace(ORDERED, request=image_request("", replace(Settings(), **{name: asked_for})), **{name: used})
    assert properties_of(job).get(f"tripo_{name}") == expected


@pytest.mark.parametrize(("credit", "expected"), [(-1.0, None), (0.0, 0.0), (27.5, 27.5)])
def test_credits_are_left_out_where_the_service_does_not_say(credit: float, expected: float | None) -> None:
    assert properties_of(replace(ORDERED, credits=credit)).get("tripo_credits") == expected


_VALUES = {
    row.name: st.sampled_from([value for value, _, _ in row.choices])
    if row.choices
    else st.sampled_from([*(offer.name for offer in OFFERS), "v9.0-20990101"])
    if isinstance(row.default, str)
    else st.from_type(type(row.default))
    for row in TABLE
}
JOBS = st.builds(
    image_job,
    TEXTS,
    TEXTS,
    settings=st.builds(Settings, **_VALUES),
    picture=st.sampled_from(("", SIGNED, "/jobs/picture.png")),
    base_url=st.just(f"https://api.example.test?key={SECRET}"),
    created=st.floats(0, 4e9),
    task_id=st.sampled_from(("", TASK)),
    trace_id=TEXTS,
    credits=st.floats(-1, 1e6),
    artifacts=st.lists(st.builds(Artifact), max_size=2).map(tuple),
    source=TEXTS | st.just("chair.png"),
    sha256=st.sampled_from(("", "ab12")),
    model_seed=st.integers(-1, 2**64),
    texture_seed=st.integers(-1, 2**64),
)


@given(JOBS)
def test_every_property_is_one_that_blender_keeps_and_none_is_secret(job: Job) -> None:
    found = properties_of(job)
    assert found.keys() <= set(NAMES)
    for value in found.values():
        assert type(value) in (str, int, float)
        assert not isinstance(value, int) or -(2**31) <= value < 2**31
        assert SECRET not in str(value)
        assert "?X-Amz" not in str(value)


def test_no_property_is_named_twice_or_too_long_for_blender() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(name.startswith("tripo_") and len(name) <= 63 for name in NAMES)


# -- what is read -------------------------------------------------------------------------------------------------


@given(JOBS)
def test_the_settings_come_back_as_they_applied(job: Job) -> None:
    found = settings_of(properties_of(job))
    known = job.task_id and (job.picture or job.source)
    assert found == (effective(job.settings, reads_meshopt=True) if known else None)


@pytest.mark.parametrize("version", [offer.name for offer in OFFERS])
@pytest.mark.parametrize("texture", [True, False])
def test_a_model_can_be_asked_for_again_with_what_its_object_says(version: str, texture: bool) -> None:
    wanted = asked(model_version=version, texture=texture, face_limit=5000, model_seed=7)
    found = settings_of(properties_of(replace(ORDERED, request=image_request("/a.png", wanted))))
    assert found == wanted
    assert asked(**{row.name: getattr(found, row.name) for row in TABLE}) == wanted


def test_the_rows_of_an_ordered_model_are_in_the_panels_order() -> None:
    settings = Settings(quad=True, texture_quality="detailed", model_seed=9)
    assert rows(properties_of(replace(ORDERED, request=image_request("/a.png", settings, "ab12")))) == [
        ("Task", TASK),
        ("Task Type", "image_to_model"),
        ("Service", "ModelStream"),
        ("Version", "v3.1-20260211"),
        ("Image", "chair.png"),
        ("Image Hash", "ab12"),
        ("Geometry Seed", str(2**40)),
        ("Texture Seed", "7"),
        ("Credits", "30"),
        ("Made", "2026-09-21 14:13 UTC"),
        ("Add-on", "1.2.0"),
        ("Texture Quality", "Detailed"),
        ("Quad Mesh", "Yes"),
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, []),
        ({"tripo_picture": "", "tripo_credits": None, "somebody_elses": 7}, []),
        ({"tripo_file": "lamp.glb"}, [("File", "lamp.glb")]),
        ({"tripo_credits": 0.0}, [("Credits", "0")]),
        ({"tripo_credits": 27.5}, [("Credits", "27.5")]),
        ({"tripo_credits": 30}, [("Credits", "30")]),
        (
            {SETTINGS: '{"texture": false, "face_limit": 5000}'},
            [("Texture", "No"), ("PBR", "No"), ("Face Limit", "5000")],
        ),
        ({SETTINGS: '{"model_seed": 5, "model_version": "v2.5-20250123"}'}, []),
        ({SETTINGS: "{}"}, []),
        ({SETTINGS: '{"pbr": false}'}, [("PBR", "No")]),
        ({SETTINGS: "nonsense", TASK_ID: "t"}, [("Task", "t")]),
    ],
    ids=str,
)
def test_a_row_is_shown_for_what_is_there(found: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert rows(found) == expected


@given(JOBS)
def test_every_property_but_the_settings_has_a_row(job: Job) -> None:
    found = properties_of(job)
    shown = rows(found)
    plain = [value for name, value in found.items() if name != SETTINGS and value != ""]
    assert len(shown) >= len(plain)
    assert all(label and text for label, text in shown)


@pytest.mark.parametrize(
    "value",
    [None, "", "{", "[]", "7", "null", 7, 2.5, b"{}", '{"quad": 1}', '{"face_limit": "many"}', '"{}"', 100_000 * "["],
    ids=lambda value: repr(value)[:24],
)
def test_what_are_no_settings_are_none(value: Any) -> None:
    assert settings_of({SETTINGS: value}) is None
    assert settings_of({}) is None
    assert rows({SETTINGS: value}) == []


def test_settings_of_a_newer_version_are_read_as_far_as_they_go() -> None:
    assert settings_of({SETTINGS: '{"quad": true, "colour_of_the_sky": "blue"}'}) == Settings(quad=True)


@given(st.dictionaries(st.sampled_from([row.name for row in TABLE]), JSON_VALUES), st.sampled_from(NAMES), JSON_VALUES)
def test_nothing_that_stands_on_an_object_crashes_the_panel(settings: dict[str, Any], name: str, value: Any) -> None:
    found = {SETTINGS: json.dumps(settings), name: value}
    assert all(isinstance(text, str) for row in rows(found) for text in row)


def test_an_image_tells_its_task_and_what_it_shows() -> None:
    prompt = Request(inputs={"prompt": Words("a small chest")})
    job = replace(ORDERED, request=prompt, task_id=TASK)
    assert image_name(job, Role.IMAGE) == "Chair"
    assert image_name(job, Role.LEFT) == "Chair Left"
    assert image_properties(job, Role.LEFT, "ModelStream") == {
        "tripo_task_id": TASK,
        "tripo_service": "ModelStream",
        "tripo_role": "left",
        "tripo_created": "2026-09-21T14:13:20+00:00",
        "tripo_prompt": "a small chest",
    }
    assert "tripo_prompt" not in image_properties(replace(job, request=Request()), Role.IMAGE, "ModelStream")


def test_a_model_tells_which_variations_it_is_one_of() -> None:
    assert properties_of(replace(ORDERED, task_id=TASK, group="group-1"))["tripo_group"] == "group-1"
    assert "tripo_group" not in properties_of(replace(ORDERED, task_id=TASK))
