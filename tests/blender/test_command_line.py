"""scripts/generate.py against the simulator: outputs, options, exit codes, and what a failure leaves behind."""

from __future__ import annotations

import base64
import http.client
import json
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png

from .console import SCRIPT, Console, Place, assert_one_sentence, ended, wait_for

pytestmark = pytest.mark.usefixtures("quick")

DEFAULT = {
    "type": "image_to_model",
    "model_version": "v3.1-20260211",
    "texture": True,
    "pbr": True,
    "texture_quality": "standard",
}

# -- done ----------------------------------------------------------------------------------------------------------


def downloaded(simulator: SimulatorProcess) -> bytes:
    """Give what the file host gave for the newest model link."""
    entry = next(
        entry for entry in reversed(simulator.requests()) if entry["server"] == "files" and ".png" not in entry["path"]
    )
    connection = http.client.HTTPConnection(entry["headers"]["Host"], timeout=10)
    try:
        connection.request("GET", entry["path"])
        response = connection.getresponse()
        assert response.status == 200
        return response.read()
    finally:
        connection.close()


def read_back(path: Path) -> list[bpy.types.Object]:
    """Bring a file into an empty scene and give its meshes."""
    bpy.ops.wm.read_homefile(use_empty=True)
    if path.suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    elif path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    elif "fbx_import" in dir(bpy.ops.wm):
        bpy.ops.wm.fbx_import(filepath=str(path))
    else:
        bpy.ops.import_scene.fbx(filepath=str(path))
    return [obj for obj in bpy.data.objects if obj.type == "MESH"]


def assert_holds_model(path: Path, *, corners: int, images: bool) -> None:
    meshes = read_back(path)
    assert len(meshes) == 1
    mesh = meshes[0].data
    assert {polygon.loop_total for polygon in mesh.polygons} == {corners}
    assert 300 < len(mesh.polygons) <= 2000
    size = max(meshes[0].dimensions)
    assert size == pytest.approx(1.0, abs=0.1)
    used = [image for image in bpy.data.images if image.users and image.type == "IMAGE"]
    assert bool(used) is images
    for image in used:
        assert image.size[0] > 0


def test_quads_with_texture_in_all_three_formats_for_a_person(place: Place, simulator: SimulatorProcess) -> None:
    picture = place.picture.rename(place.picture.with_name("Grüße 机.png"))
    arguments = ["--quad", "--face-limit", "1000", "--out", "m.blend", "--out", "m.glb", "--out", place.out / "M.FBX"]

    outcome = place.run(picture, *arguments)

    assert outcome.code == 0, outcome.out + outcome.err
    task = simulator.tasks()[-1]
    assert outcome.lines[0] == "Estimate: about 35 credits"
    assert outcome.lines[1].startswith("Grüße 机: uploading 0%")
    assert any("generating" in line and "%" in line for line in outcome.lines)
    done = next(number for number, line in enumerate(outcome.lines) if line.startswith("Done: Grüße 机, "))
    assert "quads" in outcome.lines[done]
    assert "35 credits" in outcome.lines[done]
    assert task["task_id"] in outcome.lines[done]
    files = [place.out / name for name in ("m.blend", "m.glb", "M.FBX")]
    assert outcome.lines[done + 1 :] == [f"  {path}" for path in files]
    assert sorted(place.out.iterdir()) == sorted(files)
    assert place.kept() == ["job.json", "model.fbx", "picture.png", "preview.png"]

    assert files[2].read_bytes() == downloaded(simulator)
    assert_holds_model(files[1], corners=3, images=True)  # a GLB knows triangles alone
    assert_holds_model(files[0], corners=4, images=True)
    assert [obj.name for obj in bpy.data.objects] == ["Grüße 机"]
    assert all(image.packed_file for image in bpy.data.images if image.type == "IMAGE")


