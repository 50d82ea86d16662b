"""Writes a model's packed pictures beside the .blend file, where an artist asked for that."""

from collections.abc import Iterable
from pathlib import Path

import bpy

from ..converter.images import bytes_of
from ..core.formats.image.head import HEAD_BYTES, read_head
from ..core.sentences.text import Text, text
from ..core.text import as_file_stem

_FOLDER = "textures"


def write_beside(images: Iterable[bpy.types.Image]) -> Text | None:
    """Write packed pictures into the folder textures; give a text where they stay packed, and why."""
    if not bpy.data.filepath:
        return text("scene.not_saved")
    folder = Path(bpy.data.filepath).parent / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
        for image in images:
            if image.packed_file is not None:
                _write(image, folder)
    except OSError as error:
        return text("scene.textures_not_written", folder=str(folder), why=error.strerror or str(error))
    return None


def _write(image: bpy.types.Image, folder: Path) -> None:
    data = bytes_of(image)
    stem = as_file_stem(image.name)
    head = read_head(data[:HEAD_BYTES])
    suffix = f".{head.format}" if head else Path(image.filepath).suffix or ".png"
    number = 0
    while True:
        path = folder / f"{stem}{f' {number}' if number else ''}{suffix}"
        try:
            with path.open("xb") as file:  # never over a picture that is there
                file.write(data)
            break
        except FileExistsError:
            if path.read_bytes() == data:
                break
            number += 1
    image.filepath_raw = bpy.path.relpath(str(path))  # `filepath` has Blender look for what was packed, and complain
    image.unpack(method="REMOVE")
