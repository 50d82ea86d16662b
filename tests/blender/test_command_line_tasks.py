"""Every kind of task on the command line: what the service is asked for, what the last line says, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulator.process import SimulatorProcess

from .console import SMALL, Console, draw_disc

pytestmark = pytest.mark.usefixtures("quick")

TASK = "11111111-2222-4333-8444-555555555555"
FILE = "a file"
MODEL = {"model_version": "v3.1-20260211", "texture": True, "pbr": True, "texture_quality": "standard"}
PLAIN = {"model_version": "v3.1-20260211", "texture": False, "pbr": False}
OUT = ("--out-dir", ".")


def words(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "prompt": "a small wooden chest", **more}


CHEST = ("--prompt", "a small wooden chest")
# What is typed, and what the service is asked for: see the calls in its documentation.
BODIES: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (CHEST, words("text_to_model", **MODEL)),
    (("generate", *CHEST), words("text_to_model", **MODEL)),
    (
        ("generate", *CHEST, "--negative-prompt", "gold", "--image-seed", "7", "--seed", "8", "--no-texture"),
        words("text_to_model", negative_prompt="gold", image_seed=7, model_seed=8, **PLAIN),
    ),
    (
        ("generate", *CHEST, "--style", "object:clay", "--model-version", "v2.5-20250123"),
        words("text_to_model", style="object:clay", **MODEL | {"model_version": "v2.5-20250123"}),
    ),
    (
        ("generate", "--front", "a.png", "--back", "b.png"),
        {"type": "multiview_to_model", "files": [FILE, {}, FILE, {}], **MODEL},
    ),
    (
        ("generate", "--right", "d.png", "--left", "c.png", "--front", "a.png", "--back", "b.png", "--quad"),
        {"type": "multiview_to_model", "files": [FILE, FILE, FILE, FILE], "quad": True, **MODEL},
    ),
    (
        ("generate", "--front", "a.png", "--left", "https://example.test/l.jpg"),
        {"type": "multiview_to_model", "files": [FILE, {"type": "jpg", "url": "https://example.test/l.jpg"}, {}, {}]}
        | MODEL,
    ),
    (("generate", "--views", TASK), {"type": "multiview_to_model", "original_task_id": TASK, **MODEL}),
    (("refine", TASK), {"type": "refine_model", "draft_model_task_id": TASK}),
    (("image", *CHEST), words("text_to_image")),
    (("image", *CHEST, "--negative-prompt", "gold"), words("text_to_image", negative_prompt="gold")),
    (("image", *CHEST, "--reference", "a.png"), words("generate_image", file=FILE)),
    (("image", *CHEST, "--reference", "a.png", "--reference", "b.png"), words("generate_image", files=[FILE, FILE])),
    (("image", *CHEST, "--image-model", "midjourney"), words("generate_image", model_version="midjourney")),
    (
        ("image", *CHEST, "--reference", "a.png", "--t-pose", "--sketch-to-render", "--image-model", "gpt_4o"),
        words("generate_image", file=FILE, t_pose=True, sketch_to_render=True, model_version="gpt_4o"),
    ),
    (("views", "a.png", *OUT), {"type": "generate_multiview_image", "file": FILE}),
    (
        ("edit-views", TASK, "--edit", "back=blue = dark", "--edit", "front=a red hat", *OUT),
        {
            "type": "edit_multiview_image",
            "original_task_id": TASK,
            "prompts": [{"view": "front", "prompt": "a red hat"}, {"view": "back", "prompt": "blue = dark"}],
        },
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the command line runs, with images that differ."""
    for number, name in enumerate("abcd"):
        draw_disc(tmp_path / f"{name}.png", 96 + 16 * number)
    (tmp_path / "text.png").write_text("no image")
    return tmp_path


@pytest.fixture
def banned(simulator: SimulatorProcess) -> Iterator[None]:
    """Every task is refused when it has been checked and bought, so that nothing is waited for."""
    simulator.play([{"on": "poll", "do": "task", "times": None, "fields": {"status": "banned"}}])
    yield
    simulator.play([])


