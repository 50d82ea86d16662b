"""The commands that bring a model in: `tripo generate`, `tripo refine`, `tripo fetch`, `tripo import`."""

import argparse
from pathlib import Path

import bpy

from ...app import blocking, script_orders, sources, submit
from ...app.account import access
from ...app.submit import Order
from ...core.options import import_options
from ...core.options.import_options import Arrival
from ...core.options.import_table import OPTIONS
from ...core.recovery import checked_task_id
from ...core.task import IMAGE, VIEWS_IN_ORDER, Role
from ...scene import export
from ...scene.location import spot
from .. import outputs
from ..carry_out import Saving, finish, finish_all, settings_of
from ..report import Report


def generate(options: argparse.Namespace, report: Report) -> None:
    """Order models and save them; raise `TripoError`."""
    obj = script_orders.object_named(options.turntable) if options.turntable else None
    wanted = script_orders.of_model(
        settings_of(options),
        image=options.source,
        prompt=options.prompt,
        negative_prompt=options.negative_prompt,
        views={str(view): getattr(options, f"{view}_view") for view in VIEWS_IN_ORDER},
        views_task=options.views,
        obj=obj,
        through=options.through,
        count=options.variations,
    )
    _order(wanted, options.turntable or options.views, options, report, obj)


def refine(options: argparse.Namespace, report: Report) -> None:
    """Have a draft refined and save the model; raise `TripoError`."""
    _order(script_orders.of_draft(options.source, settings_of(options)), options.source, options, report)


def fetch(options: argparse.Namespace, report: Report) -> None:
    """Fetch what a task gave and save it; raise `TripoError`."""
    task_id = checked_task_id(options.source)
    plan = outputs.by_what_comes(options, task_id)
    arrival = _arrival(options)
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    export.empty_scene()
    given = access(bpy.context, options.url, key_file=options.key_file)
    job, folder = submit.fetch(task_id, given, arrival, spot(bpy.context, arrival))
    finish(job, folder, given, report, plan, asset)


def import_file(options: argparse.Namespace, report: Report) -> None:
    """Bring a model file of this disk in and save it; raise `TripoError`."""
    name = sources.name_of({IMAGE: Path(options.source)})
    out = outputs.planned(Role.MODEL, options, name, [options.source])
    arrival = _arrival(options)
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    export.empty_scene()
    job = submit.import_file(Path(options.source), arrival, spot(bpy.context, arrival))
    report.started(job)
    saving = Saving(lambda _job, _arrived: out)
    job, arrived = blocking.take_in(job, access(bpy.context), report.happened, asset, saving)
    report.happened(arrived.event)
    report.done(job, out.files)


def _order(
    wanted: Order, name: str, options: argparse.Namespace, report: Report, obj: bpy.types.Object | None = None
) -> None:
    """Order models, of images of an object where there is one, which are taken now."""
    sources.check(wanted.sources)  # before its end names a file
    name = name or sources.name_of(wanted.sources)
    out = export.of_variations(outputs.planned(Role.MODEL, options, name, wanted.sources.values()), wanted.count)
    arrival = _arrival(options)
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    if obj is None:
        export.empty_scene()
    given = access(bpy.context, options.url, key_file=options.key_file)
    with script_orders.in_scene(wanted, obj, arrival) as (complete, point):
        jobs, folder = submit.order(complete, given, bpy.context.scene, arrival, point)
    finish_all(jobs, folder, given, report, out, asset)


def _arrival(options: argparse.Namespace) -> Arrival:
    return import_options.asked(**{option.name: getattr(options, option.name) for option in OPTIONS})
