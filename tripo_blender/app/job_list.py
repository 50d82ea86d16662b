"""The jobs of this Blender as they are shown: what panels and polls read, without anything that runs them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.job import Job

jobs: "dict[str, Job]" = {}  # by id, in the order in which they were asked for
