"""What a finished task gives: models, images and sets of views, under every name that is known for them."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.services.base import TaskReport, TaskStatus, expected_outputs
from tripo_blender.core.task import VIEWS_IN_ORDER, Role

from .fixtures import GLB_URL, PREVIEW_URL, SERVICE, TASK, answer, task
from .strategies import JSON_VALUES

IMAGE_URL = "https://files.example.test/generated.webp?sig=x"
OTHER_URL = "https://files.example.test/other.png?sig=x"
VIEWS = {view: f"https://files.example.test/{view}.png?sig=x" for view in VIEWS_IN_ORDER}
FOUR = {f"{view}_view_url": url for view, url in VIEWS.items()}


def outputs(body: Any) -> dict[Role, str]:
    report = SERVICE.read_poll(answer(200, body), TASK)
    assert isinstance(report, TaskReport)
    assert report.status is TaskStatus.SUCCESS
    return dict(report.outputs)


def made(kind: str, output: Any, **fields: Any) -> dict[str, Any]:
    return task("success", type=kind, output=output, progress=100, **fields)


def wrapped(kind: str, url: str, inner: Any = None) -> dict[str, Any]:
    """As a gateway's own task object has it."""
    fields = {"task_id": "task_abc", "action": kind, "status": "SUCCESS", "result_url": url, "progress": "100%"}
    return {"code": "success", "message": "", "data": {**fields, "data": inner}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (made("text_to_image", {"generated_image": IMAGE_URL}), {Role.IMAGE: IMAGE_URL}),
        (made("generate_image", {"generated_image": {"type": "webp", "url": IMAGE_URL}}), {Role.IMAGE: IMAGE_URL}),
        (made("generate_image", {}, result={"generated_image": {"url": IMAGE_URL}}), {Role.IMAGE: IMAGE_URL}),
        (made("generate_image", {"generated_image_url": IMAGE_URL}), {Role.IMAGE: IMAGE_URL}),
        (made("generate_multiview_image", {"generate_multiview_image": FOUR}), VIEWS),
        (made("edit_multiview_image", {"generate_multiview_image": FOUR}), VIEWS),
        (made("edit_multiview_image", {"edit_multiview_image": FOUR}), VIEWS),
        (
            made(
                "generate_multiview_image",
                {"generate_multiview_image": {name: {"type": "png", "url": url} for name, url in FOUR.items()}},
            ),
            VIEWS,
        ),
        (made("generate_multiview_image", {}, result={"generate_multiview_image": FOUR}), VIEWS),
        (made("generate_multiview_image", FOUR), VIEWS),
        (
            made("generate_multiview_image", {"generate_multiview_image": {"back_view_url": VIEWS[Role.BACK]}}),
            {Role.BACK: VIEWS[Role.BACK]},
        ),
        (made("generate_multiview_image", {"generate_multiview_image": [FOUR]}), {}),
        (
            made("text_to_model", {"pbr_model": GLB_URL, "generated_image": IMAGE_URL, "rendered_image": PREVIEW_URL}),
            {Role.MODEL: GLB_URL, Role.IMAGE: IMAGE_URL, Role.PREVIEW: PREVIEW_URL},
        ),
        (wrapped("text_to_image", IMAGE_URL), {Role.IMAGE: IMAGE_URL}),
        (
            wrapped("generate_image", OTHER_URL, made("generate_image", {"generated_image": IMAGE_URL})),
            {Role.IMAGE: IMAGE_URL},
        ),
        (wrapped("generate_multiview_image", OTHER_URL), {}),  # of four, nobody knows which
        (
            wrapped(
                "edit_multiview_image", OTHER_URL, made("edit_multiview_image", {"generate_multiview_image": FOUR})
            ),
            VIEWS,
        ),
        (wrapped("image_to_model", GLB_URL), {Role.MODEL: GLB_URL}),
        (
            wrapped("image_to_model", GLB_URL, made("image_to_model", {"base_model": OTHER_URL})),
            {Role.MODEL: OTHER_URL},
        ),
        (wrapped("", GLB_URL), {Role.MODEL: GLB_URL}),
        (
            wrapped("image_to_model", GLB_URL, made("image_to_model", {"rendered_image": PREVIEW_URL})),
            {Role.MODEL: GLB_URL, Role.PREVIEW: PREVIEW_URL},
        ),
    ],
)
def test_every_shape_of_a_finished_task(body: Any, expected: dict[Role, str]) -> None:
    assert outputs(body) == expected


@given(st.sampled_from(("text_to_image", "generate_multiview_image", "image_to_model")), JSON_VALUES, JSON_VALUES)
def test_whatever_the_output_holds_a_link_is_one(kind: str, output: Any, views: Any) -> None:
    for shape in (output, {"generate_multiview_image": views}, {"generated_image": output, "model": views}):
        found = outputs(made(kind, shape))
        assert all(link.startswith(("https://", "http://")) for link in found.values())


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({Role.MODEL: GLB_URL, Role.PREVIEW: PREVIEW_URL, Role.IMAGE: IMAGE_URL}, (Role.MODEL,)),
        ({Role.IMAGE: IMAGE_URL, Role.PREVIEW: PREVIEW_URL}, (Role.IMAGE,)),
        (VIEWS, VIEWS_IN_ORDER),
        ({Role.PREVIEW: PREVIEW_URL}, (Role.MODEL,)),
        ({}, (Role.MODEL,)),
    ],
    ids=["a model", "an image", "views", "a preview alone", "nothing"],
)
def test_of_a_task_that_nobody_here_asked_for_what_it_gives_is_fetched(
    found: dict[Role, str], expected: tuple[Role, ...]
) -> None:
    assert expected_outputs(TaskReport(TaskStatus.SUCCESS, outputs=found)) == expected
