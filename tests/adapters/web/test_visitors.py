"""Whose network address a request comes from, and who cannot make that up."""

import pytest

from adapters.proxy_settings import Networks, read_networks
from adapters.web.visitors import trace_network

OURS = read_networks("127.0.0.1, 10.0.0.0/8 2001:db8:1::/48")


def trace(peer: str | None, *forwarded: str, proxies: object = OURS) -> str | None:
    assert isinstance(proxies, tuple)
    known: Networks = proxies
    return trace_network(peer, forwarded, known)


def test_the_proxy_tells_who_asked_it() -> None:
    assert trace("127.0.0.1", "198.51.100.7") == "198.51.100.7"
    assert trace("2001:db8:1::5", "2001:db8:2::7") == "2001:db8:2::7"


def test_several_proxies_of_ours_are_followed_back() -> None:
    assert trace("127.0.0.1", "198.51.100.7, 10.1.1.1", "10.2.2.2") == "198.51.100.7"


def test_what_the_visitor_wrote_before_that_is_not_believed() -> None:
    assert trace("127.0.0.1", "203.0.113.9, 198.51.100.7") == "198.51.100.7"
    assert trace("127.0.0.1", "203.0.113.9", "198.51.100.7") == "198.51.100.7"
    assert trace("127.0.0.1", "10.9.9.9, 198.51.100.7") == "198.51.100.7"


def test_who_comes_without_the_proxy_cannot_choose_an_address() -> None:
    assert trace("198.51.100.7", "203.0.113.9") == "198.51.100.7"


@pytest.mark.parametrize(
    "forwarded", ["", "unknown", "_hidden", "198.51.100.7, nonsense", "198.51.100.300", "10.3.3.3"]
)
def test_what_is_not_known_stays_unknown(forwarded: str) -> None:
    assert trace("127.0.0.1", forwarded) is None


def test_a_way_without_an_outside_tells_nothing() -> None:
    assert trace("127.0.0.1") is None
    assert trace(None, "198.51.100.7") is None


def test_without_known_proxies_nothing_is_told() -> None:
    assert trace("127.0.0.1", "198.51.100.7", proxies=()) is None
    assert trace("198.51.100.7", proxies=()) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("198.51.100.7:54321", "198.51.100.7"),
        ("[2001:db8:2::7]:443", "2001:db8:2::7"),
        ("[2001:db8:2::7]", "2001:db8:2::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7 ", "198.51.100.7"),
    ],
)
def test_addresses_are_read_as_proxies_write_them(written: str, meant: str) -> None:
    assert trace("::ffff:127.0.0.1", written) == meant