def asked_for(simulator: SimulatorProcess) -> dict[str, Any]:
    """The body of the last order; a file that was uploaded is only said to be one."""
    orders = [entry["body"] for entry in simulator.requests() if entry["path"].endswith("/task")]

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        return FILE if isinstance(value, dict) and "file_token" in value else value

    return {name: plain(value) for name, value in orders[-1].items()}


@pytest.mark.parametrize(("typed", "body"), BODIES, ids=lambda each: " ".join(each)[:60] if len(each) < 12 else "")
def test_what_is_asked_for(
    console: Console,
    simulator: SimulatorProcess,
    banned: None,
    folder: Path,
    typed: tuple[str, ...],
    body: dict[str, Any],
) -> None:
    outcome = console(*typed, "--json", folder=folder)
    assert outcome.code == 1, outcome.out
    assert outcome.error["kind"] in ("content", "task_lost"), "banned, or of a task that there is not"
    assert asked_for(simulator) == body
    assert json.loads(outcome.lines[0])["event"] == "price"


def test_compression_is_asked_for_where_it_can_be_read(
    console: Console,
    simulator: SimulatorProcess,
    banned: None,
    folder: Path,
    module: Callable[[str], ModuleType],
) -> None:
    outcome = console("a.png", "--compress", "geometry", "--json", folder=folder)
    if module("converter.compat").reads_meshopt():
        assert outcome.error["kind"] == "content"
        assert asked_for(simulator) == {"type": "image_to_model", "file": FILE, "compress": "geometry", **MODEL}
    else:
        assert (outcome.code, outcome.error["kind"]) == (2, "usage")
        assert "cannot read a model with Compression" in outcome.error["message"]
        assert simulator.requests() == []


# -- refused before anything is sent --------------------------------------------------------------------------------

MADE_OF = "the model is made of"
REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("generate",), MADE_OF),
    (("generate", "a.png", *CHEST), MADE_OF),
    (("generate", "a.png", "--front", "b.png"), MADE_OF),
    (("generate", "--views", TASK, *CHEST), MADE_OF),
    (("generate", "--turntable", "Cube", "a.png"), MADE_OF),
    (("generate", "--turntable", "Cube", "--back", "a.png"), MADE_OF),
    (("generate", "--prompt", ""), "--prompt: it is empty"),
    (("generate", "--prompt", "a" * 1025), "The prompt has 1,025 characters, 1,024 at most"),
    (("generate", "--prompt", "a \U0001f600 face"), "grinning face"),
    (("generate", *CHEST, "--negative-prompt", "a" * 256), "The negative prompt has 256 characters, 255 at most"),
    (("generate", "a.png", "--negative-prompt", "gold"), "takes no 'negative_prompt'"),
    (("generate", "--back", "a.png", "--left", "b.png"), "The front image is missing"),
    (("generate", "--front", "a.png"), "Choose at least 2 of these"),
    (("generate", "--front", "a.png", "--back", "a.png"), "are the same: choose another one"),
    (("generate", "--views", "../user"), "This is not a task ID"),
    (("generate", "--views", ""), "--views: it is empty"),
    (("generate", "a.png", "--through", "image"), "Only a model of words can be made through an image"),
    (("generate", "--views", TASK, "--through", "views"), "Only a model of words or of one image can be made"),
    (("generate", *CHEST, "--through", "magic"), "--through"),
    (("generate", "a.png", "--variations", "0"), "Choose 1 to 8 variations"),
    (("generate", "a.png", "--variations", "9"), "Choose 1 to 8 variations"),
    (("generate", "a.png", "--variations", "two"), "--variations"),
    (("generate", "a.png", "--image-seed", "7"), "Image Seed does nothing for this kind of task"),
    (("generate", *CHEST, "--texture-alignment", "geometry"), "Texture Alignment does nothing for this kind"),
    (("generate", *CHEST, "--through", "image", "--image-seed", "7"), "Image Seed does nothing for this kind"),
    (("generate", "--views", TASK, "--style", "gold", "--model-version", "v2.5-20250123"), "Style does nothing"),
    (("generate", "a.png", "--t-pose"), "T-Pose does nothing for this kind of task"),
    (("generate", "a.png", "--generate-parts"), "Generate in Parts cannot be changed while Texture is on"),
    (("generate", "--views", TASK, "--model-version", "Turbo-v1.0-20250506"), "makes no model of several views"),
    (("refine", "no id"), "This is not a task ID"),
    (("refine", TASK, "--quad"), "Quad Mesh does nothing for this kind of task"),
    (("image",), "The prompt is missing: write one"),
    (("image", "--prompt", " "), "--prompt: it is empty"),
    (("image", *CHEST, "--quad"), "Quad Mesh does nothing for this kind of task"),
    (("image", *CHEST, "--reference", "a.png", "--negative-prompt", "gold"), "takes no 'negative_prompt'"),
    (("image", *CHEST, *("--reference", "a.png") * 2), "are the same: choose another one"),
    (("image", *CHEST, "--image-model", "flux.1_dev", "--reference", "a.png"), "takes no 'image'"),
    (("image", *CHEST, "--image-model", "da_vinci"), "--image-model"),
    (("views", "a.png"), "--out-dir"),
    (("views", "a.png", *OUT, "--quad"), "Quad Mesh does nothing for this kind of task"),
    (("views", *OUT), "IMAGE"),
    (("edit-views", TASK, *OUT), "--edit"),
    (("edit-views", TASK, "--edit", "top=red", *OUT), "There is no view 'top'"),
    (("edit-views", TASK, "--edit", "front", *OUT), "must be VIEW=TEXT"),
    (("edit-views", TASK, "--edit", "front=", *OUT), "The edit of the front view is empty"),
    (("edit-views", TASK, "--edit", "front=a", "--edit", "front=b", *OUT), "the front view is edited once"),
    (("edit-views", TASK, "--edit", f"front={'a' * 1025}", *OUT), "The edit of the front view has 1,025 characters"),
    (("edit-views", "no id", "--edit", "front=red", *OUT), "This is not a task ID"),
]


