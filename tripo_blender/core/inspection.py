"""What a model that arrived is made of, and where it is not what was ordered."""

from __future__ import annotations

from dataclasses import dataclass

from .options.generation import Settings, effective

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


def summary(settings: Settings, found: Inspection) -> str:
    """Give counts, quads and UVs in a few words; the number of faces beside the limit, where one was asked for."""
    limit = effective(settings).face_limit
    faces = f"{found.faces:,} of {limit:,} faces" if limit else f"{found.faces:,} faces"
    quads = f"{found.quad_share:.0%} quads" if found.quads else "no quads"
    if not found.unwrapped:
        return f"{faces}, {quads}, no UVs"
    return f"{faces}, {quads}, UVs {'leave' if found.outside > 0 else 'within'} the unit square"


def shortfalls(settings: Settings, found: Inspection) -> list[str]:
    """Give a sentence for each thing that was paid for and is not there."""
    wanted = effective(settings)
    sentences = []
    if wanted.quad and found.quad_share < _ENOUGH_QUADS:
        sentences.append(f"Quads were ordered, but only {found.quad_share:.0%} of the faces are quads")
    if wanted.face_limit and found.faces > wanted.face_limit * _OVER_LIMIT:
        sentences.append(f"At most {wanted.face_limit:,} faces were ordered, and {found.faces:,} came")
    if wanted.texture and "Base Color" not in found.map_names:
        sentences.append("A texture was ordered, but the model came without one")
    elif wanted.texture and wanted.pbr and not {"Metallic", "Roughness", "Normal"} & found.map_names:
        sentences.append("PBR was ordered, but the model came without metallic, roughness and normal maps")
    return sentences


def remarks(found: Inspection) -> list[str]:
    """Give a sentence for each thing about the file that an artist should know."""
    sentences = []
    if found.missing:
        sentences.append(f"Pictures that the file names were not found: {found.missing}")
    if found.maps and not found.unwrapped:
        sentences.append("A part of the model has no UVs, so its texture cannot show")
    if found.outside > 0:
        sentences.append(f"The UVs of {max(found.outside, 0.01):.0%} of the faces leave the unit square")
    return sentences
