"""Each kind of task: what it takes and gives, the call that buys it word for word, and what it costs."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.options.generation import Settings, as_options, body_fields
from tripo_blender.core.options.versions import IMAGE_MODELS
from tripo_blender.core.price import Price, fixed, in_words, total
from tripo_blender.core.services.base import TaskSpec, Uploaded
from tripo_blender.core.task import (
    VIEWS_IN_ORDER,
    ImageFile,
    ImageUrl,
    Input,
    OutputOf,
    Request,
    Role,
    TaskType,
    Words,
    edit_slot,
    reference_slot,
)

from .fixtures import SERVICE, english

V31, V30, V25, P1 = "v3.1-20260211", "v3.0-20250812", "v2.5-20250123", "P1-20260311"
URL = "https://example.test"
TASK = "11111111-2222-4333-8444-555555555555"
TEXTURED = {"texture": True, "pbr": True, "texture_quality": "standard"}
PLAIN = {"texture": False, "pbr": False}
T = TaskType


def spec_of(task: TaskType, version: str = "") -> TaskSpec:
    spec = SERVICE.spec(task, version)
    assert spec is not None
    return spec


def sent(task: TaskType, inputs: dict[str, Input], settings: Settings, uploads: dict[str, Uploaded]) -> Any:
    request = Request(task, inputs, as_options(settings))
    call = SERVICE.create(URL, request, uploads, "")
    assert (call.method, call.url) == ("POST", f"{URL}/task")
    return call.body


def images(*slots: str) -> dict[str, Input]:
    return {slot: ImageUrl(f"{URL}/{slot}.jpg") for slot in slots}


def uploaded(**tokens: str) -> dict[str, Uploaded]:
    return {
        slot: Uploaded(url=f"{URL}/{slot}.jpg", format="jpg") if token == "url" else Uploaded(token, format="png")
        for slot, token in tokens.items()
    }


PICTURE = {"type": "png", "file_token": "token-1"}
BODIES: dict[str, tuple[TaskType, dict[str, Input], Settings, dict[str, Uploaded], dict[str, Any]]] = {
    "words": (
        T.TEXT_TO_MODEL,
        {"prompt": Words("a small wooden chest")},
        Settings(V30),
        {},
        {"prompt": "a small wooden chest", "model_version": V30, **TEXTURED},
    ),
    "words, untextured P1": (
        T.TEXT_TO_MODEL,
        {"prompt": Words("a rock")},
        Settings(P1, texture=False, face_limit=3000, quad=True, smart_low_poly=True, geometry_quality="detailed"),
        {},
        {"prompt": "a rock", "model_version": P1, **PLAIN, "face_limit": 3000},
    ),
    "words, with all of theirs": (
        T.TEXT_TO_MODEL,
        {"negative_prompt": Words("rust"), "prompt": Words("a robot")},
        Settings(V25, image_seed=7, model_seed=8, style="object:steampunk", orientation="align_image"),
        {},
        {
            "prompt": "a robot",
            "negative_prompt": "rust",
            "model_version": V25,
            **TEXTURED,
            "image_seed": 7,
            "model_seed": 8,
            "style": "object:steampunk",
        },
    ),
    "an image": (
        T.IMAGE_TO_MODEL,
        {"image": ImageFile("/a.png")},
        Settings(V31, enable_image_autofix=True, image_seed=7),
        uploaded(image="token-1"),
        {"file": PICTURE, "model_version": V31, **TEXTURED, "enable_image_autofix": True},
    ),
    "an image on the web": (
        T.IMAGE_TO_MODEL,
        images("image"),
        Settings(V30, face_limit=20_000),
        uploaded(image="url"),
        {
            "file": {"type": "jpg", "url": f"{URL}/image.jpg"},
            "model_version": V30,
            **TEXTURED,
            "face_limit": 20_000,
        },
    ),
    "two views": (
        T.MULTIVIEW_TO_MODEL,
        images("back", "front"),
        Settings(V30, style="gold", enable_image_autofix=True),
        uploaded(back="url", front="url"),
        {
            "files": [{"type": "jpg", "url": f"{URL}/front.jpg"}, {}, {"type": "jpg", "url": f"{URL}/back.jpg"}, {}],
            "model_version": V30,
            **TEXTURED,
        },
    ),
    "four views": (
        T.MULTIVIEW_TO_MODEL,
        images("right", "left", "back", "front"),
        Settings(P1, texture=False),
        uploaded(right="4", left="2", back="3", front="1"),
        {
            "files": [{"type": "png", "file_token": token} for token in "1234"],
            "model_version": P1,
            **PLAIN,
        },
    ),
    "the views of a task": (
        T.MULTIVIEW_TO_MODEL,
        {"views": OutputOf(Role.VIEWS, task_id=TASK)},
        Settings(V31, texture_alignment="geometry"),
        {},
        {"original_task_id": TASK, "model_version": V31, **TEXTURED, "texture_alignment": "geometry"},
    ),
    "a draft": (
        T.REFINE_MODEL,
        {"draft": OutputOf(Role.MODEL, task_id=TASK)},
        Settings(quad=True),
        {},
        {"draft_model_task_id": TASK},
    ),
    "an image of words": (
        T.TEXT_TO_IMAGE,
        {"prompt": Words("a lamp"), "negative_prompt": Words("shade")},
        Settings(t_pose=True),
        {},
        {"prompt": "a lamp", "negative_prompt": "shade"},
    ),
    "an image by another model": (
        T.GENERATE_IMAGE,
        {"prompt": Words("a knight")},
        Settings(image_model="gpt_4o", t_pose=True),
        {},
        {"prompt": "a knight", "model_version": "gpt_4o", "t_pose": True},
    ),
    "an image of one image": (
        T.GENERATE_IMAGE,
        {"prompt": Words("in blue"), **images("image")},
        Settings(sketch_to_render=True),
        uploaded(image="token-1"),
        {"prompt": "in blue", "file": PICTURE, "sketch_to_render": True},
    ),
    "an image of several": (
        T.GENERATE_IMAGE,
        {"prompt": Words("both"), **images("image_2", "image")},
        Settings(),
        uploaded(image_2="url", image="token-1"),
        {"prompt": "both", "files": [PICTURE, {"type": "jpg", "url": f"{URL}/image_2.jpg"}]},
    ),
    "views of an image": (
        T.GENERATE_MULTIVIEW_IMAGE,
        images("image"),
        Settings(),
        uploaded(image="token-1"),
        {"file": PICTURE},
    ),
    "edited views": (
        T.EDIT_MULTIVIEW_IMAGE,
        {
            "edit_back": Words("add a zip"),
            "views": OutputOf(Role.VIEWS, task_id=TASK),
            "edit_front": Words("a red shirt"),
        },
        Settings(),
        {},
        {
            "original_task_id": TASK,
            "prompts": [{"view": "front", "prompt": "a red shirt"}, {"view": "back", "prompt": "add a zip"}],
        },
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_request_becomes_the_call_of_the_documentation(name: str) -> None:
    task, inputs, settings, uploads, body = BODIES[name]
    assert sent(task, inputs, settings, uploads) == {"type": str(task), **body}


def test_there_is_a_call_of_every_kind() -> None:
    assert {row[0] for row in BODIES.values()} == set(TaskType)


@pytest.mark.parametrize("task", TaskType)
def test_a_gateway_that_routes_by_a_model_gets_one(task: TaskType) -> None:
    inputs, settings, uploads = next(row[1:4] for row in BODIES.values() if row[0] is task)
    call = SERVICE.create(URL, Request(task, inputs, as_options(settings)), uploads, "model field")
    assert call.body is not None
    assert call.body == {**sent(task, inputs, settings, uploads), "model": str(task)}


# -- what they take and give --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "slots", "required"),
    [
        (T.TEXT_TO_MODEL, "prompt negative_prompt", "prompt"),
        (T.IMAGE_TO_MODEL, "image", "image"),
        (T.MULTIVIEW_TO_MODEL, "front left back right views", "front"),
        (T.REFINE_MODEL, "draft", "draft"),
        (T.TEXT_TO_IMAGE, "prompt negative_prompt", "prompt"),
        (T.GENERATE_IMAGE, "prompt image image_2 image_3 image_4", "prompt"),
        (T.GENERATE_MULTIVIEW_IMAGE, "image", "image"),
        (T.EDIT_MULTIVIEW_IMAGE, "views edit_front edit_left edit_back edit_right", "views"),
    ],
)
def test_a_task_has_its_slots(task: TaskType, slots: str, required: str) -> None:
    spec = spec_of(task)
    assert " ".join(spec.slots) == slots
    assert [slot for slot, each in spec.slots.items() if each.required] == [required]


@pytest.mark.parametrize("model", IMAGE_MODELS, ids=lambda model: model.name)
def test_an_image_model_takes_as_many_references_as_it_can(model: Any) -> None:
    slots = list(spec_of(T.GENERATE_IMAGE, model.name).slots)
    assert slots == ["prompt", *map(reference_slot, range(1, model.references + 1))]


@pytest.mark.parametrize("task", TaskType)
def test_models_come_of_model_tasks_and_images_of_the_others(task: TaskType) -> None:
    expected: tuple[Role, ...] = (Role.MODEL,) if task.endswith("model") else (Role.IMAGE,)
    assert spec_of(task).outputs == (VIEWS_IN_ORDER if task.endswith("multiview_image") else expected)


@pytest.mark.parametrize(
    ("task", "version", "reason"),
    [
        (T.REFINE_MODEL, V31, "Only drafts of old model versions (1.4 and before) can be refined"),
        (T.REFINE_MODEL, V25, "this one is made with v2.5-20250123"),
        (T.REFINE_MODEL, "v1.4-20240625", ""),
        (T.REFINE_MODEL, "", ""),
        (T.MULTIVIEW_TO_MODEL, "Turbo-v1.0-20250506", "makes no model of several views: choose another version"),
        (T.MULTIVIEW_TO_MODEL, P1, ""),
        (T.TEXT_TO_MODEL, "Turbo-v1.0-20250506", ""),
    ],
)
def test_what_is_not_offered_says_why(task: TaskType, version: str, reason: str) -> None:
    assert (SERVICE.spec(task, version) is None) is bool(reason)
    assert reason in english(SERVICE.problem_of_task(task, version))
    assert bool(SERVICE.problem_of_task(task, version)) is bool(reason)


def test_the_options_that_apply_are_those_of_the_version() -> None:
    assert "style" in spec_of(T.TEXT_TO_MODEL, V25).options
    assert not {"quad", "style", "geometry_quality"} & spec_of(T.TEXT_TO_MODEL, P1).options
    assert spec_of(T.REFINE_MODEL).options == frozenset()
    assert spec_of(T.GENERATE_IMAGE, "gpt_4o").options == {"image_model", "t_pose", "sketch_to_render"}


# -- what they cost -----------------------------------------------------------------------------------------------

PRICES: list[tuple[TaskType, Settings, int]] = [
    (T.TEXT_TO_MODEL, Settings(), 20),
    (T.TEXT_TO_MODEL, Settings(texture=False), 10),
    (T.TEXT_TO_MODEL, Settings(P1), 40),
    (T.TEXT_TO_MODEL, Settings(P1, texture=False), 30),
    (T.IMAGE_TO_MODEL, Settings(), 30),
    (T.IMAGE_TO_MODEL, Settings(texture=False), 20),
    (T.IMAGE_TO_MODEL, Settings(pbr=False), 30),
    (T.IMAGE_TO_MODEL, Settings(texture_quality="detailed"), 40),
    (T.IMAGE_TO_MODEL, Settings(texture=False, texture_quality="detailed"), 20),
    (T.IMAGE_TO_MODEL, Settings(geometry_quality="detailed"), 50),
    (T.IMAGE_TO_MODEL, Settings(quad=True), 35),
    (T.IMAGE_TO_MODEL, Settings(smart_low_poly=True), 40),
    (T.IMAGE_TO_MODEL, Settings(generate_parts=True), 30),  # which the texture excludes
    (T.IMAGE_TO_MODEL, Settings(texture=False, generate_parts=True), 40),
    (T.IMAGE_TO_MODEL, Settings(texture_quality="detailed", geometry_quality="detailed", quad=True), 65),
    (T.IMAGE_TO_MODEL, Settings(V25, geometry_quality="detailed"), 30),
    (T.IMAGE_TO_MODEL, Settings(P1), 50),
    (T.IMAGE_TO_MODEL, Settings(P1, texture=False), 40),
    (T.IMAGE_TO_MODEL, Settings(P1, quad=True, smart_low_poly=True), 50),
    (T.MULTIVIEW_TO_MODEL, Settings(), 30),
    (T.MULTIVIEW_TO_MODEL, Settings(P1, texture=False), 40),
    (T.TEXT_TO_IMAGE, Settings(quad=True), 5),
    (T.GENERATE_IMAGE, Settings(image_model="gpt_4o"), 5),
    (T.GENERATE_IMAGE, Settings(image_model="midjourney"), 10),
    (T.GENERATE_MULTIVIEW_IMAGE, Settings(), 10),
    (T.EDIT_MULTIVIEW_IMAGE, Settings(), 5),
]


@pytest.mark.parametrize(("task", "settings", "expected"), PRICES, ids=str)
def test_the_estimate_follows_the_published_prices(task: TaskType, settings: Settings, expected: int) -> None:
    assert SERVICE.price(Request(task, {}, as_options(settings))) == fixed(expected)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_every_view_that_is_edited_costs(number: int) -> None:
    edits = {edit_slot(view): Words("blue") for view in VIEWS_IN_ORDER[:number]}
    inputs = {"views": OutputOf(Role.VIEWS, task_id=TASK), **edits}
    assert SERVICE.price(Request(T.EDIT_MULTIVIEW_IMAGE, inputs)) == fixed(5 * number)


def test_what_has_no_fixed_price_has_a_range_or_none() -> None:
    assert SERVICE.price(Request(T.GENERATE_IMAGE)) == Price(5, 10)
    assert SERVICE.price(Request(T.REFINE_MODEL)) is None


@given(st.sampled_from([row for row in PRICES if row[0].endswith("to_model")]))
def test_leaving_the_texture_out_always_costs_less(row: tuple[TaskType, Settings, int]) -> None:
    task, settings, _ = row
    prices = [
        SERVICE.price(Request(task, {}, as_options(replace(settings, texture=texture, generate_parts=False))))
        for texture in (False, True)
    ]
    assert prices[0] is not None
    assert prices[1] is not None
    assert prices[0].most < prices[1].least
    assert body_fields(settings, task)["model_version"] == settings.model_version


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ([fixed(30)], "about 30 credits"),
        ([Price(5, 10)], "about 5 to 10 credits"),
        ([fixed(30), Price(5, 10), fixed(20)], "about 55 to 60 credits"),
        ([], "about 0 credits"),
        ([None], "a price that is not known"),
        ([fixed(30), None], "a price that is not known"),
    ],
    ids=str,
)
def test_prices_add_up_as_far_as_they_are_known(prices: list[Price | None], words: str) -> None:
    assert in_words(total(prices)).english() == words
