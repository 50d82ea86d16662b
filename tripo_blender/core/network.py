"""The way out to the network: proxy and certificates, and the texts for what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from .sentences.text import Text, text

# Whom a call goes to.
SERVICE, FILE_HOST, PROXY = text("network.service"), text("network.file_host"), text("network.proxy")

# OpenSSL's X509_V_ERR_..., as `ssl` gives them.
_NOT_YET_VALID, _EXPIRED, _WRONG_ADDRESS = 9, 10, 64
WRONG_NAME = 62


@dataclass(frozen=True)
class Network:
    """What the preferences say; empty stands for what the environment says, as `requests` reads it."""

    proxy: str = field(default="", repr=False)  # may hold a login
    certificates: str = ""  # a PEM file, or a folder of them, of the authorities to trust


def proxy_problem(proxy: str) -> Text | None:
    """Give what is wrong with a proxy's address; None when there is none or it can be used."""
    if not proxy:
        return None
    address = proxy if "://" in proxy else f"http://{proxy}"
    wrong = text("network.proxy_invalid")
    if not re.fullmatch(r"[!-~]+", proxy) or "\\" in proxy:
        return wrong
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return wrong
    if parts.scheme.startswith("socks"):
        return text("network.proxy_socks")
    usable = parts.scheme in ("http", "https") and parts.path in ("", "/") and not parts.query and not parts.fragment
    return None if usable and host and re.fullmatch(r"[a-z0-9._-]+|[a-f0-9:.]+", host) else wrong


def proxy_login(proxy: str) -> tuple[str, ...]:
    """Give what of a proxy's address is secret: its login, as it is written and as it is meant."""
    login = proxy.rpartition("@")[0].rpartition("//")[2]
    word = login.partition(":")[2]
    return tuple(dict.fromkeys(part for part in (login, unquote(login), word, unquote(word)) if part))


def proxy_told(proxy: str) -> Text:
    """Give a proxy's address without its login, for the preferences, where the field itself is hidden."""
    _, at, address = proxy.rpartition("@")
    if at:
        return text("network.proxy_used_with_login", proxy=address)
    return text("network.proxy_used", proxy=address)


def proxy_failure(reason: str) -> Text:
    """Give the text for a proxy that could not be reached, or that answered `reason` instead of connecting."""
    if "407" in reason:
        return text("network.proxy_login")
    return text("network.proxy_refused") if reason else text("network.proxy_unreachable")


def certificate_failure(host: Text, verify_code: int) -> Text:
    """Give the text for a certificate of that host that is not trusted; `verify_code` is OpenSSL's."""
    if verify_code == _EXPIRED:
        return text("network.certificate_expired", host=host)
    if verify_code == _NOT_YET_VALID:
        return text("network.certificate_early", host=host)
    if verify_code in (WRONG_NAME, _WRONG_ADDRESS):
        if host == SERVICE:
            return text("network.certificate_of_another_service")
        return text("network.certificate_of_another", host=host)
    return text("network.certificate_untrusted", host=host)


def certificates_problem(path: str, why_unread: str, from_preferences: bool) -> Text:
    """Give the text for a certificate file that is missing or none; `why_unread` is empty when it is no PEM."""
    advice = text("network.choose_certificates") if from_preferences else text("network.correct_variable")
    if why_unread:
        return text("network.certificates_unreadable", path=path, why=why_unread, advice=advice)
    return text("network.certificates_none", path=path, advice=advice)
