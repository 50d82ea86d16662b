"""What each type of task makes, and how it stands in the task's output."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from simulator.files import PREVIEW
from simulator.images.painting import paint, repaint, repaint_all
from simulator.images.views import Views, views_of
from simulator.sculpture.jpeg import BLOCK, write_jpeg
from simulator.sculpture.png import read_png
from simulator.sculpture.sculptor import DEFAULT_TRIANGLES, TEXTURE_SIZE, Commission, ready_made, sculpt

_DRAFT_SHARE = 4  # a draft has so many times fewer triangles than what is refined of it


@dataclass(frozen=True)
class Inputs:
    """What a task works from beside its parameters, by its type: images, or what another task has made."""

    images: tuple[bytes | None, ...] = ()  # None is a slot without one, or an image on the Internet
    views: Views = field(default_factory=dict)
    commission: Commission | None = None  # of a draft


@dataclass(frozen=True)
class Style:
    """How the results look, whatever is asked for."""

    draft: bool = False
    model_file: str = ""  # that a model task gives instead of its own
    triangles: int = DEFAULT_TRIANGLES
    texture_size: int = TEXTURE_SIZE
    image_format: str = "png"


@dataclass(frozen=True)
class File:
    """A file of the output: its name without the task's id, its bytes."""

    name: str
    suffix: str
    data: bytes


@dataclass(frozen=True)
class Result:
    """The files by their keys in the output; the views are those that another task can go on from."""

    output: Mapping[str, "File | Mapping[str, File]"]
    views: Views = field(default_factory=dict)


def commission_of(body: Mapping[str, Any], inputs: Inputs, style: Style) -> Commission | None:
    """Return what model to make, None where the task makes images."""
    if inputs.commission:
        return replace(inputs.commission, texture=True, pbr=True, triangles=style.triangles)
    if not body["type"].endswith("_to_model"):
        return None
    views = tuple(inputs.views.values()) or (inputs.images if body["type"] == "multiview_to_model" else ())
    picture = next(iter(views or inputs.images), None)
    words = body["prompt"] if body["type"] == "text_to_model" else ""
    if style.draft:
        coarse = style.triangles // _DRAFT_SHARE
        return Commission(picture, words, texture=False, pbr=False, triangles=coarse, texture_size=style.texture_size)
    # Parts go together with nothing of these: the service takes them, and gives parts without textures.
    parts = bool(body.get("generate_parts", False))
    textured = not parts and is_textured(body)
    return Commission(
        picture=picture,
        words=words,
        face_limit=body.get("face_limit"),
        texture=textured,
        pbr=textured and bool(body.get("pbr", True)),
        quad=bool(body.get("quad", False)),
        views=views,
        parts=parts,
        compress="compress" in body,
        triangles=style.triangles,
        texture_size=style.texture_size,
    )


def is_textured(body: Mapping[str, Any]) -> bool:
    """Return whether a model is asked for with textures: pbr turns texture on, whatever texture says."""
    return bool(body.get("texture", True) or body.get("pbr", True))


def result_of(
    body: Mapping[str, Any], inputs: Inputs, style: Style, commission: Commission | None, identity: str
) -> Result:
    """Make what the task is to give."""
    if commission:
        return _model(commission, style, identity)
    if body["type"] == "generate_multiview_image":
        (image,) = inputs.images
        assert image is not None
        return _set(views_of(image), style)
    if body["type"] == "edit_multiview_image":
        views = dict(inputs.views)
        for edit in body["prompts"]:
            views[edit["view"]] = repaint(views[edit["view"]], edit["prompt"])
        return _set(views, style)
    images = [image for image in inputs.images if image is not None]
    words = _words(body)
    image = repaint_all(images, words) if images else paint(words)
    return Result({"generated_image": _image("tripo_generated_image", image, style)})


def _words(body: Mapping[str, Any]) -> str:
    """Return all that an image is made by."""
    wishes = (name for name in ("t_pose", "sketch_to_render") if body.get(name))
    return " ".join([str(body.get("prompt", "")), str(body.get("template", "")), *wishes]).strip()


def _model(commission: Commission, style: Style, identity: str) -> Result:
    made = ready_made(style.model_file) if style.model_file else sculpt(commission, identity)
    key = "pbr_model" if commission.pbr else "model" if commission.texture or style.draft else "base_model"
    name = "tripo_draft" if style.draft else f"tripo_{key}"
    return Result({key: File(name, made.suffix, made.model), "rendered_image": File(PREVIEW, "png", made.preview)})


def _set(views: Views, style: Style) -> Result:
    # An edited set comes under the same key: it is the only one that the official client reads views of.
    files = {f"{side}_view_url": _image(f"tripo_{side}_view", image, style) for side, image in views.items()}
    return Result({"generate_multiview_image": files}, views)


def _image(name: str, image: bytes, style: Style) -> File:
    if style.image_format == "png":
        return File(name, "png", image)
    pixels = read_png(image)
    assert pixels is not None
    return File(name, "jpg", write_jpeg(np.ascontiguousarray(pixels[::BLOCK, ::BLOCK])))
