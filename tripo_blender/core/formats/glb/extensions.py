"""glTF extensions that not every Blender reads, and what to do about a file that insists on one."""

from __future__ import annotations

from ..limits import BadFile
from .file import open_glb

# What is in the way, and what helps. Read in the importers of 4.2, 4.5, 5.0 and 5.2: meshopt came between 5.0 and 5.2;
# the libraries of both compressions are parts of the application that some builds leave out; KTX2 textures no version
# reads.
_LIBRARY = "A Blender from blender.org reads it"
_HELP = {
    "EXT_meshopt_compression": ("is compressed with meshopt", "Blender 5.2 reads it"),
    "KHR_meshopt_compression": ("is compressed with meshopt", "Blender 5.2 reads it"),
    "KHR_draco_mesh_compression": ("is compressed with Draco", _LIBRARY),
    "KHR_texture_basisu": ("has KTX2 textures", "No Blender reads them"),
}


def required(data: memoryview) -> tuple[str, ...]:
    """Give the extensions without which a GLB cannot be read; none for what is no whole GLB."""
    try:
        names = open_glb(data)[0].get("extensionsRequired")
    except BadFile:
        return ()
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def unsupported_reason(extensions: tuple[str, ...], blender: str) -> str:
    """Give the sentence for a file that this Blender ("4.2") could not read; empty where none of these is why."""
    has_meshopt = tuple(int(part) for part in blender.split(".")) >= (5, 2)
    for name in extensions:
        if name in _HELP:
            what, help_ = _HELP[name]
            if has_meshopt and "meshopt" in name:
                help_ = _LIBRARY
            return (
                f"The GLB {what}, which this Blender {blender} cannot read. "
                f"{help_}; or get the model again without compression"
            )
    return ""
