"""What buttons and preferences say of themselves."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}

PARTS = {
    "panel.choose_image": "Choose an image first",
    "panel.choose_file": "Choose an image file first",
    "panel.enter_url": "Enter the public URL of an image first",
    "panel.render": "Render an image first (F12)",
    "panel.select_object": "Select an object that was made by Tripo",
    "panel.ended_before": "{name} has ended before, so there was nothing to discard",
    "panel.nothing_waits": "No model is waiting that can continue without a decision",
    "panel.none_ended": "No job has ended yet",
    "panel.click_viewport": "Click inside a 3D Viewport, or press Esc",
    "panel.models_waiting": "{count} models are waiting",
    "panel.model_waiting": "1 model is waiting",
    "panel.cleared": "{models} removed",
    "panel.cleared_none": "No model is stored, so none was removed",
    "panel.cleared_partly": "{what}; {jobs} could not be cleared: make the add-on's folder writable",
    "panel.model": "1 model",
    "panel.models": "{count} models",
    "panel.job": "1 job",
    "panel.jobs": "{count} jobs",
    "panel.stored": "{models}, {size}; {free} free on this disk",
    "panel.cleared_and_stored": "{cleared}. {stored}",
}
