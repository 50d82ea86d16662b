"""JPEG files by their bytes; tests/blender has them decoded."""

import re

import numpy as np

from simulator.sculpture.jpeg import write_jpeg
from simulator.sculpture.picture import picture_size
from tripo_blender.core.formats.image.head import PictureHead, read_head


def test_a_jpeg_holds_no_marker_within_its_picture() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (256, 384, 3), np.uint8)
    data = write_jpeg(noise)
    scan = data[data.index(b"\xff\xda") + 2 :]
    assert scan.endswith(b"\xff\xd9")
    assert len(re.findall(b"\xff\0", scan)) > 10
    assert re.findall(b"\xff[^\0]", scan) == [b"\xff\xd9"]
    assert picture_size(data) == (3072, 2048)
    assert read_head(data) == PictureHead("jpg", 3072, 2048)
