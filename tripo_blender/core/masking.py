"""Takes secrets out of what a service has answered."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote


def spellings(*secrets: str) -> tuple[bytes, ...]:
    """Give secrets as a service may repeat them: plain, in an address, in JSON, in base64; the longest first."""
    spelt: set[str] = set()
    for secret in filter(None, secrets):
        spelt |= {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
        spelt.add(base64.b64encode(secret.encode()).decode())
    return tuple(sorted((spelling.encode() for spelling in spelt), key=len, reverse=True))


def masked(data: bytes, spelt: tuple[bytes, ...]) -> bytes:
    """Give data with dots in place of these spellings."""
    for spelling in spelt:
        data = data.replace(spelling, b"...")
    return data


def masked_text(text: str, spelt: tuple[bytes, ...]) -> str:
    """Do the same with a header's text."""
    return masked(text.encode("utf-8", "replace"), spelt).decode("utf-8", "replace")
