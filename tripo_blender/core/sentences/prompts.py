"""What is wrong with a prompt, and with a request that lacks something or has too much."""

from __future__ import annotations

SENTENCES = {
    "request.not_through_image": "Only a model of words can be made through an image: leave that out",
    "request.not_through_views": "Only a model of words or of one image can be made through four views: leave that out",
    "request.variations": "Choose 1 to {most} variations; it is {count}",
    "prompt.empty": "The {what} is empty: write it in words",
    "prompt.too_long": "The {what} has {count:,} characters, {most:,} at most are taken: shorten it",
    "prompt.refused_character": (
        "The {what} has the character {character} at place {place:,}, which the service does not take: remove it"
    ),
    "request.unknown_slot": "This kind of task takes no {slot}; it takes {slots}. Leave it out",
    "request.wrong_kind": "The {what} must be {kinds}; it is {kind}. Choose another one",
    "request.wrong_output": "The {output} of another job cannot be the {what}: choose another one",
    "request.of_nothing": "The {what} is of no job and of no task: choose one",
    "request.not_by_task": "The {what} cannot be taken from a task by its ID: download that task, then use its file",
    "request.invalid_task": "The {what} is of a task whose ID is none. Paste it again",
    "request.both": "Use either the {what} or single ones, not both",
    "request.write": "The {what} is missing: write one",
    "request.choose": "The {what} is missing: choose one",
    "request.too_few": "Choose at least {fewest} of these: {whats}",
    "request.not_sent": "{what}. Nothing was sent",
    "request.twins": "The {what} and the {other} are the same: choose another one for one of them",
    "request.no_refinement": (
        "Only drafts of old model versions (1.4 and before) can be refined; this one is made with {version}. Generate "
        "the model again with a higher quality instead"
    ),
    "request.no_views": "Model version {version} makes no model of several views: choose another version",
}

PARTS = {
    "input.prompt": "prompt",
    "input.negative_prompt": "negative prompt",
    "input.image": "image",
    "input.reference": "reference image {number}",
    "input.edit_front": "edit of the front view",
    "input.edit_left": "edit of the left view",
    "input.edit_back": "edit of the back view",
    "input.edit_right": "edit of the right view",
    "input.views": "set of four views",
    "input.draft": "draft model",
    "input.kind.words": "text",
    "input.kind.image_file": "an image file",
    "input.kind.image_url": "the URL of an image",
    "input.kind.model_file": "a model file",
    "input.kind.output": "what another job gives",
}
