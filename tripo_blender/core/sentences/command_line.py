"""What the command line says of itself; the rest of what it prints is of other areas."""

from __future__ import annotations

SENTENCES = {
    "cli.no_input": (
        "Say what the model is made of: an image, a prompt, views of it, the task that gave four views, or an object"
    ),
    "cli.several_inputs": (
        "Say what the model is made of by one of these alone: an image, a prompt, views of it, a task or an object"
    ),
    "cli.unknown_view": "There is no view {view}: choose {views}",
    "cli.out_dir_for_views": "Four views are saved in a folder: name it with --out-dir instead of --out",
    "cli.out_for_one": "Only four views are saved in a folder: name a file with --out instead of --out-dir",
    "cli.out_or_out_dir": "A task gives a file for --out or four views for --out-dir: name one of them",
    "cli.not_saved": "{what}. It is stored all the same: save it without paying again with: tripo resume {job}",
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
