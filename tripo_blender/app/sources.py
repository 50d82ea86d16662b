"""What a request is made of, as it lies where it was picked; and its own copies of that, taken at this moment."""

import contextlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import bpy

from ..core.disk_errors import why_not_written
from ..core.errors import Kind, TripoError
from ..core.sentences.text import text
from ..core.services.endpoint import is_url, picture_address_problem
from ..core.task import IMAGE, PROMPT, ImageFile, ImageUrl, Input, OutputOf, Words, copy_stem
from ..core.text import as_name, without_number
from ..scene.capture import image

Picture = str | Path | bpy.types.Image  # an image: of Blender, a path, or a public URL
Source = Picture | Words | OutputOf
_LONGEST_NAME = 48  # characters; Blender cuts names at 63 bytes (255 from 5.0 on)
_WORDS_IN_NAME = 5


def check(sources: Mapping[str, Source]) -> None:
    """Raise `TripoError` of kind picture where one is a web address that cannot be sent."""
    for source in sources.values():
        if isinstance(source, str) and is_url(source) and (wrong := picture_address_problem(source)):
            raise TripoError(Kind.PICTURE, wrong)


def capture(sources: Mapping[str, Source], folder: Path, scene: bpy.types.Scene) -> dict[str, Input]:
    """Return the sources as inputs: images are copied into `folder` as they are now, whatever becomes of them later.

    Raise `TripoError` with a sentence.
    """
    # The name under which every copy is written first is that of this slot's: it comes last.
    in_turn = sorted(sources, key=lambda slot: slot == IMAGE)
    try:
        captured = {slot: _captured(slot, sources[slot], folder, scene) for slot in in_turn}
        return {slot: captured[slot] for slot in sources}
    except OSError as error:
        why = why_not_written(error.errno)
        raise TripoError(Kind.DISK, text("image.not_copied", why=why), detail=str(error)) from error


def copied(inputs: Mapping[str, Input], folder: Path) -> dict[str, Input]:
    """Return inputs with copies of their own of the files in them: two jobs share no file. Raise `OSError`."""
    return {slot: _copied(each, folder) for slot, each in inputs.items()}


def sources_of(inputs: Mapping[str, Input]) -> dict[str, Source]:
    """Return the inputs of an earlier request as sources of another one."""
    return {slot: _source_of(each) for slot, each in inputs.items()}


def name_of(sources: Mapping[str, Source]) -> str:
    """Return the name that a result gets: of its first image without suffix and numbering, or its first words."""
    for source in sources.values():
        if isinstance(source, bpy.types.Image):
            return _as_name("Render" if source.type == "RENDER_RESULT" else without_number(source.name))
        if not isinstance(source, Words | OutputOf):
            return _as_name(file_name(source))
    words = sources.get(PROMPT)
    return _as_name(" ".join(words.text.split()[:_WORDS_IN_NAME])) if isinstance(words, Words) else "Model"


def file_name(source: Source) -> str:
    """Return the name of an image, where it has one, as text: without folders, and without an address's query."""
    if isinstance(source, bpy.types.Image):
        return source.name
    if isinstance(source, Words | OutputOf):
        return ""
    name = str(source)
    if is_url(name):
        name = name.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    name = name.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    with contextlib.suppress(UnicodeError):  # what the system's own encoding does not know may still be UTF-8
        name = os.fsencode(name).decode("utf-8", "surrogateescape")
    return as_name(name)


def _as_name(name: str) -> str:
    name = re.sub(r"\.(png|jpe?g|webp|exr|tiff?|tga|bmp|hdr|gif|glb|fbx)$", "", name, flags=re.IGNORECASE)
    return as_name(name)[:_LONGEST_NAME].strip() or "Model"


def _captured(slot: str, source: Source, folder: Path, scene: bpy.types.Scene) -> Input:
    if isinstance(source, Words):
        return Words(source.text.strip())
    if isinstance(source, OutputOf):
        return source
    if isinstance(source, str) and is_url(source):
        return ImageUrl(source)
    if isinstance(source, bpy.types.Image):
        saved = image.save_image(source, folder, scene)
    else:
        saved = image.save_file(Path(source), folder)
    return ImageFile(str(saved.rename(folder / f"{copy_stem(slot)}{saved.suffix}")))


def _copied(each: Input, folder: Path) -> Input:
    if not isinstance(each, ImageFile):
        return each
    source, target = Path(each.path), folder / Path(each.path).name
    try:
        os.link(source, target)  # at once, however large; neither is ever changed
    except OSError:
        shutil.copyfile(source, target)
    return ImageFile(str(target), each.sha256)


def _source_of(each: Input) -> Source:
    if isinstance(each, ImageUrl):
        return each.url
    return each if isinstance(each, Words | OutputOf) else Path(each.path)
