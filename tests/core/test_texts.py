"""Texts: keys with parameters become words, whatever the parameters hold, and in any language."""

import pytest
from hypothesis import given

from tripo_blender.core.errors import Failure, Kind, TripoError
from tripo_blender.core.sentences.table import SENTENCES
from tripo_blender.core.sentences.text import Text, text
from tripo_blender.core.serialization import from_record, to_record

from .fixtures import written

GERMAN = {
    "The {format} is broken. {advice}": "Die Datei ({format}) ist defekt. {advice}",
    "Choose fewer faces": "Wähle weniger Flächen",
    "{name} failed": "{wer} schlug fehl",
    "{faces:,} faces": "{faces} Flächen",
}


def german(template: str) -> str:
    return GERMAN.get(template, template)


def test_the_words_are_made_of_the_template() -> None:
    told = text(
        "setting.face_limit", low=1000, high=500_000, what=text("setting.of_version", version="v3.1"), value="7"
    )
    assert told.english() == (
        "Face Limit must be from 1,000 to 500,000 for model version v3.1, or 0 to let the service decide; it is 7"
    )


def test_a_text_may_hold_another() -> None:
    broken = text("model.broken", format="GLB").advising(text("model.fewer_faces"))
    assert broken.english() == "The GLB is broken. Choose fewer faces"
    assert broken.made(german) == "Die Datei (GLB) ist defekt. Wähle weniger Flächen"


def test_a_translation_may_leave_the_format_out_and_what_is_not_translated_is_english() -> None:
    assert text("model.faces", faces=12_345).made(german) == "12345 Flächen"
    assert text("model.no_quads").made(german) == "no quads"


def test_a_translation_that_names_what_there_is_not_is_passed_over() -> None:
    def wrong(template: str) -> str:
        return template.replace("{name}", "{wer}")

    assert text("image.empty", name="a.png").made(wrong).startswith("The image 'a.png' is empty")


@pytest.mark.parametrize(
    "name", ["{}", "{0}", "{name.__class__}", "{", "}", "%s", "\\", "{advice}"], ids=lambda name: name
)
def test_a_parameter_is_nothing_but_what_it_is(name: str) -> None:
    assert text("image.empty", name=name).english() == f"The image '{name}' is empty. Choose another image file"


@pytest.mark.parametrize(
    "told",
    [
        Text("image.of_tomorrow", {"name": "a.png"}),
        Text("image.empty", {}),
        Text("image.empty", {"Name": "a.png"}),
        Text("setting.face_limit", {"low": "few", "high": 2, "what": "v3", "value": "7"}),
        Text("model.faces", {"faces": 10**5000}),
        Text("model.faces", {"faces": text("model.no_quads")}),
        Text("", {}),
    ],
    ids=["unknown", "nothing", "another name", "no number", "a number beyond all", "a text for a number", "empty"],
)
def test_what_a_newer_version_wrote_says_that_it_did(told: Text) -> None:
    assert told.english() == (
        f"This version of the add-on has no words for it ({told.key}). Update the add-on to read it"
    )
    sentence = Failure(Kind.IMPORT, told, "detail").sentence
    assert sentence == (
        f"It failed, and this version of the add-on has no words for why (import, {told.key}). Update it"
    )
    assert str(TripoError(Kind.IMPORT, told)) == sentence


def test_of_a_part_that_is_not_known_the_key_is_shown() -> None:
    told = text("model.broken", format="GLB").advising(Text("model.of_tomorrow"))
    assert told.english() == "The GLB is broken. model.of_tomorrow"


def test_texts_inside_each_other_come_to_an_end() -> None:
    told = text("needs.waiting", other="the last")
    for _ in range(100):
        told = text("import.waiting", what=told)
    assert told.english() == "Waiting for " * 6 + "import.waiting"


def test_a_parameter_is_shortened_and_its_advice_stays() -> None:
    sentence = text("image.missing", path="/home/" + "a" * 8000 + "/b.png").english()
    assert len(sentence) == 600
    assert sentence.startswith("There is no image at '/home/aaa")
    assert sentence.endswith("aaa/b.png'. Check the path")
    assert sentence.count(" ... ") == 1


def test_neither_a_parameter_nor_a_key_moves_a_cursor() -> None:
    told = Text("a\x1b[2Jb", {"na\nme": "user\u202egnp.exe", "count": 7})
    assert told == Text("ab", {"na me": "usergnp.exe", "count": 7})


@given(...)
def test_every_text_is_words_and_comes_back_from_its_record(told: Text) -> None:
    words = told.english()
    assert words == told.made(lambda template: template)
    assert len(words) <= 600
    assert from_record(Text, to_record(told)) == told


def test_a_state_of_a_job_is_a_word_of_its_own() -> None:
    assert type(text("image.empty", name=Kind.USAGE).parameters["name"]) is str


def test_the_words_of_older_records_are_shown_as_they_are() -> None:
    assert written("Look {at} this. Then that").english() == "Look {at} this. Then that"


def test_no_template_is_longer_than_its_room() -> None:
    assert max(map(len, SENTENCES.values())) < 300
