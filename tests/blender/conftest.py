"""The built zip, installed into the bpy module as an extension; its settings; and the simulator."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from fixtures.blender_exports import forget_types
from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess

from .console import Console, Place

PACKAGE = "bl_ext.user_default.tripo_blender"
SECONDS = 0.4  # that the simulator takes for a model


@pytest.fixture(scope="session", autouse=True)
def installed() -> Iterator[None]:
    """Install the zip the way a user does, and switch it off at the end."""
    assert os.environ["BLENDER_USER_RESOURCES"], "the tests must not touch a user's settings"
    bpy.ops.preferences.addon_enable(module="io_scene_gltf2")
    result = bpy.ops.extensions.package_install_files(
        filepath=os.environ["TRIPO_TEST_ZIP"], repo="user_default", enable_on_install=True
    )
    assert result == {"FINISHED"}
    assert PACKAGE in bpy.context.preferences.addons
    yield
    bpy.ops.preferences.addon_disable(module=PACKAGE)
    forget_types()  # tests export GLB files


@pytest.fixture(scope="session")
def simulator(installed: None) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(seconds=SECONDS, **SMALL_MODELS) as process:
        yield process


@pytest.fixture(autouse=True)
def empty_file(installed: None) -> None:
    """Every test starts with an empty scene."""
    bpy.ops.wm.read_homefile(use_empty=True)


@pytest.fixture
def module() -> Callable[[str], ModuleType]:
    """Give a module of the installed add-on by its name below the package."""
    return lambda name: importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture
def preferences(simulator: SimulatorProcess) -> Iterator[Any]:
    """The add-on's preferences, set up for the simulator."""
    simulator.play([])
    simulator.options(seconds=SECONDS)
    simulator.forget()
    chosen = bpy.context.preferences.addons[PACKAGE].preferences
    chosen.api_key, chosen.base_url, chosen.upload_method = simulator.key, simulator.url, "AUTO"
    yield chosen
    chosen = bpy.context.preferences.addons[PACKAGE].preferences  # anew: a test may have switched it off and on
    for name in (
        "api_key",
        "base_url",
        "upload_method",
        "at_once",
        "converts",
        "model_memory",
        "kept_limit",
        "keep_as",
        "asset_library",
        "asset_catalog",
        "asset_tags",
        "key_file",
        "proxy",
        "certificates",
    ):
        chosen.property_unset(name)


@pytest.fixture
def api(preferences: Any, module: Callable[[str], ModuleType]) -> ModuleType:
    return module("api")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A red disc on white, 96 px a side, as a PNG file."""
    return draw_disc(tmp_path / "Red Disc.png")


def draw_disc(path: Path, size: int = 96) -> Path:
    image = bpy.data.images.new("disc", size, size)
    middle = (size - 1) / 2
    pixels: list[float] = []
    for y in range(size):
        for x in range(size):
            inside = (x - middle) ** 2 + (y - middle) ** 2 < (0.4 * size) ** 2
            pixels += [0.9, 0.1, 0.1, 1.0] if inside else [1.0, 1.0, 1.0, 1.0]
    image.pixels.foreach_set(pixels)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


@pytest.fixture
def quick(simulator: SimulatorProcess) -> Iterator[None]:
    """The simulator as fast as it goes, without faults."""
    before = simulator.options()
    simulator.play([])
    simulator.options(seconds=0.0, concurrency=1000)
    simulator.forget()
    yield
    simulator.play([])
    simulator.options(seconds=before["seconds"], concurrency=before["concurrency"])


@pytest.fixture
def place(tmp_path: Path, simulator: SimulatorProcess) -> Iterator[Place]:
    """Folders for a command line that has a process of its own."""
    made = Place(tmp_path / "place", simulator)
    yield made
    assert list(made.temporary.iterdir()) == []  # whatever became of it


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory, simulator: SimulatorProcess) -> Iterator[Console]:
    made = Console(tmp_path_factory.mktemp("console") / "place", simulator)
    yield made
    assert made.close() == 0
    assert list(made.place.temporary.iterdir()) == []


@pytest.fixture
def jobs(preferences: Any, module: Callable[[str], ModuleType]) -> Iterator[SimpleNamespace]:
    """The session and what it takes to pump it by hand: timers do not fire without a window."""
    shell_session = module("app.session")

    def pump(until: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, [repr(job) for job in shell_session.session.jobs.values()]
            shell_session.tick()
            time.sleep(0.01)

    yield SimpleNamespace(
        session=shell_session.session,
        pump=pump,
        start=module("ui.operators.generate").start,
        list=lambda: list(shell_session.session.jobs.values()),
        note=lambda job: job.note.english() if job.note else "",
    )
    for job in list(shell_session.session.jobs.values()):
        if not job.final:
            shell_session.session.cancel(job.id, gives_up=True)
    shell_session.session.close(5.0)
    shell_session.session.clear()
    if bpy.app.timers.is_registered(shell_session.tick):
        bpy.app.timers.unregister(shell_session.tick)
