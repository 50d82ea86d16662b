"""The services that a job can be made with, by what its record calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Kind, TripoError
from .modelstream import ModelStream

if TYPE_CHECKING:
    from .base import Service

DEFAULT = ModelStream.id
SERVICES: dict[str, Service] = {service.id: service for service in (ModelStream(),)}


def service_of(service_id: str) -> Service:
    """Return the service of that id; raise `TripoError` where there is none, as for a record of a later version."""
    if service_id not in SERVICES:
        raise TripoError(
            Kind.USAGE,
            f"It was made with the service {service_id[:100]}, which this version does not know. "
            "Update the add-on to go on with it",
        )
    return SERVICES[service_id]
