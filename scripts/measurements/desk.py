"""What an artist has before them, for the stories: the add-on, set up for the simulator, with every tick timed."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from measurements import memory

if TYPE_CHECKING:
    from simulator.process import SimulatorProcess

Steps = Generator[float, None, None]

_LOOK_SECONDS = 0.02  # between two looks at a condition
_PACKAGE = "tripo_blender"


@dataclass(frozen=True)
class Tick:
    """What a tick took of the main thread, in ms: by the clock, and of its own time; and whether a model came in."""

    wall: float
    own: float
    arrival: bool


class Desk:
    """One Blender with the add-on."""

    first_interval = 0.1  # s; that of the session's timer

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.notes: dict[str, Any] = {}
        self.ticks: list[Tick] = []
        self.presses: list[float] = []  # ms
        self.arrived: dict[str, float] = {}  # job ids and when, by the wall clock
        self.keep_prepared = False  # keep a second name of every prepared .blend, to append it again
        self.prepared: Any = None  # the last such job
        self._session_module: Any = None

    @cached_property
    def simulator(self) -> SimulatorProcess:
        """The simulator that the order names. With it comes half of what a first press would load."""
        from simulator.process import SimulatorProcess

        simulator = SimulatorProcess(key=self.order.get("key", ""))
        simulator.url = self.order.get("url", "")
        return simulator

    # Setting up and leaving

    def set_up(self) -> None:
        """Switch the add-on on, have it use the simulator, and time its ticks."""
        self.register()
        self._session_module = self.module("app.session")
        self._watch()

    def register(self) -> None:
        """Switch the add-on on, as a clone of it lies here, and have it use the simulator; nothing else is loaded."""
        os.environ["MODELSTREAM_API_KEY"] = self.order["key"]
        for importer in ("io_scene_gltf2", "io_scene_fbx"):
            bpy.ops.preferences.addon_enable(module=importer)
        self.module("").register()
        bpy.context.preferences.addons.new().module = _PACKAGE
        chosen = self.preferences
        chosen.base_url, chosen.at_once, chosen.converts = self.order["url"], 10, True

    def leave(self) -> None:
        """End what was started."""
        if f"{_PACKAGE}.app.session" in sys.modules:
            self._session_module = self.module("app.session")
            for job in self.jobs.values():
                if not job.final:
                    self.session.cancel(job.id)
            self.session.close(3.0)

    def module(self, name: str) -> Any:
        """Give a module of the add-on by its name below the package."""
        return importlib.import_module(f"{_PACKAGE}.{name}" if name else _PACKAGE)

    @property
    def preferences(self) -> Any:
        """The add-on's preferences."""
        return bpy.context.preferences.addons[_PACKAGE].preferences

    @property
    def session(self) -> Any:
        """The add-on's session."""
        return self._session_module.session

    @property
    def jobs(self) -> dict[str, Any]:
        """The session's jobs by id."""
        found: dict[str, Any] = self.session.jobs
        return found

    @property
    def worker(self) -> int:
        """The worker's process; 0 where there is none."""
        handle = getattr(self.session, "_worker", None)
        return handle.pid if handle is not None else 0

    # The tick

    @property
    def ticking(self) -> bool:
        """Whether the session's timer is set."""
        return self._session_module is not None and bpy.app.timers.is_registered(self._session_module.tick)

    def tick(self) -> float:
        """Do by hand what Blender's timer does where there is a window; gives the seconds until the next time."""
        delay = self._session_module.tick()
        if delay is None:
            bpy.app.timers.unregister(self._session_module.tick)
            return self.first_interval
        return float(delay)

    def _watch(self) -> None:
        module = self._session_module
        real_tick, real_bring_in = module.tick, module.bring_in
        arriving: list[str] = []

        def bring_in(job: Any, *given: Any) -> Any:
            if self.keep_prepared and job.prepared is not None and job.prepared.path:
                kept = Path(self.order["folder"], "kept.blend")
                kept.unlink(missing_ok=True)
                os.link(job.prepared.path, kept)
                self.prepared = replace(job, prepared=replace(job.prepared, path=str(kept)))
            arriving.append(job.id)
            return real_bring_in(job, *given)

        def tick() -> float | None:
            arriving.clear()
            own, wall = time.thread_time(), time.perf_counter()
            delay: float | None = real_tick()
            took = (time.perf_counter() - wall) * 1000, (time.thread_time() - own) * 1000
            self.ticks.append(Tick(*took, bool(arriving)))
            for job_id in arriving:
                self.arrived[job_id] = time.time()
            return delay

        module.tick, module.bring_in = tick, bring_in

    # Acting

    def empty(self) -> Steps:
        """Begin a new, empty file."""
        bpy.ops.wm.read_homefile(use_empty=True)
        yield 0.05

    def choose_picture(self, path: str) -> None:
        """Choose an image file in the sidebar."""
        group: Any = bpy.context.scene.tripo  # type: ignore[attr-defined]
        group.source, group.filepath = "FILE", path

    def press(self) -> str:
        """Do what the Generate button does, and give the job's id."""
        self.choose_picture(self.order["picture"])
        generate = self.module("ui.operators.generate")
        began = time.perf_counter()
        job_id: str = generate.start(bpy.context).id
        self.presses.append((time.perf_counter() - began) * 1000)
        return job_id

    def warm_up(self, model: str) -> Steps:
        """Have worker and converter up and used once, and a job that goes on for ever and so keeps them."""
        self.simulator.options(seconds=3600.0, model_file=model)
        companion = self.press()
        yield from self.until(lambda: self.jobs[companion].state == "generating", "the companion to generate")
        self.simulator.options(seconds=1.0)
        yield from self.until_done(self.press())

    def until(self, come: Callable[[], object], what: str, seconds: float = 120.0) -> Steps:
        """Wait for a condition."""
        deadline = time.monotonic() + seconds
        while not come():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}; jobs: {self.jobs}")
            yield _LOOK_SECONDS

    def until_done(self, *job_ids: str, seconds: float = 180.0) -> Steps:
        """Wait until jobs are in the scene; they must have been prepared in the background."""
        yield from self.until(lambda: all(self.jobs[job_id].final for job_id in job_ids), "jobs to end", seconds)
        for job in (self.jobs[job_id] for job_id in job_ids):
            if job.state != "done" or any("in place" in warning.english() for warning in job.warnings):
                raise RuntimeError(f"a job went another way: {job}")

    # The viewport, where there is a window

    def look_at_the_middle(self, shading: str) -> None:
        """Have the 3D view look at what comes in, with this kind of shading."""
        area = self._view()
        space: Any = area.spaces.active
        space.shading.type = shading
        space.region_3d.view_location, space.region_3d.view_distance = (0, 0, 0.5), 2.5
        eevee: Any = bpy.context.scene.eevee
        eevee.taa_samples = 1  # more of them are more redraws

    def show_panel(self) -> None:
        """Open the sidebar on the add-on's tab."""
        area = self._view()
        area.spaces.active.show_region_ui = True
        area.tag_redraw()
        bpy.app.timers.register(self._choose_tab, first_interval=0.3)  # a region has its tabs once it was drawn

    def _choose_tab(self) -> None:
        region = next(region for region in self._view().regions if region.type == "UI")
        region.active_panel_category = "Tripo"
        region.tag_redraw()

    def redraw(self) -> float:
        """Redraw the window at once, and give the ms."""
        began = time.perf_counter()
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
            bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)
        return (time.perf_counter() - began) * 1000

    @staticmethod
    def _view() -> Any:
        areas = bpy.context.window_manager.windows[0].screen.areas
        return next(area for area in areas if area.type == "VIEW_3D")

    # The usual way

    def import_as_usual(self, path: str) -> float:
        """Import a file with Blender's own importer, as File > Import does, and give the ms that the call took."""
        began = time.perf_counter()
        if path.endswith(".glb"):
            bpy.ops.import_scene.gltf(filepath=path)
        elif "fbx_import" in dir(bpy.ops.wm):  # in C++, from 4.5 on
            bpy.ops.wm.fbx_import(filepath=path)  # type: ignore[attr-defined]
        else:
            bpy.ops.import_scene.fbx(filepath=path)
        return (time.perf_counter() - began) * 1000

    def memory(self) -> dict[str, float]:
        """Give what each process holds, in MB."""
        return {name: memory.resident(pid) for name, pid in memory.of_jobs(self.worker).items()}

    def peaks(self) -> dict[str, float]:
        """Give the most that each process has held, in MB."""
        return {name: memory.peak(pid) for name, pid in memory.of_jobs(self.worker).items()}


@contextlib.contextmanager
def heartbeat(gaps: list[float]) -> Generator[None, None, None]:
    """Note the longest time, in ms, that timers stood still, redraws included; only where there is a window."""
    if bpy.app.background:
        yield
        return
    last, longest = time.perf_counter(), 0.0

    def beat() -> float:
        nonlocal last, longest
        now = time.perf_counter()
        last, longest = now, max(longest, now - last)
        return 0.005

    bpy.app.timers.register(beat)
    try:
        yield
    finally:
        bpy.app.timers.unregister(beat)
        gaps.append(longest * 1000)
