"""Which Blender it is: the story notes that by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measurements.desk import Desk, Steps


def story(desk: Desk) -> Steps:
    """Do nothing."""
    del desk
    yield 0.0
