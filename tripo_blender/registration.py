"""The one place that changes Blender's global state: every step pushes its own undo, so the order is always right."""

from contextlib import ExitStack

import bpy
from bpy.props import PointerProperty

from .app import on_exit, startup_scan
from .cli import main as command_line
from .ui import operators, panels
from .ui.preferences import TripoPreferences
from .ui.properties import TRIPO_PG_arrival, TRIPO_PG_settings

_CLASSES = (TripoPreferences, TRIPO_PG_arrival, TRIPO_PG_settings, *operators.CLASSES, *panels.CLASSES)

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
        stack.callback(on_exit.run)
        startup_scan.start()
        stack.callback(startup_scan.stop)
        _installed = stack.pop_all()


def unregister() -> None:
    """Undo it, in the opposite order; a second call does nothing."""
    _installed.close()


def _run_command(arguments: list[str]) -> int:
    return command_line.run(arguments)
