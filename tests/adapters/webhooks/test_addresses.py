"""Where a webhook may lead: outside, and nowhere else, however it is written."""

import socket
from ipaddress import ip_address

import pytest

from adapters.webhooks.addresses import AddressRefused, find_address_fault, is_outside, open_outside


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",  # noqa: S104 - means this machine to many systems
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
    ],
)
def test_what_lies_inside(address: str) -> None:
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"])
def test_what_lies_outside(address: str) -> None:
    assert is_outside(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/paraaf",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/latest",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@hooks.example/",
        "https://hooks.example/#part",
        "https:///path",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "hooks.example",
        "https://hooks.example/\r\nHost: inside",
        "https://hooks.example/a b",
        "https://hooks.example:99999/",
        "https://hooks.example/" + "x" * 2_000,
        "",
    ],
)
def test_what_is_no_address_of_a_webhook(url: str) -> None:
    assert find_address_fault(url, allows_loopback=False)


@pytest.mark.parametrize(
    "url", ["https://hooks.example/in?to=1", "https://hooks.example:8443/", "https://93.184.215.14/"]
)
def test_addresses_of_webhooks(url: str) -> None:
    assert not find_address_fault(url, allows_loopback=False)


def test_only_the_setting_lets_this_machine_be_called() -> None:
    for url in ("http://127.0.0.1:8000/", "http://localhost:8000/", "http://[::1]:8000/", "https://127.0.0.1/"):
        assert find_address_fault(url, allows_loopback=False)
        assert not find_address_fault(url, allows_loopback=True)
    for url in ("http://hooks.example/", "http://10.0.0.1/", "https://10.0.0.1/"):
        assert find_address_fault(url, allows_loopback=True)


def test_a_socket_is_made_for_nothing_inside() -> None:
    inside = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 443))
    scoped = (socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("fe80::1%eth0", 443, 0, 0))
    for info in (inside, scoped):
        with pytest.raises(AddressRefused):
            open_outside(allows_loopback=True)(info)
