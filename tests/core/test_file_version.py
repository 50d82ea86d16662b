"""Whether the next part of a file still belongs to those that came before."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.file_version import FileVersion, goes_on, version_of

DATE, OLDER = "Sun, 22 Nov 2026 10:00:09 GMT", "Sun, 22 Nov 2026 10:00:00 GMT"
TAGGED = FileVersion('"a"', 100)
DATED = FileVersion(OLDER, 100)


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"etag": '"a"'}, '"a"'),
        ({"etag": '""'}, '""'),
        ({"etag": '"a"', "last-modified": OLDER, "date": DATE}, '"a"'),
        ({"last-modified": OLDER, "date": DATE}, OLDER),
        ({"etag": 'W/"a"'}, ""),
        ({"etag": 'W/"a"', "last-modified": OLDER, "date": DATE}, ""),
        ({"etag": "a"}, ""),
        ({"etag": '"a b"'}, ""),
        ({"last-modified": OLDER}, ""),
        ({"last-modified": DATE, "date": DATE}, ""),
        ({"last-modified": DATE, "date": OLDER}, ""),
        ({"last-modified": "yesterday", "date": DATE}, ""),
        ({"last-modified": "Sun, 22 Nov 2026 10:00:00", "date": DATE}, ""),
        ({}, ""),
    ],
)
def test_a_version_is_what_a_host_can_be_asked_for(headers: dict[str, str], validator: str) -> None:
    assert version_of(headers, 100) == (FileVersion(validator, 100) if validator else None)


@pytest.mark.parametrize(
    ("headers", "start", "version", "expected"),
    [
        ({"content-range": "bytes 40-99/100", "etag": '"a"'}, 40, TAGGED, True),
        ({"content-range": "bytes 40-59/100", "etag": '"a"'}, 40, TAGGED, True),
        ({"content-range": "bytes 40-99/100", "etag": '"a"'}, 40, FileVersion('"a"'), True),
        ({"content-range": "bytes 40-99/100", "last-modified": OLDER}, 40, DATED, True),
        ({"content-range": "bytes 0-99/100"}, 0, None, True),
        ({"content-range": "bytes 40-99/100", "etag": '"b"'}, 40, TAGGED, False),
        ({"content-range": "bytes 40-99/100", "etag": 'W/"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 40-99/100"}, 40, TAGGED, False),
        ({"content-range": "bytes 40-99/100", "last-modified": DATE}, 40, DATED, False),
        ({"content-range": "bytes 40-99/101", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 40-99/*", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 39-99/100", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 41-99/100", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 40-39/100", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 40-100/100", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes */100", "etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "40-99/100", "etag": '"a"'}, 40, TAGGED, False),
        ({"etag": '"a"'}, 40, TAGGED, False),
        ({"content-range": "bytes 40-99/100"}, 40, None, False),
        ({}, 0, None, False),
    ],
)
def test_a_part_goes_on_where_all_that_is_said_of_it_fits(
    headers: dict[str, str], start: int, version: FileVersion | None, expected: bool
) -> None:
    assert goes_on(headers, start, version) == expected


_HEADERS = st.dictionaries(
    st.sampled_from(("etag", "last-modified", "date", "content-range")),
    st.sampled_from(('"a"', DATE, OLDER, "bytes 1-2/3", "bytes 9999999999999999-1/2")) | st.text(max_size=12),
)


@given(_HEADERS, st.integers(0, 10))
def test_no_header_crashes(headers: dict[str, str], start: int) -> None:
    version = version_of(headers, -1)
    assert goes_on(headers, start, version) in (True, False)
