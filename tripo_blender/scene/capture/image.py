"""Writes the picture that was picked as the file that is sent: as the eye sees it, within the service's limits."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ...converter import compat
from ...core.errors import Kind, TripoError
from ...core.formats.image.head import HEAD_BYTES, LARGEST_FILE, PictureHead, fits, read_head, too_small
from ...core.sentences.text import Text, text
from .image_file import read, why_unreadable
from .rendering import copied_scene

_RENDERED = {"RENDER_RESULT", "COMPOSITING"}
_PNG_COMPRESSION = 15  # percent, Blender's default: a higher one takes far longer for a few percent
_JPEG_QUALITY = 90
_SHRINK_STEP = 0.7  # of each side, until a transparent PNG is small enough


def save_file(path: Path, folder: Path) -> Path:
    """Copy a picture file into `folder`, re-encoded only where the service would not take it as it is.

    Raises `TripoError` of kind picture with a sentence, or `OSError` for the disk.
    """
    start, size = read(path, HEAD_BYTES)
    if not size:
        raise TripoError(Kind.PICTURE, text("image.empty", name=path.name))
    head = read_head(start)
    if head is not None and _passes(head, size):
        target = folder / f"picture.{head.format}"
        target.write_bytes(read(path, LARGEST_FILE)[0])
        return target
    try:
        image = bpy.data.images.load(str(path))
    except RuntimeError:
        image = None
    try:
        if image is None or not all(image.size):
            raise TripoError(Kind.PICTURE, text("image.not_an_image", name=path.name))
        return save_image(image, folder, bpy.context.scene)
    finally:
        if image is not None:
            bpy.data.images.remove(image)


def save_image(image: bpy.types.Image, folder: Path, scene: bpy.types.Scene, stem: str = "picture") -> Path:
    """Write any image of Blender into `folder` as PNG, or as JPEG where a PNG is too large.

    A file or packed file that shows just what the image shows goes as it is, byte for byte. All else is written
    through the display transform: the scene's for renders, the plain one for the rest, as the Image Editor shows them.
    `stem` is the name of a file that is written so.
    Raises `TripoError` of kind picture with a sentence, or `OSError` for the disk.
    """
    rendered = image.type in _RENDERED
    if image.source == "TILED":
        raise TripoError(Kind.PICTURE, text("image.tiled", name=image.name))
    if not rendered:
        if why := _why_unreadable(image):  # Blender would wait for ever for a pipe
            raise TripoError(Kind.PICTURE, text("image.file_unreadable", name=image.name, why=why))
        if not all(image.size):
            raise TripoError(Kind.PICTURE, text("image.unreadable_by_blender", name=image.name))
        if wrong := too_small(*image.size):
            raise TripoError(Kind.PICTURE, wrong)
        if (target := _copy_as_it_is(image, folder)) is not None:
            return target
    with _writing_scene(image, scene) as writer:
        target = folder / f"{stem}.png"
        _write(image, target, writer, "PNG")
    head = _head(target)
    width, height = fits(head.width, head.height)
    if wrong := too_small(head.width, head.height) or too_small(width, height):
        target.unlink()
        raise TripoError(Kind.PICTURE, wrong)
    if (width, height) == (head.width, head.height) and target.stat().st_size <= LARGEST_FILE:
        return target
    with _plain_scene() as writer:  # the look is in the file now: it must not come on top of itself
        return _shrunk(target, writer)


def render_result() -> bpy.types.Image | None:
    """Return the image of that name; None where nothing was rendered.

    It exists from the start. In a window it has data as soon as there is a render, of a viewport too; without one
    Blender does not tell before it is written.
    """
    found = next((image for image in bpy.data.images if image.type == "RENDER_RESULT"), None)
    return found if found is not None and (found.has_data or bpy.app.background) else None


def shows_nothing(path: Path) -> bool:
    """Whether an image file is transparent all over."""
    image = bpy.data.images.load(str(path))
    try:
        return bool(_alpha(image).max() == 0.0)
    finally:
        bpy.data.images.remove(image)


def show_plainly(scene: bpy.types.Scene) -> None:
    """Have a new scene show colors as textures hold them, without a look."""
    # Which names there are is known only by trying; a studio's own color configuration may lack this one.
    with contextlib.suppress(TypeError):
        scene.view_settings.view_transform = "Standard"  # type: ignore[assignment]


def _passes(head: PictureHead, size: int) -> bool:
    """Whether the service takes a file as it is; raise where no re-encoding can help."""
    if wrong := too_small(head.width, head.height):
        raise TripoError(Kind.PICTURE, wrong)
    return fits(head.width, head.height) == (head.width, head.height) and size <= LARGEST_FILE


def _path_of(image: bpy.types.Image) -> Path:
    return Path(bpy.path.abspath(image.filepath, library=image.library))


def _why_unreadable(image: bpy.types.Image) -> Text | None:
    """Return why an image that is still to be read from its file cannot be; None where it can, or needs no file."""
    if image.source not in {"FILE", "MOVIE"} or image.packed_file is not None or image.has_data:
        return None
    return why_unreadable(_path_of(image))


def _copy_as_it_is(image: bpy.types.Image, folder: Path) -> Path | None:
    """Copy an unchanged 8-bit PNG, JPEG or WebP; None where the file may not be what the eye sees."""
    if (
        image.source != "FILE"
        or image.is_dirty
        or image.is_float
        or image.use_view_as_render
        or image.colorspace_settings.name != "sRGB"
        or image.alpha_mode != "STRAIGHT"
    ):
        return None
    if image.packed_file is not None:
        data = bytes(image.packed_file.data)
    else:
        try:
            data, size = read(_path_of(image), LARGEST_FILE)
        except TripoError:  # it is in memory all the same
            return None
        if size > LARGEST_FILE:
            return None
    head = read_head(data[:HEAD_BYTES])
    # Blender shows photographs as they are stored, without the turn that their EXIF block asks for.
    if head is None or head.orientation != 1 or (head.width, head.height) != tuple(image.size):
        return None
    if not _passes(head, len(data)):
        return None
    target = folder / f"picture.{head.format}"
    target.write_bytes(data)
    return target


@contextmanager
def _writing_scene(image: bpy.types.Image, shown: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """Give a scene that shows the image as the Image Editor does, with output settings that are ours for the while."""
    if image.type in _RENDERED:  # its pixels are found through the scene itself, not through a copy
        with _lent_output(shown):
            yield shown
    elif image.use_view_as_render:
        with copied_scene(shown) as scene:
            scene.render.image_settings.color_management = "FOLLOW_SCENE"
            yield scene
    else:
        with _plain_scene() as scene:
            yield scene


@contextmanager
def _plain_scene() -> Iterator[bpy.types.Scene]:
    scene = bpy.data.scenes.new("Tripo Picture")
    try:
        show_plainly(scene)
        yield scene
    finally:
        bpy.data.scenes.remove(scene)


@contextmanager
def _lent_output(scene: bpy.types.Scene) -> Iterator[None]:
    """Lend the artist's own output settings, with the scene's look, and put them back."""
    output = scene.render.image_settings
    with contextlib.ExitStack() as stack:
        stack.enter_context(_kept(output, "media_type", "file_format", "color_management"))
        if output.color_management == "OVERRIDE":  # to switch that off and on again would lose the look it holds
            for own, shown in (
                (output.display_settings, scene.display_settings),
                (output.view_settings, scene.view_settings),
            ):
                stack.enter_context(_kept(own, "view_transform"))
                _assign(own, _values(shown, "view_transform"))
        yield


@contextmanager
def _kept(settings: Any, *first: str) -> Iterator[None]:
    values = _values(settings, *first)
    try:
        yield
    finally:
        _assign(settings, values)


def _values(settings: Any, *first: str) -> dict[str, Any]:
    """Give the plain values of a group of settings, those first that decide what the others may be."""
    names = [entry.identifier for entry in settings.bl_rna.properties if not entry.is_readonly]
    return {name: getattr(settings, name) for name in (*first, *names) if name in names}


def _assign(settings: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(settings, name) != value:
            setattr(settings, name, value)


def _write(image: bpy.types.Image, target: Path, writer: bpy.types.Scene, file_format: str) -> None:
    settings = writer.render.image_settings
    compat.write_images_as(settings, file_format)
    settings.color_mode = "RGB" if file_format == "JPEG" else "RGBA"
    settings.quality = _JPEG_QUALITY
    if file_format == "PNG":
        settings.color_depth = "8"
        settings.compression = _PNG_COMPRESSION
    try:
        image.save_render(str(target), scene=writer)
    except RuntimeError as error:
        raise TripoError(Kind.PICTURE, _why_unwritten(image, str(error)), detail=str(error).strip()) from None
    if not target.is_file() or not target.stat().st_size:
        raise TripoError(Kind.PICTURE, text("image.without_pixels", name=image.name))


def _why_unwritten(image: bpy.types.Image, error: str) -> Text:
    if image.type not in _RENDERED:
        return text("image.not_written", name=image.name)
    if "image data" in error:
        return text("image.no_render")
    # So Blender also says of a render that was stopped before it showed anything.
    return text("image.render_not_written")


def _shrunk(picture: Path, writer: bpy.types.Scene) -> Path:
    """Bring a PNG that is too large for the service within its limits; what is opaque becomes a JPEG if need be."""
    image = bpy.data.images.load(str(picture))
    try:
        size = tuple(image.size)
        width, height = fits(*size)
        if (width, height) != size:
            image.scale(width, height)
            _write(image, picture, writer, "PNG")
        if picture.stat().st_size > LARGEST_FILE and not _transparent(image):
            jpeg = picture.with_suffix(".jpg")
            _write(image, jpeg, writer, "JPEG")
            picture.unlink()
            picture = jpeg
        while picture.stat().st_size > LARGEST_FILE:
            width, height = round(width * _SHRINK_STEP), round(height * _SHRINK_STEP)
            image.scale(width, height)
            _write(image, picture, writer, "PNG" if picture.suffix == ".png" else "JPEG")
    finally:
        bpy.data.images.remove(image)
    return picture


def _transparent(image: bpy.types.Image) -> bool:
    return bool(_alpha(image).min() < 1.0)


def _alpha(image: bpy.types.Image) -> Any:
    """Return the alpha of each of an image's pixels."""
    import numpy as np  # noqa: PLC0415  # 60 ms that no picture costs which goes as it is

    if image.channels != 4:
        return np.ones(1)
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)  # type: ignore[attr-defined]
    return pixels[3::4]


def _head(path: Path) -> PictureHead:
    with path.open("rb") as file:
        head = read_head(file.read(HEAD_BYTES))
    if head is None:
        raise TripoError(Kind.PICTURE, text("image.not_converted"))
    return head
