"""Which creates are refused, and with which code; which are taken, and give what their type gives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import event, given, settings, strategies as st

from simulator.refusals import CODES
from simulator.rules.check import check
from simulator.server import Simulator

from .conftest import Client, Start
from .originals import DRAFT_VERSION, OPTIONS, Originals, make_originals

URL = {"url": "https://example.test/a.png"}
OTHER = {"url": "https://example.test/b.png"}
WORDS = {"type": "text_to_model", "prompt": "a box"}
IMAGE = {"type": "image_to_model", "file": URL}
VIEWS = {"type": "multiview_to_model", "files": [URL, {}, OTHER, {}]}
PAINT = {"type": "text_to_image", "prompt": "a box"}
REPAINT = {"type": "generate_image", "prompt": "a box", "file": URL}
SET = {"type": "generate_multiview_image", "file": URL}
P1 = {"model_version": "P1-20260311"}
V25 = {"model_version": "v2.5-20250123"}
EMOJI = "a box \N{PILE OF POO}"


def edit(*prompts: Any, original: str = "unknown") -> dict[str, Any]:
    return {"type": "edit_multiview_image", "original_task_id": original, "prompts": list(prompts)}


RED = {"view": "back", "prompt": "red"}

REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "no type": ({}, 1004),
    "a type that is no text": ({"type": ["text_to_model"]}, 2002),
    "a type of another gateway": ({"type": "texture_model"}, 2002),
    "no file": ({"type": "image_to_model"}, 1004),
    "an empty file": ({"type": "image_to_model", "file": {}}, 1004),
    "ftp": ({"type": "image_to_model", "file": {"url": "ftp://a/b"}}, 1004),
    "two sources": ({"type": "image_to_model", "file": {"url": "https://a/b", "file_token": "c"}}, 1004),
    "an unknown token": ({"type": "image_to_model", "file": {"file_token": "unknown"}}, 2019),
    "no prompt": ({"type": "text_to_model"}, 1004),
    "blanks": ({"type": "text_to_model", "prompt": "  "}, 1004),
    "a long prompt": (WORDS | {"prompt": "x" * 1025}, 1004),
    "a long negative prompt": (WORDS | {"negative_prompt": "x" * 256}, 1004),
    "emoji": (WORDS | {"prompt": EMOJI}, 2009),
    "emoji in the negative prompt": (WORDS | {"negative_prompt": EMOJI}, 2009),
    "an unknown version": (IMAGE | {"model_version": "v9"}, 2017),
    "a retired version": (IMAGE | {"model_version": "v2.0-20240919"}, 2015),
    "a draft's version": (WORDS | {"model_version": DRAFT_VERSION}, 2015),
    "too few faces": (IMAGE | {"face_limit": 10}, 1004),
    "faces that are no number": (IMAGE | {"face_limit": "many"}, 1004),
    "more faces than without details": (IMAGE | {"face_limit": 1_500_001}, 1004),
    "no boolean": (IMAGE | {"pbr": "yes"}, 1004),
    "UVs that are no boolean": (IMAGE | {"export_uv": 1}, 1004),
    "another compression": (IMAGE | {"compress": "draco"}, 1004),
    "compression that is a boolean": (IMAGE | {"compress": True}, 1004),
    "low poly quads": (IMAGE | {"smart_low_poly": True, "quad": True, "face_limit": 20_000}, 1004),
    "P1, quads": (IMAGE | P1 | {"quad": False}, 1004),
    "P1, parts": (IMAGE | P1 | {"generate_parts": False}, 1004),
    "P1, low poly": (VIEWS | P1 | {"smart_low_poly": False}, 1004),
    "P1, geometry": (IMAGE | P1 | {"geometry_quality": "standard"}, 1004),
    "P1, style": (IMAGE | P1 | {"style": "gold"}, 1004),
    "P1, an unknown key": (IMAGE | P1 | {"never_heard_of": False}, 1004),
    "P1, a key of another task": (WORDS | P1 | {"orientation": "default"}, 1004),
    "P1, faces": (IMAGE | P1 | {"face_limit": 20_001}, 1004),
    "P2, quads": (IMAGE | {"model_version": "P2-20260801", "quad": True, "face_limit": 25_001}, 1004),
    "v2.5, geometry": (IMAGE | V25 | {"geometry_quality": "standard"}, 1004),
    "v3.0, style": (IMAGE | {"style": "gold"}, 1004),
    "v2.5, an unknown style": (IMAGE | V25 | {"style": "baroque"}, 1004),
    "the quality of no texture": (IMAGE | {"texture": False, "pbr": False, "texture_quality": "standard"}, 1004),
    "an unknown quality": (IMAGE | {"texture_quality": "best"}, 1004),
    "one view": (VIEWS | {"files": [URL, {}, {}, {}]}, 1004),
    "three files": (VIEWS | {"files": [URL, OTHER, {}]}, 1004),
    "five files": (VIEWS | {"files": [URL, OTHER, {}, {}, {}]}, 1004),
    "no front": (VIEWS | {"files": [{}, URL, OTHER, {}]}, 1004),
    "a slot that is null": (VIEWS | {"files": [URL, None, OTHER, {}]}, 1004),
    "neither files nor a task": ({"type": "multiview_to_model"}, 1004),
    "files and a task": (VIEWS | {"original_task_id": "unknown"}, 1004),
    "an unknown task": ({"type": "multiview_to_model", "original_task_id": "unknown"}, 2001),
    "a task that is no text": ({"type": "multiview_to_model", "original_task_id": 7}, 1004),
    "no words to paint": ({"type": "text_to_image"}, 1004),
    "many words to paint": (PAINT | {"prompt": "x" * 1025}, 1004),
    "emoji to paint": (PAINT | {"prompt": EMOJI}, 2009),
    "what not to paint": (PAINT | {"negative_prompt": "x" * 256}, 1004),
    "an image without words": ({"type": "generate_image", "file": URL}, 1004),
    "a template without an image": ({"type": "generate_image", "template": "t-pose"}, 1004),
    "no images": (REPAINT | {"files": []}, 1004),
    "file and files": (REPAINT | {"files": [OTHER]}, 1004),
    "files that are none": ({"type": "generate_image", "prompt": "a box", "files": []}, 1004),
    "an empty one of several": ({"type": "generate_image", "prompt": "a box", "files": [URL, {}]}, 1004),
    "a version that makes models": (REPAINT | {"model_version": "v3.0-20250812"}, 2017),
    "a pose that is no boolean": (REPAINT | {"t_pose": "t"}, 1004),
    "no image for a set": ({"type": "generate_multiview_image"}, 1004),
    "no set": ({"type": "edit_multiview_image", "prompts": [RED]}, 1004),
    "an unknown set": (edit(RED), 2001),
    "no edits": (edit(), 1004),
    "edits that are none": ({"type": "edit_multiview_image", "original_task_id": "x", "prompts": "red"}, 1004),
    "an unknown view": (edit({"view": "top", "prompt": "red"}), 1004),
    "an edit without words": (edit({"view": "back"}), 1004),
    "an edit of blanks": (edit({"view": "back", "prompt": " "}), 1004),
    "a long edit": (edit({"view": "back", "prompt": "x" * 1025}), 1004),
    "an edit with emoji": (edit(RED, {"view": "back", "prompt": EMOJI}), 2009),
    "no draft": ({"type": "refine_model"}, 1004),
    "an unknown draft": ({"type": "refine_model", "draft_model_task_id": "unknown"}, 2001),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED)
def test_a_strict_service_refuses(start: Start, body: dict[str, Any], code: int) -> None:
    simulator, client = start()
    reply = client.create(**body)
    assert (reply.json["code"], reply.status) == (code, CODES[code][0])
    assert simulator.tasks.all() == []


TAKEN: dict[str, dict[str, Any]] = {
    "P1": WORDS | P1 | {"face_limit": 48, "texture": False, "pbr": False},
    "P1, all it knows": VIEWS | P1 | {"texture_alignment": "geometry", "export_uv": True, "auto_size": False},
    "P1, the gateway's own field": WORDS | P1 | {"model": "text_to_model"},
    "low poly": WORDS | {"smart_low_poly": True, "face_limit": 500},
    "v2.5, style": IMAGE | V25 | {"style": "gold"},
    "an unknown key": IMAGE | {"never_heard_of": 1},
    "what is not for words": WORDS | {"orientation": "any", "texture_alignment": "any", "enable_image_autofix": "any"},
    "what is not for views": VIEWS | {"style": "any", "prompt": EMOJI},
    "the longest words": WORDS | {"prompt": "x" * 1024, "negative_prompt": "x" * 255},
    "words of many languages": WORDS | {"prompt": "ein Kästchen, 木箱, صندوق"},
    "two views": VIEWS,
    "an image of words": PAINT,
    "an image of words and none": {"type": "generate_image", "prompt": "a box"},
    "an image by a template": {"type": "generate_image", "template": "t-pose", "file": URL},
    "an image of several": {"type": "generate_image", "prompt": "a box", "files": [URL, OTHER]},
    "an image by another version": REPAINT | {"model_version": "gpt_image_1.5", "sketch_to_render": True},
    "a set": SET,
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_a_strict_service_takes(start: Start, body: dict[str, Any]) -> None:
    _, client = start(seconds=0, triangles=200, texture_size=64)
    assert client.make(**body)["status"] == "success"


def test_details_allow_more_faces() -> None:
    check(IMAGE | {"model_version": "v3.0-20250812", "geometry_quality": "detailed", "face_limit": 1_500_001})


@pytest.fixture(scope="module")
def made(picture: bytes) -> Any:
    """A simulator with one done task of each kind."""
    simulator = Simulator(OPTIONS)
    simulator.start()
    client = Client(simulator.url)
    yield simulator, client, make_originals(client, picture)
    client.close()
    simulator.stop()


Made = tuple[Simulator, Client, Originals]


def refine(task: str) -> dict[str, Any]:
    return {"type": "refine_model", "draft_model_task_id": task}


def repainted(task: str) -> dict[str, Any]:
    return edit(RED, original=task)


def modeled(task: str) -> dict[str, Any]:
    return {"type": "multiview_to_model", "original_task_id": task}


GOING_ON = {
    refine: {"draft": 200, "model": 2006, "image": 2006, "set": 2006, "edited": 2006},
    repainted: {"draft": 2006, "model": 2006, "image": 2006, "set": 200, "edited": 2006},
    modeled: {"draft": 2006, "model": 2006, "image": 2006, "set": 200, "edited": 200},
}


@pytest.mark.parametrize("original", ["draft", "model", "image", "set", "edited"])
@pytest.mark.parametrize("body_of", GOING_ON)
def test_which_tasks_another_can_go_on_from(
    made: Made, body_of: Callable[[str], dict[str, Any]], original: str
) -> None:
    _, client, originals = made
    reply = client.create(**body_of(originals[original]))
    assert (reply.json["code"] or reply.status) == GOING_ON[body_of][original]


def test_a_task_that_is_not_done_cannot_be_gone_on_from(start: Start, picture: bytes) -> None:
    simulator, client = start(seconds=30, draft_versions=DRAFT_VERSION)
    draft = client.create(**WORDS | {"model_version": DRAFT_VERSION}).json["data"]["task_id"]
    views = client.create(type="generate_multiview_image", file=client.token(picture)).json["data"]["task_id"]
    codes = [client.create(**body).json["code"] for body in (refine(draft), repainted(views), modeled(views))]
    assert codes == [2005, 2007, 2007]
    assert len(simulator.tasks.all()) == 2


def test_no_model_is_a_draft_by_itself(start: Start) -> None:
    _, client = start()
    assert client.create(**refine(client.make(**WORDS)["task_id"])).json["code"] == 2006


def test_a_gateway_hands_on_that_a_named_task_is_unknown(start: Start) -> None:
    _, client = start(errors="gateway")
    reply = client.create(**edit(RED))
    assert (reply.status, reply.json["code"]) == (404, "fail_to_fetch_task")
    assert json.loads(reply.json["message"])["code"] == 2001


MODELS = [{"pbr_model", "rendered_image"}, {"model", "rendered_image"}, {"base_model", "rendered_image"}]
GIVEN: dict[str, list[set[str]]] = {
    **dict.fromkeys(("text_to_model", "image_to_model", "multiview_to_model", "refine_model"), MODELS),
    **{kind: [{"generated_image"}] for kind in ("text_to_image", "generate_image")},
    **{kind: [{"generate_multiview_image"}] for kind in ("generate_multiview_image", "edit_multiview_image")},
}
ODD = [None, True, False, 0, -1, 1.5, "", "x", [], {}, "\ud800", EMOJI]


def bodies(originals: Originals, token: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    """Creates that are right more often than not: each key has a right value or an odd one, or is not there."""
    ids = st.sampled_from([originals["set"], originals["set"], originals["draft"], *originals.values(), "unknown"])
    views = st.sampled_from(["front", "left", "back", "right", "right", "top"])
    edits = st.fixed_dictionaries({"view": views, "prompt": st.just("red")})
    file = st.sampled_from([token, token, URL, {}])
    right: dict[str, st.SearchStrategy[Any]] = {
        "prompt": st.sampled_from(["a red box", "a ball"]),
        "negative_prompt": st.just("blue"),
        "model_version": st.sampled_from(["v3.1-20260211", "v2.5-20250123", "P1-20260311", "gpt_4o", DRAFT_VERSION]),
        "file": file,
        "files": st.one_of(st.just([token, {}, URL, {}]), st.lists(file, max_size=4)),
        "original_task_id": ids,
        "draft_model_task_id": ids,
        "prompts": st.lists(edits, min_size=1, max_size=3),
        "style": st.just("gold"),
        "template": st.just("t-pose"),
        "texture_quality": st.sampled_from(["standard", "extreme"]),
        "geometry_quality": st.just("detailed"),
        "orientation": st.just("align_image"),
        "compress": st.just("geometry"),
        "face_limit": st.sampled_from([1000, 1500]),
        "model_seed": st.integers(0, 9),
        **dict.fromkeys(("texture", "pbr", "quad", "generate_parts", "t_pose", "export_uv"), st.booleans()),
    }
    odd = st.sampled_from(ODD)
    several = st.lists(st.sampled_from(sorted(right)), max_size=3, unique=True)
    needed = {
        "text_to_model": ("prompt",),
        "image_to_model": ("file",),
        "multiview_to_model": ("files",),
        "refine_model": ("draft_model_task_id",),
        "text_to_image": ("prompt",),
        "generate_image": ("prompt", "file"),
        "generate_multiview_image": ("file",),
        "edit_multiview_image": ("original_task_id", "prompts"),
    }

    @st.composite
    def body(draw: st.DrawFn) -> dict[str, Any]:
        kind = draw(st.sampled_from([*needed, *needed, "texture_model", None]))
        chosen = sorted({*needed.get(str(kind), ()), *draw(several)})
        return {"type": kind} | {key: draw(odd if draw(st.integers(0, 15)) == 7 else right[key]) for key in chosen}

    return body()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_create_is_refused_by_a_code_or_gives_what_its_type_gives(made: Made, data: st.DataObject) -> None:
    _, client, originals = made
    body = data.draw(bodies(originals, originals.token))
    reply = client.request("POST", "/task", body)
    code = reply.json["code"]
    if code:
        assert reply.status == CODES[code][0]
        return
    task = client.finish(reply.json["data"]["task_id"])
    assert task["status"] == "success"
    assert set(task["output"]) in GIVEN[body["type"]]
    event(body["type"])
    assert isinstance(task["consumed_credit"], int)
