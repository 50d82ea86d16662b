"""What a model that arrived is made of, and where it is not what was ordered."""

from __future__ import annotations

from dataclasses import dataclass

from .options.generation import Settings, effective
from .sentences.text import Text, text

_ENOUGH_QUADS = 0.95  # of the faces: a remesher leaves a few triangles at poles
_OVER_LIMIT = 1.1  # the service calls the face limit a target; ComfyUI's pages on Tripo say the same


@dataclass(frozen=True)
class Inspection:
    """Counts of a whole model. `outside` is the share (0 to 1) of the faces whose UVs leave the unit square."""

    faces: int = 0
    quads: int = 0
    vertices: int = 0
    objects: int = 0
    materials: int = 0
    outside: float = 0.0
    unwrapped: bool = False  # every mesh has UVs
    maps: str = ""  # the inputs of the Principled BSDF that a picture feeds, separated by commas
    missing: str = ""  # pictures that the file names and that were not found

    @property
    def quad_share(self) -> float:
        """Quads per face, 0 to 1."""
        return self.quads / self.faces if self.faces else 0.0

    @property
    def map_names(self) -> frozenset[str]:
        """The inputs that a picture feeds."""
        return frozenset(self.maps.split(",")) if self.maps else frozenset()


def summary(settings: Settings, found: Inspection) -> Text:
    """Give counts, quads and UVs in a few words; the number of faces beside the limit, where one was asked for."""
    limit = effective(settings).face_limit
    faces = text("model.faces_of", faces=found.faces, most=limit) if limit else text("model.faces", faces=found.faces)
    quads = text("model.quads", share=found.quad_share) if found.quads else text("model.no_quads")
    if not found.unwrapped:
        uvs = text("model.no_uvs")
    else:
        uvs = text("model.uvs_outside") if found.outside > 0 else text("model.uvs_inside")
    return text("model.summary", faces=faces, quads=quads, uvs=uvs)


def shortfalls(settings: Settings, found: Inspection) -> list[Text]:
    """Give a sentence for each thing that was paid for and is not there."""
    wanted = effective(settings)
    sentences = []
    if wanted.quad and found.quad_share < _ENOUGH_QUADS:
        sentences.append(text("model.few_quads", share=found.quad_share))
    if wanted.face_limit and found.faces > wanted.face_limit * _OVER_LIMIT:
        sentences.append(text("model.many_faces", most=wanted.face_limit, faces=found.faces))
    if wanted.texture and "Base Color" not in found.map_names:
        sentences.append(text("model.no_texture"))
    elif wanted.texture and wanted.pbr and not {"Metallic", "Roughness", "Normal"} & found.map_names:
        sentences.append(text("model.no_pbr"))
    return sentences


def remarks(found: Inspection) -> list[Text]:
    """Give a sentence for each thing about the file that an artist should know."""
    sentences = []
    if found.missing:
        sentences.append(text("model.images_missing", names=found.missing))
    if found.maps and not found.unwrapped:
        sentences.append(text("model.partly_unwrapped"))
    if found.outside > 0:
        sentences.append(text("model.uvs_leave", share=max(found.outside, 0.01)))
    return sentences
