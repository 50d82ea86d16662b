"""What the image tasks give: of words, of images, and of a subject's four sides."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.images.painting import COLORS, GROUND, SIDE
from simulator.sculpture.picture import picture_format, picture_size
from simulator.sculpture.png import read_png, write_png

from .conftest import Client, Start
from .glb import array, read_glb
from .test_files import read_fbx

Pixels = NDArray[np.float64]
VIEWS = ["front", "left", "back", "right"]
BLUE, RED, GREEN, YELLOW = (30, 40, 200), (200, 40, 30), (40, 160, 60), (220, 190, 40)


def pixels_of(data: bytes) -> Pixels:
    pixels = read_png(data)
    assert pixels is not None
    return pixels.astype(np.float64)


def disc(left: tuple[int, ...], right: tuple[int, ...]) -> bytes:
    """A disc on grey, of one color in the image's left half and of another in its right."""
    y, x = np.mgrid[0:128, 0:128]
    colors = np.where((x < 64)[:, :, None], left, right)
    return write_png(np.where((np.hypot(x - 64, y - 64) < 45)[:, :, None], colors, 225).astype(np.uint8))


def mean(pixels: Pixels) -> Pixels:
    """The mean color of what is not the ground."""
    inside = np.abs(pixels - GROUND).sum(axis=2) > 30
    assert inside.mean() > 0.02
    color: Pixels = pixels[inside].mean(axis=0)
    return color


def looks(color: NDArray[Any], other: tuple[int, ...]) -> bool:
    """Whether two colors differ in brightness alone, more or less."""
    return float(color @ np.array(other) / (np.linalg.norm(color) * np.linalg.norm(other))) > 0.97


