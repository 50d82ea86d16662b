"""Addresses and keys as every service has them, and the ways by which a file reaches one."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from ..options.option import LONGEST_TEXT
from ..sentences.text import Text, text

# What every reader of addresses reads alike: plain characters, nothing before the host but the scheme, no backslash (a
# slash to some), no query. Names in other scripts can be written as they travel, `xn--...`; shown like that, one that
# only looks like a known name deceives nobody.
_ADDRESS = re.compile(
    r"[A-Za-z]+://([A-Za-z0-9._-]+|\[[A-Fa-f0-9:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?", re.ASCII
)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_LONGEST_KEY = 1_000  # characters; those that are known have some 50
_USUAL_PORTS = {"http": 80, "https": 443}
_THIS_MACHINE, _THIS_MACHINE_6 = ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Address("::1")


class UploadMethod(NamedTuple):
    """A way by which a file reaches a service; `inline`: inside the create call, as a data URI."""

    name: str
    label: str
    description: str
    inline: bool = False


def is_url(picture: str) -> bool:
    """Whether a picture is a public address rather than a file."""
    return picture.lower().startswith(("https://", "http://"))


def picture_address_problem(address: str) -> Text | None:
    """Give what is wrong with the address of a picture, in a text that repeats none of it; None when nothing is.

    It is sent as it is, and kept with the job: a login in it would reach the service, the disk and the screen; and a
    picture that asks for one is not public.
    """
    wrong = text("image.url_invalid")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return wrong
    if "@" in parts.netloc:
        return text("image.url_login")
    if len(address) > LONGEST_TEXT:
        return text("image.url_too_long", most=LONGEST_TEXT)
    named = all(host.removesuffix(".").split(".")) and not re.search(r"[\s\\%]", parts.netloc)
    return None if named and not re.search(r"[\x00-\x1f\x7f]", address) else wrong


def base_url_problem(base_url: str, example: str = "https://api.example.com/v2") -> Text | None:
    """Give what is wrong with a base URL, in a text with a good one; None when the key may be sent there.

    Plain http is for this machine alone: over a network anybody could read the key.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
        host_is_plain = bool(ipaddress.IPv6Address(host)) if ":" in host else bool(_HOST.fullmatch(host))
    except ValueError:
        host, host_is_plain, parts = "", False, urlsplit("")
    if len(base_url) > LONGEST_TEXT:
        return text("access.url_too_long", most=LONGEST_TEXT)
    if parts.scheme not in ("http", "https") or not host_is_plain or not _ADDRESS.fullmatch(base_url):
        return text("access.url_invalid", example=example)
    if parts.scheme == "http" and not is_loopback(base_url):
        return text("access.url_unencrypted", url=f"{parts.scheme}://{host}")
    return None


def normal_url(base_url: str) -> str:
    """Return a base URL without what makes no difference to where it leads; one with a problem as it is."""
    address = base_url.strip()
    if base_url_problem(address):
        return address
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


def account_of(service: str) -> Text:
    """Return what a sentence calls the account at a service; without its name where that is empty."""
    return text("key.account_of", service=service) if service else text("key.account")


def key_problem(key: str, service: str = "") -> Text | None:
    """Return what keeps an API key from being sent to any service; None when nothing does."""
    if not key:
        return text("key.missing", account=account_of(service))
    if len(key) > _LONGEST_KEY:
        return text("key.too_long", account=account_of(service))
    if not key.isascii() or not key.isprintable() or " " in key:
        return text("key.invalid_characters", account=account_of(service))
    return None


def same_origin(address: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common: what may be told one may be told the other."""
    try:
        origins = [
            (parts.scheme, parts.hostname, parts.port or _USUAL_PORTS.get(parts.scheme))
            for parts in (urlsplit(address), urlsplit(other))
        ]
    except ValueError:
        return False
    return origins[0] == origins[1]


def is_loopback(base_url: str) -> bool:
    """Whether an address is on this machine and so needs neither a network nor a proxy."""
    try:
        host = urlsplit(base_url).hostname or ""
        if host == "localhost":
            return True
        # Nothing but whole addresses: `127.1`, `127.0.0.1.` and the like are names that somebody's DNS may answer.
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address in _THIS_MACHINE if address.version == 4 else address == _THIS_MACHINE_6