def test_triangles_without_texture_in_all_three_formats_as_json(place: Place, simulator: SimulatorProcess) -> None:
    for name in ("m.glb", "m.fbx"):
        (place.out / name).write_text("an older file")
    arguments = ["--no-texture", "--face-limit", "1000", "--out", "m.glb", "--out", "m.fbx", "--out", "m.blend"]

    outcome = place.run(place.picture, *arguments, "--overwrite", "--json")

    assert outcome.code == 0, outcome.out + outcome.err
    task = simulator.tasks()[-1]
    result = outcome.result
    files = [place.out / name for name in ("m.glb", "m.fbx", "m.blend")]
    assert result["outputs"] == [str(path) for path in files]
    assert (result["task_id"], result["object"], result["format"]) == (task["task_id"], "Red Disc", "glb")
    assert (result["credits"], result["quads"]) == (20, 0)
    assert 300 < result["faces"] <= 1000
    events = [json.loads(line) for line in outcome.lines]
    assert events[0] == {"event": "price", "least": 20, "most": 20}
    assert [event["event"] for event in events[1:4]] == ["started", "submitting", "taskCreated"]
    assert all(event["job"] == result["job"] for event in events[1:])
    percents = [event["percent"] for event in events[1:-1]]
    assert percents == sorted(percents)
    assert sorted(place.out.iterdir()) == sorted(files)

    assert files[0].read_bytes() == downloaded(simulator)
    for path in files:
        assert_holds_model(path, corners=3, images=False)
    assert [obj.name for obj in bpy.data.objects] == ["Red Disc"]


def test_without_out_a_blend_file_bears_the_pictures_name(place: Place) -> None:
    # A download that breaks off is taken up again, and nobody needs to know.
    place._simulator.play([{"on": "download", "do": "cut", "bytes": 2000}])

    outcome = place.run(place.picture, "--face-limit", "1000", "--no-pbr")

    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.lines[-1] == f"  {place.out / 'Red Disc.blend'}"
    assert [path.name for path in place.out.iterdir()] == ["Red Disc.blend"]
    assert_holds_model(place.out / "Red Disc.blend", corners=3, images=True)


def test_help_goes_to_stdout(place: Place) -> None:
    outcome = place.run("--help")

    assert outcome.code == 0
    assert "IMAGE" in outcome.out
    for option in (*OPTIONS, ["--out"], ["--json"], ["--url"]):
        assert option[0] in outcome.out
    assert "0 done, 1 failed, 2 wrong usage, 3 no key, 4 offline, 5 outcome" in " ".join(outcome.out.split())


# -- options -------------------------------------------------------------------------------------------------------

UNTEXTURED = {name: value for name, value in DEFAULT.items() if name != "texture_quality"}
OPTIONS: dict[tuple[str, ...], dict[str, Any]] = {
    ("--no-texture",): {**UNTEXTURED, "texture": False, "pbr": False},
    ("--no-pbr",): {**DEFAULT, "pbr": False},
    ("--texture-quality", "detailed"): {**DEFAULT, "texture_quality": "detailed"},
    ("--geometry-quality", "detailed"): {**DEFAULT, "geometry_quality": "detailed"},
    ("--face-limit", "8000"): {**DEFAULT, "face_limit": 8000},
    ("--quad",): {**DEFAULT, "quad": True},
    ("--generate-parts", "--no-texture"): {**UNTEXTURED, "texture": False, "pbr": False, "generate_parts": True},
    ("--no-export-uv", "--no-texture"): {**UNTEXTURED, "texture": False, "pbr": False, "export_uv": False},
    ("--style", "object:clay", "--model-version", "v2.5-20250123"): {
        **DEFAULT,
        "model_version": "v2.5-20250123",
        "style": "object:clay",
    },
    ("--auto-size",): {**DEFAULT, "auto_size": True},
    ("--seed", "7"): {**DEFAULT, "model_seed": 7},
    ("--texture-seed", "9"): {**DEFAULT, "texture_seed": 9},
    ("--texture-alignment", "geometry"): {**DEFAULT, "texture_alignment": "geometry"},
    ("--orientation", "align_image"): {**DEFAULT, "orientation": "align_image"},
    ("--image-autofix",): {**DEFAULT, "enable_image_autofix": True},
    ("--model-version", "v2.5-20250123"): {**DEFAULT, "model_version": "v2.5-20250123"},
    ("--smart-low-poly",): {**DEFAULT, "smart_low_poly": True},
}
COMBINATIONS: dict[tuple[str, ...], dict[str, Any]] = {
    (): DEFAULT,
    ("--texture", "--pbr", "--no-quad", "--face-limit", "0", "--orientation", "default"): DEFAULT,
    ("--no-texture", "--no-pbr", "--quad"): {**UNTEXTURED, "texture": False, "pbr": False, "quad": True},
    ("--model-version", "P1-20260311", "--face-limit", "48"): {
        **DEFAULT,
        "model_version": "P1-20260311",
        "face_limit": 48,
    },
    ("--quad", "--face-limit=8000", "--texture-quality=detailed", "--geometry-quality=detailed", "--seed=1"): {
        **DEFAULT,
        "quad": True,
        "face_limit": 8000,
        "texture_quality": "detailed",
        "geometry_quality": "detailed",
        "model_seed": 1,
    },
}


