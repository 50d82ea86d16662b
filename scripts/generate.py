"""Makes models and images without the add-on being installed.

blender --background --online-mode --python scripts/generate.py -- IMAGE [options]
python scripts/generate.py IMAGE [options]          (where the bpy module is installed)

Instead of IMAGE any command of `tripo` and its words: `generate --prompt TEXT`, `views IMAGE`, `fetch TASK_ID`, `jobs`,
`resume ID` and so on; `generate` itself can be left out. An image of such a name is ./jobs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import NoReturn


def main() -> int:
    """Run the same command line as the installed add-on, and give its exit code."""
    # Ctrl-C while Blender is imported would break that, or go to a handler of Blender's and be swallowed: it waits.
    answer, pressed = signal.getsignal(signal.SIGINT), list[int]()
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tripo_blender.cli.output import open_standard_streams

    open_standard_streams()  # before Blender opens files of its own
    try:
        import bpy
    except ImportError:
        sys.stderr.write(
            "This Python has no Blender in it. Run: blender --background --online-mode --python scripts/generate.py "
            "-- IMAGE, or install the module: pip install bpy\n"
        )
        return 2
    from tripo_blender.cli import main

    ignored = answer is signal.SIG_IGN
    signal.signal(signal.SIGINT, answer if ignored else lambda number, _frame: pressed.append(number))
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    inside_blender = bool(bpy.app.binary_path)
    if not inside_blender:
        # Whoever runs this file with Python has asked for the network; in Blender there is a switch for it.
        bpy.context.preferences.system.use_online_access = True
    if "--" in sys.argv:
        arguments = sys.argv[sys.argv.index("--") + 1 :]
    else:
        arguments = [] if inside_blender else sys.argv[1:]
    named = bool(arguments) and arguments[0] in main.COMMANDS
    return main.run(arguments if named else ["generate", *arguments], stopped=lambda: bool(pressed))


def end(code: int) -> NoReturn:
    """End the process; in the bpy module without its own clean-up, which crashes in 4.2 after a glTF export."""
    bpy = sys.modules.get("bpy")
    if bpy is None or bpy.app.binary_path:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # it is closed, or nobody reads it
            stream.flush()
    shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
    os._exit(code)


if __name__ == "__main__":
    end(main())
