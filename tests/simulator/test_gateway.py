"""The routes: uploads, creates, polls and downloads, in each shape the simulator can take."""

import base64
import json
import time
from typing import Any

import pytest

from simulator.sculpture.picture import picture_format
from simulator.uploads import MOST_BYTES

from .conftest import Start


def test_a_picture_becomes_a_model(start: Start, picture: bytes) -> None:
    simulator, client = start(seconds=0.3)
    token = client.upload(picture).json["data"]["image_token"]
    created = client.create(type="image_to_model", file={"type": "png", "file_token": token}, face_limit=2000)
    assert created.json["code"] == 0
    seen = []
    while not seen or seen[-1]["status"] != "success":
        seen.append(client.get(f"/task/{created.json['data']['task_id']}").json["data"])
        time.sleep(0.01)
    assert [task["status"] for task in seen] == sorted(
        (t["status"] for t in seen), key=["queued", "running", "success"].index
    )
    assert [task["progress"] for task in seen] == sorted(task["progress"] for task in seen)
    assert seen[0]["output"] == {}
    assert seen[0]["queuing_num"] > 0
    assert seen[0]["running_left_time"] == 1
    assert (seen[-1]["queuing_num"], seen[-1]["running_left_time"], seen[-1]["progress"]) == (-1, -1, 100)
    output = seen[-1]["output"]
    model = client.get(output["pbr_model"])
    assert model.body.startswith(b"glTF")
    assert model.headers["Content-Length"] == str(len(model.body))
    assert picture_format(client.get(output["rendered_image"]).body) == "png"
    (record,) = simulator.tasks.all()
    assert record.finished(simulator.clock()) == pytest.approx(record.created + 0.3, abs=0.2)


@pytest.mark.parametrize(
    ("asked", "key", "suffix", "magic"),
    [
        ({}, "pbr_model", "glb", b"glTF"),
        ({"pbr": False}, "model", "glb", b"glTF"),
        ({"texture": False}, "pbr_model", "glb", b"glTF"),
        ({"texture": False, "pbr": False}, "base_model", "glb", b"glTF"),
        ({"quad": True}, "pbr_model", "fbx", b"Kaydara FBX Binary"),
        ({"quad": True, "texture": False, "pbr": False}, "base_model", "fbx", b"Kaydara FBX Binary"),
    ],
    ids=["pbr", "textured", "pbr-turns-texture-on", "plain", "quad", "plain-quad"],
)
def test_what_is_asked_decides_key_and_format(
    start: Start, asked: dict[str, Any], key: str, suffix: str, magic: bytes
) -> None:
    _, client = start()
    task_id = client.words(**asked)
    output = client.finish(task_id)["output"]
    assert set(output) == {key, "rendered_image"}
    assert f"/tripo_{key}_{task_id}.{suffix}?" in output[key]
    assert client.get(output[key]).body.startswith(magic)


def test_a_finished_task_tells_what_it_was_made_from(start: Start, picture: bytes) -> None:
    _, client = start()
    token = client.upload(picture).json["data"]["image_token"]
    asked = {"type": "image_to_model", "file": {"type": "png", "file_token": token}, "face_limit": 2000}
    tasks = [client.finish(client.create(**asked).json["data"]["task_id"]) for _ in range(2)]
    seeds = [(task["input"]["model_seed"], task["input"]["texture_seed"]) for task in tasks]
    assert seeds[0] != seeds[1]
    assert all(isinstance(seed, int) and 0 <= seed < 2**31 for pair in seeds for seed in pair)
    task = client.finish(client.create(**asked, model_seed=7, texture_seed=0).json["data"]["task_id"])
    assert (task["input"]["model_seed"], task["input"]["texture_seed"]) == (7, 0)
    assert (task["input"]["face_limit"], task["input"]["model_version"]) == (2000, "v3.0-20250812")
    assert task["consumed_credit"] == 30
    links = [task["output"]["rendered_image"], task["output"]["pbr_model"]]
    assert all("&Signature=" in link for link in links)
    assert client.get(links[0]).headers["Content-Type"] == "image/png"


def test_uploads_are_checked(start: Start, picture: bytes) -> None:
    _, client = start(uploads="upload")
    assert client.upload(picture).status == 404
    assert client.upload(picture, "/upload").status == 200
    refused = [client.upload(data, "/upload") for data in (b"", b"GIF89a", picture + bytes(MOST_BYTES))]
    assert [(reply.status, reply.json["code"]) for reply in refused] == [(400, 2003), (400, 2004), (400, 2022)]
    assert client.request("POST", "/upload", b"no multipart").json["code"] == 1004


def test_a_picture_in_the_create(start: Start, picture: bytes) -> None:
    simulator, client = start()
    file = {"type": "png", "url": "data:image/png;base64," + base64.b64encode(picture).decode()}
    task = client.finish(client.create(type="image_to_model", file=file).json["data"]["task_id"])
    assert task["status"] == "success"
    assert "data:" not in json.dumps(task["input"])
    assert len(json.dumps(simulator.records())) < 10_000
    simulator.options = simulator.options.changed({"data_uri": "refused"})
    assert client.create(type="image_to_model", file=file).json["code"] == 1004
    public = {"type": "png", "url": "https://example.test/a.png"}
    assert client.create(type="image_to_model", file=public).status == 200


