"""The words of texts and failures, in the language of Blender's interface."""

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from ..core.errors import Failure
    from ..core.sentences.text import Text


def shown(told: "Text | Failure") -> str:
    """Return the words that a panel, a report or a tooltip shows."""
    return told.made(bpy.app.translations.pgettext_rpt)
