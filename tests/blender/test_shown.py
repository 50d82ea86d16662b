"""What is shown is in the language of Blender's interface, and what scripts are told in English."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import bpy
import pytest

GERMAN = {
    "There is no job '{job}' in the list: it may have been cleared": "Der Auftrag '{job}' ist nicht in der Liste",
    "Waiting for {what}": "Wartet auf {what}",
    "Object Mode": "den Objektmodus",
}


@pytest.fixture
def in_german(module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    """Blender in German, which its module for Python has no translations for."""
    translations = SimpleNamespace(pgettext_rpt=lambda template: GERMAN.get(template, template))
    monkeypatch.setattr(module("ui.shown"), "bpy", SimpleNamespace(app=SimpleNamespace(translations=translations)))


def test_blender_s_own_function_takes_every_template(module: Callable[[str], ModuleType]) -> None:
    shown, errors = module("ui.shown").shown, module("core.errors")
    for key, template in module("core.sentences.table").SENTENCES.items():
        if "{" not in template:
            assert shown(module("core.sentences.text").text(key)) == template
    failure = errors.Failure(errors.Kind.USAGE, module("core.sentences.text").text("job.not_listed", job="job-1"))
    assert shown(failure) == failure.sentence


def test_a_report_is_in_the_language_of_the_interface(in_german: None) -> None:
    with pytest.raises(RuntimeError, match="Der Auftrag 'no such job' ist nicht in der Liste"):
        bpy.ops.tripo.cancel(job_id="no such job")


def test_a_note_is_too_with_what_it_holds(module: Callable[[str], ModuleType], in_german: None) -> None:
    text = module("core.sentences.text").text
    note = text("import.waiting", what=text("import.waiting.object_mode"))
    assert module("ui.shown").shown(note) == "Wartet auf den Objektmodus"


def test_scripts_are_told_in_english(module: Callable[[str], ModuleType], in_german: None) -> None:
    known = module("ui.operators.jobs").known
    with pytest.raises(module("core.errors").TripoError, match="There is no job 'no such job' in the list"):
        known("no such job")
