"""Addresses and keys: where a key may go, and what is none."""

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.services.gateway import BASE_URL, base_url_problem, is_loopback, is_url, key_problem


@pytest.mark.parametrize(
    "base_url",
    [
        BASE_URL,
        BASE_URL + "/",
        "https://gateway.example.test:8443/tripo",
        "HTTPS://gateway.example.test",
        "http://127.0.0.1:8080/tripo/v2/openapi",
        "http://localhost:8080",
        "http://[::1]:8080/v2",
    ],
)
def test_a_key_may_go_to_an_encrypted_address_or_stay_on_this_machine(base_url: str) -> None:
    assert base_url_problem(base_url) == ""


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.test",
        "ftp://api.example.test",
        "file:///etc/passwd",
        "https://",
        "https:///v2",
        "https://[::1",
        "https://api.example.test:99999",
        "https://api.example.test:port",
        "https://api.example.test/v2?key=1",
        "https://api.example.test/v2#task",
        "https://localhost@elsewhere.example.test",
        "https://user:word@api.example.test",
        "https://:word@api.example.test",
        "http://api.example.test",
        "http://localhost.example.test",
        "http://127.0.0.1.example.test",
        "http://127.example.test",
        "http://0.0.0.0:8080",
        "http://192.168.1.10/v2",
    ],
)
def test_a_key_goes_nowhere_else(base_url: str) -> None:
    assert base_url_problem(base_url)


@given(st.text() | st.text(alphabet="http:/[]@.#?1a").map("https://".__add__))
def test_no_text_crashes_the_check_of_an_address(text: str) -> None:
    assert isinstance(base_url_problem(text), str)
    assert isinstance(is_loopback(text), bool)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("http://127.0.0.1:1234/task", True),
        ("http://127.1.2.3", True),
        ("http://localhost", True),
        ("http://[::1]:1", True),
        ("https://api.example.test", False),
        ("http://127.0.0.1.example.test", False),
        ("http://[::1", False),
        ("localhost", False),
    ],
)
def test_this_machine_is_told_from_others(address: str, loopback: bool) -> None:
    assert is_loopback(address) == loopback


@pytest.mark.parametrize("key", ["sk-abcDEF123", "ms-abc", "tsk_abc_DEF-123", "anything-without-spaces"])
def test_a_keys_beginning_tells_nothing(key: str) -> None:
    assert key_problem(key) == ""


@pytest.mark.parametrize(
    "key", ["", "tcli_abc", "sk-a b", "sk-abc\n", "sk-abc\r\nHost: x", " ", "sk-äbc", "sk-\u200babc"]
)
def test_what_is_no_key_is_said_without_repeating_it(key: str) -> None:
    sentence = key_problem(key)
    assert sentence
    assert not key.strip() or key not in sentence


@given(st.text())
def test_no_text_but_printable_ascii_passes_for_a_key(text: str) -> None:
    if key_problem(text) == "":
        assert all("!" <= character <= "~" for character in text)


@pytest.mark.parametrize(
    ("picture", "public"),
    [
        ("https://example.test/a.png", True),
        ("HTTP://example.test/a.png", True),
        ("/pictures/http/a.png", False),
        ("C:\\pictures\\a.png", False),
        ("file:///pictures/a.png", False),
        ("data:image/png;base64,AAAA", False),
    ],
)
def test_a_public_address_is_told_from_a_file(picture: str, public: bool) -> None:
    assert is_url(picture) == public
