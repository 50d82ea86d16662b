"""Secrets in what others write: taken out in every spelling, and nothing else with them."""

import base64
import html
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.plain_text import plain
from tripo_blender.core.redaction import Masks
from tripo_blender.core.services.base import Created, HttpAnswer, TaskReport
from tripo_blender.core.services.purchase import read_create
from tripo_blender.core.task import Role

from .fixtures import GLB_URL, SERVICE, TASK, task, written

KEY = 'sk-Echo/7f3a+91e0&d2<c4>"5b\\6'
REST = KEY.removeprefix("sk-")


def twice(text: str, before: str = "", code: Callable[[bytes], bytes] = base64.b64encode) -> str:
    return code(before.encode() + code(text.encode())).decode()


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in an address": lambda key: quote(key, safe=""),
    "in a path": quote,
    "in an address, small": lambda key: quote(key, safe="").lower(),
    "in an address twice": lambda key: quote(quote(key, safe=""), safe=""),
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON with its slashes escaped": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "in JSON in JSON": lambda key: json.dumps(json.dumps(key))[1:-1],
    "in JSON for a page": lambda key: re.sub("[&<>]", lambda found: f"\\u{ord(found[0]):04x}", key),
    "in JSON, all escaped": lambda key: "".join(f"\\u{ord(character):04X}" for character in key),
    "in a page": html.escape,
    "in a page by numbers": lambda key: "".join(f"&#{ord(character)};" for character in key),
    "in a page by hex": lambda key: "".join(f"&#x{ord(character):x};" for character in key),
    "in base64": lambda key: base64.b64encode(key.encode()).decode(),
    "in base64 for an address": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "in base64 with more": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "in base64 with still more": lambda key: base64.b64encode(f" Bearer {key}\n".encode()).decode(),
    "in hex": lambda key: key.encode().hex(),
    "in base32": lambda key: base64.b32encode(key.encode()).decode(),
    "in base32 with more": lambda key: base64.b32encode(f"Bearer {key}!".encode()).decode(),
    "in base32 with other digits": lambda key: base64.b32hexencode(key.encode()).decode().lower(),
    "in base64 twice": twice,
    "in base64 twice with more": lambda key: twice(f"Bearer {key}\n", " Basic "),
    "in base64 twice for an address": lambda key: twice(key, "?", base64.urlsafe_b64encode),
    "in base64 of lines": lambda key: base64.encodebytes(6 * f"Bearer {key}, ".encode()).decode().replace("\n", "\\"),
    "in octal": lambda key: "".join(f"\\{ord(character):03o}" for character in key),
    "in octal with a nought": lambda key: "".join(f"\\0{ord(character):03o}" for character in key),
    "in hex of C": lambda key: "".join(f"\\x{ord(character):02x}" for character in key),
    "in hex of C in JSON": lambda key: "".join(f"\\\\x{ord(character):02X}" for character in key),
    "in hex of a script": lambda key: "".join(f"\\u{{{ord(character):x}}}" for character in key),
    "in long hex": lambda key: "".join(f"\\U{ord(character):08x}" for character in key),
    "in full width": wide,
    "in full width in JSON": lambda key: json.dumps(wide(key))[1:-1],
    "in UTF-16": lambda key: key.encode("utf-16-le").decode("latin-1"),
    "in capitals": str.upper,
    "coloured": lambda key: f"\x1b[1m{key[:9]}\x1b[0m{key[9:]}",
    "with marks that are not seen": "\u200b".join,
}


