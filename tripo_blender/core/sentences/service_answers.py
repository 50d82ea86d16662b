"""What the service answered: refusals, and what became of its tasks."""

from __future__ import annotations

SENTENCES = {
    "service.unknown_task_type": "The service does not offer this kind of task. {advice}",
    "service.original_unusable": (
        "The service cannot go on from the task that was named: it has not succeeded, or is of another kind. {advice}"
    ),
    "service.prompt_characters": "The prompt has a character that the service does not take. {advice}",
    "service.key_refused": "The service did not accept the API key. {advice}",
    "service.no_credit": "There is not enough credit for this model. {advice}",
    "service.no_access": "The service refused access. {advice}",
    "service.busy": "The service is busy with too many requests. {advice}",
    "service.fault": "The service has a fault at the moment. {advice}",
    "service.image_unusable": "The service could not use this image. {advice}",
    "service.content_policy": "The image was refused by the service's content policy. {advice}",
    "service.unknown_version": "The service does not know this model version. {advice}",
    "service.unknown_task": "The service does not know this task. {advice}",
    "service.upload_gone": "The service no longer has the uploaded image. {advice}",
    "service.no_such_url": "The service has no such URL. {advice}",
    "service.redirected": "The base URL leads on to another URL, where the API key is not sent. {advice}",
    "service.refused": "The service refused the request: {said}. {advice}",
    "service.refused_without_reason": (
        "The service refused the request: it gave HTTP status {status} without a reason. {advice}"
    ),
    "service.upload_unreadable": (
        "The service's answer to the image could not be read. Check the base URL in the preferences"
    ),
    "service.no_upload_url": (
        "The gateway has no such upload URL. Choose another way to send images in the preferences"
    ),
    "service.no_local_images": (
        "This gateway takes no images from this computer. Put the image on the web and enter its public URL instead"
    ),
    "task.answer_unreadable": "The service's answer could not be read. {advice}",
    "task.unreachable": "{what}. {advice}",
    "task.lost": (
        "The service no longer knows the task {task}. Download it later, or with the API key that ordered it"
    ),
    "task.unfinished": (
        "The service did not finish the task {task} in two hours. Download it later, or ask its support with this ID"
    ),
    "task.no_link": "The service says the {output} is ready, but gives no link to it. Ask its support with the task ID",
    "task.expired": "The task expired before the service came to it. {advice}",
    "task.failed": (
        "The service could not make a model from this image. Failed tasks are usually not charged. {advice}"
    ),
    "task.failed_because": (
        "The service could not make a model from this image ({said}). Failed tasks are usually not charged. {advice}"
    ),
    "task.output_too_large": "The {output} that the service made is larger than {most:.0f} MB. {advice}",
    "task.output_damaged": "The {output} that the service made is damaged. {advice}",
    "task.link_expired": (
        "The link to the finished model has expired. The service keeps the model for a while: download it again"
    ),
    "task.link_unusable": (
        "The link to the finished model leads to no usable URL. The service keeps the model for a while: download it "
        "again"
    ),
    "task.invalid_id": "This is not a task ID. Paste the ID as your account or the failed job shows it",
}

PARTS = {
    "service.choose_task_type": "Choose another kind",
    "service.choose_original": "Choose another task",
    "service.write_plainly": "Write it in plain letters, without emoji, then generate again",
    "task.output.views": "set of four views",
    "service.copy_key": "Copy the key again from your ModelStream account into the preferences",
    "service.top_up": "Top up the account that the API key belongs to, then generate again",
    "service.check_account": "Check that the account is active and that the API key may use Tripo from this network",
    "service.wait": "Wait a minute, then generate again",
    "service.try_later": "Try again in a few minutes",
    "service.save_image": "Save it as PNG or JPEG, or choose another one",
    "service.change_image": "Choose another image, or change this one",
    "service.choose_version": "Choose another one",
    "service.other_key": "It may belong to another API key, or have expired",
    "service.upload_again": "Generate again to upload it again",
    "service.check_url": "Check the base URL in the preferences",
    "service.correct_url": "Correct it in the preferences",
    "service.change_settings": "Change the settings and generate again",
    "service.is_busy": "The service is busy",
    "service.is_busy_with_yours": "The service is busy with your other tasks",
    "service.has_fault": "The service has a fault",
    "service.no_connection": "No connection",
    "service.no_files": "No more files can be opened",
    "service.task_not_found": "The service does not find the task",
    "service.model_damaged": "The model arrived damaged",
    "task.may_still_be_made": "The model may still be made: download its task {task} later",
    "task.generate_again": "Generate again",
    "task.try_another_image": "Try again, or choose a clearer image",
    "task.output.model": "model",
    "task.output.image": "image",
    "task.output.preview": "preview image",
    "task.output.front": "front image",
    "task.output.left": "left image",
    "task.output.back": "back image",
    "task.output.right": "right image",
    "task.output.rig_report": "rig report",
}
