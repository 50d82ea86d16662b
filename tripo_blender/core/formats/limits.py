"""What a model file may ask of the machine that imports it, and the refusal of one that is broken or asks for more."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..sentences.text import Text, text
from .image.head import HEAD_BYTES, read_head

_GIGABYTE = 2**30
# Pictures that Blender does not decode, so that their size does not matter: KTX2, and AVIF, with their first bytes.
_NOT_DECODED = (b"\xabKTX 20\xbb", b"\0\0\0\x1cftypavif", b"\0\0\0\x20ftypavif", b"\0\0\0\x18ftypavif")

# The size of a JPEG, wherever its reader may find it: frame headers of any kind, as long as their components make them.
_FRAME = re.compile(rb"(?=\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]\0(.).(..)(..)(.))", re.DOTALL)
_MATRIX = 1000  # bytes that the glTF importer takes for one: 16 numbers of Python

# How many there may be of what the importers of glTF take time for by the square of their number, in one file; beside
# each the seconds of processor time that it took in 4.2.23 and 5.2.3 for the number in brackets. Of nodes and
# primitives the limits are in `Limits`.
COUNTS = {
    "materials": 2000,  # 15 s and 16 s in one mesh (2000), 36 s and 35 s in as many meshes
    "images": 2000,  # each makes nodes of materials
    "bones": 2000,  # 6.8 s and 7.2 s (2000); a face for films has some hundred
    "skins": 2000,  # 4.9 s and 5.7 s (2000), each worn by a mesh of its own
    "animations": 1000,  # 1.1 s and 1.4 s (2000); as many nodes beside them: 8.1 s and 16 s
    "animation channels": 20_000,  # 1.1 s and 1.9 s (2000)
    "shape keys": 2000,  # 0.2 s and 0.1 s (2000)
    "attributes": 2000,  # 0.4 s and 0.1 s (1990); of each mesh those beyond the first eight, as a usual one has
    "attributes of parts": 200_000,  # 11 s and 9 s (1,900,000); every part of a mesh gets those of all its parts
    "material variants": 1000,
    "cameras": 1000,  # 4.2 s and 3.6 s (5000) in as many nodes; 14 s in 4.2.23 (300,000) that no node has
    "lights": 1000,
    "arrays": 100_000,  # 5.9 s and 6.4 s (100,000)
    "custom properties": 20_000,  # 2.0 s and 0.3 s (20,000) in one group: each is looked for among those before
}

_WORDS = {
    "materials": text("model.count.materials"),
    "images": text("model.count.images"),
    "bones": text("model.count.bones"),
    "skins": text("model.count.skins"),
    "animations": text("model.count.animations"),
    "animation channels": text("model.count.channels"),
    "shape keys": text("model.count.shape_keys"),
    "attributes": text("model.count.attributes"),
    "attributes of parts": text("model.count.attributes_of_parts"),
    "material variants": text("model.count.variants"),
    "cameras": text("model.count.cameras"),
    "lights": text("model.count.lights"),
    "arrays": text("model.count.arrays"),
    "custom properties": text("model.count.custom_properties"),
    "vertices": text("model.count.vertices"),
    "face corners": text("model.count.corners"),
    "keyframes": text("model.count.keys"),
    "objects and bones": text("model.count.nodes"),
    "parts": text("model.count.parts"),
}


@dataclass(frozen=True)
class Limits:
    """What is enough for any model a service makes, and for most that people make."""

    vertices: int = 20_000_000
    corners: int = 80_000_000  # of all faces, so about 27 million triangles or 20 million quads
    keys: int = 20_000_000  # of all movements
    side: int = 16_384  # px of a picture
    nodes: int = 10_000  # objects and bones
    parts: int = 10_000  # primitives of a GLB: the importer takes time by their square
    json_bytes: int = 64 * 2**20
    json_values: int = 4_000_000
    fbx_nodes: int = 1_000_000
    fbx_values: int = 2_000_000  # that are not in arrays
    memory: int = 8 * _GIGABYTE  # bytes that the import takes at its peak, by `Demand`


class BadFile(Exception):
    """The file is refused: what is wrong with it; the technical text; and what helps, if it is known.

    The template of `what` has a place for advice, which is `advice` or that of whoever has the file checked.
    """

    def __init__(self, what: Text, detail: str, advice: Text | None = None) -> None:
        super().__init__(what)
        self.what, self.detail, self.advice = what, detail, advice


def cut_short(model_format: str, detail: str) -> BadFile:
    """Give the refusal of a file whose end is missing."""
    return BadFile(text("model.cut_short", format=model_format), detail)


def too_many(what: str, count: int, most: int) -> BadFile:
    """Give the refusal of a file that has more of something than any model needs."""
    advice = text("model.fewer_faces") if what not in COUNTS else None
    return BadFile(text("model.too_many", most=most, what=_WORDS[what]), f"at least {count}", advice)


@dataclass
class Demand:
    """What a file would take, added up while it is read; each addition raises `BadFile` where it passes a limit.

    Memory is an estimate: `corner` bytes for every corner of a face in the importer's peak (measured with a million
    vertices that have normals and texture coordinates), the file itself, its arrays unpacked, and 4 bytes a pixel.
    """

    limits: Limits
    corner: int
    memory: int
    trusted: bool = False
    vertices: int = 0
    corners: int = 0
    keys: int = 0
    nodes: int = 0
    parts: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int) -> None:
        """Add to what there is of a kind of `COUNTS`."""
        self.counts[what] = self.counts.get(what, 0) + count
        self._within(what, self.counts[what], COUNTS[what])

    def add_matrices(self, count: int) -> None:
        self.add_memory(count * _MATRIX)

    def add_vertices(self, count: int) -> None:
        self.vertices += count
        self._within("vertices", self.vertices, self.limits.vertices)

    def add_corners(self, count: int) -> None:
        self.corners += count
        self._within("face corners", self.corners, self.limits.corners)
        self.add_memory(count * self.corner)

    def add_keys(self, count: int) -> None:
        self.keys += count
        self._within("keyframes", self.keys, self.limits.keys)
        self.add_memory(count * 100)

    def add_nodes(self, count: int) -> None:
        self.nodes += count
        self._within("objects and bones", self.nodes, self.limits.nodes)

    def add_parts(self, count: int) -> None:
        self.parts += count
        self._within("parts", self.parts, self.limits.parts)

    def add_memory(self, count: int) -> None:
        self.memory += count
        if self.memory > self.limits.memory:
            raise BadFile(
                text("model.memory", most=self.limits.memory / _GIGABYTE),
                f"at least {self.memory} bytes by estimate",
                text("model.less_memory"),
            )

    def add_picture(self, data: bytes | memoryview) -> None:
        """Read a picture's head; one whose size cannot be known is refused, unless the file is the user's own."""
        start = bytes(data[:HEAD_BYTES])
        head = read_head(start)
        if head is None and start.startswith(b"\xff\xd8\xff"):
            head = read_head(bytes(data))  # a JPEG's size comes after its thumbnail and colour profile
        if head is None:
            if not self.trusted and start and not start.startswith(_NOT_DECODED):
                raise BadFile(text("model.image_damaged"), repr(start[:16]))
            return
        longest = max(head.width, head.height, _longest_frame(data) if head.format == "jpg" else 0)
        if longest > self.limits.side:
            raise BadFile(
                text("model.image_too_large", most=self.limits.side),
                f"{head.width} x {head.height} px, {head.format}",
            )
        deep = head.format == "png" and start[24:25] == b"\x10"  # 16 bits a channel become floats
        self.add_memory(head.width * head.height * (16 if deep else 4))

    @staticmethod
    def _within(what: str, count: int, most: int) -> None:
        if count > most:
            raise too_many(what, count, most)


def _longest_frame(data: bytes | memoryview) -> int:
    """Return the longest side, in px, that any frame header of a JPEG tells: readers differ in which they find."""
    frames = [found.groups() for found in _FRAME.finditer(bytes(data))]
    sides = [side for length, *sides, parts in frames if length[0] == 8 + 3 * parts[0] for side in sides]
    return max((int.from_bytes(side, "big") for side in sides), default=0)
