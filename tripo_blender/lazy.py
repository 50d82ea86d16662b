"""The lazy seam between what Blender's start needs and what a click needs: modules that load at their first use."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


@contextmanager
def loaded_at_first_use(*packages: str) -> Iterator[None]:
    """Have modules below these packages that are imported meanwhile load when an attribute of theirs is asked for.

    Imports stay what they are, for readers and for tools; only `from .module import name` loads at once. The finder is
    gone again when this ends.
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
            spec.loader = _LazyLoader(spec.loader)
        return spec


class _LazyLoader(Loader):
    """Leaves a module as it was found; its own loader runs it at its first use."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader
        module.__class__ = _Unloaded


class _Unloaded(ModuleType):
    """A module that is found and was not run yet.

    Unlike with Python's own `LazyLoader` a look at `__file__` and its like does not run it: Blender 5 looks at those of
    all modules while it draws its list of add-ons, which ended in an error where there were more of them afterwards.
    """

    def __getattribute__(self, name: str) -> object:
        if not _is_own(name):
            load(self)
        return ModuleType.__getattribute__(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        if not _is_own(name):
            load(self)
        ModuleType.__setattr__(self, name, value)


def load(module: ModuleType) -> None:
    """Run a module that was not run yet; raise what it raises, and then it is as before."""
    waits = type(module) is _Unloaded
    if waits:
        module.__class__ = ModuleType
        try:
            assert module.__spec__ is not None
            assert module.__spec__.loader is not None
            module.__spec__.loader.exec_module(module)
        except BaseException:
            module.__class__ = _Unloaded
            raise


def _is_own(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
