"""Loads what a click needs before it comes: one module at a time, since together they would hold the window up."""

import importlib
import pkgutil
from collections.abc import Iterator

from .. import app, core, scene, storage

_NEEDED = (core, storage, scene, app)


def steps() -> Iterator[None]:
    """Import one module a step; those that are there already take no step."""
    for package in _NEEDED:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            vars(importlib.import_module(found.name))  # a look at one that is lazy loads it
            yield
