"""The lazy seam between what Blender's start needs and what a click needs: modules that load at their first use."""

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


@contextmanager
def loaded_at_first_use(*packages: str) -> Iterator[None]:
    """Have modules below these packages that are imported meanwhile load when an attribute of theirs is asked for.

    Imports stay what they are, for readers and for tools; only `from .module import name` loads at once. Python's own
    `LazyLoader` does it, and the finder is gone again when this ends.
    """
    finder = _LazyFinder(packages)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _LazyFinder:
    """Finds what Python's own finder does, and has it loaded at its first use; a package itself is loaded at once."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._inside = tuple(f"{package}." for package in packages)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module below one of the packages; None leaves it to the finders after this one."""
        if not name.startswith(self._inside):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
