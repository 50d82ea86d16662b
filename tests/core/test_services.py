"""The services by name: what each must offer, and a record that names one which is not known."""

import pytest

from tripo_blender.core.errors import TripoError
from tripo_blender.core.services.base import Service
from tripo_blender.core.services.endpoint import base_url_problem, normal_url
from tripo_blender.core.services.registry import DEFAULT, SERVICES, name_of, service_of

EVERY_SERVICE = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@EVERY_SERVICE
def test_a_service_is_found_by_its_own_id(service: Service) -> None:
    assert service_of(service.id) is service
    assert name_of(service.id) == service.name
    assert base_url_problem(service.base_url) == ""
    assert normal_url(service.base_url) == service.base_url
    assert service.key_variable == service.key_variable.upper()
    names = [method.name for method in service.upload_methods]
    assert names
    assert len(set(names)) == len(names)


def test_the_usual_service_is_known() -> None:
    assert service_of(DEFAULT).id == DEFAULT


@pytest.mark.parametrize("name", ["", "Clay Works", "x" * 5_000])
def test_a_service_that_is_not_known_is_named_with_what_to_do(name: str) -> None:
    with pytest.raises(TripoError) as caught:
        service_of(name)
    sentence = caught.value.failure.sentence
    assert name[:100] in sentence
    assert "Update the add-on" in sentence
    assert len(sentence) < 300
    assert name_of(name) == name


@EVERY_SERVICE
def test_what_is_no_base_url_is_told_with_one_that_is(service: Service) -> None:
    assert service.base_url in base_url_problem("nowhere", service.base_url)
