"""Images that a task gave come into the file: packed, named, and with the task that the next step starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .conftest import draw_disc

Module = Callable[[str], ModuleType]


@pytest.fixture
def ready(module: Module, preferences: Any, tmp_path: Path) -> Any:
    """A ready job of a task that gave four views."""
    task = module("core.task")
    job = module("core.job").image_job("job1", "Chest", "", module("core.options.generation").Settings(), "", 1.0)
    views = [task.Role.FRONT, task.Role.LEFT, task.Role.BACK, task.Role.RIGHT]
    files = tuple(task.Artifact(role, str(draw_disc(tmp_path / f"{role}.png")), "png") for role in views)
    words = task.Request(inputs={"prompt": task.Words("a small chest")})
    return replace(job, state=module("core.states").JobState.READY, task_id="task-1", artifacts=files, request=words)


def test_they_are_packed_named_and_kept(module: Module, ready: Any, tmp_path: Path) -> None:
    arrived = module("scene.deliver").bring_in(ready, bpy.context)
    names = [image.name for image in arrived.images.values()]
    assert names == ["Chest Front", "Chest Left", "Chest Back", "Chest Right"]
    for artifact in ready.artifacts:
        Path(artifact.path).unlink()  # as the job's folder goes
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    image = bpy.data.images["Chest Left"]
    assert image.packed_file is not None
    assert tuple(image.size) == (96, 96)
    assert (image["tripo_task_id"], image["tripo_role"], image["tripo_prompt"]) == ("task-1", "left", "a small chest")
    assert ready.after(arrived.event).state is module("core.states").JobState.DONE


def test_one_that_is_gone_leaves_none(module: Module, ready: Any) -> None:
    Path(ready.artifacts[2].path).write_bytes(b"no image")
    with pytest.raises(module("core.errors").TripoError, match="Download it again"):
        module("scene.deliver").bring_in(ready, bpy.context)
    Path(ready.artifacts[2].path).unlink()
    with pytest.raises(module("core.errors").TripoError, match="Download it again"):
        module("scene.deliver").bring_in(ready, bpy.context)
    assert not bpy.data.images
