"""Which addresses Paraaf lets itself be sent to: an office's settings must not reach what is inside (SSRF)."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

from yarl import URL

LONGEST = 2_000
"""Characters of an address."""
_NAT64: Final = ip_network("64:ff9b::/96")
"""Stands for IPv4 addresses (RFC 6052), which a network may lead inside."""
_INSIDE: Final = frozenset({ip_address("168.63.129.16")})
"""Public by its number, and yet the inside of a cloud: where virtual machines in Azure are told about themselves."""

SocketFactory = Callable[[tuple[Any, Any, int, str, tuple[Any, ...]]], socket.socket]


class AddressRefused(OSError):
    """The address of a connection lies inside a network, or on this machine."""


def find_address_fault(url: str, *, allows_loopback: bool) -> str:
    """What is wrong with the address of a webhook, in English; empty where nothing is.

    Where its host leads is looked at for every connection, since that may change.
    """
    try:
        parsed = URL(url)
    except ValueError:
        return "this is no address"
    host = parsed.host or ""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return f"this is no address, or one of more than {LONGEST} characters"
    if not host or not parsed.absolute or parsed.user is not None or parsed.password is not None or parsed.fragment:
        return "give an address with a host, without name, password or fragment"
    if parsed.scheme == "http" and allows_loopback and _is_loopback(host):
        return ""
    if parsed.scheme != "https":
        return "the address has to begin with https://"
    if _is_literal(host) and not is_outside(ip_address(host)) and not (allows_loopback and _is_loopback(host)):
        return "this address lies inside a network"
    return ""


def is_outside(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet, whatever it is written as."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_outside(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved and address not in _INSIDE


def open_outside(*, allows_loopback: bool) -> SocketFactory:
    """Makes the sockets of connections, and raises `AddressRefused` for those that do not lead outside.

    What is looked at is the very address that is then connected to, whatever the host's name led to before.
    """

    def make(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, target = info
        address = ip_address(str(target[0]).partition("%")[0])
        if not is_outside(address) and not (allows_loopback and address.is_loopback):
            raise AddressRefused("the address lies inside a network")
        return socket.socket(family, kind, protocol)

    return make


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_literal(host) and ip_address(host).is_loopback)
