"""Whether a request can be sent: every way in which it cannot has its sentence, before anything is bought."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.account import Account
from tripo_blender.core.errors import TripoError
from tripo_blender.core.job import Job
from tripo_blender.core.options.generation import Settings, as_options
from tripo_blender.core.prompt import LONGEST_NEGATIVE_PROMPT, LONGEST_PROMPT
from tripo_blender.core.request_check import outputs_of_job, problem_at, problem_of, result_of_job, spec_for
from tripo_blender.core.services.base import TaskSpec, Uploaded
from tripo_blender.core.task import (
    VIEWS_IN_ORDER,
    Artifact,
    ImageFile,
    ImageUrl,
    Input,
    ModelFile,
    OutputOf,
    Request,
    Role,
    TaskType,
    Words,
)

from .fixtures import SERVICE, english
from .strategies import TEXTS

T = TaskType
TASK = "11111111-2222-4333-8444-555555555555"
VIEWS_OF_TASK = OutputOf(Role.VIEWS, task_id=TASK)


def request(task: TaskType, settings: Settings | None = None, **inputs: Input) -> Request:
    return Request(task, inputs, as_options(settings or Settings()))


def said(each: Request) -> str:
    sentence = english(problem_at(SERVICE, each))
    assert not sentence.endswith(".")
    assert sentence[:1].isupper() or not sentence
    return sentence


def image(name: str, **fields: str) -> ImageFile:
    return ImageFile(f"/jobs/{name}.png", **fields)


GOOD: dict[str, Request] = {
    "words": request(T.TEXT_TO_MODEL, prompt=Words("a chair")),
    "words without": request(T.TEXT_TO_MODEL, prompt=Words("a chair"), negative_prompt=Words("rust")),
    "a file": request(T.IMAGE_TO_MODEL, image=image("a")),
    "an address": request(T.IMAGE_TO_MODEL, image=ImageUrl("https://example.test/a.png")),
    "what another job gives": request(T.IMAGE_TO_MODEL, image=OutputOf(Role.IMAGE, "job-1")),
    "two views": request(T.MULTIVIEW_TO_MODEL, front=image("a"), back=image("b")),
    "two views of two jobs": request(
        T.MULTIVIEW_TO_MODEL, front=OutputOf(Role.IMAGE, "job-1"), back=OutputOf(Role.IMAGE, "job-2")
    ),
    "two views of one job": request(
        T.MULTIVIEW_TO_MODEL, front=OutputOf(Role.FRONT, "job-1"), back=OutputOf(Role.BACK, "job-1")
    ),
    "views of a job": request(T.MULTIVIEW_TO_MODEL, views=OutputOf(Role.VIEWS, "job-1")),
    "views of a task": request(T.MULTIVIEW_TO_MODEL, views=VIEWS_OF_TASK),
    "a draft": request(T.REFINE_MODEL, draft=OutputOf(Role.MODEL, task_id=TASK)),
    "an image of words": request(T.TEXT_TO_IMAGE, prompt=Words("a lamp")),
    "an image by name": request(T.GENERATE_IMAGE, Settings(image_model="flux.1_dev"), prompt=Words("a lamp")),
    "references": request(T.GENERATE_IMAGE, prompt=Words("both"), image=image("a"), image_2=image("b")),
    "four views": request(T.GENERATE_MULTIVIEW_IMAGE, image=image("a")),
    "one edit": request(T.EDIT_MULTIVIEW_IMAGE, views=VIEWS_OF_TASK, edit_left=Words("blue")),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_complete_can_be_sent(name: str) -> None:
    assert said(GOOD[name]) == ""


BAD: list[tuple[Request, str]] = [
    (request(T.TEXT_TO_MODEL), "The prompt is missing: write one"),
    (request(T.TEXT_TO_MODEL, negative_prompt=Words("rust")), "The prompt is missing"),
    (request(T.TEXT_TO_MODEL, prompt=Words(" \n")), "The prompt is empty"),
    (request(T.TEXT_TO_MODEL, prompt=Words("x" * (LONGEST_PROMPT + 1))), "The prompt has 1,025 characters"),
    (request(T.TEXT_TO_IMAGE, prompt=Words("a \U0001f600")), "The prompt has the character U+1F600"),
    (
        request(T.TEXT_TO_MODEL, prompt=Words("a"), negative_prompt=Words("x" * (LONGEST_NEGATIVE_PROMPT + 1))),
        "The negative prompt has 256 characters, 255 at most",
    ),
    (request(T.TEXT_TO_MODEL, prompt=Words("a"), negative_prompt=Words("")), "The negative prompt is empty"),
    (request(T.TEXT_TO_MODEL, prompt=image("a")), "The prompt must be text; it is an image file"),
    (request(T.IMAGE_TO_MODEL), "The image is missing: choose one"),
    (
        request(T.IMAGE_TO_MODEL, image=Words("a chair")),
        "The image must be an image file or the URL of an image or what another job gives; it is text",
    ),
    (request(T.IMAGE_TO_MODEL, image=ModelFile("/a.glb")), "it is a model file"),
    (request(T.IMAGE_TO_MODEL, image=ImageUrl("https://ann:secret@example.test/a.png")), "contains a login"),
    (
        request(T.IMAGE_TO_MODEL, image=OutputOf(Role.MODEL, "job-1")),
        "The model of another job cannot be the image: choose another one",
    ),
    (
        request(T.IMAGE_TO_MODEL, image=OutputOf(Role.VIEWS, "job-1")),
        "The set of four views of another job cannot be the image",
    ),
    (request(T.IMAGE_TO_MODEL, image=OutputOf(Role.IMAGE, task_id=TASK)), "cannot be taken from a task by its ID"),
    (request(T.IMAGE_TO_MODEL, image=OutputOf(Role.IMAGE)), "The image is of no job and of no task"),
    (
        request(T.IMAGE_TO_MODEL, image=image("a"), prompt=Words("a chair")),
        "This kind of task takes no 'prompt'; it takes image",
    ),
    (request(T.MULTIVIEW_TO_MODEL), "The front image is missing: choose one"),
    (request(T.MULTIVIEW_TO_MODEL, left=image("a"), back=image("b")), "The front image is missing"),
    (
        request(T.MULTIVIEW_TO_MODEL, front=image("a")),
        "Choose at least 2 of these: front image, left image, back image, right image",
    ),
    (
        request(T.MULTIVIEW_TO_MODEL, front=image("a"), back=image("a")),
        "The front image and the back image are the same",
    ),
    (
        request(T.MULTIVIEW_TO_MODEL, back=image("a", sha256="ab"), front=image("b", sha256="ab")),
        "The back image and the front image are the same",
    ),
    (
        request(
            T.MULTIVIEW_TO_MODEL,
            front=ImageUrl("https://example.test/a.png"),
            left=image("a"),
            right=ImageUrl("https://example.test/a.png"),
        ),
        "The front image and the right image are the same",
    ),
    (
        request(T.MULTIVIEW_TO_MODEL, front=OutputOf(Role.IMAGE, "job-1"), back=OutputOf(Role.IMAGE, "job-1")),
        "The front image and the back image are the same",
    ),
    (
        request(T.MULTIVIEW_TO_MODEL, front=image("a"), views=VIEWS_OF_TASK),
        "Use either the set of four views or single",
    ),
    (request(T.MULTIVIEW_TO_MODEL, views=OutputOf(Role.VIEWS, task_id="../a")), "whose ID is none. Paste it again"),
    (
        request(T.MULTIVIEW_TO_MODEL, Settings("Turbo-v1.0-20250506"), front=image("a"), back=image("b")),
        "makes no model of several views",
    ),
    (request(T.REFINE_MODEL), "The draft model is missing: choose one"),
    (request(T.REFINE_MODEL, draft=ModelFile("/a.glb")), "The draft model must be what another job gives"),
    (
        request(T.REFINE_MODEL, draft=OutputOf(Role.PREVIEW, "job-1")),
        "The preview image of another job cannot be the draft",
    ),
    (request(T.GENERATE_IMAGE, image=image("a")), "The prompt is missing"),
    (
        request(T.GENERATE_IMAGE, Settings(image_model="midjourney"), prompt=Words("a"), image=image("a")),
        "This kind of task takes no 'image'; it takes prompt",
    ),
    (
        request(T.GENERATE_IMAGE, prompt=Words("a"), image=image("a"), image_2=image("a")),
        "The reference image 1 and the reference image 2 are the same",
    ),
    (request(T.EDIT_MULTIVIEW_IMAGE, edit_front=Words("blue")), "The set of four views is missing"),
    (
        request(T.EDIT_MULTIVIEW_IMAGE, views=VIEWS_OF_TASK),
        "Choose at least 1 of these: edit of the front view, edit of the left view",
    ),
    (request(T.EDIT_MULTIVIEW_IMAGE, views=VIEWS_OF_TASK, edit_back=Words("")), "The edit of the back view is empty"),
    (
        request(T.EDIT_MULTIVIEW_IMAGE, views=VIEWS_OF_TASK, edit_top=Words("blue")),
        "This kind of task takes no 'edit_top'; it takes views, edit_front",
    ),
    (request(T.IMAGE_TO_MODEL, Settings(face_limit=7), image=image("a")), "Face Limit must be from 1,000"),
    (request(T.IMAGE_TO_MODEL, Settings(""), image=image("a")), "Model Version is empty"),
    (
        Request(T.IMAGE_TO_MODEL, {"image": image("a")}, {"colour": "red"}),
        "There is no setting 'colour'",
    ),
    (Request(T.IMAGE_TO_MODEL, {"image": image("a")}, {"quad": 7}), "Quad Mesh must be True or False"),
]


@pytest.mark.parametrize(("each", "sentence"), BAD, ids=[f"{number}: {row[1][:40]}" for number, row in enumerate(BAD)])
def test_what_is_wrong_is_said(each: Request, sentence: str) -> None:
    assert sentence in said(each)


def test_settings_that_this_task_does_not_take_are_no_matter() -> None:
    assert said(request(T.TEXT_TO_IMAGE, Settings("", face_limit=7), prompt=Words("a lamp"))) == ""


INPUTS: st.SearchStrategy[Any] = (
    st.builds(Words, st.sampled_from(("a chair", "", "\U0001f600", "x" * 300)) | TEXTS)
    | st.builds(ImageFile, st.sampled_from(("/a.png", "/b.png", "/c.png")), st.sampled_from(("", "ab")))
    | st.builds(ImageUrl, st.sampled_from(("https://example.test/a.png", "https://", "ftp://x")))
    | st.builds(ModelFile, st.just("/a.glb"))
    | st.builds(OutputOf, st.sampled_from(Role), st.sampled_from(("", "job-1")), st.sampled_from(("", TASK, "?")))
)
SLOTS = sorted({slot for each in GOOD.values() for slot in each.inputs} | {"front", "right", "edit_back", "nonsense"})


@given(st.sampled_from(TaskType), st.dictionaries(st.sampled_from(SLOTS), INPUTS, max_size=4))
def test_whatever_is_asked_has_a_sentence_or_a_call(task: TaskType, inputs: dict[str, Any]) -> None:
    each = Request(task, inputs, as_options(Settings()))
    sentence = english(problem_at(SERVICE, each))
    assert sentence.isprintable()
    if sentence:
        return
    uploads = {
        slot: Uploaded("token-1", format="png")
        for slot, given_ in inputs.items()
        if isinstance(given_, ImageFile | ImageUrl) or (isinstance(given_, OutputOf) and slot not in ("views", "draft"))
    }
    call = SERVICE.create("https://example.test", each, uploads, "")
    assert call.body is not None
    spec = spec_for(SERVICE, each)
    assert spec is not None
    assert set(inputs) <= spec.slots.keys()
    assert len(call.body) >= 2


@pytest.mark.parametrize(
    ("each", "task_id", "expected"),
    [
        (GOOD["a file"], "", (Role.MODEL,)),
        (GOOD["a file"], "t-1", (Role.MODEL,)),
        (GOOD["four views"], "t-1", VIEWS_IN_ORDER),
        (Request(), "t-1", ()),  # nobody here knows what was asked for
        (request(T.MULTIVIEW_TO_MODEL, Settings("Turbo-v1.0-20250506"), front=image("a")), "", ()),
    ],
    ids=str,
)
def test_what_a_job_will_give_is_known_of_what_was_asked_here(
    each: Request, task_id: str, expected: tuple[Role, ...]
) -> None:
    job = Job("job-1", "Chair", each, Account(base_url="https://a.test"), 1.0, task_id=task_id)
    assert outputs_of_job(job, SERVICE) == expected


@pytest.mark.parametrize(
    ("each", "roles", "expected"),
    [
        (GOOD["a file"], (), Role.MODEL),
        (GOOD["a file"], (Role.MODEL, Role.PREVIEW), Role.MODEL),
        (GOOD["four views"], (), Role.VIEWS),
        (request(T.TEXT_TO_IMAGE, prompt=Words("a vase")), (), Role.IMAGE),
        (Request(), (), Role.MODEL),
        (Request(), (Role.IMAGE,), Role.IMAGE),  # it has come, so it is known
        (Request(), VIEWS_IN_ORDER, Role.VIEWS),
    ],
    ids=str,
)
def test_what_a_job_gives_is_one_thing(each: Request, roles: tuple[Role, ...], expected: Role) -> None:
    files = tuple(Artifact(role, f"/jobs/{role}") for role in roles)
    job = Job("job-1", "Chair", each, Account(base_url="https://a.test"), 1.0, task_id="t-1", artifacts=files)
    assert result_of_job(job, SERVICE) is expected


def test_a_service_that_takes_less_is_asked_for_less() -> None:
    drawing = replace(GOOD["a file"])
    spec = spec_for(SERVICE, drawing)
    assert spec is not None
    assert problem_of(drawing, spec) is None
    assert "This kind of task takes no 'image'" in english(problem_of(drawing, TaskSpec()))


def test_of_options_that_cannot_be_read_the_version_is_not_known() -> None:
    odd = Request(T.MULTIVIEW_TO_MODEL, {}, {"colour": "red"})
    spec = spec_for(SERVICE, odd)
    assert spec is not None
    with pytest.raises(TripoError):
        SERVICE.price(odd)
