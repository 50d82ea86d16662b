"""What became of a job: the processes that run it, its record on the disk, and the jobs that it needs."""

from __future__ import annotations

SENTENCES = {
    "needs.other_account": (
        "{other} is of another account than {name}, which needs its views. Nothing was ordered for it; generate the "
        "views again with this account"
    ),
    "needs.edited": (
        "The views of {other} were edited before, which can be done once. Nothing was ordered; generate new views to "
        "edit them"
    ),
    "job.lost_track": (
        "The add-on lost track of this job. Nothing was sent twice; please report this with the job's details"
    ),
    "job.mistake": "The add-on made a mistake with this job. Please report it with the job's details",
    "job.helper_ended": "The add-on's helper process ended unexpectedly. {advice}",
    "job.helper_not_started": "The add-on's helper process could not start. Restart Blender",
    "job.helper_gone": "The add-on's helper process has ended. Try again",
    "job.unknown_service": (
        "It was made with the service {service}, which this version does not know. Update the add-on to continue it"
    ),
    "job.other_service": (
        "The job of {name} was begun at {url}. Enter that base URL and its key in the preferences, then resume it"
    ),
    "job.ordered_elsewhere": (
        "{name} was ordered at {url}. Set the base URL in the preferences back to generate it again"
    ),
    "job.key_of_another": (
        "This job belongs to another service than the key. Set the base URL in the preferences back to its own"
    ),
    "job.unknown": "There is no job '{job}' on record. List those that are: tripo jobs",
    "job.not_listed": "There is no job '{job}' in the list: it may have been cleared",
    "job.nothing_to_resume": "The job of {name} is {state}, so there is nothing to resume",
    "job.in_another_blender": (
        "Another Blender on this computer runs the job of {name}. Wait for it there, or close that Blender and try "
        "again"
    ),
    "job.not_discarded": (
        "{name} could not be discarded: its record is as it was. Make the add-on's folder writable, then discard it "
        "again"
    ),
    "job.discarded_elsewhere": "The job of {name} was discarded elsewhere in the meantime, so nothing was sent",
    "job.continued_elsewhere": (
        "The job of {name} was continued elsewhere in the meantime, so nothing was sent. {advice}"
    ),
    "job.ended_elsewhere": "The job of {name} was {ended} elsewhere in the meantime, so nothing was done for it",
    "record.unreadable": (
        "The record of job {job} cannot be read and is left as it is. If your account shows a task of that time, "
        "download it by its ID"
    ),
    "record.unreadable_with_task": (
        "The record of job {job} cannot be read and is left as it is. Its task {task} can be downloaded by its ID"
    ),
    "record.half_written": (
        "The record of job {job} was not written to its end and is left as it is. Nothing was ordered for it: generate "
        "again from the image"
    ),
    "record.newer": (
        "The record of job {job} is from a newer version of the add-on and is left as it is. Update the add-on to "
        "continue it"
    ),
    "record.newer_with_task": (
        "The record of job {job} is from a newer version of the add-on and is left as it is. Update the add-on to "
        "continue it, or download its task {task} by its ID"
    ),
    "needs.no_output": (
        "{other} gave no {output}, which {name} needs. Nothing was ordered for it; generate it again from what is there"
    ),
    "needs.gone": (
        "What {name} needs is no longer on record, or cannot be read. Nothing was ordered for it; generate it again "
        "from what is there"
    ),
    "needs.failed": (
        "{other} failed, and {name} needs it. Nothing was ordered for it; generate it again from what is there"
    ),
    "needs.cancelled": (
        "{other} was cancelled, and {name} needs it. Nothing was ordered for it; generate it again from what is there"
    ),
    "needs.circle": "{names} need each other, so none of them can start. Generate them again",
    "needs.not_yet": "{what}. Nothing was ordered: wait until that one has ended, then resume this",
}

PARTS = {
    "job.restart": "Restart Blender and generate again",
    "job.retrying": "{what}; trying again in {seconds} s",
    "job.stopping": "Stopping",
    "job.task_remains": "Its task {task} can be downloaded by its ID",
    "job.discarded": "{name} was discarded. Nothing was ordered for it",
    "job.discarded_with_task": "{name} was discarded. Its task {task} can still be downloaded by its ID",
    "job.discarded_in_doubt": "{name} was discarded. If your account shows its task, it can be downloaded by its ID",
    "job.cancelled_import": "Cancelled: nothing was imported",
    "job.cancelled_early": "Cancelled before anything was ordered",
    "job.cancelled_ready": "Cancelled. The {output} is on this disk: import it with: tripo resume {job}",
    "job.cancelled_paid": "Cancelled. The {output} is generated and paid for: download it with: tripo fetch {task}",
    "job.cancelled_under_way": "Cancelled. The service continues with its task {task} and may charge for it",
    "job.is.queued": "queued",
    "job.is.uploading": "being uploaded",
    "job.is.submitting": "being ordered",
    "job.is.generating": "being generated",
    "job.is.downloading": "being downloaded",
    "job.is.ready": "ready",
    "job.is.done": "done",
    "job.is.uncertain": "not confirmed",
    "job.is.failed": "failed",
    "job.is.cancelled": "cancelled",
    "job.was.discarded": "discarded",
    "job.was.finished": "finished",
    "job.can.be_ordered": "Not ordered yet",
    "job.can.be_followed": "Generating: {percent:.0f}%",
    "job.can.be_downloaded": "Generated, not downloaded yet",
    "job.can.be_imported": "Ready, needs no network",
    "job.can.be_decided": "Not Confirmed",
    "job.can.be_downloaded_again": "Failed, can be downloaded again",
    "needs.waiting": "Waiting for {other}",
    "needs.waiting_in_doubt": ("Waiting for {other}, which may or may not have been ordered: decide about that first"),
}