def seen(text: str) -> bool:
    """Whether a piece of the key can be read in a text that was decoded over and over; base64 and hex too."""
    for _ in range(3):
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), html.unescape(unquote(text)))
        text = re.sub(r"\\+(?:x|U000000)([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text)
        text = re.sub(r"\\+u\{([0-9a-fA-F]+)\}", lambda found: chr(int(found[1], 16)), text)
        text = re.sub(r"\\+0?([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
        text = unicodedata.normalize("NFKC", text)
    text = text.lower().replace("\\", "").replace("\0", "")
    pieces = [REST[at : at + 8] for at in range(len(REST) - 8)]
    coded = [base64.b64encode(REST[at : at + 9].encode()).decode() for at in range(len(REST) - 8)]
    coded += [base64.b64encode(piece.encode()).decode() for piece in coded]
    tens = [REST[at : at + 10].encode() for at in range(len(REST) - 9)]
    coded += [code(piece).decode() for code in (base64.b32encode, base64.b32hexencode) for piece in tens]
    coded += [piece.replace("+", "-").replace("/", "_") for piece in coded] + [piece.encode().hex() for piece in pieces]
    return any(piece.lower().replace("\\", "") in text for piece in [*pieces, *coded])


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("key", [KEY, REST], ids=["whole", "without its beginning"])
def test_a_key_is_taken_out(name: str, key: str) -> None:
    spelt = SPELLINGS[name](key)
    assert seen(spelt.replace("\u200b", "").replace("\x1b[1m", "").replace("\x1b[0m", ""))
    masked = Masks.of(KEY).words(plain(f"no {spelt} here"))
    assert not seen(masked)
    assert re.fullmatch(r"no \S*\.\.\.\S* here", masked)


LONG = "sk-secretkey0123456789abcdef"


@pytest.mark.parametrize(
    "spelt",
    [
        LONG[:-4],
        LONG[4:],
        LONG[:15],
        LONG[8:20],
        " ".join(LONG),
        "-".join(LONG),
        f"{LONG[:10]}\n{LONG[10:]}",
        LONG[::-1],
    ],
)
def test_a_key_is_taken_out_that_was_cut_or_broken(spelt: str) -> None:
    masked = Masks.of(LONG).token(f"no: {spelt}! here")
    letters = re.sub("[^a-z0-9]", "", masked.lower())
    row = LONG.removeprefix("sk-")
    assert not any(piece[at : at + 8] in letters for piece in (row, row[::-1]) for at in range(len(row) - 7))
    assert masked.startswith("no: ")
    assert masked.endswith("! here")


def test_ids_beside_a_key_stay() -> None:
    text = f"task {TASK}, request 20261122101530123456789, error 2001: not found, 0123456789 tries"
    assert Masks.of("sk-7f3a91e0d2c45b6688aa").words(text) == text


_WAYS: list[Callable[[str], str]] = [
    str, lambda one: quote(one, safe=""), lambda one: f"\\u{ord(one):04x}", lambda one: f"&#{ord(one)};",
    lambda one: f"\\{one}", lambda one: f"%25{ord(one):02X}", lambda one: f"\\x{ord(one):02x}", wide,
    lambda one: f"\\\\{ord(one):03o}", lambda one: f"\\u{{{ord(one):X}}}",
]  # fmt: skip


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60), st.data())
def test_any_key_is_taken_out_however_each_of_its_characters_is_spelt(key: str, data: st.DataObject) -> None:
    spelt = "".join(data.draw(st.sampled_from(_WAYS))(character) for character in key)
    masks = Masks.of(key)
    assert masks.words(f"no {spelt} here") == masks.token(f"no {spelt} here") == "no ... here"


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=60),
    st.sampled_from([base64.b64encode, base64.b32encode, base64.b32hexencode, base64.b16encode]),
    st.binary(max_size=9),
    st.binary(max_size=9),
    st.booleans(),
)
def test_any_key_is_taken_out_of_what_is_coded(
    key: str, code: Callable[[bytes], bytes], before: bytes, after: bytes, again: bool
) -> None:
    spelt = code(before + key.encode() + after)
    if again:
        spelt = base64.b64encode(before + base64.b64encode(before + key.encode() + after) + after)
    masked = Masks.of(key).token(spelt.decode()).rstrip("=")
    assert "..." in masked
    # What is left are digits of what stood around it, and at each end one or two that the key shares with that.
    assert len(masked) <= len(spelt) * (len(spelt) - len(code(key.encode()))) // len(spelt) + 40


@given(st.text() | st.text(alphabet="abcdef0123456789", min_size=8) | st.binary(min_size=9).map(bytes.hex))
def test_what_has_nothing_to_do_with_a_key_stays(text: str) -> None:
    assert Masks.of(LONG, "tea-for-2-and-2", "p@ss w\u00f6rd").words(text) == text


@given(st.text(), st.lists(st.text(max_size=10), max_size=3))
def test_no_text_and_no_secret_crashes(text: str, secrets: list[str]) -> None:
    masks = Masks.of(*secrets)
    assert isinstance(masks.words(text), str)
    assert Masks.of("").words(text) == Masks().token(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the data is here", "the ... is here"),
        ("anna:data was refused", "... was refused"),
        ("database metadata", "database metadata"),
        ("the Data", "the Data"),
        ("d%61ta", "..."),
        ("2222", "2222"),
    ],
)
def test_a_short_secret_counts_where_it_stands_alone(text: str, masked: str) -> None:
    assert Masks.of("data", "anna:data").words(text) == masked


def test_a_short_secret_may_be_a_part_of_any_id() -> None:
    assert Masks.of("2222", "data").token(f"{TASK}-data") == f"{TASK}-data"


def test_secrets_are_not_printed_by_mistake() -> None:
    assert "Echo" not in repr(HttpAnswer(200, {}, b"", Masks.of(KEY)))


