"""The images that clients upload, and those that a create brings or names."""

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from typing import Any

from simulator.exchange import Answer, Request, file_part, json_answer
from simulator.images.painting import paint
from simulator.options import Options
from simulator.refusals import Refusal
from simulator.rules.files import FileObject, file_objects
from simulator.sculpture.picture import picture_format

MOST_BYTES = 20 * 1024 * 1024


class Uploads:
    """What was uploaded, by its token."""

    def __init__(self) -> None:
        self._images: dict[str, bytes] = {}

    def add(self, request: Request) -> Answer:
        """Keep the file of an upload; return the answer with its token."""
        data = file_part(request)
        if data is None:
            raise Refusal(1004, "a multipart field named file is required", "file")
        _check(data)
        token = str(uuid.uuid4())
        self._images[token] = data
        return json_answer(200, {"code": 0, "data": {"image_token": token}})

    def images(self, body: Mapping[str, Any], options: Options) -> tuple[bytes | None, ...]:
        """Return the images of a create, slot by slot.

        What is on the Internet is never fetched: a model is made without it, and elsewhere something is painted of
        its address.
        """
        images: list[bytes | None] = []
        for entry in file_objects(body):
            image = self._image(entry, options) if entry else None
            if entry and image is None and body["type"] != "image_to_model":
                image = paint(ascii(dict(entry)))
            images.append(image)
        return tuple(images)

    def _image(self, entry: FileObject, options: Options) -> bytes | None:
        """Return the bytes behind a file object, None where they are not here."""
        if "file_token" in entry:
            if entry["file_token"] not in self._images:
                raise Refusal(2019, parameter="file")
            return self._images[entry["file_token"]]
        url = str(entry.get("url", ""))
        if match := re.match(r"data:image/[\w.+-]+;base64,", url):
            if options.data_uri == "refused":
                raise Refusal(1004, "url must be an http or https URL", "file")
            try:
                data = base64.b64decode(url[match.end() :], validate=True)
            except binascii.Error:
                raise Refusal(1004, "url is not base64", "file") from None
            _check(data)
            return data
        if "url" in entry and not re.match(r"https?://[^/\s]+", url):
            raise Refusal(1004, "url must be an http or https URL", "file")
        return None


def _check(data: bytes) -> None:
    if not data:
        raise Refusal(2003, parameter="file")
    if len(data) > MOST_BYTES:
        raise Refusal(2022, parameter="file")
    if picture_format(data) is None:
        raise Refusal(2004, parameter="file")
