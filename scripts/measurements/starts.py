"""What the add-on adds to Blender's start, and what switching it on takes alone."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from measurements.bench import Bench
    from measurements.desk import Desk, Steps

ROOT = Path(__file__).resolve().parents[2]
_UNWANTED = ("requests", "numpy", "tripo_blender.worker")
_INSTALLED = "bl_ext.user_default.tripo_blender"
_SWITCH_ON = f"bpy.ops.preferences.addon_enable(module={_INSTALLED!r})"
_LOADED = (
    "import sys; print('LOADED', *[n for n in sys.modules if n.split('.')[-1] == 'requests' or n == 'numpy' "
    "or '.tripo_blender.worker' in n or n.endswith('.tripo_blender')])"
)


def measure(bench: Bench) -> dict[str, Any]:
    """Give seconds of Blender's start with and without, and milliseconds of register()."""
    switches = [bench.run({"measurement": "starts"}) for _ in range(3 if bench.quick else 7)]
    figures: dict[str, Any] = {"loaded_by_register": switches[0]["loaded_by_register"]}
    figures |= {name: statistics.median(each[name] for each in switches) for name in ("first_ms", "again_ms")}
    sys.path.insert(0, str(ROOT / "scripts"))
    import build

    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        archive = build.build(Path(name))
        folders = {kind: Path(name, kind) for kind in ("without", "with")}
        for folder in folders.values():
            folder.mkdir()
        _install(bench, archive, folders["with"])
        took: dict[str, list[float]] = {kind: [] for kind in folders}
        loaded: dict[str, list[str]] = {}
        for _ in range(4 if bench.quick else 8):
            for kind, folder in folders.items():
                began = time.perf_counter()
                code, said = bench.start(_start(bench, on=kind == "with"), folder)
                took[kind].append(time.perf_counter() - began)
                line = next((line for line in said.splitlines() if line.startswith("LOADED")), "")
                if code or not line:
                    raise RuntimeError(f"Blender ended with {code}: {said[-2000:]}")
                loaded[kind] = line.split()[1:]
    if not any(name.endswith(".tripo_blender") for name in loaded["with"]):
        raise RuntimeError("the add-on was not on in the start that was measured")
    medians = {f"{kind}_s": statistics.median(values[1:]) for kind, values in took.items()}  # the first fills caches
    added = [name for name in loaded["with"] if name not in loaded["without"] and not name.endswith(".tripo_blender")]
    return figures | medians | {"loaded_at_start": added}


def _start(bench: Bench, *, on: bool) -> list[str]:
    if bench.blender:
        return [_headless(bench.blender), "--background", "--python-exit-code", "9", "--python-expr", _LOADED]
    # The module switches no extension on by itself.
    script = f"import bpy\n{_SWITCH_ON if on else ''}\n{_LOADED}\nsys.stdout.flush()\nimport os; os._exit(0)"
    return [sys.executable, "-c", script]


def _headless(blender: str) -> str:
    """Give the same application without a virtual screen around it, where there is such a pair of programs."""
    plain = Path(blender).with_name("blender")
    return str(plain) if plain.exists() else blender


def _install(bench: Bench, archive: Path, folder: Path) -> None:
    """Install the zip as an extension, and keep it switched on."""
    if bench.blender:
        ending = ["--command", "extension", "install-file", "-r", "user_default", "-e", str(archive)]
        code, said = bench.start([_headless(bench.blender), *ending], folder)
    else:
        install = f"bpy.ops.extensions.package_install_files(filepath={str(archive)!r}, repo='user_default')"
        script = f"import bpy\n{install}\nbpy.ops.wm.save_userpref()"
        code, said = bench.start([sys.executable, "-c", script], folder)
    if code:
        raise RuntimeError(f"the extension could not be installed: {said[-2000:]}")


def story(desk: Desk) -> Steps:
    """In Blender: switch the add-on on, the first time with its imports, and again."""
    import tripo_blender

    before = set(sys.modules)
    began = time.perf_counter()
    tripo_blender.register()
    first = (time.perf_counter() - began) * 1000
    desk.notes["loaded_by_register"] = [name for name in _UNWANTED if name in sys.modules and name not in before]
    again = []
    for _ in range(9):
        tripo_blender.unregister()
        began = time.perf_counter()
        tripo_blender.register()
        again.append((time.perf_counter() - began) * 1000)
    desk.notes |= {"first_ms": first, "again_ms": statistics.median(again)}
    tripo_blender.unregister()
    yield 0.0


def lines(figures: dict[str, Any]) -> list[str]:
    """Give the text: ratios first."""
    ratio = figures["with_s"] / figures["without_s"]
    took = figures["with_s"] * 1000, figures["without_s"] * 1000
    return [
        f"Blender's start with the add-on / without {ratio:6.3f}   ({took[0]:.0f} ms against {took[1]:.0f} ms)",
        f"register(): {figures['first_ms']:.1f} ms at first, with its imports; {figures['again_ms']:.1f} ms again",
        f"brought in at the start besides itself: {', '.join(figures['loaded_at_start']) or 'nothing'}",
    ]
