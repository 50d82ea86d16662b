"""Each action of the fault script over real sockets, and the rules that choose among them."""

import base64
import gzip
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.faults import ACTIONS, Delivery, read_rules
from simulator.order_answers import ANSWERS

from .conftest import Client, Start

WORDS = {"type": "text_to_model", "prompt": "a box", "face_limit": 1000}


def script(start: Start, *rules: dict[str, Any], **options: Any) -> Client:
    simulator, client = start(**options)
    simulator.script.play(rules)
    return client


def test_status(start: Start) -> None:
    html = {"on": "poll", "do": "status", "status": 502, "body": "<html>Bad Gateway</html>"}
    busy = {"on": "create", "do": "status", "status": 429, "headers": {"Retry-After": "7"}, "body": {"code": 1007}}
    client = script(start, html, busy)
    reply = client.get("/task/x")
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (502, b"<html>Bad Gateway</html>", "text/html")
    refused = client.create(**WORDS)
    assert (refused.status, refused.headers["Retry-After"], refused.json) == (429, "7", {"code": 1007})
    assert client.create(**WORDS).status == 200


@pytest.mark.parametrize(("action", "tasks"), [("close", 0), ("lost", 1), ("reset", 0), ("hang", 0)])
def test_no_answer(start: Start, action: str, tasks: int) -> None:
    simulator, client = start()
    simulator.script.play([{"on": "create", "do": action, "seconds": 0.1}])
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)) as caught:
        client.create(**WORDS)
    # RemoteDisconnected is a ConnectionResetError too: a reset proper comes from the socket.
    assert isinstance(caught.value, http.client.RemoteDisconnected) == (action != "reset")
    assert len(simulator.tasks.all()) == tasks
    (record,) = simulator.records()
    assert record["answer"]["status"] is None
    assert record["answer"]["fault"] == action
    assert ("task_id" in record["answer"]) == (tasks == 1)


@pytest.mark.parametrize("action", ["close", "reset", "hang"])
def test_no_answer_although_it_was_made(start: Start, action: str) -> None:
    simulator, client = start()
    simulator.script.play([{"on": "create", "do": action, "process": True, "seconds": 0.1}])
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        client.create(**WORDS)
    (made,) = simulator.tasks.all()
    assert simulator.records()[0]["answer"] == {"status": None, "fault": action, "task_id": made.task_id}


@pytest.mark.parametrize("process", [True, False])
def test_another_answer_and_what_was_made(start: Start, process: bool) -> None:
    """What it says of the task is true where one was made."""
    simulator, client = start()
    exists = {"do": "status", "name": "it exists", "status": 409, "body": {"data": {"task_id": "{task_id}"}}}
    there = {"do": "redirect", "status": 303, "location": "{path}/{task_id}"}
    simulator.script.play([{"on": "create", "process": process, **rule} for rule in (exists, there)])
    first, second = client.create(**WORDS), client.create(**WORDS)
    ids = [task.task_id for task in simulator.tasks.all()] or ["", ""]
    assert len(simulator.tasks.all()) == 2 * process
    assert (first.status, first.json) == (409, {"data": {"task_id": ids[0]}})
    assert (second.status, second.headers["Location"]) == (303, f"/tripo/v2/openapi/task/{ids[1]}")
    made = [record["answer"].get("task_id") for record in simulator.records()]
    assert made == (ids if process else [None, None])
    assert [record["answer"]["fault"] for record in simulator.records()] == ["it exists", "redirect"]


def test_raw(start: Start) -> None:
    head = "HTTP/1.1 200 OK\r\nX-Task: {task_id}\r\nContent-Length: {length}\r\n\r\n{body}"
    simulator, _ = start()
    simulator.script.play(
        [
            {"on": "create", "do": "raw", "text": "HTTP/1.1 103 Early Hints\r\n\r\n" + head},
            {"on": "create", "do": "raw", "text": "SSH-2.0-OpenSSH\r\n", "process": False},
        ]
    )
    place = urlsplit(simulator.url)
    received = []
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", place.port or 0)) as connection:
            body = json.dumps({"model_version": "v3.0-20250812", **WORDS}).encode()
            lines = [f"POST {place.path}/task HTTP/1.1", "Host: x", "Authorization: Bearer test-key"]
            lines += [f"Content-Length: {len(body)}", "", ""]
            connection.sendall("\r\n".join(lines).encode() + body)
            data = b""
            while portion := connection.recv(65_536):
                data += portion
            received.append(data)
    (made,) = simulator.tasks.all()
    answer = json.dumps({"code": 0, "data": {"task_id": made.task_id}}).encode()
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    said = b"HTTP/1.1 200 OK\r\nX-Task: %s\r\nContent-Length: %d\r\n\r\n" % (made.task_id.encode(), len(answer))
    assert received == [early + said + answer, b"SSH-2.0-OpenSSH\r\n"]


