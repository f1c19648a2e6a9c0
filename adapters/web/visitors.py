"""From which network address somebody visits, believed only as far as the way of the request is known."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from adapters.proxy_settings import Networks


def find_network(request: web.Request, proxies: Networks) -> str | None:
    """The visitor's address, or None where it cannot be told for certain; see `trace_network`."""
    return trace_network(request.remote, request.headers.getall("X-Forwarded-For", []), proxies)


def trace_network(peer: str | None, forwarded: Iterable[str], proxies: Networks) -> str | None:
    """The last address on the way of a request that is not one of our `proxies`.

    Every proxy adds, at the end of `X-Forwarded-For`, whom it was asked by. So the way is followed from the `peer` that
    is connected to us, back for as long as who tells the next step is one of ours; what stands before that, a visitor
    may have made up. Without any proxies nothing is told: there is always a web server in front of Paraaf, and its
    address is nobody's place.
    """
    if not proxies:
        return None
    steps = [step for line in forwarded for step in line.split(",")]
    address = _read_address(peer or "")
    while address is not None and any(address in network for network in proxies):
        address = _read_address(steps.pop()) if steps else None
    return None if address is None else str(address)


def _read_address(step: str) -> IPv4Address | IPv6Address | None:
    text = step.strip()
    if text.startswith("["):  # [2001:db8::1]:443, as some proxies write it
        text = text[1:].partition("]")[0]
    elif text.find(":") == text.rfind(":"):  # 192.0.2.1:443
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
