"""Saves the images that a task gave where a script asked for them: .png or .jpg, as the name says."""

import errno
from pathlib import Path
from typing import Any

import bpy

from ..converter import verified_write
from ..core.errors import TripoError
from ..core.formats.image.check import check
from ..core.formats.image.head import HEAD_BYTES, PictureHead, read_head
from ..core.job import Job
from ..core.task import IMAGE_ROLES, Artifact
from .outputs import Outputs, copy_whole, write_all

FORMATS = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg"}
SUFFIXES = tuple(FORMATS)
_JPEG_QUALITY = 95  # percent; more takes twice the room for what nobody sees


def save(outputs: Outputs, job: Job) -> None:
    """Save the images of a job in every file or in none; raise `TripoError`.

    Of several images each has its file, in their order; a single one goes into every file. What the service gave in the
    format of the name is saved byte for byte; all else is converted, without a change to a pixel where that is to PNG.
    """
    if not outputs.files:
        return
    images = images_of(job)
    sources = images if len(images) > 1 else images * len(outputs.files)
    source_of = dict(zip(outputs.files, sources, strict=True))

    def write(path: Path, part: Path) -> None:
        image, wanted = source_of[path], FORMATS[path.suffix.lower()]
        if image.format == wanted:
            copy_whole(image.path, part)
        else:
            _convert(image, wanted, part)

    write_all(outputs, job, write)


def images_of(job: Job) -> list[Artifact]:
    """Return the images that a job gave: one, or the four views in their order."""
    return [each for each in job.artifacts if each.role in IMAGE_ROLES]


def _convert(source: Artifact, wanted: str, part: Path) -> None:
    """Write an image in another format, and wait until it is whole on the disk; raise `OSError` or `RuntimeError`."""
    image: Any = bpy.data.images.load(source.path)  # the stubs take pixels for one number
    try:
        if not all(image.size):  # it is read by this, and not from the path that it gets now
            raise OSError(errno.EIO, "Blender reads no pixels of it", source.path)
        image.filepath_raw = str(part)
        if wanted == "png":
            image.file_format = "PNG"
            image.save()
        else:
            if image.depth in _WITH_ALPHA:
                _lay_on_white(image)
            image.file_format = "JPEG"
            image.save(quality=_JPEG_QUALITY)
    finally:
        bpy.data.images.remove(image)
    verified_write.sync(part)
    data, was = part.read_bytes(), _head(Path(source.path).read_bytes())
    try:
        check(data)
    except TripoError as error:
        raise OSError(errno.ENOSPC, f"it was cut after {len(data)} bytes", str(part)) from error
    now = _head(data)
    if was is None or now is None or (now.format, now.width, now.height) != (wanted, was.width, was.height):
        raise OSError(errno.EIO, "what was written is another image", str(part))


_WITH_ALPHA = (32, 64, 128)  # bits of a pixel: of 8, 16 and 32 bits a channel


def _lay_on_white(image: Any) -> None:
    """Fill what is transparent: a JPEG has no transparency, and would show colors that were never seen."""
    import numpy as np  # noqa: PLC0415  # 60 ms that nothing else here costs

    pixels = np.empty(image.size[0] * image.size[1] * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    colors = pixels.reshape(-1, image.channels)
    alpha = colors[:, 3:].copy()
    colors[:, :3] = colors[:, :3] * alpha + (1 - alpha)
    colors[:, 3] = 1
    image.pixels.foreach_set(pixels)


def _head(data: bytes) -> PictureHead | None:
    return read_head(data[:HEAD_BYTES]) or read_head(data)
