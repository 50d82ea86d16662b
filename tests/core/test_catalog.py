"""The catalog file of an asset library: what is there stays, what is asked for is in it."""

import re
import uuid

import pytest
from hypothesis import assume, given, strategies as st

from tripo_blender.core.asset_catalog import clean_path, with_catalog
from tripo_blender.core.errors import Kind, TripoError

ID = "11111111-2222-4333-8444-55555555aaaa"
OTHER = "99999999-2222-4333-8444-55555555bbbb"
HEADER = "# mine\n\nVERSION 1\n\n"

PATHS = st.sampled_from(["Tripo", "Props/Tripo", "Tripo/Chairs", " a : b ", "Ärger/é", "x" * 90])
LINES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        ["", "# a comment", "VERSION 1", "nonsense", "VERSION", "VERSION2", f"{ID}:", f"{ID}", ":Tripo:Tripo"]
    ),
    st.builds("{}:{}:{}".format, st.sampled_from([ID, OTHER, OTHER.upper()]), PATHS, PATHS),
    st.builds(lambda path: with_catalog("", path)[1] + ":Elsewhere", PATHS),
)
TEXTS = st.builds(
    lambda lines, newline, end: newline.join(lines) + end,
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\r\n", "\r"]),
)  # fmt: skip


def entries(text: str) -> dict[str, str]:
    """Give the catalogs as Blender finds them: id to path."""
    found: dict[str, str] = {}
    lines = [line.strip() for line in text.split("\n") if line.strip() and not line.strip().startswith("#")]
    assert lines, "not even a version"
    assert re.match(r"VERSION +0*1(\D|$)", lines[0]), f"Blender reads no file that begins with {lines[0]!r}"
    for line in lines[1:]:
        identity, _, rest = line.partition(":")
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identity.strip().lower()) and rest.split(":")[0]:
            parts = (part.strip() for part in re.split(r"[/\\]", rest.split(":")[0]))
            found.setdefault(identity.strip().lower(), "/".join(part for part in parts if part))
    return found


def test_a_new_file_begins_as_blenders_own() -> None:
    text, identity = with_catalog("", "Props/Tripo")

    assert text.startswith("# This is an Asset Catalog Definition file for Blender.\n#\n")
    assert text.endswith(f"\n\nVERSION 1\n\n{identity}:Props/Tripo:Props-Tripo\n")


@given(TEXTS, PATHS)
def test_the_catalog_is_there_and_nothing_else_is_lost(text: str, path: str) -> None:
    result, identity = with_catalog(text, path)

    assert entries(result)[identity] == clean_path(path)
    assert with_catalog(result, path) == (result, identity), "asked again, nothing changes"
    kept = iter(result.split("\n"))
    assert all(any(line == was for was in kept) for line in text.split("\n")[:-1]), "every line, in its order"
    assert text.rsplit("\n", 1)[-1] in result


@given(TEXTS, PATHS, PATHS)
def test_two_paths_have_two_ids(text: str, one: str, two: str) -> None:
    assume(clean_path(one) != clean_path(two))
    text, first = with_catalog(text, one)
    text, second = with_catalog(text, two)

    assert first != second
    assert with_catalog(text, one) == (text, first)


@given(st.text(), st.text())
def test_any_text_and_any_path_give_a_file_that_can_be_written(text: str, path: str) -> None:
    assume(re.match(r"\s*VERSION ", text) is None)
    assume(re.search(r"[^\s/\\]", path) is not None)
    try:
        cleaned = clean_path(path)
    except TripoError:
        assert not path.isprintable()  # made of control codes
        return

    result, identity = with_catalog(text, path)

    assert uuid.UUID(identity).variant == uuid.RFC_4122
    assert cleaned.encode(), "no lone surrogates"
    assert not set(cleaned) & set("\\:\n\r\0")
    assert not any(part != part.strip() or not part for part in cleaned.split("/"))
    assert clean_path(cleaned) == cleaned
    assert f"{identity}:" in result.lower()


@pytest.mark.parametrize(
    "line", [f"{ID}:Props/Tripo", f" {ID.upper()} : \\Props// Tripo /:x:y\r", f"{ID}:Props/Tripo:"]
)
def test_an_id_that_is_there_wins(line: str) -> None:
    text = f"{HEADER}{OTHER}:Props:Props\n{line}"

    assert with_catalog(text, "Props/Tripo") == (text, ID)


def test_of_two_lines_with_one_id_the_first_counts_as_in_blender() -> None:
    text = f"{HEADER}{ID}:Props:Props\n{ID}:Tripo:Tripo\n"

    result, identity = with_catalog(text, "Tripo")

    assert identity != ID
    assert result == f"{text}{identity}:Tripo:Tripo\n"


def test_the_id_of_no_catalog_is_no_catalogs_id() -> None:
    text = f"{HEADER}00000000-0000-0000-0000-000000000000:Tripo:Tripo\n"

    assert with_catalog(text, "Tripo")[1] != "00000000-0000-0000-0000-000000000000"


def test_an_id_is_the_paths_own_and_another_one_where_it_is_taken() -> None:
    _, usual = with_catalog("", "Tripo")

    assert with_catalog(HEADER, "Tripo")[1] == usual, "the same in every library"
    result, other = with_catalog(f"{HEADER}{usual.upper()}:Chairs:Chairs\n", "Tripo")
    assert other != usual
    assert entries(result) == {usual: "Chairs", other: "Tripo"}


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("Tripo", "f32c5c33-baa4-55e8-8db4-fcaa864b293e"),
        ("Props/é", "c83c8aa9-9667-51dd-b055-41b70301fcb0"),
    ],
)
def test_an_id_is_the_one_that_libraries_have_by_now(path: str, identity: str) -> None:
    assert with_catalog("", path)[1] == identity


def test_the_line_ends_of_the_file_are_kept() -> None:
    result, identity = with_catalog(f"VERSION 1\r\n{ID}:Props:Props", "Tripo")

    assert result == f"VERSION 1\r\n{ID}:Props:Props\r\n{identity}:Tripo:Tripo\r\n"


def test_a_missing_version_is_put_where_blender_looks_for_it() -> None:
    result, _ = with_catalog(f"# mine\n{ID}:Tripo:Tripo\nVERSION 7\n", "Tripo")

    assert result == f"# mine\nVERSION 1\n{ID}:Tripo:Tripo\nVERSION 7\n"
    result, identity = with_catalog("# mine", "Tripo")
    assert result == f"# mine\nVERSION 1\n\n{identity}:Tripo:Tripo\n"


@pytest.mark.parametrize("version", ["2", "10", "0", "x", "-1"])
def test_a_file_of_another_version_is_left_alone(version: str) -> None:
    with pytest.raises(TripoError, match="Update the add-on") as caught:
        with_catalog(f"VERSION {version}\n{ID}:Tripo:Tripo\n", "Tripo")

    assert caught.value.failure.kind is Kind.DISK
    assert f"VERSION {version}" in caught.value.failure.detail


@pytest.mark.parametrize("path", ["", " / ", "//", "\n"])
def test_a_path_without_a_name_is_refused(path: str) -> None:
    with pytest.raises(TripoError, match="not a name for an asset catalog") as caught:
        with_catalog("", path)

    assert caught.value.failure.kind is Kind.USAGE


def test_a_long_path_has_a_short_simple_name() -> None:
    text, identity = with_catalog(HEADER, "Props/" + "ü" * 60)

    simple = text.splitlines()[-1].removeprefix(f"{identity}:Props/{'ü' * 60}:")
    assert simple == "..." + "ü" * 29
