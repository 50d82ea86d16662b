"""The modules that are imported when they are first needed, since Blender's start shall not wait for them.

`from . import later`, then `later.session.session`: looking a module up here imports it.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = ["api", "arrival", "cli", "inspection", "keeping", "ordering", "origin", "pictures", "provenance"]
__all__ += ["session", "spots"]

if TYPE_CHECKING:
    from ..core import inspection, provenance
    from . import api, arrival, cli, keeping, ordering, origin, pictures, session, spots
else:
    _CORE = {"inspection", "provenance"}

    def __getattr__(name: str) -> ModuleType:
        """Give a module of this package, or of core."""
        return importlib.import_module(f"..core.{name}" if name in _CORE else f".{name}", __package__)


def is_loaded(name: str) -> bool:
    """Whether a module of this package has been needed yet."""
    return f"{__package__}.{name}" in sys.modules
