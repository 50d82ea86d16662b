"""The names of files that are not whole yet: from a list nothing comes but files that this add-on makes itself."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.part_names import files_of, line_of, part_name, parts_in

TOKEN = "0123456789abcdef"


@given(
    folder=st.text(st.characters(exclude_characters="/\\"), max_size=20),
    suffix=st.sampled_from([".blend", ".GLB", ".png", ".JPEG"]),
)
def test_what_is_listed_is_read_again(folder: str, suffix: str) -> None:
    part = f"/{folder}/{part_name(TOKEN, suffix)}"
    line = line_of(part)
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert parts_in([line]) == [part]


def test_bytes_that_are_no_text_come_through() -> None:
    part = "/home/\udcff/" + part_name(TOKEN, ".fbx")
    assert parts_in([line_of(part)]) == [part]


@pytest.mark.parametrize(
    "line",
    [
        "",
        '"/a/.tripo-0123456789abcdef.bl',
        "7",
        "[" * 100_000,
        line_of("/home/ada/chair.blend"),
        line_of("/home/ada/.tripo-mine.blend"),
        line_of("/home/ada/.tripo-0123456789abcdef.blend/chair.blend"),
        line_of("/home/ada/x.tripo-0123456789abcdef.blend"),
        line_of("/home/ada/.tripo-0123456789abcdef.webp"),
        line_of("/home/ada/.tripo-0123456789abcdef.blend\n"),
        line_of(".tripo-0123456789abcdef.blend"),
    ],
    ids=lambda line: line[:60],
)
def test_nothing_else_is_named(line: str) -> None:
    assert parts_in([line]) == []


def test_what_blender_writes_beside_it_belongs_to_it() -> None:
    assert files_of("/a/.tripo-x.blend") == ["/a/.tripo-x.blend", "/a/.tripo-x.blend@", "/a/.tripo-x.blend1"]
