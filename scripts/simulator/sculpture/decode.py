"""Run as a process of its own: decodes a picture with Blender's module into a .npy file."""

import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

LONGEST_SIDE = 512


def main(source: str, target: str) -> None:
    """Writes (height, width, 4) bytes, first row at the top, at most 512 px a side."""
    # Before the import: Blender must neither read nor write the user's own settings.
    os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(dir=Path(target).parent)
    bpy: Any = importlib.import_module("bpy")
    image = bpy.data.images.load(source)
    width, height = image.size
    if not width or not height:
        raise ValueError("not a picture that Blender reads")
    shrink = min(1.0, LONGEST_SIDE / max(width, height))
    if shrink < 1:
        image.scale(max(1, round(width * shrink)), max(1, round(height * shrink)))
        width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    picture = np.clip(pixels.reshape(height, width, 4)[::-1] * 255 + 0.5, 0, 255).astype(np.uint8)
    np.save(target, picture)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    sys.stdout.flush()
    # Blender's module can crash in its own clean-up at exit.
    os._exit(0)
