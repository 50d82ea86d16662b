"""What of the preferences a job needs, and what keeps the service from being used: key, address, online access."""

import os
from dataclasses import dataclass, field

import bpy

from ..core.errors import Kind, TripoError
from ..core.model_limits import Limits
from ..core.services import gateway
from ..core.services.gateway import KEY_VARIABLE
from . import preferences


@dataclass(frozen=True)
class Access:
    """What it takes to reach the gateway."""

    key: str = field(repr=False)
    base_url: str
    rung: str = ""
    at_once: int = 3
    converts: bool = True
    limits: Limits = Limits()  # noqa: RUF009  # frozen


def access(context: bpy.types.Context, base_url: str = "", key: str = "") -> Access:
    """Give key and address, from the arguments, the preferences or the environment; nothing is checked."""
    chosen = preferences.get(context)
    if chosen is None:
        return Access(key or os.environ.get(KEY_VARIABLE, "").strip(), base_url or gateway.BASE_URL)
    return Access(
        key or chosen.api_key.strip() or os.environ.get(KEY_VARIABLE, "").strip(),
        base_url or chosen.base_url.strip() or gateway.BASE_URL,
        "" if chosen.rung == "AUTO" else chosen.rung,
        chosen.at_once,
        chosen.converts,
        Limits(memory=chosen.model_memory * 2**30),
    )


def obstacle(given: Access) -> TripoError | None:
    """Give what keeps the service from being used: the key, the address or online access; None when nothing does."""
    if sentence := gateway.base_url_problem(given.base_url):
        return TripoError(Kind.USAGE, sentence)
    if sentence := gateway.key_problem(given.key):
        return TripoError(Kind.NO_KEY, f"{sentence}, or set {KEY_VARIABLE}" if bpy.app.background else sentence)
    if not bpy.app.online_access and not gateway.is_loopback(given.base_url):
        return TripoError(Kind.OFFLINE, f"Online access required to generate a model. {_online_advice()}")
    return None


def _online_advice() -> str:
    """Say who can allow online access, in the words that Blender itself uses and translates."""
    if bpy.app.background and not bpy.app.online_access_override:
        return "Launch Blender with --online-mode"
    if bpy.app.online_access_override:
        return "Launch Blender without --offline-mode"
    return "Enable online access in System preferences"
