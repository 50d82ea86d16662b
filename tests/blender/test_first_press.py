"""What the first press of Generate needs is loaded before it, in small steps, and nothing more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import bpy
import pytest

PACKAGE = "bl_ext.user_default.tripo_blender"
MOST_AT_ONCE = 9  # of our modules in one step: of small ones, such as those of the storage, in two milliseconds

# Of a module that is lazy nothing was read yet: it counts as there when somebody has used it.
CODE = """
import bpy, json, sys
for name in [name for name in sys.modules if name.split(".")[0] in ("numpy", "requests")]:
    del sys.modules[name]  # the bpy module itself brings numpy in some versions

def there():
    return {name for name, module in list(sys.modules.items()) if type(module).__name__ != "_Unloaded"}

bpy.ops.preferences.addon_enable(module=PACKAGE)
chosen = bpy.context.preferences.addons[PACKAGE].preferences
chosen.api_key, chosen.base_url = "test-key", "http://127.0.0.1:9"
settings = bpy.context.scene.tripo
settings.source, settings.filepath = "FILE", PICTURE
generate = __import__(PACKAGE + ".ui.operators.generate", fromlist=["start"])
preload = __import__(PACKAGE + ".app.preload", fromlist=["steps"])
steps, before = [], there()
for _ in preload.steps():
    steps.append(sorted(there() - before))
    before = there()
generate.start(bpy.context)
print(json.dumps({"steps": steps, "press": sorted(there() - before), "all": sorted(there())}))
sys.stdout.flush()
__import__("os")._exit(0)
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, Any]:
    """What each step and the press after them brought in, in a fresh process."""
    picture = Path(__file__).parents[2] / "scripts" / "photograph" / "dahlia.jpg"
    bpy.ops.wm.save_userpref()  # so that the fresh process has the add-on
    code = CODE.replace("PACKAGE", repr(PACKAGE)).replace("PICTURE", repr(str(picture)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_a_press_after_the_steps_loads_nothing(loaded: dict[str, Any]) -> None:
    assert loaded["press"] == []


def test_no_step_loads_much(loaded: dict[str, Any]) -> None:
    ours = [[name for name in step if name.startswith(PACKAGE)] for step in loaded["steps"]]
    assert sum(map(len, ours)) > 60
    assert len(max(ours, key=len)) <= MOST_AT_ONCE, max(ours, key=len)


@pytest.mark.parametrize("library", ["numpy", "requests"])
def test_a_picture_that_is_only_copied_needs_no_library(loaded: dict[str, Any], library: str) -> None:
    assert library not in loaded["all"]
