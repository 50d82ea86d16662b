"""The file host: signed links that expire, with or without ranges."""

import hashlib
import hmac
import re
import secrets
import time
import zlib
from urllib.parse import parse_qs, urlsplit

from simulator.exchange import Answer, Request
from simulator.options import Options

PREVIEW = "rendered"  # how the names of previews begin
_TYPES = {
    "glb": "model/gltf-binary",
    "fbx": "application/octet-stream",
    "png": "image/png",
    "jpg": "image/jpeg",
}


class FileHost:
    """Holds what was published and hands it to whoever brings a valid link, and no key."""

    def __init__(self) -> None:
        self.address = ""  # "http://host:port", known once the server listens
        self._secret = secrets.token_bytes(16)
        self._files: dict[str, tuple[bytes, str]] = {}  # with the entity tag

    @staticmethod
    def kind(request: Request) -> str:
        """What a request is to the fault script."""
        return "preview" if f"/{PREVIEW}_" in request.route else "download"

    def publish(self, name: str, data: bytes, seconds: float) -> str:
        """A link to the data, good for so many seconds; each call gives a fresh one."""
        path = f"/{time.strftime('%Y%m%d', time.gmtime())}/{name}"
        if path not in self._files:
            self._files[path] = data, f'"{len(data):x}-{zlib.crc32(data):08x}"'
        expires = f"{time.time() + seconds:.3f}"
        return f"{self.address}{path}?Expires={expires}&Signature={self._sign(path, expires)}"

    def _sign(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()[:32]

    def answer(self, request: Request, options: Options) -> Answer:
        """The file, or a part of it; HEAD is answered like GET, its body is dropped by the server."""
        if request.method not in ("GET", "HEAD"):
            return _error(405, "MethodNotAllowed", "only GET and HEAD")
        if "Authorization" in request.headers and options.file_host_key == "refused":
            # As object stores do with a signed link.
            return _error(400, "InvalidArgument", "Only one auth mechanism allowed")
        query = parse_qs(urlsplit(request.path).query)
        expires, signature = (query.get(name, [""])[0] for name in ("Expires", "Signature"))
        if not hmac.compare_digest(signature.encode(), self._sign(request.route, expires).encode()):
            return _error(403, "SignatureDoesNotMatch", "the signature is not ours")
        if time.time() > float(expires):
            return _error(403, "AccessDenied", "Request has expired")
        data, tag = self._files[request.route]
        suffix = request.route.rpartition(".")[2]
        headers = {"Content-Type": _TYPES.get(suffix, "application/octet-stream"), "ETag": tag}
        if not options.file_host_ranges:
            return Answer(200, data, headers)
        return _part(request, data, headers | {"Accept-Ranges": "bytes"})


def _part(request: Request, data: bytes, headers: dict[str, str]) -> Answer:
    """What the Range header asks for; the whole file when it asks for nothing we know."""
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
    if not wanted or not any(wanted.groups()) or request.headers.get("If-Range", headers["ETag"]) != headers["ETag"]:
        return Answer(200, data, headers)
    first, last = wanted.groups()
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(len(data), int(last) + 1) if first and last else len(data)
    if start >= end:
        return Answer(416, b"", {**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Answer(206, data[start:end], headers)


def _error(status: int, code: str, message: str) -> Answer:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, text.encode(), {"Content-Type": "application/xml"})
