"""Carries out what a command orders or goes on with: saves what comes of it, and tells of it."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..app import account, blocking
from ..app.account import Access
from ..core.job import Job
from ..core.options.generation_table import SETTINGS
from ..core.options.option import Value
from ..scene import export, export_images
from ..scene.assets import AssetOptions
from ..scene.deliver import Arrived
from ..scene.outputs import Outputs
from .outputs import Plan
from .report import Report


class Saving:
    """Saves what jobs give by a plan, and remembers where."""

    def __init__(self, plan: Plan) -> None:
        self.files: dict[str, tuple[Path, ...]] = {}  # by the job's id
        self._plan = plan

    def __call__(self, job: Job, arrived: Arrived) -> None:
        """Save it; raise `TripoError`."""
        outputs = self._plan(job, arrived)
        if arrived.images:
            export_images.save(outputs, job)
        else:
            export.save(outputs, job, arrived)
        self.files[job.id] = outputs.files


def settings_of(options: argparse.Namespace) -> dict[str, Value | None]:
    """Return the settings that were asked for, and None for each that was not."""
    return {setting.name: getattr(options, setting.name) for setting in SETTINGS}


def finish_all(
    jobs: Sequence[Job],
    folder: Path,
    given: Access,
    report: Report,
    outputs: Sequence[Outputs],
    asset: AssetOptions | None = None,
) -> None:
    """Order the jobs of an order and wait for them, after telling what they cost; raise `TripoError`.

    The last of them are saved in `outputs`, one in each.
    """
    report.priced(account.price(*(job.request for job in jobs)))
    places = dict(zip([job.id for job in jobs[-len(outputs) :]], outputs, strict=True))
    numbers = {job.id: number for number, job in enumerate(jobs, 1)}
    saving = Saving(lambda job, _arrived: places.get(job.id, Outputs()))

    def start(job: Job) -> None:
        report.started(job, numbers[job.id], len(jobs))

    def end(job: Job) -> None:
        report.done(job, saving.files[job.id], among_others=len(jobs) > 1)

    blocking.finish_all(jobs, given, folder, start, report.happened, asset, saving, end)
    if len(jobs) > 1:
        report.all_done()


def finish(
    job: Job,
    folder: Path,
    given: Access,
    report: Report,
    plan: Plan,
    asset: AssetOptions,
    *,
    among_others: bool = False,
) -> None:
    """Carry one job to its end, and tell of it; raise `TripoError`."""
    saving = Saving(plan)
    report.started(job)
    job = blocking.finish(job, given, folder, report.happened, asset, saving)[0]
    report.done(job, saving.files[job.id], among_others=among_others)