WORDS = {"type": "text_to_model", "prompt": "a box"}


def test_the_key_is_asked_for_and_unwanted_at_the_file_host(start: Start) -> None:
    _, client = start()
    link = client.finish(client.words())["output"]["pbr_model"]
    assert client.get(link, Authorization="Bearer test-key").status == 400
    client.key = "wrong"
    for reply in (client.get("/task/x"), client.create(**WORDS), client.upload(b"")):
        assert (reply.status, reply.json["code"]) == (401, 1002)


def test_links_expire_and_are_signed(start: Start) -> None:
    _, client = start(link_seconds=0.2)
    task_id = client.words()
    link = client.finish(task_id)["output"]["pbr_model"]
    assert client.get(link).status == 200
    assert client.get(link.replace("Expires=1", "Expires=2")).status == 403
    time.sleep(0.25)
    assert client.get(link).status == 403
    assert client.get(client.finish(task_id)["output"]["pbr_model"]).status == 200


def test_ranges(start: Start) -> None:
    simulator, client = start()
    link = client.finish(client.words())["output"]["pbr_model"]
    whole = client.get(link)
    part = client.get(link, Range="bytes=100-")
    assert (part.status, part.body) == (206, whole.body[100:])
    assert part.headers["Content-Range"] == f"bytes 100-{len(whole.body) - 1}/{len(whole.body)}"
    assert client.get(link, Range="bytes=0-9").body == whole.body[:10]
    assert client.get(link, Range="bytes=-7").body == whole.body[-7:]
    assert client.get(link, Range="bytes=5-", If_Range='"other"').status == 200
    assert client.get(link, Range=f"bytes={len(whole.body)}-").status == 416
    simulator.options = simulator.options.changed({"file_host_ranges": False})
    assert client.get(link, Range="bytes=100-").body == whole.body


def test_concurrency(start: Start) -> None:
    _, client = start(seconds=0.4, concurrency=2)
    first = client.words()
    client.words()
    refused = client.create(**WORDS)
    assert (refused.status, refused.json["code"], refused.headers["Retry-After"]) == (429, 2000, "1")
    client.finish(first)
    time.sleep(0.1)
    assert client.create(**WORDS).status == 200


@pytest.mark.parametrize(
    ("way", "without", "beside"), [("ignored", 200, 200), ("required", 400, 200), ("refused", 200, 400)]
)
def test_the_model_field(start: Start, way: str, without: int, beside: int) -> None:
    _, client = start(model_field=way, errors="gateway")
    plain = client.create(**WORDS)
    assert plain.status == without
    if without == 400:
        assert "model" in plain.json["error"]["message"]
        assert plain.json["error"]["param"] == "model"
    assert client.create(**WORDS, model="text_to_model").status == beside


def test_a_gateway_wraps_the_task(start: Start) -> None:
    _, client = start(answers="wrapped")
    created = client.create(**WORDS).json
    assert created["code"] == "success"
    task_id = created["data"]["task_id"]
    assert task_id.startswith("task_")
    seen = []
    while not seen or seen[-1]["status"] in ("QUEUED", "IN_PROGRESS"):
        seen.append(client.get(f"/task/{task_id}").json["data"])
    assert seen[-1]["status"] == "SUCCESS"
    assert seen[-1]["progress"] == "100%"
    inner = seen[-1]["data"]["data"]
    assert inner["output"]["pbr_model"] == seen[-1]["result_url"]
    assert client.get(seen[-1]["result_url"]).body.startswith(b"glTF")


def test_a_gateway_words_refusals_its_own_way(start: Start) -> None:
    _, client = start(errors="gateway", concurrency=0)
    unknown = client.get("/task/none")
    assert (unknown.status, unknown.json["code"]) == (400, "task_not_exist")
    assert client.create(type="image_to_model").json["error"]["param"] == "file"
    upstream = client.create(type="image_to_model", file={"file_token": "x"}).json
    assert upstream["code"] == "fail_to_fetch_task"
    assert json.loads(upstream["message"])["code"] == 2019
    busy = client.create(**WORDS)
    assert (busy.status, busy.json["error"]["code"]) == (429, "rate_limit_exceeded")
    client.key = "wrong"
    assert client.get("/task/none").json["error"]["type"] == "new_api_error"


def test_every_answer_has_a_trace_id_and_unknown_paths_are_404(start: Start) -> None:
    _, client = start()
    reply = client.get("/user/balance")
    assert reply.status == 404
    assert reply.headers["X-Tripo-Trace-ID"]
    assert client.get("/task/none").json["code"] == 2001


def test_many_at_once(start: Start) -> None:
    _, client = start(concurrency=50)
    ids = [client.words(prompt=f"box {number % 3}") for number in range(30)]
    assert len(set(ids)) == 30
    assert {client.finish(task_id)["status"] for task_id in ids} == {"success"}
