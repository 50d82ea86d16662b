"""The model versions, and what each of them takes."""

from collections.abc import Collection
from dataclasses import dataclass

from simulator.refusals import Refusal


@dataclass(frozen=True)
class Line:
    """A family of model versions."""

    faces: tuple[int, int]
    most_quads: int | None = None
    refused: tuple[str, ...] = ("style",)  # must be absent, whatever their value
    known_only: bool = False  # refuses every other key too that is no parameter of its task
    plain_faces: int | None = None  # the most without geometry_quality=detailed, where that makes a difference


_H3 = Line((1000, 2_000_000), plain_faces=1_500_000)
_H2 = Line((1000, 500_000), refused=("geometry_quality",))
_LOW_POLY = ("quad", "smart_low_poly", "generate_parts", "geometry_quality", "style")
VERSIONS: dict[str, Line] = {
    "v3.1-20260211": _H3,
    "v3.0-20250812": _H3,
    "v2.5-20250123": _H2,
    "P1-20260311": Line((48, 20_000), refused=_LOW_POLY, known_only=True),
    "P2-20260801": Line((48, 50_000), most_quads=25_000),
    "Turbo-v1.0-20250506": Line((1000, 50_000), refused=("geometry_quality", "style")),
}
RETIRED = ("v2.0-20240919", "v1.4-20240625", "v1.3-20240522")
DEFAULT_VERSION = "v2.5-20250123"

# Those that the official client tripo3d 0.4.2 names, of both regions; each region's default comes first.
IMAGE_VERSIONS = (
    *("flux.1_kontext_pro", "seedream_v4", "seedream_v5", "flux.1_dev", "gpt_4o", "z_image", "gpt_image_1.5"),
    *("midjourney", "gemini_2.5_flash_image_preview", "gemini_3_pro_image_preview", "gemini_3.1_flash_image_preview"),
)


def line_of(version: str, drafts: Collection[str]) -> Line:
    """Return the line of a version; raise the refusal of one that is retired or unknown.

    `drafts` are versions that still make a draft.
    """
    if version in drafts:
        return _H2
    if version in RETIRED:
        raise Refusal(2015, version, "model_version")
    if version not in VERSIONS:
        raise Refusal(2017, version[:80], "model_version")
    return VERSIONS[version]
