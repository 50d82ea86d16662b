"""The services by name: what each must offer, and a record that names one which is not known."""

import subprocess
import sys
from pathlib import Path

import pytest

from tripo_blender.core.errors import TripoError
from tripo_blender.core.options.generation_table import SETTINGS
from tripo_blender.core.services.base import Service
from tripo_blender.core.services.endpoint import base_url_problem, normal_url
from tripo_blender.core.services.registry import DEFAULT, SERVICES, name_of, service_of
from tripo_blender.core.task import OutputOf, Role, TaskType, Words

from .fixtures import english

EVERY_SERVICE = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@EVERY_SERVICE
def test_a_service_is_found_by_its_own_id(service: Service) -> None:
    assert service_of(service.id) is service
    assert name_of(service.id) == service.name
    assert base_url_problem(service.base_url) is None
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
    assert service.base_url in english(base_url_problem("nowhere", service.base_url))


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


@EVERY_SERVICE
@pytest.mark.parametrize("version", ["", "v1.4-20240625", "v3.1-20260211", "Turbo-v1.0-20250506", "flux.1_dev", "?"])
@pytest.mark.parametrize("task", TaskType)
def test_what_a_service_offers_it_says_wholly_and_what_not_with_the_reason(
    service: Service, task: TaskType, version: str
) -> None:
    spec, reason = service.spec(task, version), service.problem_of_task(task, version)
    assert bool(spec) is not bool(reason)
    if spec is None:
        sentence = english(reason)
        assert version in sentence
        assert sentence[:1].isupper()
        assert not sentence.endswith(".")
        return
    assert spec.slots
    assert spec.outputs
    assert {*spec.some, *filter(None, [spec.instead])} <= spec.slots.keys()
    assert spec.fewest <= len(spec.some)
    assert any(slot.required for slot in spec.slots.values())
    assert spec.options <= {setting.name for setting in SETTINGS if task in setting.tasks}
    assert len({slot.word.english() for slot in spec.slots.values()}) == len(spec.slots)
    for slot in spec.slots.values():
        assert bool(slot.longest) is (Words in slot.kinds)
        assert bool(slot.roles) is (OutputOf in slot.kinds)
