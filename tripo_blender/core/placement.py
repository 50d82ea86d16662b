"""Where a model stands and how large it is: boxes, scales and places as numbers."""

from __future__ import annotations

from dataclasses import dataclass

from .options.import_options import Arrival

Point = tuple[float, float, float]

# Of the longest side: what is thinner is a plane whose turning was rounded, in Blender's 32-bit numbers to about 1e-7.
_THINNEST = 1e-5


@dataclass(frozen=True)
class Box:
    """A box along the axes; scene units, or metres where it says so."""

    low_x: float
    low_y: float
    low_z: float
    high_x: float
    high_y: float
    high_z: float

    @property
    def size(self) -> Point:
        """Its extents; 0 where it is flat."""
        sides = (self.high_x - self.low_x, self.high_y - self.low_y, self.high_z - self.low_z)
        thinnest = max(sides) * _THINNEST
        width, depth, height = (side if side > thinnest else 0.0 for side in sides)
        return (width, depth, height)

    @property
    def base(self) -> Point:
        """The middle of its underside."""
        return ((self.low_x + self.high_x) / 2, (self.low_y + self.high_y) / 2, self.low_z)


@dataclass(frozen=True)
class Spot:
    """Where a model shall stand, noted when it was asked for.

    The point is in world space. `box` is the box it must fit into, if any, and `replaced` the name of the object
    whose place it takes. `unit_scale` is the metres of a scene unit. `fps` divided by `fps_base` is the scene's frame
    rate, by which movement becomes keys; at `frame` what moves is measured.
    """

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    box: Box | None = None
    replaced: str = ""
    unit_scale: float = 1.0
    fps: int = 24
    fps_base: float = 1.0
    frame: int = 1

    @property
    def point(self) -> Point:
        """Where the middle of the underside comes to stand."""
        return self.box.base if self.box else (self.x, self.y, self.z)


def scale(arrival: Arrival, spot: Spot, model: Box) -> float:
    """Give the factor from the file's metres to the size asked for, in scene units.

    `model` is the model's box, upright and facing front, in metres. A side without extent is left out; a model
    without any keeps its size.
    """
    width, depth, height = model.size
    own = 1.0 / spot.unit_scale if spot.unit_scale > 0 else 1.0
    if arrival.fit == "box" and spot.box is not None:
        factors = [room / side for room, side in zip(spot.box.size, model.size, strict=True) if side > 0 and room > 0]
        return min(factors, default=own)
    if arrival.fit == "height" and height > 0:
        return arrival.size / height
    longest = max(width, depth, height)
    if arrival.fit in ("longest", "height") and longest > 0:
        return arrival.size / longest
    return own
