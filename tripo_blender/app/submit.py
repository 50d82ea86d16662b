"""From what was picked to a job: its folder, its own copy of the picture, its settings; and a run in the foreground."""

import contextlib
import errno
import os
import re
import stat
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bpy

from ..core.account import Account
from ..core.disk_errors import why_not_written
from ..core.errors import Kind, TripoError
from ..core.events import Downloaded, Event, TaskCreated
from ..core.formats.model import HEAD, OF_USER, format_of
from ..core.job import Job, image_job
from ..core.options.generation import Settings, as_options, effective, problem
from ..core.options.import_options import Arrival
from ..core.placement import Spot
from ..core.recovery import checked_task_id
from ..core.serialization import RecordError
from ..core.services.endpoint import is_url, picture_address_problem
from ..core.task import Artifact, Request, Role
from ..core.text import as_name, without_number
from ..scene import folders
from ..scene.capture import image
from ..storage.journal import Journal
from ..storage.record_head import head_of
from .account import Access, unavailable_reason

jobs_folder = folders.jobs_folder
Picture = str | Path | bpy.types.Image
_LONGEST_NAME = 48  # characters; Blender cuts names at 63 bytes (255 from 5.0 on)


def order(
    picture: Picture,
    settings: Settings,
    access: Access,
    scene: bpy.types.Scene,
    arrival: Arrival = Arrival(),  # noqa: B008  # frozen
    spot: Spot = Spot(),  # noqa: B008
    like: Job | None = None,
) -> tuple[Job, Path]:
    """Give a job for a picture as it is at this moment, and its folder; painting on, or another pick, changes nothing.

    `picture` is an image of Blender, a path or a public URL. The model is named after it, or like that of `like`.
    All that can be checked before money is spent is checked. Raises `TripoError` with a sentence; nothing is left
    on the disk then.
    """
    if sentence := problem(settings):
        raise TripoError(Kind.USAGE, sentence)
    check_address(picture)
    job_id, folder = _begin(access)
    journal = Journal(folder)
    try:
        if isinstance(picture, str) and is_url(picture):
            sent = picture
        elif isinstance(picture, bpy.types.Image):
            sent = str(image.save_image(picture, journal.folder_of(job_id), scene))
        else:
            sent = str(image.save_file(Path(picture), journal.folder_of(job_id)))
    except OSError as error:
        journal.forget(job_id)
        why = why_not_written(error.errno)
        raise TripoError(
            Kind.DISK,
            f"The picture could not be written to the add-on's folder: {why}, then generate again",
            detail=str(error),
        ) from error
    except BaseException:
        journal.forget(job_id)
        raise
    name, source = (like.name, like.source) if like else (name_of(picture), _file_name(picture))
    job = image_job(job_id, name, sent, effective(settings), access.base_url, time.time())
    return replace(job, account=access.account, source=source, arrival=arrival, spot=spot), folder


def check_address(picture: Picture) -> None:
    """Raise `TripoError` of kind picture where a picture is a web address that cannot be sent."""
    if isinstance(picture, str) and is_url(picture) and (sentence := picture_address_problem(picture)):
        raise TripoError(Kind.PICTURE, sentence)


def fetch(
    task_id: str,
    access: Access,
    arrival: Arrival = Arrival(),  # noqa: B008
    spot: Spot = Spot(),  # noqa: B008
    like: Job | None = None,
) -> tuple[Job, Path]:
    """Give a job that only fetches the model of a task that was made before, and its folder; raises `TripoError`.

    `like` is the job that ordered the task, where it is known: the model gets its name and settings.
    """
    task_id = checked_task_id(task_id)
    job_id, folder = _begin(access)
    name = like.name if like else "Model"
    request = like.request if like else Request(options=as_options(Settings()))
    job = Job(job_id, name, request, access.account, time.time(), arrival=arrival, spot=spot)
    if like is not None:
        job = replace(job, source=like.source)
    return job.after(TaskCreated(task_id)), folder


def import_file(path: Path, arrival: Arrival, spot: Spot, like: Job | None = None) -> Job:
    """Give a ready job for a model file on this disk, which is checked when it comes in; nothing of it is kept besides.

    `like` is the job that the file came with, where it is known: the model gets its name and provenance.
    Raises `TripoError`.
    """
    path = path.absolute()
    try:
        _check_regular(path)
        with path.open("rb") as file:
            model_format = format_of(file.read(HEAD), OF_USER)
    except OSError as error:
        raise TripoError(
            Kind.USAGE,
            f"There is no model file {str(path)!r} that can be read. Choose a GLB or FBX file",
            detail=error.strerror or str(error),
        ) from error
    job_id = _new_id()
    if like is None:
        job = Job(job_id, name_of(path), Request(), Account(), time.time(), source=_file_name(path))
        files: tuple[Artifact, ...] = ()
    else:
        fresh = Job(job_id, like.name, like.request, like.account, like.created)
        files = tuple(each for each in like.artifacts if each.role is not Role.MODEL)
        job = replace(
            fresh,
            source=like.source,
            task_id=like.task_id,
            credits=like.credits,
            model_seed=like.model_seed,
            texture_seed=like.texture_seed,
        )
    model = Artifact(Role.MODEL, str(path), model_format)
    return replace(job, arrival=arrival, spot=spot).after(Downloaded((model, *files)))


def kept(task_id: str) -> Job | None:
    """Give the job that ordered a task, if it and its files are still kept."""
    journal = Journal(jobs_folder())
    for name in reversed(journal.names() if task_id else []):  # the newest first: that is what is pressed again
        head = head_of(journal.path_of(name))
        if head is None or head.task_id != task_id:
            continue
        with contextlib.suppress(RecordError):
            job = journal.record_of(name)
            files = job.request.files.values() if job is not None else ()
            if job is not None and job.request.inputs and all(Path(path).is_file() for path in files):
                return job
    return None


def _check_regular(path: Path) -> None:
    """Raise `OSError` where a path leads to no file: opening a pipe waits for who writes into it."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is not a file", str(path))


def _begin(access: Access) -> tuple[str, Path]:
    if (failure := unavailable_reason(access)) is not None:
        raise failure
    return _new_id(), jobs_folder()


def _new_id() -> str:
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"


def name_of(picture: Picture) -> str:
    """Give the name that a model gets from its picture: the file's or image's name without suffix and numbering."""
    if isinstance(picture, bpy.types.Image):
        text = "Render" if picture.type == "RENDER_RESULT" else without_number(picture.name)
    else:
        text = _file_name(picture)
    text = re.sub(r"\.(png|jpe?g|webp|exr|tiff?|tga|bmp|hdr|gif|glb|fbx)$", "", text, flags=re.IGNORECASE)
    return as_name(text)[:_LONGEST_NAME].strip() or "Model"


def _file_name(picture: Picture) -> str:
    """Give the name of a picture, where it has one, as text: without folders, and without an address's query."""
    if isinstance(picture, bpy.types.Image):
        return picture.name
    text = str(picture)
    if is_url(text):
        text = text.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    text = text.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    with contextlib.suppress(UnicodeError):  # what the system's own encoding does not know may still be UTF-8
        text = os.fsencode(text).decode("utf-8", "surrogateescape")
    return as_name(text)


def run(job: Job, access: Access, folder: Path, emit: Callable[[Event], None]) -> Job:
    """Carry a job to ready, or to where it ends, in the foreground."""
    from ..worker import foreground  # noqa: PLC0415  (brings requests, which Blender's start shall not wait for)

    return foreground.run(job, access.credentials, folder, emit, access.network, access.limits)
