"""From what was picked to a job: its folder, its own copy of the picture, its settings; and a run in the foreground."""

import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import bpy

from .. import __package__ as base_package
from ..core.errors import Kind, TripoError
from ..core.job import Event, Job
from ..core.request import Settings, effective, problem
from ..core.services.modelstream import is_url
from ..worker.journal import Journal
from . import pictures
from .preferences import Access

Picture = str | Path | bpy.types.Image
_LONGEST_NAME = 48  # characters; Blender cuts names at 63 bytes (255 from 5.0 on)


def jobs_folder() -> Path:
    """Give the folder of the job records and models, in the user's own resources; raises `OSError`."""
    package = base_package or ""
    if package.count(".") == 2:  # bl_ext.<repository>.<name>: installed as an extension
        return Path(bpy.utils.extension_path_user(package, path="jobs", create=True))
    folder = Path(bpy.utils.user_resource("DATAFILES", path="tripo_blender/jobs"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def order(picture: Picture, settings: Settings, access: Access, scene: bpy.types.Scene, folder: Path) -> Job:
    """Give a job for a picture as it is at this moment: painting on, or another pick, does not change it.

    `picture` is an image of Blender, a path or a public URL. Raises `TripoError` with a sentence; nothing is left
    on the disk then.
    """
    if sentence := problem(settings):
        raise TripoError(Kind.USAGE, sentence)
    job_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
    journal = Journal(folder)
    try:
        if isinstance(picture, str) and is_url(picture):
            sent = picture
        elif isinstance(picture, bpy.types.Image):
            sent = str(pictures.save_image(picture, journal.folder_of(job_id), scene))
        else:
            sent = str(pictures.save_file(Path(picture), journal.folder_of(job_id)))
    except OSError as error:
        journal.forget(job_id)
        raise TripoError(
            Kind.DISK,
            "The picture could not be written to the add-on's folder. Make room on the disk, or make it writable",
            detail=str(error),
        ) from error
    except BaseException:
        journal.forget(job_id)
        raise
    return Job(job_id, name_of(picture), sent, effective(settings), access.base_url, time.time())


def name_of(picture: Picture) -> str:
    """Give the name that a model gets from its picture: the file's or image's name without suffix and numbering."""
    if isinstance(picture, bpy.types.Image):
        text = "Render" if picture.type == "RENDER_RESULT" else re.sub(r"\.\d{3,}$", "", picture.name)
    else:
        text = str(picture).split("?")[0].split("#")[0].rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    text = re.sub(r"\.(png|jpe?g|webp|exr|tiff?|tga|bmp|hdr|gif)$", "", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", text).strip()[:_LONGEST_NAME] or "Model"


def run(job: Job, access: Access, folder: Path, emit: Callable[[Event], None]) -> Job:
    """Carry a job to ready, or to where it ends, in the foreground."""
    from ..worker import foreground  # noqa: PLC0415  (brings requests, which Blender's start shall not wait for)

    return foreground.run(job, access.key, folder, access.rung, emit)
