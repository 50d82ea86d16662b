"""Loads what a click needs before it comes: one module at a time, since together they would hold the window up."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType

from .. import app, core, scene, storage
from ..lazy import load
from . import incremental
from .on_exit import on_exit

_FIRST_SECONDS = 0.5  # after the panel was first drawn, when the window is complete
_TICK_SECONDS = 0.02  # a module takes half a millisecond in the middle, so all are there after two seconds

# What others need comes before them, or one step would load it as well: then the longest would take 17 ms, not 9.
_STANDARD = (
    *("base64", "email.utils", "filecmp", "hashlib", "html", "json", "locale", "traceback", "logging", "queue"),
    *("secrets", "selectors", "subprocess", "tomllib"),
)
_EARLY = (
    *("core.errors", "core.redaction", "core.services.base", "core.services.quoting", "core.services.responses"),
    *("core.formats.image.jpeg", "core.placement", "core.options.generation", "core.options.import_options"),
    *("converter.compat", "converter.custom_properties", "storage.output_parts"),
    "worker.pipes",
)
_NEEDED = (core, storage, scene, app)


def start() -> None:
    """Begin in a moment, unless it has begun before; a panel calls this while it is drawn, so it only sets a timer."""
    global _begun
    if not _begun:
        _begun = True
        loading.start(_FIRST_SECONDS)


@on_exit
def stop() -> None:
    """Go no further."""
    global _begun
    _begun = False
    loading.stop()


def steps() -> Iterator[None]:
    """Import one module a step; those that are there already take no time."""
    root = __package__.rpartition(".")[0]
    for name in (*_STANDARD, *(f"{root}.{early}" for early in _EARLY), *_modules_in(_NEEDED)):
        load(importlib.import_module(name))
        yield


def _modules_in(packages: Iterable[ModuleType]) -> Iterator[str]:
    """Give the names of all modules below packages, those of the packages within a package first."""
    for package in packages:
        found = list(pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
        yield from _modules_in(importlib.import_module(each.name) for each in found if each.ispkg)
        yield from (each.name for each in found if not each.ispkg)


_begun = False
loading = incremental.IncrementalWork(steps, _TICK_SECONDS)
