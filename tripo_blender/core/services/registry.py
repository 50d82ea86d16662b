"""The services that a job can be made with, by the name that its record holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Kind, TripoError
from .modelstream import ModelStream

if TYPE_CHECKING:
    from .base import Service

DEFAULT = ModelStream.name
SERVICES: dict[str, Service] = {service.name: service for service in (ModelStream(),)}


def service_of(name: str) -> Service:
    """Return the service of that name; raise `TripoError` where there is none, as for a record of a later version."""
    if name not in SERVICES:
        raise TripoError(
            Kind.USAGE,
            f"This was made with the service {name[:100]}, which this version does not know. Update the add-on to "
            "go on with it",
        )
    return SERVICES[name]
