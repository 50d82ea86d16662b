"""The command line for jobs that were interrupted: `tripo jobs`, `tripo resume`."""

import argparse
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import bpy

from ..app import blocking, recovery
from ..app.account import access
from ..converter.importing import taken_out_again
from ..core.errors import Kind, TripoError, exit_code
from ..core.job import Job
from ..core.options.option import LONGEST_TEXT
from ..core.recovery import Unfinished, Way, resumed
from ..core.sentences.text import text
from ..scene import export
from ..scene.assets import AssetOptions
from ..scene.export import Outputs
from ..scene.folders import jobs_folder
from ..storage.journal import Journal
from .report import Report, spelt_out

_OLDEST = 1e9  # s: a record may name any time
TOO_LONG = f"it has more than {LONGEST_TEXT:,} characters: shorten it"


class Named(argparse.Action):
    """Takes a text, but not an empty one, nor one that is longer than any can be.

    A variable of a shell that is not set shall not put another key, service or place in the stead of the one meant.
    """

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, _option: str | None = None
    ) -> None:
        """Take note of what was named; raises `TripoError` of kind usage for nothing."""
        if not values.strip():
            parser.error(str(argparse.ArgumentError(self, "it is empty: give a value, or leave it out")))
        if len(values) > LONGEST_TEXT:
            parser.error(str(argparse.ArgumentError(self, TOO_LONG)))
        setattr(namespace, self.dest, values)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the words of `tripo resume` alone."""
    parser.add_argument("source", nargs="?", default="", metavar="ID", help="id of the job, as `tripo jobs` lists it")
    parser.add_argument(
        "--all",
        action="store_true",
        help="all that wait, each saved under its own name; what is uncertain is listed and not sent again",
    )
    choice = parser.add_argument_group("an uncertain order").add_mutually_exclusive_group()
    choice.add_argument("--send-again", action="store_true", help="order it once more: it may have been bought already")
    choice.add_argument(
        "--task", action=Named, default="", metavar="TASK_ID", help="fetch the task that was made after all"
    )
    choice.add_argument("--give-up", action="store_true", help="give the job up; this works for every job")


def list_jobs(report: Report) -> int:
    """Tell every job that can be gone on with, and every record that cannot be read."""
    journal = Journal(jobs_folder())
    jobs, unreadable = journal.look(ended=False)
    listed = 0
    for job in jobs:
        found = journal.unfinished(job)
        if found is None and not journal.ownership.elsewhere(job.id):
            continue
        listed += 1
        size = journal.size_of(job.id)
        age = min(max(0.0, time.time() - job.created), _OLDEST)
        told = found.text if found is not None else text("cli.in_another_blender")
        record = {
            "event": "job",
            "job": job.id,
            "state": str(found.job.state if found is not None else job.state),
            "way": str(found.way) if found is not None else "elsewhere",
            "name": job.name,
            "task_id": job.task_id,
            "age": round(age),
            "bytes": size,
        }
        task = f", task {job.task_id}" if job.task_id else ""
        report.told(record, f"{job.id}  {job.name}: {told.english()}{task}, {_age(age)} old, {size / 1e6:.1f} MB")
    last = {"event": "result", "ok": True, "exit_code": 0, "jobs": listed, "unreadable": spelt_out(tuple(unreadable))}
    report.told(last, *([] if listed else [text("cli.nothing_waits")]), *unreadable)
    return 0


def resume(options: argparse.Namespace, report: Report) -> int:
    """Go on with one job or with all, and give the exit code; raises `TripoError`."""
    decided = options.send_again or bool(options.task) or options.give_up
    if options.all == bool(options.source):
        raise TripoError(Kind.USAGE, text("cli.one_or_all"))
    if options.all and (decided or options.out):
        raise TripoError(Kind.USAGE, text("cli.one_job"))
    if options.all:
        return _resume_all(options, report)
    found = recovery.known(options.source)
    if options.give_up:
        left = recovery.leave(found)
        record = {"event": "result", "ok": True, "exit_code": 0, "job": found.job.id, "task_id": found.job.task_id}
        report.told(record | {"given_up": spelt_out(left)}, left)
        return 0
    if found.way is Way.DECIDE and not decided:
        report.told({"event": "uncertain", "job": found.job.id}, text("cli.decide"))
        resumed(found)  # raises that it is uncertain
    own = [] if options.asset_library else [export.own(found.job.name)]
    inputs = [*found.job.request.files.values(), found.job.model_path]
    out = export.checked(options.out or own, overwrite=options.overwrite, inputs=inputs)
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    export.empty_scene()
    job = _carried_out(found, options, report, out, asset)
    report.done(job, out.files)
    return 0


def _resume_all(options: argparse.Namespace, report: Report) -> int:
    """Go on with each that waits; the exit code is that of the first that did not end well."""
    codes: list[int] = []
    told: dict[str, list[str]] = {"done": [], "failed": [], "uncertain": []}
    on_record, unreadable = recovery.on_record()
    found = [each for each in on_record if each.waits]
    out = _own(found, options)
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    export.empty_scene()
    for each in found:
        name, job_id = each.job.name, each.job.id
        if each.way is Way.DECIDE:
            codes.append(exit_code(Kind.UNCERTAIN))
            told["uncertain"].append(job_id)
            report.told(
                {"event": "uncertain", "job": job_id, "name": name},
                text("cli.decide_about", name=name, job=job_id),
            )
            continue
        try:
            with taken_out_again():  # the next one is saved without it
                job = _carried_out(each, options, report, out[job_id], asset)
                report.done(job, out[job_id].files, among_others=True)
        except TripoError as error:
            if error.failure.kind is Kind.CANCELLED:
                raise
            codes.append(exit_code(error.failure.kind))
            told["failed"].append(job_id)
            failed: dict[str, Any] = {"event": "failed", "job": job_id, "error": spelt_out(error.failure)}
            report.told(failed, f"{name}: {error.failure.sentence}")
        else:
            told["done"].append(job_id)
    code = codes[0] if codes else 0
    last: dict[str, Any] = {
        "event": "result",
        "ok": code == 0,
        "exit_code": code,
        **told,
        "unreadable": spelt_out(tuple(unreadable)),
    }
    report.told(last, *([] if found else [text("cli.nothing_waits")]), *unreadable)
    return code


def _carried_out(
    found: Unfinished, options: argparse.Namespace, report: Report, out: Outputs, asset: AssetOptions
) -> Job:
    given = access(bpy.context, options.url, key_file=options.key_file)
    job, folder = recovery.ready_to_run(found, given, send_again=options.send_again, task_id=options.task)
    report.started(job)
    return blocking.finish(job, given, folder, report.happened, asset, partial(export.save, out))[0]


def _own(found: list[Unfinished], options: argparse.Namespace) -> dict[str, Outputs]:
    """Give the files that models are saved in where none is named, by the jobs' ids: each its own, and none in the way.

    Raises `TripoError` of kind usage.
    """
    taken: list[Path] = []
    for each in found:
        taken.append(export.own_unused(each.job.name, taken, overwrite=options.overwrite))
    if options.asset_library:
        return {each.job.id: Outputs() for each in found}
    checked = export.checked(taken, overwrite=options.overwrite)
    return {each.job.id: replace(checked, files=(path,)) for each, path in zip(found, checked.files, strict=True)}


def _age(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
