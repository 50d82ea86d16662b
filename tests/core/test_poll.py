"""How far a task is: every shape of answer that is known."""

from typing import Any

import pytest

from tripo_blender.core.errors import Kind
from tripo_blender.core.services.base import HttpRequest, TaskReport, TaskStatus
from tripo_blender.core.services.failures import missing_output
from tripo_blender.core.task import Role

from .fixtures import (
    FBX_URL,
    GLB_URL,
    PREVIEW_URL,
    SERVICE,
    TASK,
    TRACE,
    answer,
    escaped,
    task,
)

PLAIN = "https://files.example.test/m.glb"


def report(body: Any) -> TaskReport:
    meaning = SERVICE.read_poll(answer(200, body, x_tripo_trace_id=TRACE), TASK)
    assert isinstance(meaning, TaskReport)
    return meaning


@pytest.mark.parametrize(
    ("task_id", "path"),
    [(TASK, TASK), ("task_abc", "task_abc"), ("../user/balance", "..%2Fuser%2Fbalance"), ("a?b#c", "a%3Fb%23c")],
)
def test_a_poll_asks_for_one_task_and_nothing_else(task_id: str, path: str) -> None:
    base = "https://api.example.test/v2"
    assert SERVICE.poll(base + "/", task_id) == SERVICE.poll(base, task_id) == HttpRequest("GET", f"{base}/task/{path}")


REPORTS = {
    "queued": (
        task("queued", queuing_num=3, running_left_time=60),
        TaskReport(TaskStatus.QUEUED, 0, 3, 60),
    ),
    "running": (
        task("running", progress=42, consumed_credit=20, running_left_time=38),
        TaskReport(TaskStatus.RUNNING, 42, -1, 38, 20),
    ),
    "success": (
        task(
            "success",
            output={"pbr_model": GLB_URL, "rendered_image": PREVIEW_URL},
            progress=100,
            consumed_credit=20,
        ),
        TaskReport(TaskStatus.SUCCESS, 100, -1, -1, 20, {Role.MODEL: GLB_URL, Role.PREVIEW: PREVIEW_URL}),
    ),
    "quads": (
        task("success", output={"pbr_model": FBX_URL, "rendered_image": PREVIEW_URL}, progress=100),
        TaskReport(TaskStatus.SUCCESS, 100, -1, -1, -1, {Role.MODEL: FBX_URL, Role.PREVIEW: PREVIEW_URL}),
    ),
    "untextured": (
        task("success", output={"base_model": GLB_URL}, progress=100),
        TaskReport(TaskStatus.SUCCESS, 100, outputs={Role.MODEL: GLB_URL}),
    ),
    "old result block": (
        task(
            "success",
            output={"model": GLB_URL, "rendered_image": PREVIEW_URL},
            progress=100,
            thumbnail="https://files.example.test/t.webp",
            result={"model": {"type": "glb", "url": FBX_URL}, "rendered_image": {"type": "webp", "url": FBX_URL}},
        ),
        TaskReport(TaskStatus.SUCCESS, 100, outputs={Role.MODEL: GLB_URL, Role.PREVIEW: PREVIEW_URL}),
    ),
    "unknown": (task("unknown"), TaskReport(TaskStatus.UNKNOWN, 0)),
    "gateway's wrapper": (
        {
            "code": "success",
            "message": "",
            "data": {
                "task_id": "task_abc",
                "platform": "tripo",
                "action": "image_to_model",
                "status": "SUCCESS",
                "fail_reason": "",
                "result_url": PLAIN,
                "progress": "100%",
                "submit_time": 1_790_000_000,
                "data": {
                    "code": 0,
                    "data": {
                        "status": "success",
                        "input": {"model_seed": 7, "texture_seed": 8},
                        "output": {"pbr_model": PLAIN, "rendered_image": PREVIEW_URL},
                    },
                },
            },
        },
        TaskReport(
            TaskStatus.SUCCESS,
            100,
            outputs={Role.MODEL: PLAIN, Role.PREVIEW: PREVIEW_URL},
            model_seed=7,
            texture_seed=8,
        ),
    ),
    "gateway's wrapper alone": (
        {"code": "success", "data": {"status": "SUCCESS", "result_url": PLAIN, "progress": "100%", "data": None}},
        TaskReport(TaskStatus.SUCCESS, 100, outputs={Role.MODEL: PLAIN}),
    ),
    "gateway's wrapper under way": (
        {"code": "success", "data": {"status": "IN_PROGRESS", "progress": "30%", "data": None}},
        TaskReport(TaskStatus.RUNNING, 30),
    ),
    "v3": (
        {
            "code": 0,
            "status": "success",
            "data": {
                "task_id": TASK,
                "status": "success",
                "progress": 100,
                "created_at": "2026-11-22T10:00:00Z",
                "credits_consumed": 30,
                "input": {},
                "output": {"model_url": PLAIN, "rendered_image_url": PREVIEW_URL},
            },
        },
        TaskReport(TaskStatus.SUCCESS, 100, -1, -1, 30, {Role.MODEL: PLAIN, Role.PREVIEW: PREVIEW_URL}),
    ),
    "v3 running": (
        {"code": 0, "status": "success", "data": {"task_id": TASK, "status": "running", "progress": 7}},
        TaskReport(TaskStatus.RUNNING, 7),
    ),
    "bare": ({"task_id": TASK, "status": "running", "progress": 5}, TaskReport(TaskStatus.RUNNING, 5)),
    "wrapped without end": (
        {"code": 0, "data": {"data": {"data": {"data": {"data": {}}, "status": "running"}}}},
        TaskReport(TaskStatus.RUNNING),
    ),
}


