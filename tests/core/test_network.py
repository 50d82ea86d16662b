"""Proxies and certificates: what is wrong with them is said, and a proxy's login is not."""

import re

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.network import (
    FILE_HOST,
    SERVICE,
    Network,
    certificate_failure,
    certificates_problem,
    proxy_failure,
    proxy_login,
    proxy_problem,
    proxy_told,
)

from .fixtures import english

LOGIN = "http://anna:p%40ss-word@proxy.example.test:3128"


@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "http://proxy.example.test:3128",
        "https://proxy.example.test/",
        "proxy.example.test:3128",
        "http://[::1]:3128",
        "HTTP://10.0.0.1:80",
        LOGIN,
    ],
)
def test_a_proxy_is_an_address(proxy: str) -> None:
    assert proxy_problem(proxy) is None


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://proxy.example.test:1080",
        "ftp://proxy.example.test",
        "http://",
        "http://proxy.example.test:port",
        "http://proxy.example.test:99999",
        "http://proxy.example.test/path",
        "http://proxy.example.test?a=b",
        "http://proxy.example.test#a",
        "http://[::1",
        "http://pro xy",
        "http://proxy\\@evil",
        "http://proxy\n.test",
        "http://pröxy.test",
        "http://anna:secret@pr*xy",
    ],
)
def test_what_is_no_proxy_is_said_without_repeating_it(proxy: str) -> None:
    sentence = english(proxy_problem(proxy))
    assert "proxy" in sentence.lower()
    assert len(proxy) < 10 or proxy not in sentence
    assert "secret" not in sentence


@given(st.text() | st.text(alphabet="htps:/[]@.#?1a%").map("http://".__add__))
def test_no_text_crashes_the_check_of_a_proxy(text: str) -> None:
    assert proxy_problem(text) is None or english(proxy_problem(text))
    assert isinstance(proxy_login(text), tuple)


def test_a_proxy_s_login_is_secret() -> None:
    assert proxy_login(LOGIN) == ("anna:p%40ss-word", "anna:p@ss-word", "p%40ss-word", "p@ss-word")
    assert proxy_login("http://anna@proxy.test") == ("anna",)
    assert proxy_login("http://proxy.test") == ()
    assert proxy_told(LOGIN).english() == "proxy.example.test:3128 is the proxy, with a login"
    assert proxy_told("http://proxy.test").english() == "http://proxy.test is the proxy"
    assert "p%40ss-word" not in repr(Network(LOGIN))


SENTENCES = [
    *(
        proxy_failure(reason).english()
        for reason in ("", "Tunnel connection failed: 407 No", "Tunnel connection failed: 403")
    ),
    *(certificate_failure(SERVICE, code).english() for code in (9, 10, 18, 20, 62, 64)),
    *(certificates_problem("/a.pem", why, own).english() for why in ("", "no such file") for own in (True, False)),
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_fault_has_its_sentence(sentence: str) -> None:
    assert re.match(r"[A-Z].+[.,] \w.+[^.]$", sentence)
    assert SENTENCES.count(sentence) <= 2  # the names' two codes, and the two of a chain


def test_sentences_tell_apart_what_is_to_be_done() -> None:
    assert "login" in proxy_failure("Tunnel connection failed: 407 Proxy Authentication Required").english()
    assert "expired" in certificate_failure(SERVICE, 10).english()
    assert "not valid yet" in certificate_failure(SERVICE, 9).english()
    assert "another name" in certificate_failure(SERVICE, 62).english()
    assert "base URL" in certificate_failure(SERVICE, 62).english()
    assert "base URL" not in certificate_failure(FILE_HOST, 62).english()
    assert "company" in certificate_failure(SERVICE, 20).english()
    assert "no such file" in certificates_problem("/a.pem", "no such file", True).english()
    assert "PEM" in certificates_problem("/a.pem", "", True).english()
    assert "REQUESTS_CA_BUNDLE" in certificates_problem("/a.pem", "", False).english()
    assert "REQUESTS_CA_BUNDLE" not in certificates_problem("/a.pem", "", True).english()
