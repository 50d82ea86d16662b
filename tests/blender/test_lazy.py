"""Modules that load at their first use: what is a use, and what Blender and Python do with all modules is none."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import bpy
import pytest

PACKAGE = "bl_ext.user_default.tripo_blender"
pytestmark = pytest.mark.every_version("each comes with another Python")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Callable[[str], ModuleType]) -> Iterator[str]:
    """A package whose module counts how often it was run, imported as a lazy one."""
    (tmp_path / "lazily").mkdir()
    (tmp_path / "lazily" / "__init__.py").write_text("from . import used\nruns = []\n")
    (tmp_path / "lazily" / "used.py").write_text("from . import runs\nruns.append(1)\nname = 'used'\n")
    monkeypatch.syspath_prepend(tmp_path)
    with module("lazy").loaded_at_first_use("lazily"):
        importlib.import_module("lazily")
    yield "lazily"
    for name in [name for name in sys.modules if name.split(".")[0] == "lazily"]:
        del sys.modules[name]


LOOKS: dict[str, Callable[[ModuleType], object]] = {
    "its file": lambda module: module.__file__,
    "its name": lambda module: module.__name__,
    "what it may lack": lambda module: getattr(module, "__warningregistry__", None),
    "its words": repr,
    "its dictionary": vars,
    "its kind": lambda module: isinstance(module, ModuleType),
    "another import": lambda module: importlib.import_module(module.__name__),
}
USES: dict[str, Callable[[ModuleType], object]] = {
    "a name": lambda module: module.name,
    "a name that it lacks": lambda module: hasattr(module, "nothing of the kind"),
    "a name that is set": lambda module: setattr(module, "name", "another"),
    "a name that is imported": lambda module: exec(f"from {module.__name__} import name"),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_is_no_use(package: str, look: str) -> None:
    parent = sys.modules[package]
    LOOKS[look](parent.used)
    assert parent.runs == []


@pytest.mark.parametrize("use", USES)
def test_a_use_runs_it_once(package: str, use: str) -> None:
    parent = sys.modules[package]
    for _ in range(2):
        USES[use](parent.used)
    assert parent.runs == [1]
    assert type(parent.used) is ModuleType
    assert parent.used.name in {"used", "another"}


def test_one_that_fails_is_tried_again(package: str) -> None:
    parent = sys.modules[package]
    path = Path(parent.used.__file__)
    good = path.read_text()
    path.write_text("raise RuntimeError('not yet')\n")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not yet"):
            _ = parent.used.name
    path.write_text(good + "# whole again\n")
    assert parent.used.name == "used"


CODE = """
import bpy, json, sys
bpy.ops.preferences.addon_enable(module=PACKAGE)
lazy = {name for name, module in sys.modules.items() if type(module).__name__ == "_Unloaded"}
for module in sys.modules.values():  # as Blender's list of add-ons does
    getattr(module, "__file__", None)
left = {name for name, module in sys.modules.items() if type(module).__name__ == "_Unloaded"}
print(json.dumps([len(lazy), sorted(lazy - left)]))
sys.stdout.flush()
__import__("os")._exit(0)
"""


def test_a_list_of_all_modules_leaves_them_as_they_are() -> None:
    bpy.ops.wm.save_userpref()  # so that the fresh process has the add-on
    done = subprocess.run(
        [sys.executable, "-c", CODE.replace("PACKAGE", repr(PACKAGE))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lazy, loaded = json.loads(done.stdout.strip().splitlines()[-1])
    assert lazy > 10
    assert loaded == []
