"""Is this model file whole and harmless, and which format do its bytes say it is? (bytes in, verdict out)"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from ..errors import Kind, TripoError
from ..sentences.text import Text, text
from .fbx.file import check_fbx, unpack_arrays
from .fbx.nodes import MAGIC
from .glb.file import check_glb
from .limits import BadFile, Limits

HEAD = 64  # bytes that tell the format
_USUAL = Limits()

_Verdict = TypeVar("_Verdict")


class ModelFormat(StrEnum):
    """The formats that are brought into Blender; the value is the file's suffix without the dot."""

    GLB = "glb"
    FBX = "fbx"


# What to do about a bad file: of the service, or of the user's own.
FROM_SERVICE = text("model.ask_service")
OF_USER = text("model.choose_another")


def check(
    data: bytes | memoryview,
    advice: Text = FROM_SERVICE,
    limits: Limits = _USUAL,
    *,
    trusted: bool = False,
    unpacks: bool = True,
    leads: Callable[[str], bool] = lambda _path: True,
) -> ModelFormat:
    """Give the format of a whole model file; raise `TripoError` of kind model file with a sentence otherwise.

    `advice` ends the sentence: what to do about it. The suffix and what was asked for do not count: the service gives
    an FBX under the same name as a GLB. A trusted file is the user's own: its textures may lie anywhere and be of any
    kind. `leads` tells whether a path out of the file's folder leads to a file of this machine: the path that a picture
    had on its author's machine does no harm, and many a good FBX has one. Nothing of the file is read into memory but
    its JSON and, where it `unpacks`, piece by piece the arrays of an FBX; else these are left to `check_arrays`, and to
    importers that do not unpack more than they were told.
    """
    return _judged(
        lambda: _format(memoryview(data), limits, leads, trusted=trusted, unpacks=unpacks),
        advice,
    )


def check_arrays(data: bytes | memoryview, advice: Text = FROM_SERVICE) -> None:
    """Unpack the arrays of an FBX that was checked but for these, piece by piece; raises as `check`."""
    _judged(lambda: unpack_arrays(memoryview(data)), advice)


def format_of(head: bytes, advice: Text = FROM_SERVICE) -> ModelFormat:
    """Give the format that a file's first `HEAD` bytes announce; raises as `check`, which has yet to see the rest."""
    return _judged(lambda: _announced(head), advice)


def _judged(judge: Callable[[], _Verdict], advice: Text) -> _Verdict:
    try:
        return judge()
    except BadFile as bad:
        what, detail, advice = bad.what, bad.detail, bad.advice or advice
    # Raised out here, as the other holds parts of the data by its traceback: a mapped file could not be closed.
    raise TripoError(Kind.MODEL_FILE, what.advising(advice), detail=detail)


def _format(
    data: memoryview, limits: Limits, leads: Callable[[str], bool], *, trusted: bool, unpacks: bool
) -> ModelFormat:
    model_format = _announced(bytes(data[:HEAD]))
    if model_format is ModelFormat.GLB:
        check_glb(data, limits, trusted=trusted)
    else:
        check_fbx(data, limits, leads, trusted=trusted, unpacks=unpacks)
    return model_format


def _announced(head: bytes) -> ModelFormat:
    if head[:4] == b"glTF":
        return ModelFormat.GLB
    if head.startswith(MAGIC):
        return ModelFormat.FBX
    if head.startswith(b"PK\x03\x04"):
        raise BadFile(text("model.zip"), "the file begins with PK")
    if b"FBX" in head and head.lstrip().startswith(b";"):
        raise BadFile(text("model.text_fbx"), "ASCII FBX")
    if not head:
        raise BadFile(text("model.empty"), "0 bytes")
    raise BadFile(text("model.unknown_format"), f"the file begins with {head[:16]!r}")
