"""Tasks that others go on from, one of each kind."""

from typing import Any

from simulator.options import Options

from .conftest import Client

DRAFT_VERSION = "v1.4-20240625"
OPTIONS = Options().changed(
    {"seconds": 0, "triangles": 96, "texture_size": 16, "concurrency": 100, "draft_versions": DRAFT_VERSION}
)


class Originals(dict[str, str]):
    """The ids of done tasks by their kind; `token` is the file object of an image."""

    token: dict[str, str]


def make_originals(client: Client, image: bytes) -> Originals:
    file = client.token(image)

    def make(**body: Any) -> str:
        task = client.make(**body)
        assert task["status"] == "success"
        return str(task["task_id"])

    made = Originals(
        draft=make(type="text_to_model", prompt="a box", model_version=DRAFT_VERSION),
        model=make(type="image_to_model", file=file),
        image=make(type="text_to_image", prompt="a box"),
        set=make(type="generate_multiview_image", file=file),
    )
    edits = [{"view": "back", "prompt": "red"}]
    made["edited"] = make(type="edit_multiview_image", original_task_id=made["set"], prompts=edits)
    made.token = file
    return made
