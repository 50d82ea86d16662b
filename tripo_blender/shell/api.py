"""For Python scripts: a picture in, an object in the scene out.

from bl_ext.user_default.tripo_blender.shell import api
chair = api.generate("chair.png", quad=True, face_limit=8000)
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy

from ..core import arrival as arrivals, request
from ..core.arrival_table import OPTION_BY_NAME, OPTIONS
from ..core.errors import Failure, Kind, TripoError
from ..core.job import SPANS, Event, Failed, Job, JobState, TaskCreated
from ..core.options import Value
from ..core.services.purchase import lost_answer
from ..core.setting_table import SETTINGS
from ..core.unfinished import Unfinished
from ..worker.journal import Journal
from . import ordering, preparing, resuming
from .access import Access, access
from .arrival import Arrived, wait_reason
from .keeping import Wish, check, wish
from .spots import spot

Save = Callable[[Job, Sequence[bpy.types.Object]], None]  # saves a job's model, given its objects; raises `TripoError`

_log = logging.getLogger(__name__)

__all__ = ["TripoError", "fetch", "generate", "import_model", "jobs", "resume"]


def generate(
    picture: ordering.Picture,
    *,
    url: str = "",
    key: str = "",
    on_event: Callable[[Event], None] | None = None,
    asset_library: str | Path = "",
    **settings: Value | None,
) -> bpy.types.Object:
    """Make a model of a picture and bring it into the current scene; blocks until it is there.

    `picture` is a path, an image of Blender or a public web address. `settings` are those of `core.request.Settings`
    (`quad`, `pbr`, `texture`, `texture_quality`, `geometry_quality`, `face_limit`, `auto_size`, `model_version`,
    `model_seed`, ...) and those of `core.arrival.Arrival` (`place`, `fit`, `size`, `shading`, `collection`, ...).
    `url` and `key` stand for those of the preferences and the environment. `on_event` is told every event of
    `core.job`. The model is saved as an asset into `asset_library`, the name or folder of one, if it is given.

    Gives the main object: as a rule selected, active, its base on the 3D cursor, in the collection "Tripo".
    Raises `TripoError`: `str()` is a sentence that says what to do, and `.failure` holds kind,
    detail, code and trace id.
    """
    given = access(bpy.context, url, key)
    check_takes_models()
    arrival, wanted = _sorted(settings)
    place = spot(bpy.context, arrival)
    asset = asset_wish(asset_library)
    job, folder = ordering.order(picture, wanted, given, bpy.context.scene, arrival, place)
    return finish(job, given, folder, on_event, asset)[1].main


def fetch(
    task_id: str,
    *,
    url: str = "",
    key: str = "",
    on_event: Callable[[Event], None] | None = None,
    asset_library: str | Path = "",
    **arrival: Value | None,
) -> bpy.types.Object:
    """Bring in the model of a task that was made before, without ordering anything; otherwise as `generate`."""
    given = access(bpy.context, url, key)
    check_takes_models()
    chosen = arrivals.asked(**arrival)
    asset = asset_wish(asset_library)
    job, folder = ordering.fetch(task_id, given, chosen, spot(bpy.context, chosen))
    return finish(job, given, folder, on_event, asset)[1].main


def import_model(path: str | Path, *, asset_library: str | Path = "", **arrival: Value | None) -> bpy.types.Object:
    """Bring in a GLB or FBX file of this disk the way a generated model comes in; no key and no network are needed."""
    check_takes_models()
    chosen = arrivals.asked(**arrival)
    asset = asset_wish(asset_library)
    job = ordering.import_file(Path(path), chosen, spot(bpy.context, chosen))
    return take_in(job, access(bpy.context), asset=asset)[1].main


def jobs() -> list[Unfinished]:
    """Give the jobs that can be gone on with, oldest first: `.job`, its `.way` on and what it is in `.words`."""
    return resuming.on_record()[0]


def resume(
    job_id: str,
    *,
    send_again: bool = False,
    task_id: str = "",
    url: str = "",
    key: str = "",
    on_event: Callable[[Event], None] | None = None,
    asset_library: str | Path = "",
) -> bpy.types.Object:
    """Go on with a job whose process has died, otherwise as `generate`; one that was not ordered yet is ordered by it.

    An order of which nobody knows whether it was bought is sent once more with `send_again`, or its model fetched by
    `task_id`; without either that raises `TripoError` of kind uncertain.
    """
    given = access(bpy.context, url, key)
    check_takes_models()
    asset = asset_wish(asset_library)
    job, folder = resuming.ready_to_run(resuming.known(job_id), given, send_again=send_again, task_id=task_id)
    return finish(job, given, folder, on_event, asset)[1].main


def asset_wish(library: str | Path, catalog: str = "") -> Wish:
    """Give where models are kept as assets: in this library, or as preferred; raises `TripoError` of kind usage."""
    asked = wish(bpy.context, str(library), catalog)
    if catalog and not (asked.library or asked.in_file):
        raise TripoError(Kind.USAGE, "A catalog is for an asset. Name the library to save it in by --asset-library")
    check(asked, bpy.context)
    return asked


def _sorted(values: dict[str, Value | None]) -> tuple[arrivals.Arrival, request.Settings]:
    """Give what was asked for of the arrival and of the generation."""
    known = {option.name for option in (*OPTIONS, *SETTINGS)}
    if strange := [name for name in values if name not in known]:
        raise TripoError(Kind.USAGE, f"There is no setting {strange[0]!r}; there are: {', '.join(sorted(known))}")
    of_arrival = {name: value for name, value in values.items() if name in OPTION_BY_NAME}
    of_request = {name: value for name, value in values.items() if name not in OPTION_BY_NAME}
    return arrivals.asked(**of_arrival), request.asked(**of_request)


def check_takes_models() -> None:
    """Raise `TripoError` where Blender could not take a model in now: before one is ordered."""
    if reason := wait_reason(bpy.context):
        raise TripoError(Kind.USAGE, f"Blender cannot take a model in now. It {reason[0].lower()}{reason[1:]}")


def finish(
    job: Job,
    given: Access,
    folder: Path,
    on_event: Callable[[Event], None] | None = None,
    asset: Wish | None = None,
    save: Save | None = None,
) -> tuple[Job, Arrived]:
    """Run a job to its end in the foreground, bring its model in and save it; raises `TripoError`.

    It is done, on the record too, when all that is written. Where the disk is at fault it stays ready: resuming it
    brings the model in again, without network.
    """

    def hear(event: Event) -> None:
        if isinstance(event, TaskCreated):
            preparing.warm(given)  # its start takes a second or two, the model a minute
        if on_event is not None:
            on_event(event)

    tell = _unfailing(hear)
    try:
        job = ordering.run(job, given, folder, tell)
    except BaseException:
        preparing.release()
        raise
    if job.state is not JobState.READY:
        preparing.release()
        raise TripoError.of(job.failure or cancelled(job))
    journal = Journal(folder)
    try:
        done, arrived = take_in(job, given, tell, asset, save)
        journal.end(done)
    except TripoError as error:
        if error.failure.kind is not Kind.DISK:
            journal.end(job.after(Failed(error.failure)))
        raise
    finally:
        journal.ownership.release(job.id)
    journal.prune(given.kept)
    tell(arrived.event)
    return done, arrived


def take_in(
    job: Job,
    given: Access,
    tell: Callable[[Event], None] = lambda _event: None,
    asset: Wish | None = None,
    save: Save | None = None,
) -> tuple[Job, Arrived]:
    """Bring the model of a ready job in and save it, and return the job as it is then; raises `TripoError`."""
    arrived = preparing.bring_in(job, given, bpy.context, asset, tell)
    done = job.after(arrived.event)
    if save is not None:
        save(done, arrived.objects)
    return done, arrived


def cancelled(job: Job | None) -> Failure:
    """Give the failure of a job that Ctrl-C has stopped, by what is known of it."""
    if job is not None and not job.task_id and job.state in (JobState.SUBMITTING, JobState.UNCERTAIN):
        return job.failure or lost_answer("interrupted while the order was out")
    if job is None or not job.base_url:
        return Failure(Kind.CANCELLED, "Cancelled: nothing was brought in")
    if not job.task_id:
        return Failure(Kind.CANCELLED, "Cancelled before anything was ordered")
    if job.state is JobState.READY:
        what = f"The model is on this disk: bring it in by: tripo resume {job.id}"
    elif job.percent >= SPANS[JobState.DOWNLOADING][0]:
        what = f"The model is made and paid for: fetch it by: tripo fetch {job.task_id}"
    else:
        what = f"The service goes on with its task {job.task_id} and may charge for it"
    return Failure(Kind.CANCELLED, f"Cancelled. {what}")


def _unfailing(on_event: Callable[[Event], None]) -> Callable[[Event], None]:
    """Return what tells the events, so that what goes wrong there, as a closed output, changes nothing for the job."""

    def tell(event: Event) -> None:
        try:
            on_event(event)
        except Exception:  # noqa: BLE001  # of a script that we do not know
            _log.warning("what is told of a job's events failed", exc_info=True)

    return tell