@pytest.mark.parametrize(("body", "expected"), REPORTS.values(), ids=REPORTS)
def test_each_shape_of_report_is_read(body: Any, expected: TaskReport) -> None:
    assert report(body) == expected


def test_json_inside_a_json_text_is_read_as_well() -> None:
    meaning = SERVICE.read_poll(answer(200, escaped(task("running", progress=42))), TASK)
    assert meaning == TaskReport(TaskStatus.RUNNING, 42)


STATUS_NAMES = {
    TaskStatus.QUEUED: ("queued", "NOT_START", "SUBMITTED", "QUEUED"),
    TaskStatus.RUNNING: ("running", "IN_PROGRESS", "Running"),
    TaskStatus.SUCCESS: ("success", "SUCCESS"),
    TaskStatus.FAILED: ("failed", "FAILURE", "banned", "expired", "cancelled", "FAILED"),
    TaskStatus.UNKNOWN: ("unknown", "UNKNOWN", "", "dreaming", None, 7),
}


@pytest.mark.parametrize(
    ("name", "status"),
    [(name, status) for status, names in STATUS_NAMES.items() for name in names],
    ids=str,
)
def test_statuses_are_known_by_all_their_names(name: Any, status: TaskStatus) -> None:
    assert report({"code": 0, "data": {"status": name}} if name is not None else task("unknown")).status is status


@pytest.mark.parametrize(
    ("said", "percent"),
    [(42, 42), (42.5, 42.5), ("30%", 30), ("30", 30), (" 7.5 % ", 7.5), (None, -1), (True, -1), ("soon", -1), ([], -1)],
    ids=str,
)
def test_progress_comes_as_a_number_or_a_text(said: Any, percent: float) -> None:
    assert report({"code": 0, "data": {"status": "running", "progress": said}}).percent == percent


PLACES = {
    "pbr_model": {"output": {"pbr_model": PLAIN}},
    "model": {"output": {"model": PLAIN}},
    "base_model": {"output": {"base_model": PLAIN}},
    "object": {"output": {"pbr_model": {"url": PLAIN, "type": "glb"}}},
    "model_url": {"output": {"model_url": PLAIN}},
    "result": {"output": {}, "result": {"pbr_model": {"type": "glb", "url": PLAIN}}},
    "result without output": {"output": None, "result": {"model": {"url": PLAIN}}},
    "result_url": {"result_url": PLAIN},
    "pbr before plain": {"output": {"base_model": FBX_URL, "model": FBX_URL, "pbr_model": PLAIN}},
    "plain before base": {"output": {"base_model": FBX_URL, "model": PLAIN, "pbr_model": ""}},
    "null": {"output": {"pbr_model": None, "base_model": PLAIN}},
    "not a link": {"output": {"pbr_model": "file:///etc/passwd", "model": PLAIN}},
    "http": {"output": {"model": PLAIN.replace("https", "http")}},
}


