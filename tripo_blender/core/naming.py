"""Names that a person can read, for the parts of a model: the service names them by ids."""

from __future__ import annotations

import re

from .text import without_number

# tripo_node_<uuid>, tripo_mat_<uuid>, a bare id, and what programs call a thing without a name.
_MACHINE_MADE = re.compile(
    r"(?i)(tripo_(node|mat|mesh|part)_.*|.*[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}.*"
    r"|(mesh|geometry|node|object|root|scene|world|model|material|mat|default|defaultmaterial|phong|lambert|lambert1"
    r"|principled_bsdf|untitled)?[ _.-]*\d*)"
)
LONGEST = 60  # bytes; Blender before 5.0 cuts names at 63


def made_by_service(names: list[str]) -> bool:
    """Whether the names in a file are those that Tripo gives."""
    return any(re.match(r"(?i)tripo_(node|mat|mesh|part)_", name) for name in names)


def part_names(model: str, own: list[str]) -> list[str]:
    """Give a name for each part of a model, from the model's name and the parts' own, the main part first.

    The main part is called like the model. Another keeps what is readable of its own name, or is numbered.
    """
    main = _cut(model) or "Model"
    names = []
    for number, name in enumerate(own):
        if number == 0:
            names.append(main)
        else:
            readable = without_number(name).strip()
            part = "" if _MACHINE_MADE.fullmatch(readable) else _cut(readable, LONGEST // 2)
            part = part or str(number + 1)
            names.append(f"{_cut(main, LONGEST - len(part.encode()) - 1)} {part}")
    return names


def _cut(text: str, most: int = LONGEST) -> str:
    """Shorten a text to so many bytes, between characters; what Blender takes in no name is left out.

    The name of a file on Linux may hold bytes that are no text, which Python shows as lone surrogates.
    """
    return text.encode("utf-8", "ignore")[:most].decode("utf-8", "ignore").strip()
