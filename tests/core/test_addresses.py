"""Addresses and keys: where a key may go, and what is none."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.account import Account
from tripo_blender.core.services.endpoint import (
    base_url_problem,
    is_loopback,
    is_url,
    normal_url,
    picture_address_problem,
    same_origin,
)

from .fixtures import SERVICE, english

BASE_URL = SERVICE.base_url


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
        "http://[0:0:0:0:0:0:0:1]:8080",
        "http://LOCALHOST:8080",
        "https://10.0.0.1/v2",
        "https://[2001:db8::1]/v2",
        "https://xn--bcher-kva.example.test/a-b_c~/%20/@x",
        "https://api.example.test.",
    ],
)
def test_a_key_may_go_to_an_encrypted_address_or_stay_on_this_machine(base_url: str) -> None:
    assert base_url_problem(base_url) is None


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
        "https://api@evil.example.test",
        "http://localhost:80@evil.example.test",
        "http://127.0.0.1:80@evil.example.test",
        "http://127.0.0.1.evil.example.test",
        "http://localhost.",
        "http://127.0.0.1.",
        "http://127.1",
        "http://127.0.0.0.1",
        "http://127.999.1.1",
        "http://127.0.0.01",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://[::1%25eth0]",
        "http://[::1%eth0]",
        "http://[::ffff:127.0.0.1]",
        "http://[::1].evil.example.test",
        "http://[v1.a:b]",
        "https://[v1.a:b]",
        "http://[::]",
        "https://evil.example.test\\@127.0.0.1",
        "http://127.0.0.1\\@evil.example.test",
        "http://127.0.0.1\\.evil.example.test",
        "http:\\\\127.0.0.1",
        "http:127.0.0.1",
        "http:/127.0.0.1",
        " https://api.example.test",
        "https://api.example.test\n",
        "https://api.exa\tmple.test",
        "https://api.example.test/a b",
        "https://api.example.test/v2\r\nHost: evil",
        "https://api.example.test\0",
        "https://b\u00fccher.example.test",
        "https://\u0430pi.example.test",
        "http://127.0.0\u30021",
        "http://\u2460\u2461\u2466.0.0.1",
        "http://localhost\u200b",
        "https://api.example.test?",
        "https://api.example.test#",
        "https://-a.example.test",
        "https://a..example.test",
        "https://.example.test",
        "https://a%2eexample.test",
        "https://api.example.test:",
    ],
)
def test_a_key_goes_nowhere_else(base_url: str) -> None:
    assert base_url_problem(base_url)


@given(st.text() | st.text(alphabet="http:/[]@.#?1a").map("https://".__add__))
def test_no_text_crashes_the_check_of_an_address(text: str) -> None:
    assert base_url_problem(text) is None or english(base_url_problem(text))
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
        ("http://[::1%eth0]", False),
        ("http://[2001:db8::1]", False),
        ("http://127.0.0.1.", False),
        ("http://127.1", False),
        ("http://LocalHost:1", True),
        ("", False),
    ],
)
def test_this_machine_is_told_from_others(address: str, loopback: bool) -> None:
    assert is_loopback(address) == loopback


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://api.example.test/v2/task", True),
        ("HTTPS://API.example.test:443", True),
        ("http://api.example.test/v2", False),
        ("https://api.example.test:8443/v2", False),
        ("https://files.example.test/v2", False),
        ("https://api.example.test.evil.test", False),
        ("https://api.example.test@evil.test", False),
        ("https://api.example.test:port", False),
        ("", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(address: str, same: bool) -> None:
    assert same_origin(address, "https://api.example.test/v2") == same


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("https://api.example.test/v2", "https://api.example.test/v2"),
        ("https://api.example.test/v2/", "https://api.example.test/v2"),
        ("https://api.example.test/v2//", "https://api.example.test/v2"),
        (" HTTPS://API.Example.test:443/v2/\n", "https://api.example.test/v2"),
        ("https://api.example.test/V2", "https://api.example.test/V2"),
        ("https://api.example.test:8443/", "https://api.example.test:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:1234/v2/", "http://[::1]:1234/v2"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
        ("https://user@api.example.test/", "https://user@api.example.test/"),
        ("nonsense/", "nonsense/"),
        ("", ""),
    ],
)
def test_a_base_url_is_kept_without_what_makes_no_difference(address: str, normal: str) -> None:
    assert normal_url(address) == normal
    assert Account(base_url=address).is_same(Account(base_url=normal))


@given(st.text() | st.text(alphabet="http:/[]@.#?1a").map("https://".__add__))
def test_a_normal_base_url_stays_as_it_is_and_has_the_same_problem(text: str) -> None:
    normal = normal_url(text)
    assert normal_url(normal) == normal
    assert bool(base_url_problem(normal)) == bool(base_url_problem(text.strip()))


@pytest.mark.parametrize(
    "other", ["https://api.example.test/v3", "https://api.example.test:8443/v2", "http://localhost/v2"]
)
def test_another_service_is_another(other: str) -> None:
    assert not Account(base_url="https://api.example.test/v2/").is_same(Account(base_url=other))


@pytest.mark.parametrize("key", ["sk-abcDEF123", "ms-abc", "tsk_abc_DEF-123", "anything-without-spaces"])
def test_a_keys_beginning_tells_nothing(key: str) -> None:
    assert SERVICE.key_problem(key) is None


@pytest.mark.parametrize(
    "key", ["", "tcli_abc", "sk-a b", "sk-abc\n", "sk-abc\r\nHost: x", " ", "sk-äbc", "sk-\u200babc"]
)
def test_what_is_no_key_is_said_without_repeating_it(key: str) -> None:
    sentence = english(SERVICE.key_problem(key))
    assert sentence
    assert not key.strip() or key not in sentence


@given(st.text())
def test_no_text_but_printable_ascii_passes_for_a_key(text: str) -> None:
    if SERVICE.key_problem(text) is None:
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


@pytest.mark.parametrize(
    "address",
    [
        "https://example.test/a.png",
        "HTTP://EXAMPLE.test:8080/a b.png?X-Signature=a%2Fb@c#top",
        "https://b\u00fccher.example.test/st\u00fchle/@1.png",
        "https://example.test./a.png",
        "http://127.0.0.1/a.png",
        "http://[2001:db8::1]:80/a.png",
        "https://example.test/" + "a" * 7_000,
    ],
)
def test_the_address_of_a_picture_is_taken_as_it_is(address: str) -> None:
    assert picture_address_problem(address) is None


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://", "not the URL of an image"),
        ("https:///a.png", "not the URL of an image"),
        ("https://?a.png", "not the URL of an image"),
        ("https://#a.png", "not the URL of an image"),
        ("https://:443/a.png", "not the URL of an image"),
        ("https://./a.png", "not the URL of an image"),
        ("https://a..b/a.png", "not the URL of an image"),
        ("https://example test/a.png", "not the URL of an image"),
        ("https://example.test\\elsewhere/a.png", "not the URL of an image"),
        ("https://example.test:port/a.png", "not the URL of an image"),
        ("https://example.test:99999/a.png", "not the URL of an image"),
        ("https://[::1/a.png", "not the URL of an image"),
        ("https://exa\nmple.test/a.png", "not the URL of an image"),
        ("https://example.test/a\x00.png", "not the URL of an image"),
        ("https://anna:s3cret@example.test/a.png", "contains a login"),
        ("https://anna@example.test/a.png", "contains a login"),
        ("https://:s3cret@example.test/a.png", "contains a login"),
        ("https://anna:s3cret@", "contains a login"),
        ("https://@example.test/a.png", "contains a login"),
        ("https://anna:s3cret@" + "a" * 10_000, "contains a login"),
        ("https://example.test/" + "a" * 10_000, "more than 8,000 characters"),
    ],
)
def test_what_is_no_public_address_of_a_picture_is_said_without_repeating_it(address: str, sentence: str) -> None:
    problem = english(picture_address_problem(address))
    assert sentence in problem
    assert "s3cret" not in problem
    assert len(problem) < 300


@given(st.text() | st.text(alphabet="http:/[]@.#?1a").map("https://".__add__))
def test_no_address_of_a_picture_that_is_taken_has_a_login_or_no_host(address: str) -> None:
    if picture_address_problem(address) is None and is_url(address):
        parts = urlsplit(address)
        assert parts.hostname
        assert parts.username is None
        assert parts.password is None


def test_addresses_and_keys_have_an_end() -> None:
    assert "more than 8,000 characters" in english(base_url_problem(BASE_URL + "/a" * 5_000))
    assert len(english(base_url_problem(BASE_URL + "/a" * 5_000))) < 300
    assert "too long" in english(SERVICE.key_problem("sk-" + "a" * 1_000))
