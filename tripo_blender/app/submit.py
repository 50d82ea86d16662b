"""From what is asked for at a door to jobs: checked, priced, each with its own copies; and a run in the foreground."""

import contextlib
import errno
import random
import stat
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..converter import compat
from ..core.account import Account
from ..core.errors import Kind, TripoError
from ..core.events import Downloaded, Event, TaskCreated
from ..core.expansion import LARGEST_SEED, Through, steps_to, variations
from ..core.formats.model import HEAD, OF_USER, format_of
from ..core.job import Job
from ..core.options.generation import Settings, as_options, effective, settings_of
from ..core.options.generation_table import SETTING_BY_NAME
from ..core.options.import_options import Arrival
from ..core.placement import Spot
from ..core.price import Price, total
from ..core.recovery import checked_task_id
from ..core.request_check import problem_at
from ..core.sentences.text import text
from ..core.serialization import RecordError
from ..core.services.registry import service_of
from ..core.task import IMAGE, Artifact, ImageFile, Input, OutputOf, Request, Role, TaskType, Words
from ..scene import folders
from ..storage.journal import Journal
from ..storage.record_head import head_of
from . import sources
from .account import Access, unavailable_reason
from .sources import Picture, Source

jobs_folder = folders.jobs_folder


@dataclass(frozen=True)
class Order:
    """What is asked for at a door: a kind of task, what it is made of by slot, its settings.

    With `count` variations, and what is made on the way to them; `name` is that of the result, empty: after its source.
    """

    task: TaskType
    sources: Mapping[str, Source]
    settings: Settings = Settings()  # noqa: RUF009  # frozen
    through: Through = Through.NOTHING
    count: int = 1
    name: str = ""


def of_image(picture: Picture, settings: Settings) -> Order:
    """Return the order of a model of one image."""
    return Order(TaskType.IMAGE_TO_MODEL, {IMAGE: picture}, settings)


def order(
    wanted: Order,
    access: Access,
    scene: bpy.types.Scene,
    arrival: Arrival = Arrival(),  # noqa: B008  # frozen
    spot: Spot = Spot(),  # noqa: B008
    like: Job | None = None,
) -> tuple[list[Job], Path]:
    """Return the jobs of an order, in the order in which they are carried out, and the folder of their records.

    Images are taken as they are at this moment: painting on, or another pick, changes nothing. The jobs are named as
    the order says, or like `like`. All that can be checked before money is spent is checked. Raise
    `TripoError`; nothing is left on the disk then.
    """
    sources.check(wanted.sources)
    ids, folder = _begin(access, wanted)
    journal = Journal(folder)
    try:
        inputs = sources.capture(wanted.sources, journal.folder_of(ids[0]), scene)
        requests = requests_of(wanted, inputs, ids)
        service = service_of(access.account.service)
        if wrong := next(filter(None, (problem_at(service, request) for request in requests)), None):
            raise TripoError(Kind.USAGE, wrong)
        jobs = _jobs(wanted, requests, ids, journal, access)
    except BaseException:
        for job_id in ids:
            journal.forget(job_id)
        raise
    if like is not None:
        jobs = [replace(job, name=like.name, source=like.source) for job in jobs]
    return [replace(job, arrival=arrival, spot=spot) for job in jobs], folder


def price_of(wanted: Order, access: Access) -> Price | None:
    """Return what all of an order costs, as an estimate; None where it is not known."""
    # What it is made of changes no price, but how much there is to edit in it does.
    inputs: dict[str, Input] = {
        slot: source if isinstance(source, Words | OutputOf) else ImageFile("")
        for slot, source in wanted.sources.items()
    }
    service = service_of(access.account.service)
    return total(service.price(request) for request in requests_of(wanted, inputs, [""] * _most_jobs(wanted)))


def requests_of(wanted: Order, inputs: Mapping[str, Input], ids: Sequence[str]) -> list[Request]:
    """Return the requests of an order, each to be carried out by the job whose id stands at its place in `ids`."""
    asked = Request(wanted.task, inputs, as_options(wanted.settings))
    *steps, last = steps_to(asked, wanted.through, ids)
    return [_applied(each) for each in (*steps, *variations(last, wanted.count, random.randint(1, LARGEST_SEED)))]


def _applied(request: Request) -> Request:
    """Return a request without the options that do not apply to its task."""
    settings = settings_of(request.options)
    compresses = settings.compress != SETTING_BY_NAME["compress"].off
    reads_meshopt = compresses and compat.reads_meshopt()
    return replace(request, options=as_options(effective(settings, request.task, reads_meshopt=reads_meshopt)))


def _jobs(
    wanted: Order, requests: Sequence[Request], ids: Sequence[str], journal: Journal, access: Access
) -> list[Job]:
    name = wanted.name or sources.name_of(wanted.sources)
    source = next(filter(None, map(sources.file_name, wanted.sources.values())), "")
    group = ids[0] if len(requests) > 1 else ""
    jobs = []
    for number, (job_id, request) in enumerate(zip(ids, requests, strict=False)):
        if number and request.files:  # of a variation
            request = replace(request, inputs=sources.copied(request.inputs, journal.folder_of(job_id)))  # noqa: PLW2901
        jobs.append(Job(job_id, name, request, access.account, time.time(), source=source, group=group))
    return jobs


def _most_jobs(wanted: Order) -> int:
    return len(Through) - 1 + max(1, wanted.count)


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
    (job_id,), folder = _begin(access)
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
            Kind.USAGE, text("import.no_file", path=str(path)), detail=error.strerror or str(error)
        ) from error
    job_id = _new_id()
    if like is None:
        job = Job(
            job_id,
            sources.name_of({IMAGE: path}),
            Request(),
            Account(),
            time.time(),
            source=sources.file_name(path),
        )
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


def _begin(access: Access, wanted: Order | None = None) -> tuple[list[str], Path]:
    """Return the ids of new jobs, and the folder of their records; raise `TripoError` where there can be none."""
    if (failure := unavailable_reason(access)) is not None:
        raise failure
    return [_new_id() for _ in range(_most_jobs(wanted) if wanted else 1)], jobs_folder()


def _new_id() -> str:
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"


def run(job: Job, access: Access, folder: Path, emit: Callable[[Event], None]) -> Job:
    """Carry a job to ready, or to where it ends, in the foreground."""
    from ..worker import foreground  # noqa: PLC0415  (brings requests, which Blender's start shall not wait for)

    return foreground.run(job, access.credentials, folder, emit, access.network, access.limits)
