"""Every sentence an artist may read: whole, telling what to do, and without secrets."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tripo_blender.core.errors import Failure, TripoError
from tripo_blender.core.events import Imported
from tripo_blender.core.formats.glb.extensions import unsupported_reason
from tripo_blender.core.formats.image.head import too_small
from tripo_blender.core.formats.model import check
from tripo_blender.core.inspection import Inspection, remarks, shortfalls
from tripo_blender.core.job import image_job
from tripo_blender.core.options import import_options
from tripo_blender.core.options.generation import Settings, asked, problem, unavailable
from tripo_blender.core.services.base import HttpAnswer, TaskReport
from tripo_blender.core.services.endpoint import base_url_problem
from tripo_blender.core.services.failures import lost_task, missing_output, unfinished_task
from tripo_blender.core.services.purchase import lost_answer, read_create
from tripo_blender.core.services.registry import service_of
from tripo_blender.core.task import Role

from .fixtures import (
    DOCUMENTED_400,
    HTML,
    INVALID_TOKEN,
    NATIVE,
    NESTED_2010,
    NO_CHANNEL,
    NO_QUOTA,
    RATE_LIMIT,
    SERVICE,
    TASK,
    TASK_NOT_EXIST,
    V3_UNAUTHORIZED,
    answer,
    english,
    gateway,
    native,
    task,
)
from .test_model_file import FBX, GLB, chunk, glb

SIGNED = "https://files.example.test/a.png?X-Amz-Signature=abcdef0123456789"
STATUSES = (200, 302, 400, 401, 402, 403, 404, 408, 413, 418, 429, 500, 502, 503, 504)
REFUSALS: dict[str, HttpAnswer] = {
    **{f"code {code}": native(code) for code in NATIVE},
    **{f"page with {status}": answer(status, HTML) for status in STATUSES},
    **{f"nothing with {status}": answer(status) for status in STATUSES},
    "documented 400": DOCUMENTED_400,
    "gateway 401": INVALID_TOKEN,
    "gateway 403": NO_QUOTA,
    "gateway 429": RATE_LIMIT,
    "gateway 503": NO_CHANNEL,
    "gateway task": TASK_NOT_EXIST,
    "nested": NESTED_2010,
    "v3 401": V3_UNAUTHORIZED,
    "shouting": gateway(400, "", "\n  No.\nReally.  "),
    "signed link": gateway(400, "", f"could not fetch {SIGNED}."),
    "signed link in a page": answer(400, f"<p>could not fetch {SIGNED}</p>"),
}
TASKS: dict[str, Any] = {
    **{status: task(status) for status in ("failed", "banned", "expired", "cancelled", "success")},
    **{f"failed with {code}": task("failed", error_code=code) for code in (*NATIVE, 2020, 4711)},
    "failed with a reason": task("failed", error_msg="out of clay.\nSorry."),
    "failed with a signed link": task("failed", error_msg=f"could not fetch {SIGNED}"),
}
BROKEN_MODELS = {
    "empty": b"",
    "page": HTML.encode(),
    "zip": b"PK\x03\x04" + bytes(40),
    "text fbx": b"; FBX 7.3.0 project file",
    "old glb": glb(version=1) + bytes(40),
    "cut glb": GLB[:-1],
    "cut fbx": FBX[:-1],
    "broken glb": glb(chunk(b"BIN\0", bytes(8))),
    "broken fbx": FBX[:27] + b"\x01" + FBX[28:],
}
QUESTIONS: dict[str, dict[str, Any]] = {
    "name": {"colour": "red"},
    "kind": {"texture": "yes"},
    "whole number": {"face_limit": 1.5},
    "choice": {"texture_quality": "extreme"},
    "no version": {"model_version": " "},
    "faces": {"face_limit": 999_999_999},
    "negative faces": {"face_limit": -1},
    "seed": {"model_seed": -1},
    "texture": {"texture": False, "pbr": True},
    "refused": {"model_version": "P1-20260311", "quad": True},
}
ARRIVALS: dict[str, dict[str, Any]] = {
    "name": {"colour": "red"},
    "kind": {"merge": "yes"},
    "number": {"size": "2 m"},
    "choice": {"place": "moon"},
    "size": {"size": 0},
    "angle": {"smooth_angle": 181},
}
EXTENSIONS = (
    "EXT_meshopt_compression",
    "KHR_meshopt_compression",
    "KHR_draco_mesh_compression",
    "KHR_texture_basisu",
)
ADDRESSES = (
    "",
    "example",
    "http://example.test",
    "https://user:hunter2@example.test",
    "https://example.test/v2?key=sk-0123456789abcdef",
)


def _failure_of_model(data: bytes) -> Failure:
    with pytest.raises(TripoError) as caught:
        check(data)
    return caught.value.failure


def _failures() -> Iterator[tuple[str, Failure]]:
    for name, given in REFUSALS.items():
        for reader, meaning in (
            ("create", read_create(given)),
            ("upload", SERVICE.read_upload(given)),
            ("poll", SERVICE.read_poll(given, TASK)),
        ):
            failure = getattr(meaning, "failure", None)
            if failure is not None:
                yield f"{reader}: {name}", failure
    for name, body in TASKS.items():
        report = SERVICE.read_poll(answer(200, body), TASK)
        assert isinstance(report, TaskReport)
        yield f"task: {name}", report.failure or missing_output(TASK, report, Role.MODEL)
    for name, data in BROKEN_MODELS.items():
        yield f"model: {name}", _failure_of_model(data)
    for name, values in QUESTIONS.items():
        with pytest.raises(TripoError) as caught:
            asked(**values)
        yield f"asked: {name}", caught.value.failure
    for name, values in ARRIVALS.items():
        with pytest.raises(TripoError) as caught:
            import_options.asked(**values)
        yield f"arrival: {name}", caught.value.failure
    job = image_job("job-1", "Chair", "/chair.png", Settings(), "https://example.test", 0.0).after(Imported("Chair"))
    assert job.failure is not None
    yield "out of place", job.failure
    yield "lost answer", lost_answer("timed out")
    yield "lost task", lost_task(TASK, "unknown")
    with pytest.raises(TripoError) as caught:
        service_of("clay-works")
    yield "unknown service", caught.value.failure
    yield "unfinished task", unfinished_task(TASK, "running after 7201 s")


def _sentences() -> Iterator[tuple[str, str]]:
    for name, failure in _failures():
        yield name, failure.sentence
    for address in ADDRESSES:
        yield f"address: {address}", english(base_url_problem(address))
    for key in ("", "tcli_0123456789", "sk-with space"):
        yield f"key: {key}", english(SERVICE.key_problem(key))
    yield "small picture", english(too_small(10, 10))
    for settings in (Settings(face_limit=1), Settings(model_version=""), Settings(texture_seed=-1)):
        yield f"panel: {settings}", english(problem(settings))
    for settings in (Settings("P1-20260311"), Settings(texture=False)):
        for name, reason in unavailable(settings).items():
            yield f"unavailable: {settings.model_version} {name}", reason.english()
    for blender in ("4.2", "5.2"):
        for extension in EXTENSIONS:
            yield f"extension: {extension} in {blender}", english(unsupported_reason((extension,), blender))


def _remarks() -> Iterator[tuple[str, str]]:
    """What is told of a model that is in the scene: nothing has to be done about it."""
    ordered = Settings(quad=True, face_limit=1000)
    none = Inspection(faces=2000)
    plain = Inspection(faces=2000, quads=1000, outside=0.5, maps="Base Color", missing="a.png")
    for found in (none, plain):
        for number, told in enumerate([*shortfalls(ordered, found), *remarks(found)]):
            yield f"{found.quads} quads: {number}", told.english()


FAILURES = dict(_failures())
SENTENCES = dict(_sentences())
REMARKS = dict(_remarks())


@pytest.mark.parametrize("sentence", (SENTENCES | REMARKS).values(), ids=SENTENCES | REMARKS)
def test_a_sentence_is_whole(sentence: str) -> None:
    assert re.match(r"[A-Z]", sentence)
    assert sentence == " ".join(sentence.split())
    assert not sentence.endswith(".")
    assert not re.search(r"[.!?;:,]{2}|None|\(\)|has no words", sentence)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_says_what_is_wrong_and_then_what_to_do(sentence: str) -> None:
    clauses = re.split(r"[.;:,] ", sentence)
    assert len(clauses) >= 2


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_holds_no_link_with_a_signature_and_no_key(sentence: str) -> None:
    assert not re.search(r"https?://[^\s'\"]*[?@]", sentence)
    assert "sk-" not in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_technical_text_may_be_kept_on_disk(failure: Failure) -> None:
    assert not re.search(r"https?://\S*\?", failure.technical())
    assert "\n" not in failure.technical()
    assert len(failure.technical()) < 1000