def test_every_option_reaches_the_request(
    console: Console, simulator: SimulatorProcess, module: Callable[[str], ModuleType]
) -> None:
    settings = module("core.options.generation_table").SETTINGS
    known = {f"--{setting.option}" for setting in settings if "image_to_model" in setting.tasks}
    assert {option[0].replace("--no-", "--") for option in OPTIONS} == known - {"--compress"}
    # Refused by the service after all its own checks, so that no model is waited for.
    simulator.play([{"on": "poll", "do": "task", "times": None, "fields": {"status": "banned"}}])

    for option, expected in (OPTIONS | COMBINATIONS).items():
        simulator.forget()
        outcome = console(console.picture, *option, "--json")
        assert outcome.error["kind"] == "content", option
        body = simulator.creates()[-1]["body"]
        assert set(body.pop("file")) == {"type", "file_token"}
        assert body == expected, option

    outcome = console("https://example.test/a/Chair.webp?size=2", "--json")
    assert outcome.error["kind"] == "content"
    assert simulator.creates()[-1]["body"] == {
        **DEFAULT,
        "file": {"type": "webp", "url": "https://example.test/a/Chair.webp?size=2"},
    }


# -- nothing is sent -----------------------------------------------------------------------------------------------

LONG = "x" * 100_000

BROKEN_RULES: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("--model-version", "P1-20260311", "--quad"), ("Quad Mesh", "P1-20260311")),
    (("--model-version", "v2.5-20250123", "--geometry-quality", "detailed"), ("Geometry Quality", "v2.5-20250123")),
    (("--no-texture", "--pbr"), ("PBR needs Texture",)),
    (("--no-texture", "--texture-quality", "detailed"), ("Texture Quality needs Texture",)),
    (("--face-limit", "999"), ("Face Limit", "1,000", "500,000", "999")),
    (("--face-limit", "500001"), ("Face Limit", "500,001")),
    (("--model-version", "P1-20260311", "--face-limit", "20001"), ("Face Limit", "48", "20,000")),
    (("--face-limit", "-1"), ("Face Limit",)),
    (("--face-limit", "many"), ("--face-limit", "many")),
    (("--seed", "2147483648"), ("Geometry Seed",)),
    (("--image-seed", "7"), ("Image Seed does nothing for this kind of task",)),
    (("--t-pose",), ("T-Pose does nothing for this kind of task",)),
    (("--generate-parts",), ("Generate in Parts cannot be changed while Texture is on",)),
    (("--compress", "geometry"), ("This Blender cannot read a model with Compression",)),
    (("--model-version", ""), ("Model Version",)),
    (("--texture-quality", "extreme"), ("--texture-quality", "extreme", "detailed")),
    (("--wireframe",), ("--wireframe",)),
    (("--quads",), ("--quads",)),
    (("--tex",), ("--tex",)),  # no abbreviations: one could mean another option tomorrow
    (("second.png",), ("second.png",)),
    (("--out", "model.obj"), ("model.obj", ".blend, .glb, .fbx")),
    (("--out", "model"), ("model", ".blend, .glb, .fbx")),
    (("--out", "no such folder/model.glb"), ("no such folder", "folder")),
    (("--out", "good.glb", "--out", "no such folder/model.glb"), ("no such folder",)),
    (("--size", "1e300"), ("Length must be from", "above 1,000,000,000,000")),
    (("--seed", "9" * 400), ("Geometry Seed must be from", "above 1,000,000,000,000")),
    (("--seed", "9" * 5000), ("--seed",)),
    (("--face-limit", "9" * 400), ("Face Limit must be from", "above 1,000,000,000,000")),
    (("--place", LONG), ("--place", "cursor")),
    (("--wireframe", LONG), ("--wireframe",)),
    (("--model-version", LONG), ("Model Version has 100,000 characters", "64 at most")),
    *(((option, LONG), (option, "more than 8,000 characters")) for option in ("--url", "--key-file", "--out")),
    *(((option, LONG), (option, "more than 8,000 characters")) for option in ("--asset-library", "--catalog")),
    (("--out",), ("--out",)),
]


