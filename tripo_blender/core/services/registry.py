"""The services that a job can be made with, by what its record calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Failure, Kind, TripoError
from ..sentences.text import text
from .modelstream import ModelStream

if TYPE_CHECKING:
    from .base import Service

DEFAULT = ModelStream.id
SERVICES: dict[str, Service] = {service.id: service for service in (ModelStream(),)}


def service_of(service_id: str) -> Service:
    """Return the service of that id; raise `TripoError` where there is none, as for a record of a later version."""
    if (failure := unknown_service(service_id)) is not None:
        raise TripoError.of(failure)
    return SERVICES[service_id]


def unknown_service(service_id: str) -> Failure | None:
    """Return the failure of a job of a service that is not known here; None for one that is."""
    if service_id in SERVICES:
        return None
    return Failure(Kind.USAGE, text("job.unknown_service", service=service_id[:100]))


def name_of(service_id: str) -> str:
    """Return what people call a service; its id where it is not known, whose models can still be used."""
    return SERVICES[service_id].name if service_id in SERVICES else service_id
