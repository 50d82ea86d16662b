"""Builds the extension's zip with Blender's own builder, has Blender's own validator check it, and checks its contents.

`python3 scripts/build.py` leaves `dist/tripo_blender-X.Y.Z.zip`; nothing has to be installed first.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Dict, List, Tuple

import environments

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tripo_blender"
MANIFEST = ROOT / "blender_manifest.toml"
DIST = ROOT / "dist"

# What the package may consist of; a file of another kind stops the build until it is listed here.
_SUFFIXES = (".py",)
# 2026-01-01 UTC, the time of every file in the zip: the same sources give the same zip, on one machine.
_MADE_AT = 1767225600


class BuildError(Exception):
    """The zip could not be built, or is not what it should be; the text is a sentence for a person."""


def version() -> str:
    """The version X.Y.Z in the manifest, its only home."""
    # tomllib is of Python 3.11, newer than what may start this script; Blender's validator reads the file properly.
    found = re.search(r'^version = "(\d+\.\d+\.\d+)"$', MANIFEST.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise BuildError("{} has no line 'version = \"X.Y.Z\"'.".format(MANIFEST.name))
    return found.group(1)


def build(dist: Path = DIST) -> Path:
    """Builds and checks the zip, leaves it in the folder `dist` and gives its path; raises BuildError, SetUpError."""
    wanted = _contents()
    name = "tripo_blender-{}.zip".format(version())
    blender, python = _builder_environment()
    with tempfile.TemporaryDirectory(prefix="tripo-build-") as temporary:
        stage = Path(temporary, "stage")
        for target, source in wanted.items():
            copy = stage / target
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(source), str(copy))
            copy.chmod(0o644)
            os.utime(str(copy), (_MADE_AT, _MADE_AT))
        made = Path(temporary, name)
        _run_builder(python, blender, "build", "--source-dir", str(stage), "--output-filepath", str(made))
        _run_builder(python, blender, "validate", str(made))
        _check(made, wanted)
        dist.mkdir(parents=True, exist_ok=True)
        # In two steps: dist may be on another disk than the temporary folder, and nobody may see half a zip there.
        part = dist / "{}.{}.part".format(name, os.getpid())
        shutil.copyfile(str(made), str(part))
        os.replace(str(part), str(dist / name))
    return dist / name


def _contents() -> Dict[str, Path]:
    """The zip's files by their path in it, manifest and `__init__.py` side by side, and where each comes from."""
    wanted = {"blender_manifest.toml": MANIFEST, "LICENSE": ROOT / "LICENSE"}
    for source in sorted(PACKAGE.rglob("*")):
        inside = source.relative_to(PACKAGE)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        if source.is_dir() or hidden:
            continue
        if source.suffix not in _SUFFIXES:
            raise BuildError("{} is of a kind that does not belong in the zip.".format(source.relative_to(ROOT)))
        wanted[inside.as_posix()] = source
    needed = ("blender_manifest.toml", "LICENSE", "__init__.py")
    missing = [name for name in needed if name not in wanted or not wanted[name].is_file()]
    if missing:
        raise BuildError("The extension has no {}.".format(" and no ".join(missing)))
    return wanted


def _builder_environment() -> Tuple[str, Path]:
    """The newest Blender's builder, which checks most; an older one's where that Blender's Python is not installed."""
    versions = environments.bpy_versions()
    for candidate in reversed(versions[1:]):
        try:
            return candidate, environments.environment("bpy-" + candidate)
        except environments.NoPythonError:
            continue
    return versions[0], environments.environment("bpy-" + versions[0])


def _run_builder(python: Path, blender: str, command: str, *arguments: str) -> None:
    series = ".".join(blender.split(".")[:2])
    where = subprocess.run(
        [str(python), "-I", "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
    )
    scripts = Path(where.stdout.decode().strip(), "bpy", series, "scripts")
    tags = scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    tool = scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    # -B: leaves no compiled files in Blender's own folder.
    run: List[str] = [str(python), "-I", "-B", str(tool), command, "--valid-tags", str(tags), *arguments]
    done = subprocess.run(
        run,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TZ": "UTC"},  # zip files hold local times
        check=False,
    )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip().replace("\n", "\n    ")
        raise BuildError("Blender {}'s 'extension {}' refused the extension:\n    {}".format(blender, command, said))


def _check(made: Path, wanted: Dict[str, Path]) -> None:
    """That the zip holds just the wanted files, byte for byte, and unpacks."""
    with zipfile.ZipFile(str(made)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        surplus, missing = set(names) - set(wanted), set(wanted) - set(names)
        if surplus or missing or len(names) != len(set(names)):
            raise BuildError(
                "{} does not hold what it should: missing {}, not expected {}.".format(
                    made.name, sorted(missing) or "nothing", sorted(surplus) or "nothing"
                )
            )
        for name, source in wanted.items():
            if archive.read(name) != source.read_bytes():
                raise BuildError("{} in {} differs from its source.".format(name, made.name))


def main() -> int:
    """Builds the zip and says its name, size and number of files."""
    parser = argparse.ArgumentParser(description="Build the extension's zip.")
    parser.add_argument("--dist", type=Path, default=DIST, help="the folder to leave it in (default: dist)")
    try:
        made = build(parser.parse_args().dist)
    except (BuildError, environments.SetUpError) as error:
        sys.stderr.write("{}\n".format(error))
        return 1
    with zipfile.ZipFile(str(made)) as archive:
        count = len(archive.namelist())
    sys.stdout.write("{}: {} bytes, {} files\n".format(made, made.stat().st_size, count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
