"""Takes away the files of an image that came to nothing."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SUFFIXES = (".png", ".jpg")  # that images are written with


@contextmanager
def removed_on_failure(folder: Path, stems: Iterable[str]) -> Iterator[None]:
    """Remove the images of these names from `folder` where what happens inside does not come to its end."""
    try:
        yield
    except BaseException:
        for stem in stems:
            for suffix in _SUFFIXES:
                (folder / f"{stem}{suffix}").unlink(missing_ok=True)
        raise
