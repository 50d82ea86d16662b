"""What the buttons that order a model have in common: one press orders once, and what costs again is asked first."""

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty

from ...core import repeated_press
from ...core.sentences.text import text
from ..shown import shown

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems

    from ...core.sentences.text import Text

_last: repeated_press.Press | None = None


def press_refused(what: Hashable) -> "Text | None":
    """Give why a press does nothing; None where it counts. Each press that does not starts the wait."""
    reason = repeated_press.refusal(_last, what, time.monotonic())
    if reason:
        note_press(_last.what if _last else what)
    return reason


def note_press(what: Hashable) -> None:
    """Remember that a press has done what it is for."""
    global _last
    _last = repeated_press.Press(what, time.monotonic())


class AsksFirst:
    """An operator that a person confirms before it orders; scripts that run it have decided."""

    if TYPE_CHECKING:
        beside: bool
        report: Any
    else:
        beside: BoolProperty(name="Beside", options={"HIDDEN", "SKIP_SAVE"})

    _asked = 0.0  # by the monotonic clock; 0: nobody was

    def ask(
        self, context: bpy.types.Context, event: bpy.types.Event, title: str, message: "Text"
    ) -> "set[OperatorReturnItems]":
        """Open the dialog, whose title is on its button too; what `invoke` gives back."""
        self._asked = time.monotonic()
        return context.window_manager.invoke_confirm(
            self,  # type: ignore[arg-type]
            event,
            title=title,
            message=shown(message),
            confirm_text=title,
        )

    def slipped(self, context: bpy.types.Context) -> bool:
        """Whether the dialog was confirmed by the second half of the double-click that opened it; says so then.

        It opens with its button under the mouse.
        """
        if time.monotonic() - self._asked > context.preferences.inputs.mouse_double_click_time / 1000:
            return False
        self.report({"INFO"}, shown(text("press.double_click")))
        return True
