"""Has the importers loaded before the first model comes."""

import importlib
import logging
from collections.abc import Callable

from . import compat

_log = logging.getLogger(__name__)


def warm(waited_for: Callable[[], bool]) -> None:
    """Load what the importers load when they are first used, one after another, until somebody waits."""
    for name in compat.IMPORTER_MODULES:
        if waited_for():
            return
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  # of another version, or broken: the import itself will tell
            _log.debug("%s: %s", name, error)