def test_cut_and_resume(start: Start) -> None:
    client = script(start, {"on": "download", "do": "cut", "bytes": 1000})
    link = client.finish(client.words())["output"]["pbr_model"]
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.get(link)
    assert len(caught.value.partial) == 1000
    rest = client.get(link, Range="bytes=1000-")
    assert caught.value.partial + rest.body == client.get(link).body


def test_reset_in_the_middle(start: Start) -> None:
    client = script(start, {"on": "download", "do": "reset", "bytes": 1000})
    link = client.finish(client.words())["output"]["pbr_model"]
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        client.get(link)


def test_slow_and_delay(start: Start) -> None:
    client = script(
        start, {"on": "download", "do": "slow", "rate": 400_000}, {"on": "poll", "do": "delay", "seconds": 0.2}
    )
    began = time.monotonic()
    task_id = client.words()
    client.get(f"/task/{task_id}")
    assert time.monotonic() - began > 0.2
    link = client.finish(task_id)["output"]["pbr_model"]
    began = time.monotonic()
    body = client.get(link).body
    assert time.monotonic() - began > 0.8 * len(body) / 400_000
    assert client.get(link).body == body


@pytest.mark.parametrize("by", [50, -50])
def test_wrong_length(start: Start, by: int) -> None:
    client = script(start, {"on": "download", "do": "wrong_length", "by": by})
    link = client.finish(client.words())["output"]["pbr_model"]
    if by > 0:
        with pytest.raises(http.client.IncompleteRead):
            client.get(link)
    else:
        short = client.get(link).body
        client.close()
        assert len(client.get(link).body) - len(short) == 50


@pytest.mark.parametrize(("size", "error"), [(8, http.client.BadStatusLine), (0, http.client.RemoteDisconnected)])
def test_cut_in_the_status_line(start: Start, size: int, error: type[Exception]) -> None:
    client = script(start, {"on": "poll", "do": "cut_head", "bytes": size})
    with pytest.raises(error):
        client.get("/task/x")


def test_cut_in_a_header(start: Start) -> None:
    client = script(start, {"on": "poll", "do": "cut_head", "bytes": 40})
    reply = client.get("/task/x")
    assert reply.body == b""  # what http.client makes of headers that end in the middle
    assert "Content-Length" not in reply.headers


def test_cut_in_the_request(start: Start, picture: bytes) -> None:
    simulator, client = start()
    simulator.script.play([{"on": "upload", "do": "cut_request", "bytes": 100}])
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.upload(picture)
    (record,) = simulator.records()
    assert record["body"]["bytes"] == 100
    assert client.upload(picture).status == 200


def test_hang_up(start: Start) -> None:
    client = script(start, {"on": "poll", "do": "hang_up"})
    reply = client.get("/task/x")
    assert reply.status == 404
    assert "Connection" not in reply.headers
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
        client.get("/task/x")


