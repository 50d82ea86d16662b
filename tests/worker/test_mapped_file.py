"""Mapped files: whatever they are and however their reader ends."""

from pathlib import Path

import pytest

from tripo_blender.storage.mapped_file import mapped


@pytest.mark.parametrize("content", [b"", b"glTF"])
def test_all_bytes_are_there_and_then_gone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with mapped(path) as data:
        assert bytes(data) == content
    if content:
        with pytest.raises(ValueError, match="released"):
            len(data)


def test_an_error_that_holds_a_part_of_the_file_is_the_one_that_is_heard_of(tmp_path: Path) -> None:
    """A file cannot be unmapped while a frame has a part of it."""
    path = tmp_path / "file"
    path.write_bytes(b"glTF")

    def judge(data: memoryview) -> None:
        part = data[:2]
        raise LookupError(bytes(part))

    with pytest.raises(LookupError, match="gl"), mapped(path) as data:
        judge(data)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), mapped(tmp_path / "file"):
        pass
