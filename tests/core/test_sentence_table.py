"""The table of sentences: the product uses every template, with its parameters, and every template obeys the rules."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from tripo_blender.core.sentences.table import AREAS, SENTENCES

PRODUCT = Path(__file__).parents[2] / "tripo_blender"

# Where a text waits for its advice, and what gives it that.
ADVISED = {
    "core/services/failures.py",
    "core/formats/fbx/file.py",
    "core/formats/fbx/nodes.py",
    "core/formats/glb/arrays.py",
    "core/formats/glb/file.py",
    "core/formats/limits.py",
    "core/formats/model.py",
    "worker/conversion.py",
}
WRITTEN_BY_HAND = {"as_written"}  # by a migration of records

# What users of Blender do not say, or what says it worse.
BANNED = (
    r"pictures?|dearer|shall|mend(ed|s|ing)?|bought|(?<!tripo )fetch(ed|es)?|(give|gives|given|gave) up|"
    r"(send|sent) again|web address|uncertain|anew|taken? up|gone on with|takes? (it|a model) in|brought in|carries out"
)


class Use(NamedTuple):
    """A call of `text` in the product."""

    where: str
    key: object
    parameters: frozenset[str | None]
    positional: int


def _uses() -> Iterator[Use]:
    for path in sorted(PRODUCT.rglob("*.py")):
        where = path.relative_to(PRODUCT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                key = node.args[0] if node.args else None
                yield Use(
                    f"{where}:{node.lineno}",
                    key.value if isinstance(key, ast.Constant) else None,
                    frozenset(keyword.arg for keyword in node.keywords),
                    len(node.args),
                )


def fields(template: str) -> frozenset[str]:
    """The names of a template's parameters."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


USES = list(_uses())
FAILURES = {key: template for area in AREAS for key, template in area.SENTENCES.items()}
PARTS = {key: template for area in AREAS for key, template in area.PARTS.items()}


def test_the_product_is_read() -> None:
    assert len(USES) > 300


@pytest.mark.parametrize("use", USES, ids=[f"{use.where} {use.key}" for use in USES])
def test_a_text_of_the_product_has_a_template_and_its_parameters(use: Use) -> None:
    assert use.positional == 1
    assert use.key in SENTENCES, "the key stands in the call itself, and in the table"
    wanted = fields(SENTENCES[str(use.key)])
    if use.where.partition(":")[0] in ADVISED:
        wanted -= {"advice"} - use.parameters
    assert use.parameters == wanted


def test_every_template_is_used() -> None:
    assert SENTENCES.keys() - {use.key for use in USES} == WRITTEN_BY_HAND


def test_every_key_is_of_one_area_and_each_area_has_its_own() -> None:
    keys = Counter(key for area in AREAS for key in (*area.SENTENCES, *area.PARTS))
    assert [key for key, count in keys.items() if count > 1] == []
    assert all(re.fullmatch(r"[a-z]+(\.[a-z0-9_]+){1,2}", key) for key in keys)
    homes = {(key.partition(".")[0], area.__name__) for area in AREAS for key in (*area.SENTENCES, *area.PARTS)}
    assert [area for area, count in Counter(area for area, _ in homes).items() if count > 1] == []


@pytest.mark.parametrize("template", SENTENCES.values(), ids=SENTENCES)
def test_a_template_is_plain(template: str) -> None:
    assert template == template.strip()
    assert "  " not in template
    assert not template.endswith(".")
    assert all(re.fullmatch("[a-z_]+", name) for name in fields(template))
    words = re.sub(r"\{[^}]*\}", "", template)
    assert not re.search(rf"\b({BANNED})\b", words, re.IGNORECASE)
    assert not re.search(r"[.!?;:,]{2}|\(\)|\bid\b|None", re.sub(r"\{[^}]*\}", "x", template))


@pytest.mark.parametrize("template", FAILURES.values(), ids=FAILURES)
def test_a_failure_says_what_is_wrong_and_then_what_to_do(template: str) -> None:
    assert re.match(r"[A-Z]|'?\{", template)
    assert len(re.split(r"[.;:,] ", template)) >= 2
    assert template == " ".join(template.split())


def test_a_part_has_no_place_for_advice() -> None:
    assert [key for key, template in PARTS.items() if "advice" in fields(template)] == []
