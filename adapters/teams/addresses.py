"""Connections to addresses on the public internet alone, whatever a name resolves to (server-side request forgery)."""

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
"""An IPv4 address inside IPv6, as networks without IPv4 write it (RFC 6052)."""


class NotPublicError(OSError):
    """A name resolves to an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet; IPv4 inside IPv6 counts as the IPv4 address it is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.sixtofour or ip.teredo:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses a name of which any address is not public."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise NotPublicError("a name with an address that is not public")
        return found

    async def close(self) -> None:
        await self._resolver.close()


def open_public_connector(resolver: AbstractResolver | None = None) -> aiohttp.TCPConnector:
    """A connector that reaches public addresses only.

    Names are checked as they are resolved, and every address once more as a socket is made for it: literal addresses
    are never resolved, and between looking and connecting nothing may change.
    """
    return aiohttp.TCPConnector(resolver=PublicResolver(resolver), socket_factory=_open_socket, use_dns_cache=False)


def _open_socket(address: tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]) -> socket.socket:
    family, kind, protocol, _, where = address
    if not is_public(where[0]):
        raise NotPublicError("an address that is not public")
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)  # noqa: FBT003 - its only argument
    return made