@pytest.mark.parametrize(("typed", "says"), REFUSED, ids=lambda each: " ".join(each)[:60])
def test_what_cannot_be_ordered_is_told_in_one_sentence_before_anything_is_bought(
    console: Console, simulator: SimulatorProcess, folder: Path, typed: tuple[str, ...], says: str
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    outcome = console(*typed, "--json", folder=folder)
    assert (outcome.code, outcome.error["kind"]) == (2, "usage"), outcome.out
    assert says in outcome.error["message"]
    assert simulator.requests() == []
    assert sorted(path.name for path in folder.iterdir()) == before
    assert console.place.kept() == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("image", *CHEST, "--reference", "text.png"), "'text.png' is not an image"),
        (("image", *CHEST, "--reference", "none.png"), "none.png"),
        (("generate", "--front", "a.png", "--back", "text.png"), "'text.png' is not an image"),
        (("views", "text.png", *OUT), "'text.png' is not an image"),
        (("views", "https://anna:s3cret@example.test/a.png", *OUT), "contains a login"),
    ],
    ids=str,
)
def test_what_is_no_image_is_refused_before_anything_is_bought(
    console: Console, simulator: SimulatorProcess, folder: Path, typed: tuple[str, ...], says: str
) -> None:
    outcome = console(*typed, "--json", folder=folder)
    assert (outcome.code, outcome.error["kind"]) == (1, "picture")
    assert says in outcome.error["message"]
    assert simulator.requests() == []
    assert console.place.kept() == []


# -- the whole way --------------------------------------------------------------------------------------------------


