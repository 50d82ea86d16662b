"""What the check says of an image."""

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.formats.image.check import check


def refused(data: bytes) -> str:
    """Give what is wrong with an image; nothing for a whole one."""
    try:
        check(data)
    except TripoError as error:
        if error.failure.kind is not Kind.PICTURE or not error.failure.detail:
            raise
        return str(error)
    return ""
