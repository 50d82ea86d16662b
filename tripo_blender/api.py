"""For Python scripts: a picture in, an object in the scene out.

from bl_ext.user_default.tripo_blender import api
chair = api.generate("chair.png", quad=True, face_limit=8000)
"""

from collections.abc import Callable
from pathlib import Path

import bpy

from .app import blocking, recovery, sources, submit
from .app.account import access
from .core.errors import Kind, TripoError
from .core.events import Event
from .core.options import generation, import_options
from .core.options.generation_table import SETTINGS
from .core.options.import_table import OPTION_BY_NAME, OPTIONS
from .core.options.option import Value
from .core.recovery import Unfinished
from .core.sentences.text import text
from .scene.location import spot

__all__ = ["TripoError", "fetch", "generate", "import_model", "jobs", "resume"]


def generate(
    picture: sources.Picture,
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
    blocking.check_takes_models()
    arrival, wanted = _sorted(settings)
    place = spot(bpy.context, arrival)
    asset = blocking.checked_asset_options(asset_library)
    (job,), folder = submit.order(submit.of_image(picture, wanted), given, bpy.context.scene, arrival, place)
    return blocking.finish(job, given, folder, on_event, asset)[1].main


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
    blocking.check_takes_models()
    chosen = import_options.asked(**arrival)
    asset = blocking.checked_asset_options(asset_library)
    job, folder = submit.fetch(task_id, given, chosen, spot(bpy.context, chosen))
    return blocking.finish(job, given, folder, on_event, asset)[1].main


def import_model(path: str | Path, *, asset_library: str | Path = "", **arrival: Value | None) -> bpy.types.Object:
    """Bring in a GLB or FBX file of this disk the way a generated model comes in; no key and no network are needed."""
    blocking.check_takes_models()
    chosen = import_options.asked(**arrival)
    asset = blocking.checked_asset_options(asset_library)
    job = submit.import_file(Path(path), chosen, spot(bpy.context, chosen))
    return blocking.take_in(job, access(bpy.context), asset=asset)[1].main


def jobs() -> list[Unfinished]:
    """Give the jobs that can be gone on with, oldest first: `.job`, its `.way` on and what it is in `.words`."""
    return recovery.on_record()[0]


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
    blocking.check_takes_models()
    asset = blocking.checked_asset_options(asset_library)
    job, folder = recovery.ready_to_run(recovery.known(job_id), given, send_again=send_again, task_id=task_id)
    return blocking.finish(job, given, folder, on_event, asset)[1].main


def _sorted(values: dict[str, Value | None]) -> tuple[import_options.Arrival, generation.Settings]:
    """Give what was asked for of the arrival and of the generation."""
    known = {option.name for option in (*OPTIONS, *SETTINGS)}
    if strange := [name for name in values if name not in known]:
        raise TripoError(Kind.USAGE, text("setting.unknown", value=repr(strange[0]), known=", ".join(sorted(known))))
    of_arrival = {name: value for name, value in values.items() if name in OPTION_BY_NAME}
    of_request = {name: value for name, value in values.items() if name not in OPTION_BY_NAME}
    return import_options.asked(**of_arrival), generation.asked(**of_request)
