"""Shows the main job from nothing: a photograph becomes textured models in Blender, without a key or a network.

`python3 scripts/demo.py` sets up its own environment, starts the simulator of the service, and leaves under
`build/demo/` a .blend with a triangle model and a quad model, the .glb, the .fbx and a rendered picture.
"""

import os
import subprocess
import sys
from pathlib import Path

import environments

ROOT = Path(__file__).resolve().parent.parent


def newest_environment() -> Path:
    """The Python with the newest Blender that this machine has a fitting Python for."""
    missing = None
    for version in reversed(environments.bpy_versions()):
        try:
            return environments.environment("bpy-{}".format(version))
        except environments.NoPythonError as error:
            missing = error
    raise missing or environments.SetUpError("No Blender version is listed.")


def main() -> int:
    """Runs the demo and gives its exit code."""
    try:
        python = newest_environment()
    except environments.SetUpError as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    # What a user has set for the real service must not reach the demo, nor its settings a user's Blender.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODELSTREAM_", "BLENDER_"))}
    return subprocess.call([str(python), str(ROOT / "scripts" / "demo_scene.py")], env=clean)


if __name__ == "__main__":
    sys.exit(main())
