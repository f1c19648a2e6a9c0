"""Bytes on the wire: bodies of a bounded size, and parts of paths."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

Json = Mapping[str, Any]


class TooLargeError(Exception):
    """A body has more bytes than it may have."""


async def read_limited(stream: aiohttp.StreamReader, limit: int) -> bytes:
    """All that comes. Raises `TooLargeError` as soon as it is more than `limit` bytes."""
    content = bytearray()
    async for piece in stream.iter_any():
        content += piece
        if len(content) > limit:
            raise TooLargeError
    return bytes(content)


def quote_part(part: str) -> str:
    """One part of a path: everything in it that means something in an address is encoded."""
    return quote(part, safe="")
