"""What an object says of where it came from."""

from typing import Any

import bpy

from ..core import provenance
from ..core.options.generation import Settings


def read(obj: bpy.types.Object) -> dict[str, Any]:
    """Give the custom properties that tell of an object's origin."""
    found = {name: obj.get(name) for name in provenance.NAMES}
    return {name: value for name, value in found.items() if value is not None}


def settings_of(obj: bpy.types.Object | None) -> Settings | None:
    """Give the settings that an object was made with; None where it does not say."""
    return provenance.settings_of(read(obj)) if obj is not None else None
