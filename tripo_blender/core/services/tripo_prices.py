"""What Tripo's tasks cost, by its own price list of June 2026 (100 credits are 1 USD).

A gateway bills by a list of its own, so it is only shown as an estimate.
"""

from __future__ import annotations

from ..options.generation import Settings, effective, settings_of
from ..options.versions import IMAGE_MODELS, image_model_of, line_of
from ..price import Price, fixed
from ..task import VIEWS_IN_ORDER, Request, TaskType, edit_slot

_OF_A_MODEL = {TaskType.TEXT_TO_MODEL: 10, TaskType.IMAGE_TO_MODEL: 20, TaskType.MULTIVIEW_TO_MODEL: 20}
_FLAT = {TaskType.TEXT_TO_IMAGE: 5, TaskType.GENERATE_MULTIVIEW_IMAGE: 10}
_OF_AN_EDIT = 5
_TEXTURE = {"standard": 10, "detailed": 20}


def estimated(request: Request) -> Price | None:
    """Return what a request costs; None where no list says so, as of a model that is refined."""
    settings, task = settings_of(request.options), request.task
    if task in _OF_A_MODEL:
        return fixed(_OF_A_MODEL[task] + _of_settings(effective(settings, task, reads_meshopt=True)))
    if task is TaskType.GENERATE_IMAGE:
        model = image_model_of(settings.image_model)
        prices = [each.credits for each in IMAGE_MODELS]
        return fixed(model.credits) if model is not None else Price(min(prices), max(prices))
    if task is TaskType.EDIT_MULTIVIEW_IMAGE:
        edits = sum(edit_slot(view) in request.inputs for view in VIEWS_IN_ORDER)
        return fixed(_OF_AN_EDIT * max(1, edits))
    return fixed(_FLAT[task]) if task in _FLAT else None


def _of_settings(applied: Settings) -> int:
    price = line_of(applied.model_version).surcharge
    price += _TEXTURE[applied.texture_quality] if applied.texture else 0
    price += 20 if applied.geometry_quality == "detailed" else 0
    price += 20 if applied.generate_parts else 0
    price += 10 if applied.smart_low_poly else 0
    return price + (5 if applied.quad else 0)