@pytest.mark.parametrize("action", ["endless_headers", "endless_header", "endless_continue", "endless_body"])
def test_without_an_end(start: Start, action: str) -> None:
    simulator, _ = start()
    simulator.script.play([{"on": "poll", "do": action}])
    place = urlsplit(simulator.url)
    with socket.create_connection(("127.0.0.1", place.port or 0)) as connection:
        connection.sendall(f"GET {place.path}/task/x HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while len(received) < 1_000_000:
            received += connection.recv(65_536)
    head = received.partition(b"\r\n")[0]
    assert head == (b"HTTP/1.1 100 Continue" if action == "endless_continue" else b"HTTP/1.1 401 Unauthorized")
    assert (b"\r\n\r\n" in received) == (action in ("endless_continue", "endless_body"))


def test_slow_from_the_head_on(start: Start) -> None:
    simulator, _ = start()
    simulator.script.play([{"on": "poll", "do": "slow_head", "rate": 40}])
    place = urlsplit(simulator.url)
    with socket.create_connection(("127.0.0.1", place.port or 0)) as connection:
        connection.sendall(f"GET {place.path}/task/x HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert len(connection.recv(65_536)) < 10


def test_large_and_nested(start: Start) -> None:
    client = script(
        start, {"on": "poll", "do": "large", "bytes": 1_000_000}, {"on": "poll", "do": "nested", "levels": 3}
    )
    task_id = client.words()
    large = client.get(f"/task/{task_id}")
    assert len(large.body) > 1_000_000
    assert large.json["data"]["task_id"] == task_id
    assert client.get(f"/task/{task_id}").json[0][0][0]["data"]["task_id"] == task_id


@pytest.mark.parametrize("layers", [1, 2])
def test_gzip_bomb(start: Start, layers: int) -> None:
    client = script(start, {"on": "poll", "do": "gzip_bomb", "bytes": 1_000_000, "layers": layers})
    task_id = client.words()
    reply = client.get(f"/task/{task_id}")
    assert reply.headers["Content-Encoding"] == ", ".join(["gzip"] * layers)
    assert len(reply.body) < 10_000
    body = reply.body
    for _ in range(layers):
        body = gzip.decompress(body)
    assert len(body) > 1_000_000
    assert json.loads(body)["data"]["task_id"] == task_id


def test_redirect_to_where_it_came_from(start: Start) -> None:
    client = script(start, {"on": "poll", "do": "redirect", "location": "http://localhost{path}&again"})
    assert client.get("/task/x?y=1").headers["Location"] == "http://localhost/tripo/v2/openapi/task/x?y=1&again"


def test_redirect(start: Start) -> None:
    client = script(start, {"on": "poll", "do": "redirect", "location": "http://127.0.0.1:9/", "status": 307})
    reply = client.get("/task/x")
    assert (reply.status, reply.headers["Location"]) == (307, "http://127.0.0.1:9/")


def test_task_fields(start: Start) -> None:
    fields = {"status": "failed", "error_code": 2020, "progress": 100, "queuing_num": None}
    client = script(start, {"on": "poll", "do": "task", "fields": fields})
    task_id = client.words()
    task = client.get(f"/task/{task_id}").json["data"]
    assert (task["status"], task["error_code"], task["progress"]) == ("failed", 2020, 100)
    assert "queuing_num" not in task
    assert client.finish(task_id)["status"] == "success"


def test_task_fields_inside_a_wrapper(start: Start) -> None:
    client = script(start, {"on": "poll", "do": "task", "fields": {"status": "banned"}}, answers="wrapped")
    task_id = client.create(**WORDS).json["data"]["task_id"]
    task = client.get(f"/task/{task_id}").json["data"]
    assert (task["status"], task["data"]["data"]["status"]) == ("FAILURE", "banned")


def test_replace_and_status_text(start: Start) -> None:
    client = script(
        start,
        {"on": "download", "path": ".glb", "do": "replace", "base64": base64.b64encode(b"PK\3\4").decode()},
        {"on": "preview", "do": ["replace", "status_text"], "text": "Hm"},
    )
    output = client.finish(client.words())["output"]
    image, model = client.get(output["rendered_image"]), client.get(output["pbr_model"])
    assert model.body == b"PK\3\4"
    assert (image.body, image.reason) == (b"Hm", "Hm")


PREVIEWS: dict[str, tuple[dict[str, Any], int | None, bytes]] = {
    "missing": ({"do": "status", "status": 404, "body": "<Error/>"}, 404, b"<Error/>"),
    "hangs": ({"do": "hang", "seconds": 0.1}, None, b""),
    "a page": ({"do": "status", "status": 200, "body": "<html>Sign in</html>"}, 200, b"<html>Sign in</html>"),
}


@pytest.mark.parametrize("name", PREVIEWS)
def test_the_preview_has_faults_of_its_own(start: Start, name: str) -> None:
    rule, status, body = PREVIEWS[name]
    client = script(start, {"on": "download", "do": "status", "status": 501}, {"on": "preview", **rule})
    output = client.finish(client.words())["output"]
    if status is None:
        with pytest.raises(http.client.RemoteDisconnected):
            client.get(output["rendered_image"])
    else:
        reply = client.get(output["rendered_image"])
        assert (reply.status, reply.body) == (status, body)
    assert client.get(output["pbr_model"]).status == 501
    assert client.get(output["rendered_image"]).status == client.get(output["pbr_model"]).status == 200


def test_the_first_rule_that_is_not_used_up_wins(start: Start) -> None:
    client = script(
        start,
        {"on": "poll", "do": "status", "status": 501, "after": 1},
        {"on": "any", "do": "status", "status": 502, "times": 2},
        {"on": "poll", "do": "status", "status": 503, "times": None},
    )
    assert [client.get("/task/x").status for _ in range(5)] == [502, 501, 502, 503, 503]
    assert client.create(**WORDS).status == 200


@pytest.mark.parametrize("rule", [{"do": "explode"}, {"on": "poll"}, {"on": "dance", "do": "close"}, {"do": []}])
def test_a_wrong_rule_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a rule"):
        read_rules([rule])


def test_every_answer_to_an_order_is_a_rule_with_a_name_of_its_own() -> None:
    rules = [answer.played(made) for answer in ANSWERS for made in answer.makes]
    assert len(read_rules(rules)) == len({rule["name"] for rule in rules}) == len(rules)


def test_every_action_is_a_captioned_function() -> None:
    parameters = {"location": "/", "base64": "", "seconds": 0, "text": ""}
    for action in ACTIONS.values():
        assert action.__doc__
        delivery = Delivery()
        action(delivery, parameters)


def test_connections_are_kept_alive(start: Start) -> None:
    simulator, _ = start()
    place = urlsplit(simulator.url)
    with socket.create_connection(("127.0.0.1", place.port or 0)) as connection:
        for _ in range(3):
            connection.sendall(b"GET /simulator/options HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
        chunks = b'5\r\n{"typ\r\n4\r\ne":1\r\n1\r\n}\r\n0\r\n\r\n'
        head = b"POST /tripo/v2/openapi/task HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        connection.sendall(head + b"Content-Type: application/json\r\nAuthorization: Bearer test-key\r\n\r\n" + chunks)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert simulator.records()[0]["body"] == {"type": 1}
