"""The add-on's own version, from the manifest: its only home."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def addon_version() -> str:
    """Give the version; empty where no manifest is found."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package, package.parent):  # installed it lies inside the package, in the source beside it
        manifest = folder / "blender_manifest.toml"
        if manifest.is_file():
            return str(tomllib.loads(manifest.read_text(encoding="utf-8")).get("version", ""))
    return ""
