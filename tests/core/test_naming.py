"""Names of parts: readable, never too long for Blender, never empty."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.naming import LONGEST, made_by_service, part_names

from .strategies import TEXTS

UUID = "11111111-2222-4333-8444-555555555555"

# Text as models, files and objects are called: long, in other scripts, with surrogates, of the service's own making.
NAMES = (
    TEXTS
    | st.text(max_size=100)
    | st.sampled_from(("x" * 63, "é" * 40, "🪑" * 30, f"tripo_node_{UUID}", "Mesh_0", "Leg.001", "   ", ""))
)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], False),
        (["Chair", "Leg"], False),
        (["Chair", f"tripo_node_{UUID}"], True),
        ([f"tripo_mat_{UUID}"], True),
        (["tripo_mesh_1"], True),
        (["Tripo_Part_2.001"], True),
        (["my tripo_node_1"], False),
        (["tripod"], False),
        (["tripo"], False),
    ],
    ids=str,
)
def test_the_services_models_are_known_by_their_names(names: list[str], expected: bool) -> None:
    assert made_by_service(names) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Leg", "Chair Leg"),
        ("  Leg  ", "Chair Leg"),
        ("Leg.001", "Chair Leg"),
        ("Leg.0001", "Chair Leg.0001"),
        ("Leg_2", "Chair Leg_2"),
        ("Model of a Leg", "Chair Model of a Leg"),
        ("Meshwork", "Chair Meshwork"),
        ("decade 1234", "Chair decade 1234"),
        ("", "Chair 2"),
        ("  ", "Chair 2"),
        ("0", "Chair 2"),
        (".001", "Chair 2"),
        ("Mesh", "Chair 2"),
        ("mesh_0", "Chair 2"),
        ("Object_12.003", "Chair 2"),
        ("Geometry-1", "Chair 2"),
        ("node 7", "Chair 2"),
        ("Material", "Chair 2"),
        ("DefaultMaterial", "Chair 2"),
        ("Principled_BSDF", "Chair 2"),
        ("lambert1", "Chair 2"),
        ("Untitled", "Chair 2"),
        (f"tripo_node_{UUID}", "Chair 2"),
        (f"tripo_mat_{UUID}.001", "Chair 2"),
        ("tripo_part_0", "Chair 2"),
        (UUID, "Chair 2"),
        (UUID.replace("-", "").upper(), "Chair 2"),
        (f"mesh {UUID} (1)", "Chair 2"),
        ("\udcff", "Chair 2"),
        ("L\udcffeg", "Chair Leg"),
    ],
)
def test_a_part_keeps_what_is_readable_of_its_name_or_is_numbered(name: str, expected: str) -> None:
    assert part_names("Chair", ["anything", name]) == ["Chair", expected]


def test_parts_are_numbered_by_their_place() -> None:
    assert part_names("Chair", ["Seat", "mesh_0", "Leg", "mesh_1"]) == ["Chair", "Chair 2", "Chair Leg", "Chair 4"]
    assert part_names("Chair", []) == []


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (" Chair ", ["Chair", "Chair Leg"]),
        ("", ["Model", "Model Leg"]),
        ("  ", ["Model", "Model Leg"]),
        ("\udcff", ["Model", "Model Leg"]),
        ("Ch\udcffair", ["Chair", "Chair Leg"]),  # of a file whose name is no text
        ("x" * 61, ["x" * 60, "x" * 56 + " Leg"]),
        ("é" * 40, ["é" * 30, "é" * 28 + " Leg"]),
        ("x" + "é" * 40, ["x" + "é" * 29, "x" + "é" * 27 + " Leg"]),
        ("🪑" * 20, ["🪑" * 15, "🪑" * 14 + " Leg"]),
    ],
)
def test_the_main_part_is_called_like_the_model_and_names_are_cut_between_characters(
    model: str, expected: list[str]
) -> None:
    assert part_names(model, ["Seat", "Leg"]) == expected


def test_a_long_part_leaves_room_for_the_models_name() -> None:
    assert part_names("C" * 50, ["", "p" * 50]) == ["C" * 50, "C" * 29 + " " + "p" * 30]


@given(NAMES, st.lists(NAMES, min_size=1, max_size=12))
def test_every_name_is_one_that_blender_takes(model: str, own: list[str]) -> None:
    names = part_names(model, own)
    assert len(names) == len(own)
    for name in names:
        assert 0 < len(name.encode()) <= LONGEST
        assert name == name.strip()
    readable = model.encode("utf-8", "ignore").decode().strip()
    assert readable.startswith(names[0]) or names[0] == "Model"
    start = names[0][:7].strip()
    assert all(name.startswith(start) and len(name) > len(start) for name in names[1:])
