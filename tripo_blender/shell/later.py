"""The modules that are imported when they are first needed, since Blender's start shall not wait for them.

`from . import later`, then `later.session.session`: looking a module up here imports it.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = [
    "access",
    "api",
    "arrival",
    "cli",
    "core_arrival",
    "errors",
    "inspection",
    "json",
    "keeping",
    "kept",
    "logging",
    "network",
    "ordering",
]
__all__ += ["origin", "pictures", "preparing", "provenance", "request", "resuming", "session", "spots", "unfinished"]

if TYPE_CHECKING:
    import json
    import logging

    from ..core import arrival as core_arrival, errors, inspection, network, provenance, request, unfinished
    from . import (
        access,
        api,
        arrival,
        cli,
        keeping,
        kept,
        ordering,
        origin,
        pictures,
        preparing,
        resuming,
        session,
        spots,
    )
else:
    _CORE = {name: name for name in ("errors", "inspection", "network", "provenance", "request", "unfinished")}
    _CORE |= {"core_arrival": "arrival"}

    _STANDARD = ("json", "logging")  # 4 ms

    def __getattr__(name: str) -> ModuleType:
        """Give a module of this package, of core or of Python."""
        if name in _STANDARD:
            return importlib.import_module(name)
        return importlib.import_module(f"..core.{_CORE[name]}" if name in _CORE else f".{name}", __package__)


def is_loaded(name: str) -> bool:
    """Whether a module of this package has been needed yet."""
    return f"{__package__}.{name}" in sys.modules