# -- what the readers make of an answer --------------------------------------------------------------------------------

EVERYWHERE: dict[str, Callable[[str], tuple[dict[str, str], bytes]]] = {
    "message": lambda key: ({}, json.dumps({"code": 1002, "message": f"wrong {key}", "suggestion": key}).encode()),
    "code": lambda key: ({}, json.dumps({"error": {"message": "no", "type": key, "code": key}}).encode()),
    "raw JSON": lambda key: ({}, b'{"code":1002,"message":"wrong %s!"}' % key.encode("latin-1", "replace")),
    "JSON in UTF-16": lambda key: ({}, json.dumps({"code": 1002, "message": f"wrong {key}"}).encode("utf-16")),
    "JSON in a text": lambda key: ({}, json.dumps(json.dumps({"code": 1002, "message": f"wrong {key}"})).encode()),
    "page": lambda key: ({}, f"<p>wrong {key}</p>".encode()),
    "text in UTF-16": lambda key: ({}, f"wrong {key}".encode("utf-16")),
    "long text": lambda key: ({}, ("x" * 140 + " " + key).encode()),
    "longer text": lambda key: ({}, ("x" * 1585 + " " + key + " " + "x" * 100).encode()),
    "header": lambda key: ({"x-request-id": key, "location": f"https://a.test/{key}"}, b"{}"),
    "request id": lambda key: ({}, json.dumps({"code": 1002, "message": "no", "request_id": key}).encode()),
    "names": lambda key: ({}, json.dumps(task("success", output={key: key})).encode()),
    "failed task": lambda key: ({}, json.dumps(task("failed", error_msg=f"wrong {key}", error_code=key)).encode()),
    "odd task": lambda key: ({}, json.dumps({"code": 0, "data": {"task_id": key, "state": key}}).encode()),
}


@pytest.mark.parametrize("status", [200, 302, 403, 429, 502])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_no_answer_brings_the_key_into_what_is_told(place: str, status: int) -> None:
    for spelling in SPELLINGS.values():
        for key in (KEY, REST):
            headers, body = EVERYWHERE[place](spelling(key))
            given = HttpAnswer(status, headers, body, Masks.of(KEY))
            for meaning in (read_create(given), SERVICE.read_upload(given), SERVICE.read_poll(given, TASK)):
                failure = getattr(meaning, "failure", None)
                told = f"{failure.sentence} {failure.technical()}" if failure is not None else ""
                told += f"{meaning.task_id} {meaning.trace_id}" if isinstance(meaning, Created) else ""
                assert not seen(told), (spelling(key), told)
                assert plain(told) == told


@pytest.mark.parametrize(
    "word",
    ["data", "2222", "code", "task_id", "1111", "0", "status", "message", "pbr_model", "1", "a", "files", "https"],
)
def test_a_common_secret_spoils_no_answer(word: str) -> None:
    masks = Masks.of(word, f"anna:{word}")
    created = HttpAnswer(200, {}, json.dumps({"code": 0, "data": {"task_id": TASK}}).encode(), masks)
    assert read_create(created) == Created(TASK)
    polled = HttpAnswer(200, {}, json.dumps(task("success", output={"pbr_model": GLB_URL})).encode(), masks)
    report = SERVICE.read_poll(polled, TASK)
    assert isinstance(report, TaskReport)
    assert report.outputs[Role.MODEL] == GLB_URL
    refused: Any = read_create(HttpAnswer(403, {}, b'{"code":2010,"message":"no","suggestion":""}', masks))
    assert refused.failure.kind is Kind.NO_CREDIT
    assert "Top up the account" in refused.failure.sentence


# -- what is no letter -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("größer als 模型 🙂", "größer als 模型 🙂"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://a.test\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended", ""),
        ("\x1bcreset", "reset"),
        ("a\x08b\x7fc\rd\ne\tf", "a b c d e f"),
        ("a\x85b\x90c", "a b c"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("\u2066a\u2069\u200b\ufeff", "a"),
        ("w\0i\0d\0e\0", "wide"),
        ("half \ud800", "half ?"),
        ("line\u2028break", "line break"),
    ],
)
def test_what_is_no_letter_is_not_shown(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text(st.characters()))
def test_no_text_moves_a_cursor_or_turns_the_writing(text: str) -> None:
    shown = plain(text)
    assert "\x1b" not in shown
    assert shown.encode().decode() == shown
    assert plain(shown) == shown
    failure = Failure(Kind.REFUSED, written(text), text, text, text)
    assert failure.sentence == failure.detail == failure.code == failure.trace_id == shown
