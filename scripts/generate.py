"""Makes a model of a picture without the add-on being installed.

blender --background --online-mode --python scripts/generate.py -- PICTURE [options]
python scripts/generate.py PICTURE [options]          (where the bpy module is installed)
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Run the same command line as the installed add-on, and give its exit code."""
    try:
        import bpy
    except ImportError:
        sys.stderr.write(
            "This Python has no Blender in it. Run: blender --background --online-mode --python scripts/generate.py "
            "-- PICTURE, or install the module: pip install bpy\n"
        )
        return 2
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tripo_blender.shell import cli

    inside_blender = bool(bpy.app.binary_path)
    if not inside_blender:
        # Whoever runs this file with Python has asked for the network; in Blender there is a switch for it.
        bpy.context.preferences.system.use_online_access = True
    arguments = sys.argv[sys.argv.index("--") + 1 :] if inside_blender and "--" in sys.argv else sys.argv[1:]
    return cli.run(["generate", *([] if inside_blender and "--" not in sys.argv else arguments)])


if __name__ == "__main__":
    sys.exit(main())
