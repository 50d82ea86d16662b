"""The services by name: what each must offer, and a record that names one which is not known."""

import subprocess
import sys
from pathlib import Path

import pytest

from tripo_blender.core.errors import TripoError
from tripo_blender.core.services import tripo_tasks
from tripo_blender.core.services.base import Service
from tripo_blender.core.services.endpoint import base_url_problem, normal_url
from tripo_blender.core.services.registry import DEFAULT, SERVICES, name_of, service_of
from tripo_blender.core.task import Request, Role, TaskType

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


def test_what_a_service_is_called_is_known_without_what_speaks_to_it() -> None:
    """Blender's start shows it; what is imported besides would be waited for there."""
    code = (
        "import sys\n"
        "from tripo_blender.lazy import loaded_at_first_use\n"
        "with loaded_at_first_use('tripo_blender.core'):\n"
        "    from tripo_blender.core.services.registry import SERVICES\n"
        "for service in SERVICES.values():\n"
        "    assert service.name and service.base_url and service.upload_methods\n"
        "print(sorted({'json', 'email', 'html', 'base64'} & sys.modules.keys()))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


@EVERY_SERVICE
def test_a_model_of_an_image_is_offered_by_every_service(service: Service) -> None:
    spec = service.spec(TaskType.IMAGE_TO_MODEL)
    assert spec is not None
    assert spec.outputs == (Role.MODEL,)


def test_a_kind_of_task_that_is_not_offered_is_not_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tripo_tasks, "TASKS", {})
    service = service_of(DEFAULT)
    assert service.spec(TaskType.IMAGE_TO_MODEL) is None
    with pytest.raises(TripoError, match="does not offer image_to_model"):
        service.create(service.base_url, Request(), {}, "")