def test_broken_rules_are_told_in_one_sentence_before_anything_is_sent(
    console: Console, simulator: SimulatorProcess
) -> None:
    for arguments, words in BROKEN_RULES:
        command = (console.picture, "--json", *arguments) if arguments[-1] != "--out" else ("--json", *arguments)
        outcome = console(*command)
        assert outcome.code == 2, (arguments, outcome.out)
        assert len(outcome.lines) == 1
        assert len(outcome.out) < 1_500
        assert outcome.error["kind"] == "usage"
        for word in words:
            assert word in outcome.error["message"], arguments
    for arguments, word in (((), "what the model is made of"), ((console.picture, "--face-limit", "7"), "Face Limit")):
        outcome = console(*arguments)  # for a person: the sentence alone
        assert (outcome.code, len(outcome.lines)) == (2, 1)
        assert_one_sentence(outcome.out.removesuffix("\n"))
        assert word in outcome.out

    assert simulator.requests() == []
    console.place.assert_nothing_left()


def test_key_address_and_online_access_come_first(console: Console, simulator: SimulatorProcess) -> None:
    for key, word in (("", "MODELSTREAM_API_KEY"), ("tcli_1234", "client ID"), ("sk-ключ", "characters")):
        outcome = console(console.picture, "--json", key=key)
        assert (outcome.code, outcome.error["kind"]) == (3, "no_key")
        assert word in outcome.error["message"]
        assert not key or key not in outcome.out
    for url in ("ftp://example.test", "http://example.test/v2", "example.test", "https://"):
        outcome = console(console.picture, "--json", url=url)
        assert (outcome.code, outcome.error["kind"]) == (2, "usage")
    outcome = console(console.picture, url="https://example.test/v2", offline=True)
    assert (outcome.code, len(outcome.lines)) == (4, 1)
    assert "Online access required" in outcome.out
    assert "--online-mode" in outcome.out

    assert simulator.requests() == []
    console.place.assert_nothing_left()


