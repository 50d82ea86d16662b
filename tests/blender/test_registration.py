"""Switching the add-on on and off leaves nothing, and what it registers keeps Blender's manners."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

pytestmark = pytest.mark.every_version("classes, properties and what is left at the exit differ")

PACKAGE = "bl_ext.user_default.tripo_blender"
SMALL_WORDS = {"a", "an", "and", "as", "at", "by", "for", "in", "of", "on", "or", "the", "to"}


def traces() -> dict[str, Any]:
    """Everything of ours that Blender knows of."""
    return {
        "types": sorted(name for name in dir(bpy.types) if name.lower().startswith("tripo")),
        "operators": sorted(dir(bpy.ops.tripo)),
        "scene": hasattr(bpy.types.Scene, "tripo"),
    }


def test_three_times_on_and_off_leaves_nothing() -> None:
    on = traces()
    assert on["operators"]
    for _ in range(3):
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        off = traces()
        assert off == {"types": [], "operators": [], "scene": False}
        bpy.ops.preferences.addon_enable(module=PACKAGE)
        assert traces() == on


def test_switching_off_twice_is_harmless(module: Any) -> None:
    registration: ModuleType = module("registration")
    registration.unregister()
    registration.unregister()
    registration.register()


def test_a_registration_that_fails_half_way_is_rolled_back(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    registration: ModuleType = module("registration")
    registration.unregister()
    monkeypatch.setattr(bpy.utils, "register_cli_command", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        registration.register()

    assert traces() == {"types": [], "operators": [], "scene": False}
    monkeypatch.undo()
    registration.register()


def test_switching_off_ends_the_worker_and_the_timer(jobs: SimpleNamespace, picture: Path, module: Any) -> None:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath = "FILE", str(picture)
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "generating")
    pid = jobs.session._worker.pid
    tick = module("app.session").tick
    assert bpy.app.timers.is_registered(tick)

    bpy.ops.preferences.addon_disable(module=PACKAGE)

    assert not bpy.app.timers.is_registered(tick)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    bpy.ops.preferences.addon_enable(module=PACKAGE)


def test_blender_s_start_waits_for_no_library(module: Any) -> None:
    """What a start imports, seen in a fresh process: no requests, and none of the worker but its handle."""
    import subprocess
    import sys

    code = (
        "import bpy, sys\n"
        f"bpy.ops.preferences.addon_disable(module={PACKAGE!r})\n"
        "libraries = ('requests', 'numpy')\n"
        "for name in [name for name in sys.modules if 'tripo' in name or name.split('.')[0] in libraries]:\n"
        "    del sys.modules[name]\n"
        f"bpy.ops.preferences.addon_enable(module={PACKAGE!r})\n"
        "ours = [name for name in sys.modules if 'tripo' in name and ('.worker.' in name or '.converter.' in name)]\n"
        "print(sorted(ours + [name for name in sys.modules if name.split('.')[0] in libraries]))\n"
    )
    # The settings are saved first, so that the fresh process has the add-on.
    bpy.ops.wm.save_userpref()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.strip().splitlines()[-1]
    assert loaded == "[]"


def ours() -> list[type]:
    """The classes that the add-on registers."""
    import importlib

    return list(importlib.import_module(f"{PACKAGE}.registration")._CLASSES)


def operator_rna(cls: type[bpy.types.Operator]) -> bpy.types.Struct:
    return getattr(bpy.ops.tripo, cls.bl_idname.split(".")[1].replace("TRIPO_OT_", "")).get_rna_type()


def properties() -> list[bpy.types.Property]:
    found = []
    for cls in ours():
        names = {name for base in cls.__mro__ for name in vars(base).get("__annotations__", {})}
        # an operator's properties lie on what `bpy.ops` knows of it
        rna = cls.bl_rna if not issubclass(cls, bpy.types.Operator) else operator_rna(cls)
        found += [rna.properties[name] for name in names]
    assert len(found) > 20
    return found


def test_labels_are_in_title_case() -> None:
    items = [item.name for prop in properties() if prop.type == "ENUM" for item in prop.enum_items]
    for label in [cls.bl_label for cls in ours() if hasattr(cls, "bl_label")] + items + [p.name for p in properties()]:
        for position, word in enumerate(label.split()):
            letter = word.strip("(+-)")[:1]
            assert letter.isupper() or (position and word in SMALL_WORDS) or letter.isdigit(), label


def test_tooltips_are_sentences_without_a_full_stop() -> None:
    tooltips = [cls.__doc__ for cls in ours()]
    tooltips += [prop.description for prop in properties() if not prop.is_hidden]
    for tooltip in tooltips:
        assert tooltip
        assert tooltip[0].isupper(), tooltip
        assert not tooltip.endswith("."), tooltip


def test_what_costs_money_is_neither_repeated_nor_undone() -> None:
    for name in ("generate", "send_again", "cancel", "resume", "resume_all", "dismiss"):
        options = getattr(bpy.types, f"TRIPO_OT_{name}").bl_options
        assert "UNDO" not in options
        assert "REGISTER" not in options


def test_every_class_follows_the_naming_rule() -> None:
    infixes = {
        bpy.types.Operator: "TRIPO_OT_",
        bpy.types.Panel: "TRIPO_PT_",
        bpy.types.PropertyGroup: "TRIPO_PG_",
        bpy.types.AddonPreferences: "Tripo",
    }
    for cls in ours():
        base = next(base for base in infixes if issubclass(cls, base))
        assert cls.__name__.startswith(infixes[base])
