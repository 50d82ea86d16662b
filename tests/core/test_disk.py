"""Why a file could not be written, in words."""

import errno

import pytest

from tripo_blender.core.disk_errors import why_not_written


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EFBIG, "Make room"),
        (errno.EROFS, "Make it writable"),
        (errno.EACCES, "Make it writable"),
        (errno.ENOENT, "Create it again"),
        (errno.ENAMETOOLONG, "Choose a shorter one"),
    ],
)
def test_room_is_asked_for_where_room_is_missing_and_nowhere_else(number: int, words: str) -> None:
    assert why_not_written(number).english().endswith(words)


@pytest.mark.parametrize("number", [None, 0, -1, 99_999])
def test_what_is_not_known_is_not_guessed(number: int | None) -> None:
    sentence = why_not_written(number).english()
    assert "Check that its folder exists" in sentence
    assert "Make room" not in sentence
