"""From what was picked to a job: its folder, its own copy of the picture, its settings; and a run in the foreground."""

import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import bpy

from .. import __package__ as base_package
from ..core.errors import Kind, TripoError
from ..core.job import Event, Job, TaskCreated
from ..core.request import Settings, effective, problem
from ..core.services.modelstream import is_url
from ..worker.journal import Journal
from . import pictures
from .preferences import Access, obstacle

Picture = str | Path | bpy.types.Image
_LONGEST_NAME = 48  # characters; Blender cuts names at 63 bytes (255 from 5.0 on)


def jobs_folder() -> Path:
    """Give the folder of the job records and models, in the user's own resources; raises `TripoError`."""
    package = base_package or ""
    try:
        if package.count(".") == 2:  # bl_ext.<repository>.<name>: installed as an extension
            return Path(bpy.utils.extension_path_user(package, path="jobs", create=True))
        folder = Path(bpy.utils.user_resource("DATAFILES", path="tripo_blender/jobs"))
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TripoError(
            Kind.DISK, "The add-on's folder cannot be made. Make Blender's user folder writable", detail=str(error)
        ) from error
    return folder


def order(picture: Picture, settings: Settings, access: Access, scene: bpy.types.Scene) -> tuple[Job, Path]:
    """Give a job for a picture as it is at this moment, and its folder; painting on, or another pick, changes nothing.

    `picture` is an image of Blender, a path or a public URL. All that can be checked before money is spent is checked.
    Raises `TripoError` with a sentence; nothing is left on the disk then.
    """
    if sentence := problem(settings):
        raise TripoError(Kind.USAGE, sentence)
    job_id, folder = _begin(access)
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
    return Job(job_id, name_of(picture), sent, effective(settings), access.base_url, time.time()), folder


def fetch(task_id: str, access: Access, like: Job | None = None) -> tuple[Job, Path]:
    """Give a job that only fetches the model of a task that was made before, and its folder; raises `TripoError`.

    `like` is the job that ordered the task, where it is known: the model gets its name and settings.
    """
    task_id = task_id.strip()
    if not re.fullmatch(r"[\w-]{1,200}", task_id):
        raise TripoError(Kind.USAGE, "This is no task id. Paste the id as your account or the failed job shows it")
    job_id, folder = _begin(access)
    name, settings = (like.name, like.settings) if like else ("Model", Settings())
    return Job(job_id, name, "", settings, access.base_url, time.time()).after(TaskCreated(task_id)), folder


def _begin(access: Access) -> tuple[str, Path]:
    if (failure := obstacle(access)) is not None:
        raise failure
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}", jobs_folder()


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
