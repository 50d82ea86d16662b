"""Plays a story inside a real Blender: steps it by a timer, clicks and types for it, photographs, writes what it noted.

Started as `blender --enable-event-simulate --python-exit-code 9 --python driver.py -- ORDER.json`. The order names the
story (a file with a generator function `story(desk)`), the file for the notes, and what the story may want to know.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import blf
import bpy
from bpy_extras import view3d_utils

PACKAGE = "bl_ext.user_default.tripo_blender"
Steps = Generator[float, None, None]  # a story yields the seconds until its next step

_LOOK_SECONDS = 0.02  # between two looks at a condition, and after a simulated event until Blender has handled it
_SCAN_STEP = 14  # px; a button is 18 px high or more
_SCAN_COLUMNS = (0.62, 0.8, 0.2, 0.44)  # of the sidebar's width: most buttons are wide, some share a row


class Desk:
    """What an artist has before them: a window, a sidebar, mouse and keys; and a pad for notes."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.notes: dict[str, Any] = {}
        self._draws = 0
        self._mouse = (0, 0)
        self._began = time.monotonic()
        self._drawn: dict[str, list[dict[str, Any]]] = {}

    # What there is. Looked up anew each time: opening a file ends every reference.

    @property
    def window(self) -> bpy.types.Window:
        return bpy.context.window_manager.windows[0]

    @property
    def area(self) -> bpy.types.Area:
        return next(area for area in self.window.screen.areas if area.type == "VIEW_3D")

    @property
    def sidebar(self) -> bpy.types.Region:
        return next(region for region in self.area.regions if region.type == "UI")

    @property
    def viewport(self) -> bpy.types.Region:
        return next(region for region in self.area.regions if region.type == "WINDOW")

    @property
    def settings(self) -> Any:
        return self.window.scene.tripo

    @property
    def preferences(self) -> Any:
        return bpy.context.preferences.addons[PACKAGE].preferences

    @property
    def session(self) -> Any:
        return self.module("app.session").session

    @property
    def jobs(self) -> list[Any]:
        return list(self.session.jobs.values())

    @property
    def note(self) -> str:
        """The words of what the first job waits for; empty where it waits for nothing."""
        return self.jobs[0].note.english() if self.jobs[0].note else ""

    @property
    def states(self) -> list[str]:
        return [str(job.state) for job in self.jobs]

    @property
    def objects(self) -> list[str]:
        return sorted(bpy.data.objects.keys())

    def module(self, name: str) -> Any:
        """Give a module of the add-on by its name below the package."""
        return importlib.import_module(f"{PACKAGE}.{name}")

    def at_sidebar(self) -> Any:
        """Give the context that a button of the sidebar runs in."""
        return bpy.context.temp_override(window=self.window, area=self.area, region=self.sidebar)

    def at_viewport(self) -> Any:
        """Give the context that a key over the viewport acts in."""
        return bpy.context.temp_override(window=self.window, area=self.area, region=self.viewport)

    def on_screen(self, point: Any) -> tuple[int, int]:
        """Give where a point of the scene is seen, in px of the window."""
        place = view3d_utils.location_3d_to_region_2d(self.viewport, self.area.spaces.active.region_3d, point)
        return self.viewport.x + round(place.x), self.viewport.y + round(place.y)

    # Waiting

    def until(self, come: Callable[[], object], what: str, seconds: float = 60.0) -> Steps:
        """Wait for a condition; the story fails with `what` when it does not come."""
        deadline = time.monotonic() + seconds
        while not come():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}; jobs: {self.jobs}")
            yield _LOOK_SECONDS

    def until_all_ended(self) -> Steps:
        yield from self.until(lambda: all(job.final for job in self.jobs), "all jobs to end", 90.0)

    def redrawn(self) -> Steps:
        """Wait until the sidebar has been drawn anew, and shown."""
        before = self._draws
        self.area.tag_redraw()
        yield from self.until(lambda: self._draws > before, "the sidebar to be drawn")
        yield _LOOK_SECONDS

    # Acting

    def open_sidebar(self) -> Steps:
        """Show the sidebar with our tab in front."""
        self.area.spaces.active.show_region_ui = True
        yield from self.redrawn()
        self.sidebar.active_panel_category = "Tripo"
        yield from self.redrawn()

    def sit_down(self, key: str | None = None, url: str | None = None) -> Steps:
        """Set the add-on up for the simulator, choose the picture of the order, and open the sidebar.

        The default cube goes: the model would arrive inside it. What a script does is no undo step of its own, what
        an artist does is; hence the push.
        """
        bpy.data.objects.remove(bpy.data.objects["Cube"])
        self.preferences.api_key = self.order["key"] if key is None else key
        self.preferences.base_url = self.order["url"] if url is None else url
        self.settings.image = bpy.data.images.load(self.order["picture"])
        self.settings.face_limit = 2000
        self.push_undo("Sit Down")
        yield from self.open_sidebar()

    def push_undo(self, message: str) -> None:
        """End an undo step; what an operator does that a script calls is part of the next one."""
        with self.at_sidebar():
            bpy.ops.ed.undo_push(message=message)

    def generate(self) -> Any:
        """Start a job as the button does, without the click; gives the job's id."""
        with self.at_sidebar():
            assert bpy.ops.tripo.generate("INVOKE_DEFAULT") == {"FINISHED"}
        return self.jobs[-1].id

    def until_generating(self) -> Steps:
        yield from self.until(lambda: "generating" in self.states, "the service to begin")

    def find(
        self, wanted: str, at: tuple[bpy.types.Area, bpy.types.Region] | None = None
    ) -> Generator[float, None, tuple[int, int]]:
        """Put the mouse on the button of an operator's Python call, such as `tripo.cancel`, or of a property, by name.

        Blender tells no one where its buttons are; but it tells which one is under the mouse. Looks in the sidebar, or
        in another area's region.
        """
        area, region = at or (self.area, self.sidebar)
        for part in _SCAN_COLUMNS:
            x = region.x + int(region.width * part)
            for y in range(region.y + region.height - 5, region.y, -_SCAN_STEP):
                self.move(x, y)
                yield _LOOK_SECONDS
                if wanted in self._under_mouse(area, region):
                    yield 2 * _LOOK_SECONDS
                    if wanted in self._under_mouse(area, region):  # not what was under it a moment ago
                        return x, y
        self.photograph("not-found", whole=True)
        raise LookupError(f"there is no button of {wanted} in the {region.type} of {area.type}")

    def click(self, wanted: str, at: tuple[bpy.types.Area, bpy.types.Region] | None = None) -> Steps:
        """Click a button, see `find`."""
        x, y = yield from self.find(wanted, at)
        yield from self.click_at(x, y)

    def click_at(self, x: int, y: int) -> Steps:
        self.move(x, y)
        yield _LOOK_SECONDS
        for value in ("PRESS", "RELEASE"):
            self.window.event_simulate(type="LEFTMOUSE", value=value, x=x, y=y)
            yield 2 * _LOOK_SECONDS

    def press(self, key: str, **held: bool) -> Steps:
        """Press a key over the viewport."""
        yield from self.leave()
        x, y = self.area.x + self.area.width // 3, self.area.y + self.area.height // 2
        for value in ("PRESS", "RELEASE"):
            self.window.event_simulate(type=key, value=value, x=x, y=y, **held)
            yield 2 * _LOOK_SECONDS

    def tap(self, key: str, **held: bool) -> Steps:
        """Press a key without moving the mouse: a dialog that it leaves is gone."""
        x, y = self._mouse
        for value in ("PRESS", "RELEASE"):
            self.window.event_simulate(type=key, value=value, x=x, y=y, **held)
            yield 2 * _LOOK_SECONDS

    def open_panel(self, panel: str, x: int, heights: Iterable[int]) -> Steps:
        """Click at these heights of the window until a closed panel is open; others that open are closed again."""
        for y in heights:
            for _ in range(2):
                yield from self.click_at(x, y)
                yield 0.2
                yield from self.redrawn()
                if self.drawn(panel):
                    return
        self.photograph("not-found", whole=True)
        raise LookupError(f"the panel {panel} does not open")

    def widen(self, width: int) -> Steps:
        """Drag the sidebar's edge until it is that wide: in 5.2 it is caught at the very edge, in 4.3 6 px inside."""
        for beside in (0, 6, 7, 8, 0, 6, 1, 5):
            x, y = self.sidebar.x + beside, self.sidebar.y + int(self.sidebar.height * 0.75)
            aim = x + self.sidebar.width - width
            for place in (x - 30, x):
                self.move(place, y)
                yield 0.05
            self.window.event_simulate(type="LEFTMOUSE", value="PRESS", x=x, y=y)
            yield 0.05
            for part in (0.3, 0.7, 1.0):
                self.move(int(x + (aim - x) * part), y)
                yield 0.05
            self.window.event_simulate(type="LEFTMOUSE", value="RELEASE", x=aim, y=y)
            yield from self.redrawn()
            if abs(self.sidebar.width - width) < 12:
                return
        raise LookupError(f"the sidebar stays {self.sidebar.width} px wide")

    def scroll_down(self) -> Steps:
        """Scroll the sidebar down by its height, or to its end."""
        with self.at_sidebar():
            bpy.ops.view2d.scroll_down(page=True)
        yield from self.redrawn()

    def scroll_to_top(self) -> Steps:
        with self.at_sidebar():
            for _ in range(9):
                bpy.ops.view2d.scroll_up(page=True)
        yield from self.redrawn()

    def leave(self) -> Steps:
        """Take the mouse out of the sidebar, so that no tooltip hides anything."""
        self.move(self.area.x + self.area.width // 3, self.area.y + self.area.height // 2)
        yield _LOOK_SECONDS

    def move(self, x: int, y: int) -> None:
        self._mouse = x, y
        self.window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)

    def undo_and_redo(self, before: list[str]) -> Steps:
        """Take the model away by one Ctrl Z, and bring it back; notes the objects each time."""
        arrived = self.objects
        yield from self.press("Z", ctrl=True)
        yield from self.until(lambda: self.objects == before, f"one undo to leave {before}", 10)
        self.notes["undone"] = self.objects
        yield from self.press("Z", ctrl=True, shift=True)
        yield from self.until(lambda: self.objects == arrived, f"redo to bring {arrived}", 10)
        self.notes["redone"] = self.objects

    def _under_mouse(self, area: bpy.types.Area, region: bpy.types.Region) -> str:
        with bpy.context.temp_override(window=self.window, area=area, region=region):
            clipboard = bpy.context.window_manager
            clipboard.clipboard = ""
            if bpy.ops.ui.copy_python_command_button.poll():
                bpy.ops.ui.copy_python_command_button()
            held = getattr(bpy.context, "property", None)
            return clipboard.clipboard or (str(held[1]) if held else "")

    # Seeing

    def photograph(self, name: str, *, whole: bool = False) -> None:
        """Photograph the sidebar (or the whole window), where there is a program for it."""
        self.notes.setdefault("seconds", {})[name] = round(time.monotonic() - self._began, 1)
        file = Path(self.order["photographs"], f"{self.order['name']}-{name}.png")
        if shutil.which("import"):
            command = ["import", "-window", "root"]
            if not whole:
                left, top = self.sidebar.x, self.window.height - self.sidebar.y - self.sidebar.height
                command += ["-crop", f"{self.sidebar.width}x{self.sidebar.height}+{left}+{top}", "+repage"]
            subprocess.run([*command, str(file)], check=True)
        elif shutil.which("xwd"):
            subprocess.run(["xwd", "-root", "-out", str(file.with_suffix(".xwd"))], check=True)
        else:
            self.notes["photographs"] = "left out: there is no import and no xwd here"

    def words(self, *panels: str) -> list[str]:
        """Give every text that our panels drew last, from the top: labels, bars and the names of operators."""
        chosen = panels or tuple(self._drawn)
        return [entry["text"] for panel in chosen for entry in self._drawn.get(panel, ())]

    def sentence(self, *panels: str) -> str:
        """Give the same as one text, so that a sentence is found however it was broken into lines."""
        return " ".join(self.words(*panels))

    def clipped(self) -> list[str]:
        """Give the lines of sentences that are wider than a label in this sidebar: Blender cuts their middle out.

        Measured in 4.3 and 5.2: tabs and the panel's borders take 54 px of the sidebar's width at scale 1, a box 10
        more, an icon 23.
        """
        scale = bpy.context.preferences.system.ui_scale
        waiting = self.module("app.startup_scan").waiting.found.values()
        names = {job.name for job in (*self.jobs, *(each.job for each in waiting))}
        blf.size(0, 11 * scale)
        clipped = []
        for entry in (entry for drawn in self._drawn.values() for entry in drawn):
            room = self.sidebar.width - (54 + 23 * entry["icon"] + 10 * entry["boxed"]) * scale
            wide = blf.dimensions(0, entry["text"])[0]
            if entry["kind"] == "label" and entry["text"] not in names and wide > room:
                clipped.append(f"{entry['text']} ({wide:.0f} px in {room:.0f})")
        return clipped

    def drawn(self, panel: str) -> bool:
        """Whether a panel was open when the sidebar was drawn last."""
        return panel in self._drawn

    def watch(self) -> None:
        """Note from now on when the sidebar is drawn, and what our panels draw."""
        bpy.types.SpaceView3D.draw_handler_add(self._count, (), "UI", "POST_PIXEL")
        for panel in self.module("ui.panels").CLASSES:
            panel.draw = self._noting(panel.__name__, panel.draw)

    def _count(self) -> None:
        self._draws += 1

    def _noting(self, name: str, draw: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def noting(panel: Any, context: Any) -> None:
            drawn: list[dict[str, Any]] = []
            draw(_Copy(layout=_Recorder(panel.layout, drawn)), context)
            self._drawn[name] = drawn

        return noting


class _Copy:
    """What a panel's draw sees as itself."""

    def __init__(self, layout: Any) -> None:
        self.layout = layout


class _Recorder:
    """A layout that hands everything on to the real one and writes down the texts."""

    def __init__(self, real: Any, drawn: list[dict[str, Any]], boxed: bool = False) -> None:
        object.__setattr__(self, "_boxed", boxed)
        object.__setattr__(self, "_real", real)
        object.__setattr__(self, "_drawn", drawn)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        if name in ("label", "progress", "operator"):
            return self._noting(name, value)
        if name in ("row", "column", "box", "split"):
            boxed = self._boxed or name == "box"
            return lambda *given, **named: _Recorder(value(*given, **named), self._drawn, boxed)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)

    def _noting(self, kind: str, call: Any) -> Callable[..., Any]:
        def noting(*given: Any, **named: Any) -> Any:
            text = named.get("text") or (given[0] if given else "")
            icon = named.get("icon", "NONE") != "NONE"
            self._drawn.append({"kind": kind, "text": text, "icon": icon, "boxed": self._boxed})
            return call(*given, **named)

        return noting


def _told(order: dict[str, Any], desk: Desk, error: str) -> None:
    content = json.dumps({"notes": desk.notes, "error": error})
    file = Path(order["notes"])
    file.with_suffix(".part").write_text(content, encoding="utf-8")
    file.with_suffix(".part").replace(file)


def main() -> None:
    """Start the story of the order that the command line names."""
    order = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    spec = importlib.util.spec_from_file_location("story", order["story"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    view, system = bpy.context.preferences.view, bpy.context.preferences.system
    view.show_splash = False
    system.viewport_aa = "OFF"  # software OpenGL draws every change eight times otherwise
    desk = Desk(order)
    desk.watch()
    steps = module.story(desk)

    def step() -> float:
        try:
            return next(steps)  # type: ignore[no-any-return]
        except StopIteration:
            _told(order, desk, "")
        except BaseException:  # noqa: BLE001  # an error in a timer would leave the window open for ever
            _told(order, desk, traceback.format_exc())
            sys.stdout.flush()
            os._exit(7)
        sys.exit(0)

    bpy.app.timers.register(step, first_interval=0.2, persistent=True)


main()
