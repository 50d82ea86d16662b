"""What the simulator can be told, on the command line and while it runs."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from simulator.sculpture.sculptor import DEFAULT_TRIANGLES, TEXTURE_SIZE

CHOICES = {
    "answers": ("native", "wrapped"),
    "errors": ("native", "gateway"),
    "model_field": ("ignored", "required", "refused"),
    "data_uri": ("allowed", "refused"),
    "file_host_key": ("refused", "ignored"),
    "image_format": ("png", "jpeg"),
}
UPLOADS = ("sts", "upload")

# For whoever needs a model, whatever it looks like: it is made, sent and imported in milliseconds.
SMALL_MODELS: Mapping[str, Any] = {"triangles": 2000, "texture_size": 1024}


def _option(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True)
class Options:
    """All but port can change while the server runs."""

    port: int = _option(0, "the API's port; 0 is any free one")
    seconds: float = _option(3.0, "a generation's length, of which the first 15 %% is the queue")
    key: str = _option("test-key", "the API key that is accepted")
    answers: str = _option("native", "the service's own task object, or a gateway's around it")
    errors: str = _option("native", "the service's own error bodies, or a gateway's")
    model_field: str = _option("ignored", 'what becomes of a "model" beside "type" in a create')
    uploads: tuple[str, ...] = _option(UPLOADS, "the upload routes that exist: a comma list of sts, upload; or none")
    data_uri: str = _option("allowed", "a data: URI in file.url")
    concurrency: int = _option(10, "tasks at once")
    own_limits: bool = _option(False, "whether these are models alone, and other tasks have the service's own limits")
    draft_versions: tuple[str, ...] = _option((), "model versions that still make drafts, which can be refined")
    link_seconds: float = _option(60.0, "the life of a signed link")
    file_host_ranges: bool = _option(True, "whether the file host knows ranges")
    file_host_key: str = _option("refused", "what the file host makes of a key, which must never come there")
    model_file: str = _option("", "a GLB or FBX file that a model's task gives instead of a sculpture of its picture")
    triangles: int = _option(DEFAULT_TRIANGLES, "a model's triangles where no face_limit is asked for")
    texture_size: int = _option(TEXTURE_SIZE, "px a side of a GLB's pictures, in steps of 8")
    rendered_image: bool = _option(True, "whether the output of a model's task has a preview")
    image_format: str = _option("png", "the format of the images that tasks give; JPEG in squares of 8 px")

    def changed(self, values: Mapping[str, Any]) -> "Options":
        """With these values, which are checked; ValueError says what is wrong."""
        known = {option.name for option in fields(self)}
        clean: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no such option: {name}")
            if name in CHOICES and value not in CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}")
            old = getattr(self, name)
            clean[name] = _LISTS[name](value) if name in _LISTS else type(old)(value)
        return replace(self, **clean)


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else list(value)
    return tuple(name.strip() for name in names if name.strip() not in ("", "none"))


def _routes(value: str | Sequence[str]) -> tuple[str, ...]:
    names = _names(value)
    if unknown := set(names) - set(UPLOADS):
        raise ValueError(f"no such upload route: {', '.join(sorted(unknown))}")
    return names


_LISTS = {"uploads": _routes, "draft_versions": _names}


def parser() -> argparse.ArgumentParser:
    """The command line; its results carry the names of the options."""
    result = argparse.ArgumentParser("simulator", description="A gateway and its file host on loopback.")
    for option in fields(Options):
        flag, default = f"--{option.name.replace('_', '-')}", option.default
        meaning = f"{option.metadata['help']} (default: %(default)s)"
        if isinstance(default, bool):
            result.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=meaning)
        else:
            kind = _LISTS.get(option.name, type(default))
            result.add_argument(flag, type=kind, default=default, choices=CHOICES.get(option.name), help=meaning)
    result.add_argument("--faults", metavar="FILE", help="a JSON list of rules, see faults.py")
    result.add_argument("--end-with-stdin", action="store_true", help="end when standard input closes")
    return result
