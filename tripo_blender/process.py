"""Starts a part of the add-on as a process of its own, orders on stdin, answers on stdout, the log on stderr.

`python -I …/process.py worker`, or `blender --background … --python …/process.py -- converter`.
"""

import contextlib
import importlib
import importlib.util
import logging
import os
import sys
from pathlib import Path
from types import ModuleType

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


def _import_part(name: str) -> ModuleType:
    """Import a part of the package, without the compiled files beside it where one is cut.

    Python writes them cut on a disk that gets full meanwhile (until 3.14: it takes a short write for a whole one), and
    then never gets past them. To write none at all, by -B, would cost 70 ms of each start's 260.
    """
    try:
        _import_package()
        return importlib.import_module(name)
    except (EOFError, ValueError, TypeError):  # what `marshal` raises
        logging.getLogger(__name__).warning("a compiled file is broken; all are made anew", exc_info=True)
    sys.pycache_prefix, sys.dont_write_bytecode = os.devnull, True  # here nothing is read or written
    for compiled in Path(__file__).resolve().parent.rglob("*.pyc"):
        with contextlib.suppress(OSError):
            compiled.unlink()
    _import_package()
    return importlib.import_module(name)


def _main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its debug lines hold signed links
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)  # whatever a library or Blender prints goes to the log, not between the answers
        _import_part(_PARTS[sys.argv[-1]]).serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
