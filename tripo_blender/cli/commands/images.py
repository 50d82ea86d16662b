"""The commands that give images: `tripo image`, `tripo views`, `tripo edit-views`."""

import argparse

import bpy

from ...app import script_orders, sources, submit
from ...app.account import access
from ...app.submit import Order
from ...core.task import Role
from .. import outputs
from ..carry_out import finish_all, settings_of
from ..report import Report


def image(options: argparse.Namespace, report: Report) -> None:
    """Order an image of words and save it; raise `TripoError`."""
    wanted = script_orders.of_image(settings_of(options), options.prompt, options.negative_prompt, options.reference)
    _order(Role.IMAGE, wanted, options, report)


def views(options: argparse.Namespace, report: Report) -> None:
    """Order four views of an image and save them; raise `TripoError`."""
    _order(Role.VIEWS, script_orders.of_views(options.source, settings_of(options)), options, report)


def edit_views(options: argparse.Namespace, report: Report) -> None:
    """Have views changed and save them; raise `TripoError`."""
    _order(Role.VIEWS, script_orders.of_edits(options.source, options.edit, settings_of(options)), options, report)


def _order(gives: Role, wanted: Order, options: argparse.Namespace, report: Report) -> None:
    sources.check(wanted.sources)  # before its end names a file
    out = outputs.planned(gives, options, wanted.name or sources.name_of(wanted.sources), wanted.sources.values())
    given = access(bpy.context, options.url, key_file=options.key_file)
    jobs, folder = submit.order(wanted, given, bpy.context.scene)
    finish_all(jobs, folder, given, report, [out])
