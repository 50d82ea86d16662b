"""What all types of task have in common: their course, price, limits, faults, and how they are shown."""

import http.client
from typing import Any

import numpy as np
import pytest

from tripo_blender.core.formats.model import ModelFormat, check

from .conftest import Client, Start
from .glb import array, read_glb, unpacked
from .originals import DRAFT_VERSION, Originals, make_originals
from .test_relief import assert_closed

SIMPLE = {"seconds": 0, "triangles": 96, "texture_size": 16, "draft_versions": DRAFT_VERSION}
TYPES = (
    *("text_to_model", "image_to_model", "multiview_to_model", "refine_model"),
    *("text_to_image", "generate_image", "generate_multiview_image", "edit_multiview_image"),
)


def body_of(kind: str, originals: Originals) -> dict[str, Any]:
    """A create of each type, as short as it can be."""
    file = originals.token
    parameters: dict[str, dict[str, Any]] = {
        "text_to_model": {"prompt": "a box"},
        "image_to_model": {"file": file},
        "multiview_to_model": {"files": [file, {}, file, {}]},
        "refine_model": {"draft_model_task_id": originals["draft"]},
        "text_to_image": {"prompt": "a box"},
        "generate_image": {"prompt": "a box", "file": file},
        "generate_multiview_image": {"file": file},
        "edit_multiview_image": {
            "original_task_id": originals["set"],
            "prompts": [{"view": view, "prompt": "red"} for view in ("left", "right")],
        },
    }
    return {"type": kind} | parameters[kind]


def links_in(output: dict[str, Any]) -> list[str]:
    return [link for entry in output.values() for link in (entry.values() if isinstance(entry, dict) else (entry,))]


@pytest.mark.parametrize("kind", TYPES)
def test_it_is_made_shown_and_downloaded(start: Start, picture: bytes, kind: str) -> None:
    simulator, client = start(**SIMPLE)
    originals = make_originals(client, picture)
    body = body_of(kind, originals)
    simulator.options = simulator.options.changed({"seconds": 30})
    created = client.create(**body).json["data"]["task_id"]
    shown = client.get(f"/task/{created}").json["data"]
    assert (shown["type"], shown["status"], shown["output"]) == (kind, "queued", {})
    simulator.options = simulator.options.changed({"seconds": 0})
    task = client.make(**body)
    links = links_in(task["output"])
    assert (
        len(links)
        == {"models": 2, "images": 1, "views": 4}[
            "models" if kind.endswith("model") else "views" if "multiview" in kind else "images"
        ]
    )
    for link in links:
        assert client.get(link).status == 200
        assert task["task_id"] in link
    files = {"file", "files"} & set(body)
    assert {key: task["input"][key] for key in set(body) - files} == {key: body[key] for key in set(body) - files}
    assert files <= set(task["input"])
    assert ("model_seed" in task["input"]) == (kind.endswith("to_model"))


@pytest.mark.parametrize("kind", TYPES)
def test_a_gateway_wraps_it(start: Start, picture: bytes, kind: str) -> None:
    simulator, client = start(**SIMPLE)
    body = body_of(kind, make_originals(client, picture))
    simulator.options = simulator.options.changed({"answers": "wrapped"})
    task_id = client.create(**body).json["data"]["task_id"]
    assert task_id.startswith("task_")
    while (task := client.get(f"/task/{task_id}").json["data"])["status"] in ("QUEUED", "IN_PROGRESS"):
        pass
    assert (task["status"], task["action"]) == ("SUCCESS", kind)
    assert task["result_url"] == links_in(task["data"]["data"]["output"])[0]
    assert client.get(task["result_url"]).status == 200


