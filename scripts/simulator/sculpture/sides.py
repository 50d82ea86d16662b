"""The four sides of a model that faces +X and has +Y up, and how each is seen from outside."""

from dataclasses import dataclass

import numpy as np

from simulator.sculpture.raster import Field
from simulator.sculpture.relief import Floats


@dataclass(frozen=True)
class Side:
    """One side: where it looks, and where the right of an image of it points. left is the subject's own left."""

    name: str
    towards: tuple[int, int, int]
    rightwards: tuple[int, int, int]

    def across(self, points: Field | Floats) -> Field:
        """Return how far to the right points of shape (..., 3) are in an image of this side."""
        result: Field = points.astype(np.float64) @ np.array(self.rightwards, np.float64)
        return result

    def nearness(self, points: Field | Floats) -> Field:
        """Return how near to who looks at this side points of shape (..., 3) are."""
        result: Field = points.astype(np.float64) @ np.array(self.towards, np.float64)
        return result


# In the order in which the service takes and gives them.
SIDES = (
    Side("front", (1, 0, 0), (0, 0, -1)),
    Side("left", (0, 0, -1), (-1, 0, 0)),
    Side("back", (-1, 0, 0), (0, 0, 1)),
    Side("right", (0, 0, 1), (1, 0, 0)),
)
