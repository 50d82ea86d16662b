"""The way out to the network: proxy and certificates, and the sentences for what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

# OpenSSL's X509_V_ERR_..., as `ssl` gives them.
_NOT_YET_VALID, _EXPIRED, _WRONG_ADDRESS = 9, 10, 64
WRONG_NAME = 62


@dataclass(frozen=True)
class Network:
    """What the preferences say; empty stands for what the environment says, as `requests` reads it."""

    proxy: str = field(default="", repr=False)  # may hold a login
    certificates: str = ""  # a PEM file, or a folder of them, of the authorities to trust


def proxy_problem(proxy: str) -> str:
    """Give what is wrong with a proxy's address, as a sentence; empty when there is none or it can be used."""
    if not proxy:
        return ""
    address = proxy if "://" in proxy else f"http://{proxy}"
    wrong = (
        "The proxy is not an address such as http://proxy.example.com:3128. Correct it in the preferences, or in "
        "HTTPS_PROXY"
    )
    if not re.fullmatch(r"[!-~]+", proxy) or "\\" in proxy:
        return wrong
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return wrong
    if parts.scheme.startswith("socks"):
        return "A SOCKS proxy cannot be used. Give the address of an HTTP proxy in the preferences"
    usable = parts.scheme in ("http", "https") and parts.path in ("", "/") and not parts.query and not parts.fragment
    return "" if usable and host and re.fullmatch(r"[a-z0-9._-]+|[a-f0-9:.]+", host) else wrong


def proxy_login(proxy: str) -> tuple[str, ...]:
    """Give what of a proxy's address is secret: its login, as it is written and as it is meant."""
    login = proxy.rpartition("@")[0].rpartition("//")[2]
    word = login.partition(":")[2]
    return tuple(dict.fromkeys(text for text in (login, unquote(login), word, unquote(word)) if text))


def proxy_told(proxy: str) -> str:
    """Give a proxy's address without its login, for the preferences, where the field itself is hidden."""
    return f"{proxy.rpartition('@')[2]} is the proxy{', with a login' if '@' in proxy else ''}"


def proxy_failure(reason: str) -> str:
    """Give the sentence for a proxy that could not be reached, or that answered `reason` instead of connecting."""
    if "407" in reason:
        return (
            "The proxy asks for a login, or does not accept this one. Put name and password into the proxy's address "
            "in the preferences: http://name:password and then @ before its host"
        )
    if reason:
        return "The proxy did not let the call through. Check the proxy settings of this computer"
    return "The proxy cannot be reached. Check the proxy in the preferences, or the proxy settings of this computer"


def certificate_failure(where: str, verify_code: int) -> str:
    """Give the sentence for a certificate that is not trusted; `verify_code` is OpenSSL's."""
    if verify_code == _EXPIRED:
        return f"The {where}'s certificate has expired. Check this computer's clock, or tell those who run the service"
    if verify_code == _NOT_YET_VALID:
        return f"The {where}'s certificate is not valid yet. Check this computer's clock"
    if verify_code in (WRONG_NAME, _WRONG_ADDRESS):
        check = "the base URL in the preferences, and whether" if where == "service" else "whether"
        return (
            f"The {where}'s certificate is made out to another name. Check {check} the network asks for a login in the "
            "browser first"
        )
    return (
        f"The {where}'s certificate is not trusted here. If your network checks encrypted traffic, choose the "
        "certificate file of your company in the preferences under Certificates"
    )


def certificates_problem(path: str, why_unread: str, from_preferences: bool) -> str:
    """Give the sentence for a certificate file that is missing or none; `why_unread` is empty when it is no PEM."""
    problem = f"cannot be read: {why_unread}" if why_unread else "holds no certificates in PEM form"
    place = (
        "Choose another under Certificates in the preferences"
        if from_preferences
        else "Correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, or choose another under Certificates in the preferences"
    )
    return f"The certificate file {path} {problem}. {place}"