def test_views_are_made_changed_and_made_a_model_of(
    console: Console, simulator: SimulatorProcess, folder: Path
) -> None:
    (folder / "changed").mkdir()
    views = ["front", "left", "back", "right"]

    made = console("views", "a.png", *OUT, "--json", folder=folder).result
    changed = console(
        "edit-views", made["task_id"], "--edit", "front=green", "--out-dir", "changed", "--json", folder=folder
    ).result
    model = console("generate", "--views", changed["task_id"], *SMALL, "--out", "m.glb", "--json", folder=folder).result

    assert (made["task"], made["credits"], made["images"]["left"]) == (
        "generate_multiview_image",
        10,
        str(folder / "left.png"),
    )
    assert made["outputs"] == [str(folder / f"{view}.png") for view in views]
    assert (changed["task"], changed["credits"], list(changed["images"])) == ("edit_multiview_image", 5, views)
    assert (folder / "left.png").read_bytes() == (folder / "changed" / "left.png").read_bytes()
    assert (folder / "front.png").read_bytes() != (folder / "changed" / "front.png").read_bytes()
    assert (model["task"], model["format"], model["outputs"]) == (
        "multiview_to_model",
        "glb",
        [str(folder / "m.glb")],
    )
    assert model["faces"] > 300
    assert [entry["answer"]["task_id"] for entry in simulator.creates()] == [
        each["task_id"] for each in (made, changed, model)
    ]

    again = console(
        "edit-views", changed["task_id"], "--edit", "front=red", *OUT, "--overwrite", "--json", folder=folder
    )
    assert (again.code, again.error["code"]) == (1, "2006"), "edited once"
    wrong = console("generate", "--views", model["task_id"], "--json", folder=folder)
    assert (wrong.code, wrong.error["code"]) == (1, "2006")
    assert "of another kind" in wrong.error["message"]


def test_a_draft_is_refined(console: Console, simulator: SimulatorProcess, folder: Path) -> None:
    simulator.options(draft_versions="v1.4-20240625")
    draft = console("--prompt", "a box", "--model-version", "v1.4-20240625", "--json", folder=folder).result
    outcome = console("refine", draft["task_id"], "--json", folder=folder)
    simulator.options(draft_versions="none")
    assert outcome.code == 0, outcome.out
    assert json.loads(outcome.lines[0]) == {"event": "price", "least": None, "most": None}
    assert outcome.result["outputs"] == [str(folder / f"{draft['task_id']}.blend")]
    assert outcome.result["faces"] > draft["faces"]
    assert (folder / "a box.blend").is_file()

    wrong = console("refine", outcome.result["task_id"], "--out", "x.blend", "--json", folder=folder)
    assert (wrong.code, wrong.error["code"]) == (1, "2006")


def test_for_a_person(console: Console, folder: Path) -> None:
    (task,) = {console("views", "a.png", *OUT, "--json", folder=folder).result["task_id"]}
    outcome = console("edit-views", task, "--edit", "back=red", *OUT, "--overwrite", folder=folder)
    assert outcome.lines[0] == "Estimate: about 5 credits"
    done = next(number for number, line in enumerate(outcome.lines) if line.startswith("Done: "))
    assert "set of four views, 5 credits, task " in outcome.lines[done]
    assert outcome.lines[done + 1 :] == [f"  {folder / view}.png" for view in ("front", "left", "back", "right")]
    outcome = console("image", "--prompt", "a red house by the sea", folder=folder)
    assert outcome.lines[0] == "Estimate: about 5 credits"
    assert outcome.lines[-1] == f"  {folder / 'a red house by the.png'}"
    assert outcome.lines[-2].startswith("Done: a red house by the, image, 5 credits, task ")


@pytest.mark.parametrize("command", ["generate", "refine", "image", "views", "edit-views", "fetch", "import", "resume"])
def test_help_of_each_command(console: Console, command: str) -> None:
    outcome = console(command, "--help")
    assert outcome.code == 0
    told = " ".join(outcome.out.split())
    assert "--overwrite" in told
    assert "--json" in told
    assert ("--out-dir" in told) == (command in ("views", "edit-views", "fetch", "resume"))
    assert ("--quad" in told) == (command == "generate")
    assert ("--t-pose" in told) == (command == "image")
    if command == "generate":
        assert "NAME-1.glb" in told
        assert "--turntable OBJECT" in told


def test_every_command_is_a_first_word_and_anything_else_an_image(
    console: Console, simulator: SimulatorProcess, folder: Path, module: Callable[[str], ModuleType]
) -> None:
    commands = module("cli.main").COMMANDS
    assert set(commands) == {
        *("generate", "refine", "image", "views", "edit-views", "fetch", "import", "jobs", "resume")
    }
    for command in commands:
        outcome = console(command, "--help")
        assert (outcome.code, f"usage: tripo {command}" in outcome.out) == (0, True)
    assert "usage: tripo generate" in console("--help").out
    outcome = console("images", "--json", folder=folder)
    assert (outcome.code, outcome.error["kind"]) == (1, "picture"), "there is no such image"
    assert simulator.requests() == []