@pytest.mark.parametrize("kind", TYPES)
def test_faults_strike_it(start: Start, picture: bytes, kind: str) -> None:
    simulator, client = start(**SIMPLE)
    body = body_of(kind, make_originals(client, picture))
    before = len(simulator.tasks.all())
    fields = {"on": "poll", "do": "task", "fields": {"status": "banned"}}
    cut = {"on": "download", "do": "cut", "bytes": 10}
    simulator.script.play([{"on": "create", "do": "lost"}, fields, cut])
    with pytest.raises(http.client.RemoteDisconnected):
        client.create(**body)
    (made,) = simulator.tasks.all()[before:]
    assert made.input["type"] == kind
    assert client.get(f"/task/{made.task_id}").json["data"]["status"] == "banned"
    link = links_in(client.finish(made.task_id)["output"])[0]
    with pytest.raises(http.client.IncompleteRead):
        client.get(link)
    assert client.get(link).status == 200


MODEL = {"type": "image_to_model", "file": {"url": "https://example.test/a.png"}}
TEXT = {"type": "text_to_model", "prompt": "a box"}
VIEWS = {"type": "multiview_to_model", "files": [MODEL["file"], MODEL["file"], {}, {}]}
PLAIN = {"texture": False, "pbr": False}
P1 = {"model_version": "P1-20260311"}


@pytest.mark.parametrize(
    ("body", "price"),
    [
        (TEXT | PLAIN, 10),
        (TEXT, 20),
        (TEXT | P1 | PLAIN, 30),
        (TEXT | P1, 40),
        (MODEL | PLAIN, 20),
        (MODEL, 30),
        (MODEL | {"texture": False}, 30),
        (MODEL | P1 | PLAIN, 40),
        (VIEWS | P1, 50),
        (VIEWS | {"texture_quality": "detailed"}, 40),
        (VIEWS | {"texture_quality": "extreme"}, 50),
        (MODEL | {"quad": True}, 35),
        (MODEL | {"smart_low_poly": True}, 40),
        (MODEL | PLAIN | {"generate_parts": True}, 40),
        (MODEL | {"geometry_quality": "detailed"}, 50),
        ({"type": "text_to_image", "prompt": "a box"}, 5),
        ({"type": "generate_image", "prompt": "a box"}, 5),
        (MODEL | {"type": "generate_image", "prompt": "a box"}, 10),
        (MODEL | {"type": "generate_multiview_image"}, 10),
    ],
    ids=str,
)
def test_its_price_is_that_of_the_list(start: Start, body: dict[str, Any], price: int) -> None:
    _, client = start(**SIMPLE)
    assert client.make(**body)["consumed_credit"] == price


def test_an_edit_costs_by_view_and_a_draft_as_without_textures(start: Start, picture: bytes) -> None:
    _, client = start(**SIMPLE)
    originals = make_originals(client, picture)
    assert client.make(**body_of("edit_multiview_image", originals))["consumed_credit"] == 10
    assert client.finish(originals["draft"])["consumed_credit"] == 10


def test_models_alone_have_a_preview(start: Start, picture: bytes) -> None:
    simulator, client = start(**SIMPLE)
    originals = make_originals(client, picture)
    with_preview = {kind for kind, task in originals.items() if "rendered_image" in client.finish(task)["output"]}
    assert with_preview == {"draft", "model"}
    simulator.options = simulator.options.changed({"rendered_image": False})
    assert set(client.finish(originals["model"])["output"]) == {"pbr_model"}


# Of each the first so many are taken while all run.
LIMITS = [(TEXT, 2), (MODEL, 0), (TEXT | P1, 5), ({"type": "text_to_image", "prompt": "a box"}, 10)]


def created(client: Client, body: dict[str, Any], tries: int) -> int:
    replies = [client.create(**body) for _ in range(tries)]
    assert {reply.json["code"] for reply in replies} <= {0, 2000}
    return sum(reply.status == 200 for reply in replies)


def test_some_types_have_limits_of_their_own(start: Start, picture: bytes) -> None:
    simulator, client = start(**SIMPLE)
    originals = make_originals(client, picture)
    slow = {"seconds": 30, "own_limits": True, "concurrency": 2}
    simulator.options = simulator.options.changed(slow)
    for body, most in LIMITS:
        assert created(client, body, 11) == most
    for kind, most in (("refine_model", 5), ("generate_multiview_image", 1), ("edit_multiview_image", 1)):
        assert created(client, body_of(kind, originals), 6) == most


