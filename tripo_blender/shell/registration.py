"""The one place that changes Blender's global state: every step pushes its own undo, so the order is always right."""

from contextlib import ExitStack

import bpy
from bpy.props import PointerProperty

from . import later, operators, panels, waiting
from .preferences import TripoPreferences
from .properties import TRIPO_PG_arrival, TRIPO_PG_settings

_CLASSES = (TripoPreferences, TRIPO_PG_arrival, TRIPO_PG_settings, *operators.CLASSES, *panels.CLASSES)
_CLOSING_SECONDS = 2.0  # how long switching off waits for the worker; only a purchase under way takes longer

_installed = ExitStack()


def register() -> None:
    """Register everything; what goes wrong half-way is rolled back."""
    global _installed
    with ExitStack() as stack:
        for cls in _CLASSES:
            bpy.utils.register_class(cls)
            stack.callback(bpy.utils.unregister_class, cls)
        bpy.types.Scene.tripo = PointerProperty(type=TRIPO_PG_settings)  # type: ignore[attr-defined]
        stack.callback(delattr, bpy.types.Scene, "tripo")
        command = bpy.utils.register_cli_command("tripo", _run_command)
        stack.callback(bpy.utils.unregister_cli_command, command)
        stack.callback(_stop_session)
        stack.callback(_stop_preparing)
        waiting.start()
        stack.callback(waiting.stop)
        stack.callback(_stop_looking)
        _installed = stack.pop_all()


def unregister() -> None:
    """Undo it, in the opposite order; a second call does nothing."""
    _installed.close()


def _run_command(arguments: list[str]) -> int:
    return later.cli.run(arguments)


def _stop_looking() -> None:
    if later.is_loaded("kept"):
        later.kept.look.stop()
        later.kept.clear.stop()


def _stop_preparing() -> None:
    if later.is_loaded("preparing"):
        later.preparing.end()


def _stop_session() -> None:
    if later.is_loaded("access"):
        later.access.forget()
    if not later.is_loaded("session"):
        return
    tick, session = later.session.tick, later.session.session
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    session.close(_CLOSING_SECONDS)
    session.jobs.clear()
