"""Every text of an FBX's pictures, put down as a path: what passes the check makes no importer open it."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from fixtures import hand_fbx
from fuzzing.fbx_tree import FbxTree, Node
from simulator.sculpture.png import write_png

pytestmark = [
    pytest.mark.every_version("the importers of versions differ"),
    pytest.mark.skipif(sys.platform == "win32", reason="whether a file was read is not seen there"),
]

SPELLINGS = (
    "{}", " {}", "/ {}", "\t//{}", "../private.png", "..\\private.png", "/../private.png", "x/../../private.png",
    "//{}", "{}\0.png", "file://{}", "\u3000{}", "/\xa0{}", "c:{}",
)  # fmt: skip
WITHOUT: tuple[set[bytes], ...] = (set(), {b"RelativeFilename"}, {b"FileName", b"Filename"})
WITHOUT = (*WITHOUT, WITHOUT[1] | WITHOUT[2], WITHOUT[1] | WITHOUT[2] | {b"Content"})


@pytest.fixture
def private(tmp_path: Path) -> Path:
    path = tmp_path / "private.png"
    path.write_bytes(write_png(np.zeros((7, 7, 3), np.uint8)))
    (tmp_path / "job").mkdir()
    return path


def spelled(tree: FbxTree, path: Path) -> Iterator[tuple[str, bytes]]:
    """The tree with one text after the other replaced by each spelling of a path."""
    objects = next(node for node in tree.nodes if node.name == b"Objects")
    pictures = [node for node in objects.children if node.name in (b"Texture", b"Video")][:2]
    for node in (each for picture in pictures for each in (picture, *below(picture))):
        for at, (kind, content) in enumerate(node.values):
            for spelling in SPELLINGS if isinstance(content, bytes) and kind == "S" else ():
                text = spelling.format(path).encode()
                _, mark, last = content.partition(b"\0\1")  # type: ignore[union-attr]
                node.values[at] = kind, text + mark + last
                yield f"{node.name!r} {at} {text!r}", tree.write(packed=False)
            node.values[at] = kind, content


def below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from below(child)


def stripped(node: Node, names: set[bytes]) -> None:
    node.children = [child for child in node.children if child.name not in names]
    for child in node.children:
        stripped(child, names)


def test_no_text_of_a_picture_opens_a_file_outside(module: Callable[[str], ModuleType], private: Path) -> None:
    compat, check = module("converter.compat"), module("core.formats.model").check
    model, error = private.parent / "job" / "model.fbx", module("core.errors").TripoError
    leads = partial(module("storage.model_check").leads_out, folder=model.parent)
    whole = FbxTree.read(hand_fbx.RECIPES["fbx_separate_maps"]()[0])
    opened, passed, refused = [], 0, 0
    for names in WITHOUT:
        tree = copy.deepcopy(whole)
        for node in tree.nodes:
            stripped(node, names)
        for what, data in spelled(tree, private):
            try:
                check(data, leads=leads)
            except error:
                refused += 1
                continue
            model.write_bytes(data)
            os.utime(private, (1, 2))  # older than its change: reading it moves it
            try:
                compat.import_fbx(str(model), in_python=compat.reads_fbx_in_python(str(model)))
            except RuntimeError:
                pass
            for image in bpy.data.images:
                if image.packed_file is None:
                    try:
                        image.pack()
                    except RuntimeError:
                        pass
            passed += 1
            if private.stat().st_atime > 1:
                opened.append(f"{what} without {sorted(names)}")
            bpy.ops.wm.read_homefile(use_empty=True)
    assert opened == []
    assert passed > 100
    assert refused > 100
