"""The commonest failures, each as the artist sees it. The photographs are those of docs/failures.md."""

from __future__ import annotations

import base64
import json
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess

from .conftest import Play

pytestmark = pytest.mark.in_ci("what an artist sees of the commonest failures")


def _hostile() -> str:
    """A GLB that is whole, and whose one mesh asks for more points than it has bytes."""
    content = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": 36}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 2_000_000_000, "type": "VEC3"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
    }
    text = json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", 36, b"BIN\0") + bytes(36)
    return base64.b64encode(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks).decode()


_FOR_EVER = {"times": None}
_NO_CREDIT = {"on": "create", "do": "status", "status": 403, "body": {"code": 2010, "message": "no credit"}}
_FAILED = {"on": "poll", "do": "task", "fields": {"status": "failed", "output": None}, **_FOR_EVER}
_BANNED = {"on": "poll", "do": "task", "fields": {"status": "banned", "output": None}, **_FOR_EVER}
_EXPIRED = {"on": "download", "do": "status", "status": 403, **_FOR_EVER}
_HOSTILE = {"on": "download", "do": "replace", "base64": _hostile(), **_FOR_EVER}

# name: rules of the simulator, the failure's kind, words that the sidebar shows, how many orders, further details
_ENDED: dict[str, tuple[list[dict[str, Any]], str, tuple[str, ...], int, dict[str, Any]]] = {
    "wrong key": (
        [],
        "key_refused",
        ("did not accept the API key", "tripo.show_preferences"),
        0,
        {"access": {"key": "wrong-key"}},
    ),
    "no credit": ([_NO_CREDIT], "no_credit", ("not enough credit", "Top up"), 0, {}),
    "task failed": ([_FAILED], "task_failed", ("could not make a model",), 1, {}),
    "content": ([_BANNED], "content", ("content",), 1, {}),
    "uncertain": ([{"on": "create", "do": "lost"}], "uncertain", ("tripo.send_again", "Discard"), 1, {}),
    "link expired": ([_EXPIRED], "link_expired", ("has expired", "Download Again"), 1, {"fetch": True}),
    "hostile file": ([_HOSTILE], "model_file", ("Download Again",), 1, {"fetch": True}),
}


@pytest.mark.parametrize("name", _ENDED)
def test_failure(play: Play, simulator: SimulatorProcess, name: str) -> None:
    rules, kind, words, orders, details = _ENDED[name]
    simulator.play(rules)

    notes = play("failures", how="ended", **details)

    _is_told(notes, kind, *words)
    assert ("Download Again" in notes["words"]) is bool(details.get("fetch")), "only where there may be a model"
    assert len(simulator.creates()) == orders
    if details.get("fetch"):
        _arrived(notes)


def test_failure_no_key(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("failures", how="no key", access={"key": ""})

    assert "Add your API key to start" in notes["words"]
    assert "tripo.show_preferences" in notes["words"]
    assert notes["clipped"] == []
    assert simulator.requests() == []


def test_failure_network_gone(play: Play, simulator: SimulatorProcess) -> None:
    with socket.socket() as closed:  # bound, so no one else's, and not listening: connections are refused
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/tripo/v2/openapi"

        notes = play("failures", how="ended", access={"url": url})

    _is_told(notes, "network", "cannot be reached")
    assert simulator.requests() == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of a file's size")
def test_failure_disk_full(play: Play, simulator: SimulatorProcess) -> None:
    notes = play("failures", how="ended", limit=60_000, but="disk")

    _is_told(notes, "disk", "Make room on the disk", "Download Again")
    assert len(simulator.creates()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_failure_worker_killed(play: Play, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=8)

    notes = play("failures", how="worker killed", but="worker ended")

    assert notes["states"] == ["generating"]
    _arrived(notes)
    assert len(simulator.creates()) == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_failure_blender_killed(play: Play, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=40)
    assert play("watching", how="killed")["ended with"] == -9

    notes = play("failures", how="started again")

    assert "1 model is waiting" in notes["words"]
    assert "Resume tripo.dismiss" in notes["words"]
    assert notes["clipped"] == []
    assert notes["waiting"] == []
    _arrived(notes)
    assert len(simulator.creates()) == 1, "what was paid for is not ordered again"


def _is_told(notes: dict[str, Any], kind: str, *words: str) -> None:
    assert notes["kinds"] == [kind]
    assert notes["sentences"][0] in notes["words"], "the whole sentence is in the sidebar"
    for word in words:
        assert word in notes["words"]
    assert notes["clipped"] == []


def _arrived(notes: dict[str, Any]) -> None:
    assert notes["after all"][-1] == "done"
    assert "dahlia" in notes["objects"]
