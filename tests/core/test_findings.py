"""Files that did harm in Blender's importers, found by the fuzz run or in the importers' code: each is refused.

Every one is built here, and says what it did.
"""

import pytest

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.formats.model import check

from .test_fbx import holder, texture, video
from .test_fbx_file import MEGABYTES, array, file, node, pictured
from .test_glb_file import changed, meshopt, packed
from .test_model_file import PNG

FINDINGS = {
    # 4.2 to 5.2 follow the parents for ever, and take memory meanwhile.
    "a joint that is its own child": packed(
        changed(("nodes/0/children", [0]), ("skins/0", {"joints": [0, 0]}), ("scenes", []))
    ),
    # The glTF importer takes data without ";base64," for a file's name; Windows takes ".." out before it looks.
    "a data address that is a path": packed(changed(("images/1/uri", "data:/../../private.png"))),
    "a buffer that is a path": packed(changed(("buffers/0/uri", "data:x,/../../private.bin"))),
    # 5.2 gives the decoder room for count times stride; that writes whole indices and vectors.
    "compressed indices of one byte": meshopt(mode="TRIANGLES", byteStride=1, count=6),
    "compressed vectors of six bytes": meshopt(byteStride=6),
    "quaternions of four bytes": meshopt(byteStride=4, filter="QUATERNION"),
    # The FBX importer in Python unpacks all before it compares the length.
    "an array that unpacks to a thousand times": file(node(b"N", array("d", [], data=MEGABYTES, length=2), 1)),
    # The fuzz run, 4.2 and 5.2: the named file is opened and read, though the FBX carries the picture.
    "a texture that names another picture": pictured(texture(FileName=b"data:/../private.png"), video(PNG)),
    "a texture that names one above": pictured(texture(RelativeFilename=b"../private.png"), video(PNG)),
    # 4.2 to 5.0, the importer in Python: a texture without a file is looked for by its name; of a relative path
    # it takes slashes and blanks off the beginning, and finds the root below.
    "a texture named as a path": pictured(holder("Texture", 20, b"/dev/tty")),
    "a path under a slash and a blank": pictured(texture(RelativeFilename=b"/ /etc/hostname"), video(PNG)),
    # The same with what waits for somebody, or has no end.
    "a texture that is a terminal": pictured(texture(FileName=b"/dev/tty")),
    "a texture without an end": pictured(texture(FileName=b"/dev/zero")),
}


@pytest.mark.parametrize("data", FINDINGS.values(), ids=FINDINGS)
def test_a_file_that_did_harm_is_refused(data: bytes) -> None:
    with pytest.raises(TripoError) as caught:
        check(data)
    assert caught.value.failure.kind is Kind.MODEL_FILE
    assert len(data) < 6000  # bytes
