"""Keeps Python from looking for garbage while a model is set up: of millions of new objects hardly any is."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def none_collected() -> Iterator[None]:
    """Pause the search: it takes a sixth of an FBX import in Python, and most of the time of setting normals."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
