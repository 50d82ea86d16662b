"""What the add-on's own objects hold of the key when nothing needs it any more: nothing, however the jobs ended."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from simulator.process import SimulatorProcess

from .conftest import PACKAGE

KEY = "sk-left-behind-4c1f0e77b2"


def holders() -> list[str]:
    """Every place that the key can be reached in from a module of the add-on, but by Blender's own data."""
    seen: set[int] = set()
    todo: list[tuple[object, str]] = [
        (module.__dict__, name) for name, module in list(sys.modules.items()) if name.startswith(PACKAGE)
    ]
    found = []
    while todo:
        thing, way = todo.pop()
        if isinstance(thing, (str, bytes, bytearray)):
            text = thing if isinstance(thing, str) else bytes(thing).decode("latin-1")
            found += [way] * (KEY in text)
            continue
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, (ModuleType, bpy.types.bpy_struct)) or thing is sys.modules:
            continue  # another's, or Blender's
        if isinstance(thing, (type, FunctionType)) and not str(thing.__module__).startswith(PACKAGE):
            continue
        todo += [(each, f"{way} > {type(thing).__name__}") for each in gc.get_referents(thing)]
    return found


@pytest.fixture
def key(preferences: Any, simulator: SimulatorProcess, picture: Path) -> Iterator[None]:
    """The gateway takes a recognisable key, which lies in the preferences."""
    before = simulator.options()["key"]
    simulator.options(key=KEY)
    preferences.api_key = KEY
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000
    yield
    simulator.options(key=before)


def test_the_search_finds_what_is_held(
    jobs: SimpleNamespace, key: None, simulator: SimulatorProcess, module: Callable[[str], ModuleType]
) -> None:
    simulator.options(seconds=30)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")
    assert any("Access" in way for way in holders())


@pytest.mark.parametrize("end", ["done", "failed", "cancelled", "uncertain", "worker killed"])
def test_a_job_that_has_ended_keeps_no_key(
    jobs: SimpleNamespace, key: None, simulator: SimulatorProcess, end: str
) -> None:
    rules: dict[str, list[dict[str, Any]]] = {
        "failed": [{"on": "create", "do": "status", "status": 401, "body": {"code": 1002}}],
        "uncertain": [{"on": "create", "do": "lost"}],
    }
    simulator.play(rules.get(end, []))
    simulator.options(seconds=30 if end in ("cancelled", "worker killed") else 0)
    jobs.start(bpy.context)
    (job,) = jobs.list()
    if end in ("cancelled", "worker killed"):
        jobs.pump(lambda: jobs.list()[0].state == "generating")
    if end == "cancelled":
        bpy.ops.tripo.cancel(job_id=job.id)
    if end == "worker killed":
        for _ in range(2):
            worker = jobs.session._worker
            worker._process.kill()
            jobs.pump(lambda gone=worker: jobs.session._worker is not gone)
    jobs.pump(lambda: jobs.list()[0].final or jobs.list()[0].state == "uncertain")
    assert str(jobs.list()[0].state) == {"worker killed": "failed"}.get(end, end)
    assert not [way for way in holders() if "Access" in way], "while the worker, which has it, ends"
    jobs.pump(lambda: jobs.session.step() is False)
    assert holders() == []


@pytest.mark.parametrize("source", ["preferences", "file"])
def test_an_add_on_that_is_switched_off_keeps_no_key(
    jobs: SimpleNamespace, key: None, simulator: SimulatorProcess, tmp_path: Path, source: str
) -> None:
    if source == "file":
        (tmp_path / "key").touch(0o600)
        (tmp_path / "key").write_text(KEY)
        chosen = bpy.context.preferences.addons[PACKAGE].preferences
        chosen.api_key, chosen.key_file = "", str(tmp_path / "key")
    simulator.options(seconds=30)
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[1].state == "generating")
    assert holders()
    bpy.ops.preferences.addon_disable(module=PACKAGE)
    try:
        assert holders() == []
    finally:
        bpy.ops.preferences.addon_enable(module=PACKAGE)
