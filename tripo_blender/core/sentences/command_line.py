"""What the command line says of itself; the rest of what it prints is of other areas."""

from __future__ import annotations

SENTENCES = {
    "cli.usage": "{said}. See: {program} --help",
    "cli.mistake": "The add-on made a mistake: {error}. Please report it",
    "cli.one_or_all": "Name one job by its ID, or all with --all. See: tripo jobs",
    "cli.one_job": "A decision and --out are for one job: name its ID",
    "cli.decide": "Say what to do: --task TASK_ID, --send-again or --give-up",
    "cli.decide_about": (
        "{name}: it is not known whether it was ordered. tripo resume {job} with --task TASK_ID, --send-again or "
        "--give-up"
    ),
}

PARTS = {
    "cli.nothing_waits": "No job is waiting",
    "cli.in_another_blender": "In another Blender",
}
