"""The commands for jobs that were interrupted: `tripo jobs`, `tripo resume`."""

import argparse
import time
from pathlib import Path
from typing import Any

import bpy

from ...app import account, blocking, recovery
from ...converter.importing import taken_out_again
from ...core.errors import Kind, TripoError, exit_code
from ...core.job import Job
from ...core.recovery import Unfinished, Way, resumed
from ...core.sentences.text import text
from ...core.task import Role, word_of
from ...scene import export
from ...scene.assets import AssetOptions
from ...scene.deliver import Arrived
from ...scene.folders import jobs_folder
from ...scene.outputs import Outputs
from ...storage.journal import Journal
from .. import outputs
from ..carry_out import finish
from ..outputs import Plan
from ..report import Report, spelt_out

_OLDEST = 1e9  # s: a record may name any time


def list_jobs(_options: argparse.Namespace, report: Report) -> None:
    """Tell every job that can be gone on with, and every record that cannot be read."""
    journal = Journal(jobs_folder())
    jobs, unreadable = journal.look(ended=False)
    listed = 0
    for job in jobs:
        found = journal.unfinished(job)
        if found is None and not journal.ownership.elsewhere(job.id):
            continue
        listed += 1
        _list(found.job if found is not None else job, found, journal.size_of(job.id), report)
    last = {"event": "result", "ok": True, "exit_code": 0, "jobs": listed, "unreadable": spelt_out(tuple(unreadable))}
    report.told(last, *([] if listed else [text("cli.nothing_waits")]), *unreadable)


def _list(job: Job, found: Unfinished | None, size: int, report: Report) -> None:
    """Tell one job, which another Blender has where there is nothing `found`."""
    words = (found.text if found is not None else text("cli.in_another_blender")).english()
    age = min(max(0.0, time.time() - job.created), _OLDEST)
    gives = word_of(blocking.result_of(job))
    record = {
        "event": "job",
        "job": job.id,
        "state": str(job.state),
        "way": str(found.way) if found is not None else "elsewhere",
        "name": job.name,
        "gives": gives.english(),
        "task_id": job.task_id,
        "age": round(age),
        "bytes": size,
    }
    task = f", task {job.task_id}" if job.task_id else ""
    name = job.name if gives == word_of(Role.MODEL) else f"{job.name} ({gives.english()})"
    report.told(record, f"{job.id}  {name}: {words}{task}, {_age(age)} old, {size / 1e6:.1f} MB")


def resume(options: argparse.Namespace, report: Report) -> int:
    """Go on with one job or with all, and give the exit code; raise `TripoError`."""
    decided = options.send_again or bool(options.task) or options.give_up
    if options.all == bool(options.source):
        raise TripoError(Kind.USAGE, text("cli.one_or_all"))
    if options.all and (decided or options.out or options.out_dir):
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
    plan = _plan(found.job, options)
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    export.empty_scene()
    _go_on(found, options, report, plan, asset)
    return 0


def _plan(job: Job, options: argparse.Namespace) -> Plan:
    """Return where what a job gives is saved; raise `TripoError` of kind usage."""
    if not blocking.is_known(job):
        return outputs.by_what_comes(options, job.name)
    inputs = [*job.request.files.values(), *(each.path for each in job.artifacts)]
    out = outputs.planned(blocking.result_of(job), options, job.name, inputs)
    return lambda _job, _arrived: out


def _resume_all(options: argparse.Namespace, report: Report) -> int:
    """Go on with each that waits; the exit code is that of the first that did not end well."""
    codes: list[int] = []
    told: dict[str, list[str]] = {"done": [], "failed": [], "uncertain": []}
    on_record, unreadable = recovery.on_record()
    found = [each for each in on_record if each.waits]
    plan = _plan_of_all(found, options)
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
                _go_on(each, options, report, plan, asset, among_others=True)
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


def _plan_of_all(found: list[Unfinished], options: argparse.Namespace) -> Plan:
    """Return where each is saved: in files of its own, and none in the way; raise `TripoError` of kind usage."""
    taken: list[Path] = []
    places: dict[str, Outputs] = {}

    def place(gives: Role, job: Job) -> Outputs:
        if gives is Role.MODEL and options.asset_library:
            return Outputs()
        return outputs.unused(gives, job.name, taken, overwrite=options.overwrite)

    for each in found:
        if blocking.is_known(each.job):
            places[each.job.id] = place(blocking.result_of(each.job), each.job)

    def plan(job: Job, arrived: Arrived) -> Outputs:
        return places[job.id] if job.id in places else place(outputs.given_by(arrived), job)

    return plan


def _go_on(
    found: Unfinished,
    options: argparse.Namespace,
    report: Report,
    plan: Plan,
    asset: AssetOptions,
    *,
    among_others: bool = False,
) -> None:
    given = account.access(bpy.context, options.url, key_file=options.key_file)
    job, folder = recovery.ready_to_run(found, given, send_again=options.send_again, task_id=options.task)
    if not job.task_id:
        report.priced(account.price(job.request))
    finish(job, folder, given, report, plan, asset, among_others=among_others)


def _age(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
