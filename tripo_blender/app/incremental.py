"""Work on small files that is done beside the artist: in steps, of which a timer takes a few at a time."""

import time
from collections.abc import Callable, Iterator

import bpy

_TICK_SECONDS = 0.1  # between two ticks, unless the work says otherwise
_BUDGET = 0.0005  # s of each tick, and one step more


class IncrementalWork:
    """One such piece of work; started anew, it begins from its start."""

    def __init__(self, steps: Callable[[], Iterator[None]], every: float = _TICK_SECONDS) -> None:
        self._work, self._every = steps, every
        self._steps: Iterator[None] = iter(())
        self.tick = self._tick  # Blender knows a timer by the very object

    def start(self, after: float = 0.0) -> None:
        """Begin in `after` seconds."""
        self._steps = self._work()
        if not bpy.app.timers.is_registered(self.tick):
            bpy.app.timers.register(self.tick, first_interval=after, persistent=True)

    def stop(self) -> None:
        """Go no further."""
        if bpy.app.timers.is_registered(self.tick):
            bpy.app.timers.unregister(self.tick)

    def finish(self) -> None:
        """Take all steps that are left, for scripts."""
        for _ in self._steps:
            pass

    def _tick(self) -> float | None:
        """Blender's timer: go on for a moment; the seconds until the next one, or None at the end."""
        until = time.perf_counter() + _BUDGET
        try:
            for _ in self._steps:
                if time.perf_counter() > until:
                    return self._every
        except Exception:  # the files are still on the disk; Blender must not hear of it
            import logging  # noqa: PLC0415  # 4 ms that Blender's start need not take

            logging.getLogger(__name__).exception("work beside the artist failed")
        return None


def redraw(area_type: str, region_type: str) -> None:
    """Have the regions of a kind drawn anew."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == area_type:
                for region in area.regions:
                    if region.type == region_type:
                        region.tag_redraw()
