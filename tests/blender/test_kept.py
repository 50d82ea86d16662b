"""The models that are kept on this disk: told in the preferences, limited there, and cleared."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from .test_given_up import unwritable


@pytest.fixture
def kept(module: Any) -> ModuleType:
    return module("app.model_cache")


@pytest.fixture
def made(jobs: SimpleNamespace, preferences: Any, picture: Path, module: Any) -> Callable[[], Any]:
    """Makes a model as an artist does, and gives its job once its end is on record."""

    def make() -> Any:
        settings = bpy.context.scene.tripo
        settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000
        preferences.converts = False
        jobs.start(bpy.context)
        job_id = jobs.list()[-1].id
        jobs.pump(lambda: jobs.session.jobs[job_id].final)
        jobs.pump(lambda: not jobs.session.step())
        jobs.session.close(10)
        return jobs.session.jobs[job_id]

    return make


def looked(kept: ModuleType) -> Any:
    kept.look.start()
    while kept.look.tick() is not None:
        pass
    kept.look.stop()
    return kept.found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_what_is_kept_is_told_and_cleared(
    kept: ModuleType, made: Callable[[], Any], capfd: pytest.CaptureFixture[str]
) -> None:
    bpy.ops.tripo.clear_kept()
    before = looked(kept)
    job = made()
    size = Path(job.model_path).stat().st_size
    found = looked(kept)
    assert found.models == before.models + 1
    assert found.size >= before.size + size
    assert f"{found.models} model" in kept.told().english()

    capfd.readouterr()
    Path(os.environ["BLENDER_USER_RESOURCES"]).chmod(0o755)
    with unwritable(Path(job.model_path).parent.parent):
        bpy.ops.tripo.clear_kept()
    assert re.search("Warning: 0 models removed; [1-9][0-9]* jobs? could not be cleared", capfd.readouterr().out)
    assert Path(job.model_path).exists()
    assert bpy.ops.tripo.clear_kept() == {"FINISHED"}
    kept.look.stop()
    assert not Path(job.model_path).exists()
    assert re.search("Info: [1-9][0-9]* models? removed", capfd.readouterr().out)
    assert re.match("[1-9][0-9]* models? removed. ", kept.told().english())
    assert bpy.ops.tripo.clear_kept() == {"FINISHED"}
    assert "No model is stored, so none was removed" in capfd.readouterr().out
    assert looked(kept).models == before.models
    assert bpy.data.objects[job.object_name]


def test_the_limit_of_the_preferences_holds(made: Callable[[], Any], preferences: Any) -> None:
    preferences.kept_limit = 0.0
    first, second = made(), made()
    assert Path(first.model_path).is_file()
    preferences.kept_limit = 1e-6  # a kilobyte
    third = made()
    assert not Path(first.model_path).exists()
    assert not Path(second.model_path).exists()
    assert Path(third.model_path).is_file()


def test_nothing_looks_on_when_the_add_on_is_off(kept: ModuleType, module: Any) -> None:
    kept.look.start(60)
    kept.clear.start(60)
    module("registration").unregister()
    try:
        assert not bpy.app.timers.is_registered(kept.look.tick)
        assert not bpy.app.timers.is_registered(kept.clear.tick)
    finally:
        module("registration").register()
        module("app.startup_scan").stop()
