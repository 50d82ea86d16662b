"""Brings the images that a task gave into the file: packed, named, and there to be picked as the next input."""

import bpy

from ..core.errors import Kind, TripoError
from ..core.job import Job
from ..core.provenance import image_name, image_properties
from ..core.sentences.text import text
from ..core.services.registry import name_of
from ..core.task import IMAGE_ROLES, Artifact, Role


def bring_in_images(job: Job) -> dict[Role, bpy.types.Image]:
    """Load the images of a ready job, by what they are for.

    Raise `TripoError` of kind import where one is gone or cannot be read, with none of them left in the file.
    """
    images: dict[Role, bpy.types.Image] = {}
    try:
        for artifact in job.artifacts:
            if artifact.role in IMAGE_ROLES:
                images[artifact.role] = _load(job, artifact)
    except TripoError:
        for image in images.values():
            bpy.data.images.remove(image)
        raise
    return images


def _load(job: Job, artifact: Artifact) -> bpy.types.Image:
    try:
        image = bpy.data.images.load(artifact.path)
    except RuntimeError as error:
        raise _unread(job, artifact, str(error)) from error
    if not all(image.size):  # Blender reads the file only now
        bpy.data.images.remove(image)
        raise _unread(job, artifact, "Blender reads no pixels of it")
    image.pack()
    image.name = image_name(job, artifact.role)
    image.filepath_raw = f"//{image.name}.{artifact.format}"  # where it would be unpacked: the job's folder will go
    image.use_fake_user = True  # nothing uses it yet, and it was paid for
    for name, value in image_properties(job, artifact.role, name_of(job.account.service)).items():
        image[name] = value
    return image


def _unread(job: Job, artifact: Artifact, detail: str) -> TripoError:
    return TripoError(
        Kind.IMPORT, text("image.output_gone", name=job.name), detail=f"{artifact.path}: {detail.strip()}"
    )
