"""Starts a part of the add-on as a process of its own, orders on stdin, answers on stdout, the log on stderr.

`python -I …/process.py worker`, or `blender --background … --python …/process.py -- converter`.
"""

import importlib
import importlib.util
import logging
import os
import sys
from pathlib import Path

_PACKAGE = "tripo_blender"
_PARTS = {"worker": f"{_PACKAGE}.worker.loop", "converter": f"{_PACKAGE}.converter.loop"}


def _import_package() -> None:
    """Make the add-on's package importable under its plain name.

    Inside Blender it is `bl_ext.<repository>.tripo_blender`, which this process does not have; and `sys.path` is
    left alone, so that nothing else in that folder can be imported by mistake.
    """
    root = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, root / "__init__.py", submodule_search_locations=[str(root)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package at {root}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)


def _main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its debug lines hold signed links
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)  # whatever a library or Blender prints goes to the log, not between the answers
        _import_package()
        importlib.import_module(_PARTS[sys.argv[-1]]).serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