def halves(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The mean colors of the subject's left and right in the image, without what is close to the middle."""
    inside = np.abs(pixels - GROUND).sum(axis=2) > 30
    columns = np.flatnonzero(inside.any(axis=0))
    third = len(columns) // 3
    return mean(pixels[:, columns[:third]]), mean(pixels[:, columns[-third:]])


def given(client: Client, **body: Any) -> bytes:
    """The image that a task gives."""
    return client.get(client.make(**body)["output"]["generated_image"]).body


def views(client: Client, **body: Any) -> dict[str, bytes]:
    links = client.make(**body)["output"]["generate_multiview_image"]
    assert list(links) == [f"{view}_view_url" for view in VIEWS]
    return {view: client.get(links[f"{view}_view_url"]).body for view in VIEWS}


def test_an_image_has_the_color_of_its_words(start: Start) -> None:
    _, client = start()
    images = {color: given(client, type="text_to_image", prompt=f"a {color} chest") for color in COLORS}
    for color, image in images.items():
        assert picture_size(image) == (SIDE, SIDE)
        assert looks(mean(pixels_of(image)), COLORS[color])
    assert given(client, type="text_to_image", prompt="a red chest") == images["red"]
    assert len({given(client, type="text_to_image", prompt=words) for words in ("a tree", "a bench", "two")}) == 3


def test_an_image_of_an_image_shows_it_in_another_color(start: Start, picture: bytes) -> None:
    _, client = start()
    file = client.token(picture)
    repainted = given(client, type="generate_image", prompt="make it blue", file=file)
    assert picture_size(repainted) == (SIDE, SIDE * 3 // 4)
    blue = pixels_of(repainted)
    assert looks(blue[192, 256], COLORS["blue"])
    assert np.abs(blue[10, 10] - 128).max() <= 2  # the ground is that of the image
    by_list = given(client, type="generate_image", prompt="make it blue", files=[file])
    assert by_list == repainted
    other = client.token(disc(RED, RED))
    assert given(client, type="generate_image", prompt="make it blue", file=other) != repainted
    several = given(client, type="generate_image", prompt="make it blue", files=[file, other, file])
    assert picture_size(several) == (3 * SIDE // 2, SIDE // 2)


@pytest.mark.parametrize("wish", [{"t_pose": True}, {"sketch_to_render": True}, {"template": "3d-enhance"}])
def test_each_wish_shows(start: Start, picture: bytes, wish: dict[str, Any]) -> None:
    _, client = start()
    body = {"type": "generate_image", "prompt": "a red box", "file": client.token(picture)}
    assert given(client, **body, **wish) != given(client, **body, t_pose=False, sketch_to_render=False)


def test_images_come_as_jpeg_where_that_is_wanted(start: Start, picture: bytes) -> None:
    _, client = start(image_format="jpeg")
    task = client.make(type="text_to_image", prompt="a box")
    link = task["output"]["generated_image"]
    reply = client.get(link)
    assert f"/tripo_generated_image_{task['task_id']}.jpg?" in link
    assert reply.headers["Content-Type"] == "image/jpeg"
    assert (picture_format(reply.body), picture_size(reply.body)) == ("jpeg", (SIDE, SIDE))
    assert picture_format(views(client, type="generate_multiview_image", file=client.token(picture))["left"]) == "jpeg"


def test_images_that_cannot_be_read_give_images_of_their_own(start: Start) -> None:
    _, client = start()
    files = [
        client.token(b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x40\x00\x80" + bytes([number] * 64)) for number in range(2)
    ]
    sets = [views(client, type="generate_multiview_image", file=file) for file in files]
    images = [given(client, type="generate_image", prompt="a box", file=file) for file in files]
    assert sets[0]["back"] != sets[1]["back"]
    assert images[0] != images[1]


def test_four_views_show_the_subjects_own_left_and_right(start: Start) -> None:
    _, client = start()
    # Who looks at the front has the subject's right at the left.
    seen = views(client, type="generate_multiview_image", file=client.token(disc(left=BLUE, right=RED)))
    assert len(set(seen.values())) == 4
    assert {picture_size(image) for image in seen.values()} == {(SIDE, SIDE)}
    pixels = {view: pixels_of(image) for view, image in seen.items()}
    assert looks(mean(pixels["left"]), RED)
    assert looks(mean(pixels["right"]), BLUE)
    for view, colors in (("front", (BLUE, RED)), ("back", (RED, BLUE))):
        for half, color in zip(halves(pixels[view]), colors, strict=True):
            assert looks(half, color)
    assert mean(pixels["back"]).sum() < 0.7 * mean(pixels["front"]).sum()
    # The front, which is bright and bulges more, is on that side of the image to which the subject looks.
    for view, bright in (("left", 0), ("right", 1)):
        sums = [half.sum() for half in halves(pixels[view])]
        assert sums[bright] > 1.3 * sums[1 - bright]


def test_an_edit_changes_its_views_and_no_other(start: Start) -> None:
    _, client = start()
    task = client.make(type="generate_multiview_image", file=client.token(disc(BLUE, RED)))
    before = {view: client.get(task["output"]["generate_multiview_image"][f"{view}_view_url"]).body for view in VIEWS}
    prompts = [{"view": "back", "prompt": "make it green"}, {"view": "left", "prompt": "more yellow"}]
    edited = client.make(type="edit_multiview_image", original_task_id=task["task_id"], prompts=prompts)
    links = edited["output"]["generate_multiview_image"]
    after = {view: client.get(links[f"{view}_view_url"]).body for view in VIEWS}
    assert [view for view in VIEWS if before[view] != after[view]] == ["left", "back"]
    assert looks(mean(pixels_of(after["back"])), COLORS["green"])
    assert looks(mean(pixels_of(after["left"])), COLORS["yellow"])
    assert edited["input"] == {
        "type": "edit_multiview_image",
        "original_task_id": task["task_id"],
        "prompts": prompts,
    }


SIDES = {"front": (1, 0, 0), "left": (0, 0, -1), "back": (-1, 0, 0), "right": (0, 0, 1)}
LEFTWARDS = {"front": (0, 0, 1), "left": (1, 0, 0), "back": (0, 0, -1), "right": (-1, 0, 0)}


class Painted:
    """The quads of an FBX: where each looks, where it is and which color it has."""

    def __init__(self, model: bytes) -> None:
        found = read_fbx(model)
        ((corners,),), ((points,),) = found["PolygonVertexIndex"], found["Vertices"]
        ((uvs,),), ((uv_index,),) = found["UV"], found["UVIndex"]
        quads = points.reshape(-1, 3)[np.where(corners < 0, ~corners, corners).reshape(-1, 4)]
        self.places = quads.mean(axis=1)
        self.normals = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
        image = pixels_of(found["Content"][0][0])
        u, v = (uvs.reshape(-1, 2)[uv_index].reshape(-1, 4, 2).mean(axis=1) * (1, -1) + (0, 1)).T
        self.colors = image[(v * image.shape[0]).astype(int), (u * image.shape[1]).astype(int)]

    def side(self, view: str, leftwards: float = 0) -> NDArray[Any]:
        """The usual color of what looks to a side; of its left or right alone as seen in an image of it."""
        chosen = self.normals @ SIDES[view] > 0.75 * np.linalg.norm(self.normals, axis=1)
        if leftwards:
            places = self.places @ LEFTWARDS[view]
            middle, reach = (places.max() + places.min()) / 2, np.ptp(places)
            chosen &= leftwards * (places - middle) > 0.06 * reach
        assert chosen.sum() > 5
        color: NDArray[Any] = np.median(self.colors[chosen], axis=0)
        return color


def modeled(client: Client, **body: Any) -> Painted:
    task = client.make(type="multiview_to_model", quad=True, face_limit=4000, **body)
    return Painted(client.get(task["output"]["pbr_model"]).body)


@pytest.mark.parametrize(
    "colors",
    [(BLUE, RED, GREEN, YELLOW), (BLUE, YELLOW, GREEN, RED), (GREEN, RED, BLUE, YELLOW)],
    ids=["as they are", "left and right swapped", "front and back swapped"],
)
def test_each_side_of_a_model_has_the_colors_of_its_view(start: Start, colors: list[tuple[int, ...]]) -> None:
    _, client = start()
    model = modeled(client, files=[client.token(disc(color, color)) for color in colors])
    for view, color in zip(VIEWS, colors, strict=True):
        assert looks(model.side(view), color)


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_is_mirrored(start: Start, view: str) -> None:
    _, client = start()
    files = [client.token(disc(BLUE, RED) if each == view else disc(GREEN, GREEN)) for each in VIEWS]
    model = modeled(client, files=files)
    assert looks(model.side(view, leftwards=1), BLUE)
    assert looks(model.side(view, leftwards=-1), RED)
    assert all(looks(model.side(other), GREEN) for other in VIEWS if other != view)


def test_swapped_views_change_the_colors_of_a_glb_and_not_its_shape(start: Start) -> None:
    _, client = start()
    tokens = [client.token(disc(color, color)) for color in (BLUE, RED, GREEN, YELLOW)]
    front, left, back, right = tokens
    made = []
    for files in (tokens, [front, right, back, left], [front, {}, back, left]):
        task = client.make(type="multiview_to_model", files=files)
        made.append(client.get(task["output"]["pbr_model"]).body)
        assert [set(entry) for entry in task["input"]["files"]] == [
            {"type", "object"} if file else set() for file in files
        ]
    assert len(set(made)) == 3
    places = []
    for swapped in (tokens, [front, right, back, left]):
        task = client.make(type="multiview_to_model", files=swapped, texture=False, pbr=False)
        document, binary = read_glb(client.get(task["output"]["base_model"]).body)
        places.append(array(document, binary, document["meshes"][0]["primitives"][0]["attributes"]["POSITION"]))
    assert np.array_equal(*places)


def test_where_a_view_is_missing_the_front_goes_through(start: Start) -> None:
    _, client = start()
    front, left = client.token(disc(BLUE, RED)), client.token(disc(GREEN, GREEN))
    model = modeled(client, files=[front, left, {}, {}])
    assert looks(model.side("left"), GREEN)
    assert looks(model.side("back", leftwards=1), RED)
    assert looks(model.side("back", leftwards=-1), BLUE)
    assert looks(model.side("right"), BLUE)


def test_a_model_of_a_set_shows_its_views_and_their_edits(start: Start) -> None:
    _, client = start()
    views = client.make(type="generate_multiview_image", file=client.token(disc(BLUE, RED)))
    prompts = [{"view": "left", "prompt": "green"}]
    edited = client.make(type="edit_multiview_image", original_task_id=views["task_id"], prompts=prompts)
    for task, color in ((views, RED), (edited, GREEN)):
        model = modeled(client, original_task_id=task["task_id"])
        assert looks(model.side("left"), color)
        assert looks(model.side("right"), BLUE)
        assert looks(model.side("front", leftwards=1), BLUE)
