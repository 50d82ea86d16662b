"""Where the job records and models lie."""

from pathlib import Path

import bpy

from ..core import errors
from ..core.sentences.text import text
from .addon_preferences import ADDON


def jobs_path() -> str:
    """Return where the folder of the job records and models lies, in the user's own resources; raise `OSError`."""
    if ADDON.count(".") == 2:  # bl_ext.<repository>.<name>: installed as an extension
        return str(bpy.utils.extension_path_user(ADDON, path="jobs"))
    return str(bpy.utils.user_resource("DATAFILES", path="tripo_blender/jobs"))


def jobs_folder() -> Path:
    """Return that folder, made where it is missing; raise `TripoError`."""
    try:
        folder = Path(jobs_path())
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.TripoError(errors.Kind.DISK, text("disk.no_folder"), detail=str(error)) from error
    return folder