def test_what_is_no_picture_is_refused_before_anything_is_sent(
    console: Console, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    text, empty, small = (tmp_path / name for name in ("text.png", "empty.png", "small.png"))
    text.write_text("not a picture")
    empty.touch()
    small.write_bytes(write_png(np.zeros((19, 64, 3), np.uint8)))
    for path, words in (
        (tmp_path / "missing.png", "missing.png"),
        (tmp_path, "is a folder"),
        (text, "'text.png' is not an image"),
        (empty, "'empty.png' is empty"),
        (small, "64 x 19 px"),
        ("http://", "not the URL of an image"),
        ("https:///chair.png", "not the URL of an image"),
        ("https://anna:s3cret@example.test/chair.png", "contains a login"),
        ("https://anna:s3cret@", "contains a login"),
    ):
        outcome = console(path, "--json")
        assert (outcome.code, outcome.error["kind"]) == (1, "picture"), path
        assert words in outcome.error["message"]
        assert "s3cret" not in outcome.out + outcome.err
        console.place.assert_nothing_left()

    assert simulator.requests() == []


# -- faults --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Faults, and what becomes of the command line."""

    name: str
    faults: list[dict[str, Any]]
    kind: str
    words: str
    code: int = 1
    key: str | None = None
    creates: int = 0  # that the service carried out
    paid: bool = False  # the command line knows of the task

    def __str__(self) -> str:
        return self.name


def refusal(on: str, status: int, code: int | str, message: str = "no") -> list[dict[str, Any]]:
    return [{"on": on, "do": "status", "status": status, "body": {"code": code, "message": message}}]


def model(**how: Any) -> list[dict[str, Any]]:
    return [{"on": "download", "times": None, "do": "replace", **how}]


def task(**fields: Any) -> list[dict[str, Any]]:
    return [{"on": "poll", "times": None, "do": "task", "fields": fields}]


HTML = "<html><body>Sign in to the network</body></html>"
SHORT_GLB = base64.b64encode(struct.pack("<4sII", b"glTF", 2, 5000) + bytes(900)).decode()
PAID = {"creates": 1, "paid": True}
CASES = [
    Case("wrong key", [], "key_refused", "did not accept the API key", key="another-key"),
    Case("key refused at the order", refusal("create", 401, 1002), "key_refused", "did not accept the API key"),
    Case("no credit", refusal("create", 403, 2010), "no_credit", "Top up"),
    Case("no access", refusal("create", 403, 1005), "not_allowed", "refused access"),
    Case("content of the picture", refusal("create", 400, 2008), "content", "content policy"),
    Case("content of the model", task(status="banned"), "content", "content policy", **PAID),
    Case("picture refused", refusal("upload", 400, 2004), "picture", "could not use this image"),
    Case("other refusal", refusal("create", 400, 1004, "face_limit is odd"), "refused", "face_limit is odd"),
    Case("fault that is named", refusal("create", 500, 1001), "uncertain", "you may have been charged", code=5),
    Case(
        "fault that is not named",
        [{"on": "create", "do": "status", "status": 500, "body": HTML}],
        "uncertain",
        "you may have been charged",
        code=5,
    ),
    Case(
        "page instead of a task",
        [{"on": "create", "do": "status", "status": 200, "body": HTML}],
        "uncertain",
        "you may have been charged",
        code=5,
    ),
    Case(
        "another address for the picture",
        [{"on": "upload", "do": "redirect", "location": "http://127.0.0.1:9/upload"}],
        "refused",
        "another URL",
    ),
    Case(
        "another address for the order",
        [{"on": "create", "do": "redirect", "location": "http://127.0.0.1:9/task"}],
        "uncertain",
        "you may have been charged",
        code=5,
    ),
    Case("answer lost", [{"on": "create", "do": "lost"}], "uncertain", "Look at your account", code=5, creates=1),
    Case("task failed", task(status="failed", error_code=9999, output=None), "task_failed", "could not make", **PAID),
    Case("model without a link", task(status="success", output={}), "answer", "gives no link", **PAID),
    Case("model cut short", model(base64=SHORT_GLB), "model_file", "cut short", **PAID),
    Case("model empty", model(text=""), "model_file", "is empty", **PAID),
    Case("page instead of a model", model(text=HTML), "model_file", "neither GLB nor FBX", **PAID),
    Case(
        "link that stays expired",
        [{"on": "download", "times": None, "do": "status", "status": 403, "body": ""}],
        "link_expired",
        "expired",
        **PAID,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_faults_end_with_a_code_and_a_sentence(console: Console, simulator: SimulatorProcess, case: Case) -> None:
    simulator.play(case.faults)

    outcome = console(console.picture, "--no-texture", "--face-limit", "1000", "--json", key=case.key)

    assert (outcome.code, outcome.error["kind"]) == (case.code, case.kind), outcome.out
    assert case.words in outcome.error["message"]
    assert len(simulator.creates()) == case.creates
    assert sum(entry["path"].endswith("/task") for entry in simulator.requests()) <= 1
    task_id = simulator.creates()[0]["answer"]["task_id"] if case.paid else ""
    assert outcome.result["task_id"] == task_id
    assert_nothing_left_after(console.place, case)

    simulator.play(case.faults)
    simulator.forget()
    outcome = console(console.picture, "--no-texture", "--face-limit", "1000", key=case.key)  # for a person
    assert outcome.code == case.code
    sentences = [line for line in outcome.lines if case.words in line and not line.startswith("  ")]
    assert len(sentences) == 1
    assert_one_sentence(sentences[0])
    assert all(line.startswith("  ") for line in outcome.lines[outcome.lines.index(sentences[0]) + 1 :])
    if case.paid:
        assert simulator.creates()[0]["answer"]["task_id"] in outcome.out
    for secret in (simulator.key, "Signature="):
        assert secret not in outcome.out + outcome.err


def assert_nothing_left_after(place: Place, case: Case) -> None:
    if case.code != 5:
        place.assert_nothing_left(paid=case.paid, refused=case.kind == "model_file")
        return
    # Nobody knows what became of the order: its record stays, and the picture for as long as it may be sent again.
    assert list(place.out.iterdir()) == []
    assert "job.json" in place.kept()
    assert not any(name.endswith(".part") or name.startswith("model") for name in place.kept())


def test_what_may_pass_is_tried_again_and_given_up(tmp_path: Path) -> None:
    # Each takes 15 s of patience, so all three at once.
    none = {"error": {"message": "no channel", "type": "new_api_error", "code": "get_channel_failed"}}
    full = [{"on": "create", "do": "status", "times": None, "status": 503, "body": none}]
    down = [{"on": "upload", "do": "status", "times": None, "status": 503, "headers": {"Retry-After": "0"}}]
    with SimulatorProcess(faults=full) as one, SimulatorProcess(faults=down) as two, SimulatorProcess() as three:
        three_url = three.url
        three.stop()
        with socket.socket() as probe:  # nothing listens there any more
            assert probe.connect_ex(("127.0.0.1", int(three_url.split(":")[2].split("/")[0]))) != 0
        places = [Place(tmp_path / str(number), simulator) for number, simulator in enumerate((one, two, three))]
        started = [place.start(place.picture, *(["--json"] if place is places[2] else [])) for place in places]
        outcomes = [ended(process) for process in started]
        asked = [
            [entry["method"] + " " + entry["path"].rpartition("openapi/")[2] for entry in simulator.requests()]
            for simulator in (one, two)
        ]

    assert [outcome.code for outcome in outcomes] == [1, 1, 1]
    for outcome in outcomes[:2]:
        assert "trying again in" in outcome.out
        assert "a fault at the moment" in outcome.out
    assert outcomes[2].error["kind"] == "network"
    assert "cannot be reached" in outcomes[2].error["message"]
    assert [json.loads(line)["event"] for line in outcomes[2].lines].count("delayed") == 4
    assert asked == [["POST upload/sts"] + ["POST task"] * 5, ["POST upload/sts"] * 5]
    for place in places:
        place.assert_nothing_left()
        assert list(place.temporary.iterdir()) == []


def test_usage_errors_of_the_process_itself(place: Place, simulator: SimulatorProcess) -> None:
    for arguments in (("--json",), (place.picture, "--quads", "--json")):
        outcome = place.run(*arguments)
        assert (outcome.code, outcome.error["kind"], len(outcome.lines)) == (2, "usage", 1)
    assert place.run(place.picture, MODELSTREAM_API_KEY="").code == 3

    assert simulator.requests() == []
    place.assert_nothing_left()


def test_an_output_that_cannot_be_saved_takes_the_others_along_but_not_the_model(
    place: Place, simulator: SimulatorProcess
) -> None:
    simulator.play([{"on": "download", "do": "delay", "seconds": 1.5}])
    gone = place.out / "gone"
    gone.mkdir()
    arguments = ["--no-texture", "--face-limit", "1000", "--out", "m.glb", "--out", "m.fbx", "--out", "gone/m.blend"]

    process = place.start(place.picture, *arguments, "--json")
    wait_for(process, '"generated"')
    gone.rmdir()
    outcome = ended(process)

    assert outcome.code == 1
    last = json.loads(outcome.lines[-1])
    assert last["error"]["kind"] == "disk"
    assert "'m.blend' could not be saved" in last["error"]["message"]
    assert last["task_id"] == simulator.tasks()[-1]["task_id"]
    assert list(place.out.iterdir()) == []
    kept = next(place.home.rglob("model.glb"))
    assert f"tripo resume {last['job']}" in last["error"]["message"]
    assert str(kept) in last["error"]["detail"]
    assert kept.read_bytes() == downloaded(simulator)


# -- Ctrl-C --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no folder that a process is in")
def test_the_folder_it_was_started_in_is_gone(place: Place, simulator: SimulatorProcess) -> None:
    command = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    words = [sys.executable, str(SCRIPT), str(place.picture), "--url", simulator.url, "--out", "x.glb"]
    ran = subprocess.run(
        ["sh", "-c", command, "sh", *words], env=place.environment, cwd=place.out, capture_output=True, check=False
    )
    told = (ran.stdout + ran.stderr).decode()
    assert ran.returncode == 2, told
    assert "is gone. Change to another one and try again" in told
    assert simulator.requests() == []


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system does not tell what a process has loaded")
def test_ctrl_c_while_blender_is_imported(place: Place, simulator: SimulatorProcess) -> None:
    process = place.start(place.picture)
    while b"/bpy/" not in Path(f"/proc/{process.pid}/maps").read_bytes():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    outcome = ended(process)
    assert outcome.code == 1
    assert "Cancelled: nothing was imported" in outcome.out + outcome.err
    assert "Traceback" not in outcome.out + outcome.err
    assert simulator.requests() == []
    place.assert_nothing_left()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to all processes of a console")
def test_ctrl_c(tmp_path: Path) -> None:
    slow = [{"on": "upload", "do": "hang", "seconds": 30}]
    with SimulatorProcess(seconds=60, **SMALL_MODELS) as working, SimulatorProcess(faults=slow) as hanging:
        person, script, early = (
            Place(tmp_path / name, simulator)
            for name, simulator in (("person", working), ("script", working), ("early", hanging))
        )
        processes = [person.start(person.picture), script.start(script.picture, "--json"), early.start(early.picture)]
        for process, words in zip(processes, ("generating 5%", '"progressed"', "uploading"), strict=True):
            wait_for(process, words)
        asked = time.monotonic()
        for process in processes:
            process.send_signal(signal.SIGINT)
        outcomes = [ended(process) for process in processes]
        took = time.monotonic() - asked
        tasks = {entry["task_id"] for entry in working.tasks()}

    assert [outcome.code for outcome in outcomes] == [1, 1, 1]
    assert took < 10
    assert not any("Traceback" in outcome.out + outcome.err for outcome in outcomes)
    result = json.loads(outcomes[1].lines[-1])
    assert result["error"]["kind"] == "cancelled"
    assert len(tasks) == 2
    assert result["task_id"] in tasks
    assert result["task_id"] in result["error"]["message"]
    assert any(task_id in outcomes[0].out for task_id in tasks - {result["task_id"]})
    assert "before anything was ordered" in outcomes[2].out
    for place, paid in ((person, True), (script, True), (early, False)):
        place.assert_nothing_left(paid=paid)
        assert list(place.temporary.iterdir()) == []
