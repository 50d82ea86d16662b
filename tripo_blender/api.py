"""For Python scripts: an image, words or an object in, an object or an image of Blender out.

from bl_ext.user_default.tripo_blender import api
chair = api.generate("chair.png", quad=True, face_limit=8000)
vase = api.generate(prompt="a blue vase", through="image")
views = api.views("chair.png")
chair = api.generate(views=views["front"]["tripo_task_id"])

Each function blocks until what it asks for is there, and raises `TripoError` where it does not come: `str()` is a
sentence that says what to do, and `.failure` holds kind, detail, code and trace id. What is ordered is charged for.

Some arguments are the same everywhere. `url` and `key` stand for those of the preferences and the environment.
`on_event` is told every event of `core.events`. `asset_library` is the name or the folder of an asset library that a
model is saved in. An image is a path, an image of Blender, or a public web address.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from .app import blocking, recovery, script_orders, submit
from .app.account import access
from .app.sources import Picture
from .app.submit import Order
from .core.errors import Kind, TripoError
from .core.events import Event
from .core.options import import_options
from .core.options.generation_table import SETTINGS
from .core.options.import_table import OPTION_BY_NAME
from .core.options.option import Value
from .core.price import in_words
from .core.recovery import Unfinished
from .core.sentences.text import text
from .scene.deliver import Arrived
from .scene.location import spot

__all__ = [
    "TripoError",
    "edit_views",
    "fetch",
    "generate",
    "generate_all",
    "image",
    "import_model",
    "jobs",
    "price",
    "refine",
    "resume",
    "views",
]

OnEvent = Callable[[Event], None]


def generate(
    picture: Picture | None = None,
    *,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    front: Picture | None = None,
    left: Picture | None = None,
    back: Picture | None = None,
    right: Picture | None = None,
    views: str = "",
    turntable: bpy.types.Object | str | None = None,
    through: str = "",
    variations: int = 1,
    url: str = "",
    key: str = "",
    on_event: OnEvent | None = None,
    asset_library: str | Path = "",
    **settings: Value | None,
) -> bpy.types.Object:
    """Make a model and bring it into the current scene.

    It is made of one of these: `picture`, an image; a `prompt`, of which `negative_prompt` says what not to show; the
    images `front`, `left`, `back` and `right`, of which the first and another one are needed; `views`, the id of a task
    that gave four views; or `turntable`, an object of the scene or its name, of which images are taken from its four
    sides. `through` makes more on the way: an "image" of the prompt, or four "views" of the image, which come into the
    file too. Of several `variations`, up to 8, which differ by their seed and stand in a row, each is charged for.

    `settings` are those of `core.options.generation.Settings` (`quad`, `pbr`, `texture`, `texture_quality`,
    `geometry_quality`, `face_limit`, `auto_size`, `model_version`, `model_seed`, ...) and those of
    `core.options.import_options.Arrival` (`place`, `fit`, `size`, `replace`, `shading`, `collection`, ...); which side
    of the file's model is its front is `front_axis`. With a turntable, `fit="box"` and `replace=True` the model takes
    the place of the object.

    Return the main object, of several variations that of the first: as a rule selected, active, its base on the 3D
    cursor, in the collection "Tripo".
    """
    if isinstance(front, str) and front in _AXES:  # what it meant before models were made of several views
        settings.setdefault(_FRONT_AXIS, front)
        front = None
    return generate_all(
        picture,
        prompt=prompt,
        negative_prompt=negative_prompt,
        front=front,
        left=left,
        back=back,
        right=right,
        views=views,
        turntable=turntable,
        through=through,
        variations=variations,
        url=url,
        key=key,
        on_event=on_event,
        asset_library=asset_library,
        **settings,
    )[0]


def generate_all(
    picture: Picture | None = None,
    *,
    url: str = "",
    key: str = "",
    on_event: OnEvent | None = None,
    asset_library: str | Path = "",
    **wanted: Any,
) -> list[bpy.types.Object]:
    """Make models; take what `generate` takes, and return the main object of each variation."""
    order, arrival, obj = _model_order(picture, **wanted)
    return [
        arrived.main
        for arrived in _carried_out(order, arrival, obj, url, key, on_event, asset_library)
        if arrived.objects
    ]


def price(picture: Picture | None = None, **wanted: Any) -> str:
    """Return what `generate` would cost, as an estimate such as "about 30 credits"; nothing is sent."""
    order, _arrival, _obj = _model_order(picture, **wanted)
    return in_words(submit.price_of(order, access(bpy.context))).english()


def refine(
    task_id: str,
    *,
    url: str = "",
    key: str = "",
    on_event: OnEvent | None = None,
    asset_library: str | Path = "",
    **arrival: Value | None,
) -> bpy.types.Object:
    """Have the model of a task refined that is a draft, as those of versions up to 1.4 are; otherwise as `generate`."""
    order = script_orders.of_draft(task_id, {})
    return _carried_out(order, _arrival(arrival), None, url, key, on_event, asset_library)[-1].main


def image(
    prompt: str,
    *,
    negative_prompt: str | None = None,
    references: Sequence[Picture] = (),
    url: str = "",
    key: str = "",
    on_event: OnEvent | None = None,
    **settings: Value | None,
) -> bpy.types.Image:
    """Make an image of words, and of images that they refer to; it is packed into the file.

    `settings` are `image_model`, `t_pose` and `sketch_to_render`. Return the image; its property "tripo_task_id" has
    the task. `negative_prompt` goes with words alone.
    """
    order = script_orders.of_image(settings, prompt, negative_prompt, references)
    return next(iter(_images(order, url, key, on_event).values()))


def views(
    picture: Picture, *, url: str = "", key: str = "", on_event: OnEvent | None = None
) -> dict[str, bpy.types.Image]:
    """Make four views of an image; they are packed into the file.

    Return them by "front", "left", "back" and "right". The property "tripo_task_id" of each has the task, for
    `generate(views=...)` and `edit_views`.
    """
    return _images(script_orders.of_views(picture, {}), url, key, on_event)


def edit_views(
    task_id: str, edits: Mapping[str, str], *, url: str = "", key: str = "", on_event: OnEvent | None = None
) -> dict[str, bpy.types.Image]:
    """Change views that a task gave, by words for each: `{"front": "with a red hat"}`; return all four as `views`.

    A set of views can be edited once; each view that is changed is charged for.
    """
    return _images(script_orders.of_edits(task_id, edits, {}), url, key, on_event)


def fetch(
    task_id: str,
    *,
    url: str = "",
    key: str = "",
    on_event: OnEvent | None = None,
    asset_library: str | Path = "",
    **arrival: Value | None,
) -> bpy.types.Object | dict[str, bpy.types.Image]:
    """Bring in what a task gave that was made before, without ordering anything.

    Return the main object of a model as `generate` does, or images by what they show: "image", or the four views.
    """
    given = access(bpy.context, url, key)
    blocking.check_takes_models()
    chosen = _arrival(arrival)
    asset = blocking.checked_asset_options(asset_library)
    job, folder = submit.fetch(task_id, given, chosen, spot(bpy.context, chosen))
    return _brought(blocking.finish(job, given, folder, on_event, asset)[1])


def import_model(path: str | Path, *, asset_library: str | Path = "", **arrival: Value | None) -> bpy.types.Object:
    """Bring in a GLB or FBX file of this disk the way a generated model comes in; no key and no network are needed."""
    blocking.check_takes_models()
    chosen = _arrival(arrival)
    asset = blocking.checked_asset_options(asset_library)
    job = submit.import_file(Path(path), chosen, spot(bpy.context, chosen))
    return blocking.take_in(job, access(bpy.context), asset=asset)[1].main


def jobs() -> list[Unfinished]:
    """Return the jobs that can be gone on with, oldest first: `.job`, its `.way` on and what it is in `.words`."""
    return recovery.on_record()[0]


def resume(
    job_id: str,
    *,
    send_again: bool = False,
    task_id: str = "",
    url: str = "",
    key: str = "",
    on_event: OnEvent | None = None,
    asset_library: str | Path = "",
) -> bpy.types.Object | dict[str, bpy.types.Image]:
    """Go on with a job whose process has died; one that was not ordered yet is ordered by it. Return as `fetch`.

    An order of which nobody knows whether it was bought is sent once more with `send_again`, or what it gave fetched by
    `task_id`; without either that raises `TripoError` of kind uncertain.
    """
    given = access(bpy.context, url, key)
    blocking.check_takes_models()
    asset = blocking.checked_asset_options(asset_library)
    job, folder = recovery.ready_to_run(recovery.known(job_id), given, send_again=send_again, task_id=task_id)
    return _brought(blocking.finish(job, given, folder, on_event, asset)[1])


_FRONT_AXIS = "front_axis"
_AXES = {choice[0] for choice in OPTION_BY_NAME["front"].choices}


def _model_order(
    picture: Picture | None = None,
    *,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    front: Picture | None = None,
    left: Picture | None = None,
    back: Picture | None = None,
    right: Picture | None = None,
    views: str = "",
    turntable: bpy.types.Object | str | None = None,
    through: str = "",
    variations: int = 1,
    **settings: Value | None,
) -> tuple[Order, import_options.Arrival, bpy.types.Object | None]:
    """Return the order of a model, how it arrives, and the object of which images are yet to be taken for it."""
    names = {_FRONT_AXIS, *OPTION_BY_NAME} - {"front"}
    known = names | {setting.name for setting in SETTINGS}
    if strange := [name for name in settings if name not in known]:
        raise TripoError(Kind.USAGE, text("setting.unknown", value=repr(strange[0]), known=", ".join(sorted(known))))
    obj = script_orders.object_named(turntable) if isinstance(turntable, str) else turntable
    order = script_orders.of_model(
        {name: value for name, value in settings.items() if name not in names},
        image=picture,
        prompt=prompt,
        negative_prompt=negative_prompt,
        views={"front": front, "left": left, "back": back, "right": right},
        views_task=views,
        obj=obj,
        through=through,
        count=variations,
    )
    return order, _arrival({name: value for name, value in settings.items() if name in names}), obj


def _arrival(values: Mapping[str, Value | None]) -> import_options.Arrival:
    return import_options.asked(**{"front" if name == _FRONT_AXIS else name: each for name, each in values.items()})


def _carried_out(
    order: Order,
    arrival: import_options.Arrival,
    obj: bpy.types.Object | None,
    url: str,
    key: str,
    on_event: OnEvent | None,
    asset_library: str | Path,
) -> list[Arrived]:
    """Carry out an order of models; of images of an object where there is one, which are taken now."""
    given = access(bpy.context, url, key)
    blocking.check_takes_models()
    asset = blocking.checked_asset_options(asset_library)
    with script_orders.in_scene(order, obj, arrival) as (complete, point):
        started, folder = submit.order(complete, given, bpy.context.scene, arrival, point)
    return [arrived for _job, arrived in blocking.finish_all(started, given, folder, on_event=on_event, asset=asset)]


def _images(order: Order, url: str, key: str, on_event: OnEvent | None) -> dict[str, bpy.types.Image]:
    given = access(bpy.context, url, key)
    started, folder = submit.order(order, given, bpy.context.scene)
    ((_job, arrived),) = blocking.finish_all(started, given, folder, on_event=on_event)
    return {str(role): each for role, each in arrived.images.items()}


def _brought(arrived: Arrived) -> bpy.types.Object | dict[str, bpy.types.Image]:
    return arrived.main if arrived.objects else {str(role): each for role, each in arrived.images.items()}
