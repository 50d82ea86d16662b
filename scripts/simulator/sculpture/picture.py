"""A picture's bytes: their format, size and pixels."""

import importlib.util
import struct
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.sculpture.png import SIGNATURE, read_png

Pixels = NDArray[np.uint8]
PictureFormat = Literal["png", "jpeg", "webp"]
LONGEST_SIDE = 512
DECODE_SECONDS = 60.0


def picture_format(data: bytes) -> PictureFormat | None:
    """What the bytes say they are; a file's name or declared type is not asked."""
    if data.startswith(SIGNATURE):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return None


def picture_size(data: bytes) -> tuple[int, int]:
    """(width, height) as far as PNG and JPEG headers tell, else a square."""
    if data.startswith(SIGNATURE) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width) or 1, int(height) or 1
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 <= len(data):
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width) or 1, int(height) or 1
        at += 2 + length
    return 512, 512


@lru_cache(maxsize=32)
def decode(data: bytes) -> Pixels | None:
    """(height, width, 4) pixels of at most 512 px a side, or None when nothing here can read the picture."""
    found = read_png(data)
    if found is None:
        found = _decode_with_blender(data)
    if found is None or min(found.shape[:2]) < 8:
        return None
    return _shrink(_rgba(found))


def _rgba(pixels: Pixels) -> Pixels:
    height, width, channels = pixels.shape
    full = np.full((height, width, 4), 255, np.uint8)
    full[:, :, :3] = pixels[:, :, :3] if channels >= 3 else pixels[:, :, :1]
    if channels in (2, 4):
        full[:, :, 3] = pixels[:, :, -1]
    return full


def _shrink(pixels: Pixels) -> Pixels:
    step = -(-max(pixels.shape[:2]) // LONGEST_SIDE)
    if step == 1:
        return pixels
    height, width = pixels.shape[0] // step, pixels.shape[1] // step
    blocks = pixels[: height * step, : width * step].reshape(height, step, width, step, 4)
    result: Pixels = blocks.mean(axis=(1, 3)).astype(np.uint8)
    return result


def _decode_with_blender(data: bytes) -> Pixels | None:
    if importlib.util.find_spec("bpy") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        source = Path(folder, f"picture.{picture_format(data) or 'bin'}")
        target = Path(folder, "pixels.npy")
        source.write_bytes(data)
        command = [sys.executable, str(Path(__file__).with_name("decode.py")), str(source), str(target)]
        try:
            subprocess.run(
                command,
                timeout=DECODE_SECONDS,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            pixels: Pixels = np.load(target)
        except (OSError, subprocess.SubprocessError, ValueError):
            return None  # a stub of bpy without Blender in it, or a picture it cannot read
        return pixels
