"""Where the service is, what its key looks like, and the ways by which pictures reach it."""

from __future__ import annotations

from urllib.parse import urlsplit

NAME = "ModelStream"
BASE_URL = "https://api.modelstream.ai/tripo/v2/openapi"
KEY_VARIABLE = "MODELSTREAM_API_KEY"  # of the environment

# How a local picture travels, in the order in which the ways are tried.
RUNG_STS = "upload/sts"
RUNG_UPLOAD = "upload"
RUNG_DATA_URI = "data-uri"
RUNGS = (RUNG_STS, RUNG_UPLOAD, RUNG_DATA_URI)


def is_url(picture: str) -> bool:
    """Whether a picture is a public address rather than a file."""
    return picture.lower().startswith(("https://", "http://"))


def base_url_problem(base_url: str) -> str:
    """Give what is wrong with a base URL, as a sentence; empty when the key may be sent there.

    Plain http is for this machine alone: over a network anybody could read the key.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        return f"The base URL is not an address such as {BASE_URL}. Correct it in the preferences"
    if parts.scheme == "http" and not is_loopback(base_url):
        return f"The base URL {parts.scheme}://{host} is not encrypted, so anybody could read the API key. Use https://"
    return ""


def key_problem(key: str) -> str:
    """Give what is wrong with an API key, as a sentence; empty when it can be sent.

    Its beginning tells nothing: `sk-`, `ms-` and `tsk_` have all been seen. Only a client id is known to be none.
    """
    if not key:
        return "There is no API key yet. Put the key from your ModelStream account into the add-on's preferences"
    if key.startswith("tcli_"):
        return "This is a client id, not an API key. Copy the API key from the same page of your account"
    if not key.isascii() or not key.isprintable() or " " in key:
        return "The API key holds characters that no key has. Copy it again from your ModelStream account"
    return ""


def is_loopback(base_url: str) -> bool:
    """Whether an address is on this machine and so needs neither a network nor a proxy."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())
