"""Where the job records and models lie."""

from pathlib import Path

from ..core.errors import Kind, TripoError
from .waiting import jobs_path


def jobs_folder() -> Path:
    """Give the folder of the job records and models, in the user's own resources; raises `TripoError`."""
    try:
        folder = Path(jobs_path())
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TripoError(
            Kind.DISK, "The add-on's folder cannot be made. Make Blender's user folder writable", detail=str(error)
        ) from error
    return folder