@pytest.mark.parametrize("fields", PLACES.values(), ids=PLACES)
def test_the_model_is_found_where_services_put_it(fields: dict[str, Any]) -> None:
    found = report(task("success", **fields))
    assert found.outputs[Role.MODEL].replace("http://", "https://") == PLAIN
    assert found.failure is None


PREVIEWS = {
    "rendered_image": {"output": {"rendered_image": PLAIN}},
    "rendered_image_url": {"output": {"rendered_image_url": PLAIN}},
    "object": {"output": {"rendered_image": {"type": "webp", "url": PLAIN}}},
    "result": {"output": {}, "result": {"rendered_image": {"type": "webp", "url": PLAIN}}},
    "thumbnail": {"thumbnail": PLAIN},
    "output before thumbnail": {"output": {"rendered_image": PLAIN}, "thumbnail": FBX_URL},
    "rendered before thumbnail": {"output": {"thumbnail": FBX_URL, "rendered_image": PLAIN}},
    "not a link": {"output": {"rendered_image": "file:///etc/passwd"}, "thumbnail": PLAIN},
    "odd": {"output": {"rendered_image": [PLAIN]}, "result": "x", "thumbnail": PLAIN},
}


@pytest.mark.parametrize("fields", PREVIEWS.values(), ids=PREVIEWS)
def test_the_services_picture_is_found_where_services_put_it(fields: dict[str, Any]) -> None:
    assert report(task("success", **fields)).outputs.get(Role.PREVIEW) == PLAIN


@pytest.mark.parametrize("output", [{}, {"rendered_image": None}, {"rendered_image": ""}, {"model": PLAIN}], ids=str)
def test_a_task_may_come_without_a_picture(output: Any) -> None:
    assert report(task("success", output=output)).outputs.keys() <= {Role.MODEL}


@pytest.mark.parametrize(
    ("said", "seed"),
    [
        (7, 7),
        (0, 0),
        (2_147_483_647, 2_147_483_647),
        ("7", 7),
        (" 7 ", 7),
        (7.0, 7),
        (None, -1),
        (-1, -1),
        ("-1", -1),
        (7.5, -1),
        ("7.5", -1),
        (True, -1),
        ("seven", -1),
        ([7], -1),
        (2_147_483_648, -1),
        ("9" * 5000, -1),
        (10**400, -1),
        (float("nan"), -1),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_seeds_are_whole_numbers_also_as_text(said: Any, seed: int) -> None:
    found = report(task("running", input={"model_seed": said, "texture_seed": 5}))
    assert (found.model_seed, found.texture_seed) == (seed, 5)
    found = report(task("running", input={"texture_seed": said}))
    assert (found.model_seed, found.texture_seed) == (-1, seed)


@pytest.mark.parametrize(
    ("given", "seed"), [(None, -1), ([], -1), ("x", -1), ('{"model_seed": 7}', 7)], ids=["none", "list", "text", "json"]
)
def test_an_odd_input_is_read_or_passed_over(given: Any, seed: int) -> None:
    assert report(task("running", input=given)).model_seed == seed


@pytest.mark.parametrize("output", [{}, None, {"rendered_image": PREVIEW_URL}, [], "none", 5, True], ids=str)
def test_a_finished_task_without_a_model_is_told_with_its_id(output: Any) -> None:
    found = report({"code": 0, "data": {"status": "success", "output": output}})
    assert Role.MODEL not in found.outputs
    failure = missing_output(TASK, found, Role.MODEL)
    assert failure.kind is Kind.ANSWER
    assert TASK in failure.detail
    assert ("rendered_image" if isinstance(output, dict) and output else "nothing") in failure.detail
    assert failure.trace_id == TRACE


def test_links_do_not_show() -> None:
    found = report(REPORTS["success"][0])
    assert set(found.outputs) == {Role.MODEL, Role.PREVIEW}
    assert "sig=" not in repr(found)