def test_without_them_all_are_counted_together(start: Start, picture: bytes) -> None:
    simulator, client = start(**SIMPLE)
    originals = make_originals(client, picture)
    simulator.options = simulator.options.changed({"seconds": 30, "concurrency": 3})
    assert created(client, body_of("generate_multiview_image", originals), 2) == 2
    assert created(client, body_of("text_to_image", originals), 2) == 1
    assert created(client, TEXT, 1) == 0


def test_a_draft_is_refined_into_a_finer_model_with_textures(start: Start, picture: bytes) -> None:
    _, client = start(draft_versions=[DRAFT_VERSION])
    draft = client.make(type="image_to_model", file=client.token(picture), model_version=DRAFT_VERSION)
    assert set(draft["output"]) == {"model", "rendered_image"}
    assert f"/tripo_draft_{draft['task_id']}.glb?" in draft["output"]["model"]
    refined = client.make(type="refine_model", draft_model_task_id=draft["task_id"])
    links = draft["output"]["model"], refined["output"]["pbr_model"]
    (coarse, _), (fine, _) = (read_glb(client.get(link).body) for link in links)
    assert "images" not in coarse
    assert len(fine["images"]) == 3
    triangles = [
        document["accessors"][document["meshes"][0]["primitives"][0]["indices"]]["count"] / 3
        for document in (coarse, fine)
    ]
    assert triangles[1] > 3 * triangles[0]
    low, high = ([document["accessors"][0][end] for document in (coarse, fine)] for end in ("min", "max"))
    assert np.allclose(low[0], low[1], atol=0.05)  # the same shape
    assert np.allclose(high[0], high[1], atol=0.05)


@pytest.mark.parametrize("more", [{}, PLAIN, {"quad": True}, {"pbr": False}], ids=str)
def test_parts_are_several_closed_meshes_without_textures(start: Start, picture: bytes, more: dict[str, Any]) -> None:
    _, client = start()
    task = client.make(type="image_to_model", file=client.token(picture), generate_parts=True, face_limit=3000, **more)
    document, binary = read_glb(client.get(task["output"]["base_model"]).body)
    names = [f"tripo_part_{number}" for number in range(3)]
    assert [node["name"] for node in document["nodes"]] == [mesh["name"] for mesh in document["meshes"]] == names
    assert document["scenes"] == [{"nodes": [0, 1, 2]}]
    assert "images" not in document
    total, tops = 0, []
    for mesh in document["meshes"]:
        (primitive,) = mesh["primitives"]
        triangles = array(document, binary, primitive["indices"]).reshape(-1, 3).astype(np.int32)
        assert_closed(triangles)
        total += len(triangles)
        tops.append(array(document, binary, primitive["attributes"]["POSITION"])[:, 1].max())
    assert 2400 < total <= 3000
    assert tops == sorted(tops, reverse=True)


@pytest.mark.parametrize("parts", [False, True])
def test_a_compressed_model_unpacks_to_the_same(start: Start, picture: bytes, parts: bool) -> None:
    _, client = start(texture_size=16)
    body = {"type": "image_to_model", "file": client.token(picture), "face_limit": 2000, "generate_parts": parts}
    key = "base_model" if parts else "pbr_model"
    plain, packed = (
        client.get(client.make(**body, **more)["output"][key]).body for more in ({}, {"compress": "geometry"})
    )
    assert check(packed) is ModelFormat.GLB
    document, binary = read_glb(packed)
    assert document["extensionsRequired"] == document["extensionsUsed"] == ["EXT_meshopt_compression"]
    expected, data = read_glb(plain)
    assert len(document["accessors"]) == len(expected["accessors"])
    for number in range(len(expected["accessors"])):
        assert np.array_equal(unpacked(document, binary, number), array(expected, data, number))
