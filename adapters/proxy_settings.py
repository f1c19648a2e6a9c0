"""Which web servers in front of Paraaf are believed when they say for whom they ask."""

from ipaddress import IPv4Network, IPv6Network, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]


def read_networks(value: object) -> object:
    """Networks from a list such as `127.0.0.1, 10.0.0.0/8`. Raises `ValueError`."""
    if not isinstance(value, str):
        return value
    return tuple(_read_network(each) for each in value.replace(",", " ").split())


def _read_network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError(f"“{text}” is no network; write addresses such as 127.0.0.1 or 10.0.0.0/8") from None
    if not network.prefixlen:
        raise ValueError(f"“{text}” is every address there is; name only your own web servers")
    return network
