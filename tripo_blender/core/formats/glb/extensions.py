"""glTF extensions that not every Blender reads, and what to do about a file that insists on one."""

from __future__ import annotations

from ...sentences.text import Text, text
from ..limits import BadFile
from .file import open_glb

# What is in the way, and what helps. Read in the importers of 4.2, 4.5, 5.0 and 5.2: meshopt came between 5.0 and 5.2;
# the libraries of both compressions are parts of the application that some builds leave out; KTX2 textures no version
# reads.
_LIBRARY, _NEW = text("model.read_by_official"), text("model.read_by_5_2")
_MESHOPT = "EXT_meshopt_compression", "KHR_meshopt_compression"


def required(data: memoryview) -> tuple[str, ...]:
    """Give the extensions without which a GLB cannot be read; none for what is no whole GLB."""
    try:
        names = open_glb(data)[0].get("extensionsRequired")
    except BadFile:
        return ()
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def unsupported_reason(extensions: tuple[str, ...], blender: str) -> Text | None:
    """Give the text for a file that this Blender ("4.2") could not read; None where none of these is why."""
    has_meshopt = tuple(int(part) for part in blender.split(".")) >= (5, 2)
    for name in extensions:
        if name in _MESHOPT:
            return text("model.meshopt", blender=blender, reader=_LIBRARY if has_meshopt else _NEW)
        if name == "KHR_draco_mesh_compression":
            return text("model.draco", blender=blender, reader=_LIBRARY)
        if name == "KHR_texture_basisu":
            return text("model.ktx2", blender=blender, reader=text("model.read_by_none"))
    return None
