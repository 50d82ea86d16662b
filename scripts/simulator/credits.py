"""What a task costs by the service's own price list, in credits."""

from collections.abc import Mapping
from typing import Any

_PRICES = {
    "text_to_model": 10,
    "image_to_model": 20,
    "multiview_to_model": 20,
    "refine_model": 30,  # on no list any more
    "text_to_image": 5,
    "generate_image": 5,
    "generate_multiview_image": 10,
    "edit_multiview_image": 5,  # a view
}


def credits_of(body: Mapping[str, Any], textured: bool) -> int:
    """Return the credits of a create; `textured` says whether a model gets textures."""
    kind = body["type"]
    price = _PRICES[kind]
    if kind == "edit_multiview_image":
        return price * len(body["prompts"])
    if kind == "generate_image" and ("file" in body or "files" in body):
        return 2 * price  # the list says 5 to 10, and not when
    if not kind.endswith("_to_model"):
        return price
    price += 20 if str(body.get("model_version", "")).startswith("P") else 0
    if textured:
        price += {"standard": 10, "detailed": 20, "extreme": 30}[body.get("texture_quality", "standard")]
    price += 5 if body.get("quad") else 0
    price += 10 if body.get("smart_low_poly") else 0
    price += 20 if body.get("generate_parts") else 0
    return price + (20 if body.get("geometry_quality") == "detailed" else 0)
