"""The HTTP client that calls source packages."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

from adapters.webhooks.addresses import AddressRefused, find_address_fault, open_outside
from adapters.webhooks.signing import sign
from bot.domain.webhooks import CallFailed, Reply, Webhook
from bot.ports import Clock
from storage.vault import Vault

TIMEOUT: Final = 10.0
"""Seconds for a whole call, from looking the host up to the headers of the answer."""
LONGEST_HEADER: Final = 8_190
"""Bytes of one header line of an answer, and of its status line; nothing of its body is read."""


class HttpSourceCaller:
    """Keeps `bot.ports.SourceCaller`."""

    def __init__(self, session: ClientSession, vault: Vault, clock: Clock, *, allows_loopback: bool) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock
        self._allows_loopback = allows_loopback

    async def call(self, webhook: Webhook, event_id: str, body: bytes) -> Reply:
        if find_address_fault(webhook.url, allows_loopback=self._allows_loopback):
            raise CallFailed("address-refused")
        signed = sign(self._vault, webhook, event_id, self._clock.now(), body)
        headers = {"Content-Type": "application/json", "User-Agent": "Paraaf", **signed}
        try:
            answer = await self._session.post(webhook.url, data=body, headers=headers, allow_redirects=False)
        except TimeoutError:
            raise CallFailed("timeout") from None
        except (ClientError, OSError) as error:
            raise CallFailed(_name_failure(error)) from error
        answer.close()
        return Reply(answer.status, read_wait(answer.headers.get("Retry-After", ""), self._clock.now()))


@asynccontextmanager
async def open_caller(
    vault: Vault,
    clock: Clock,
    *,
    allows_loopback: bool,
    context: ssl.SSLContext | None = None,
    resolver: AbstractResolver | None = None,
    patience: float = TIMEOUT,
) -> AsyncIterator[HttpSourceCaller]:
    """A caller until the end of the block.

    `context` says whose certificates are believed, `resolver` where hosts are; `patience` is as `TIMEOUT`.
    """
    connector = TCPConnector(
        ssl=context or True,
        resolver=resolver,
        use_dns_cache=False,
        force_close=True,  # every call is a connection of its own, of which the address is looked at
        socket_factory=open_outside(allows_loopback=allows_loopback),
    )
    async with ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=patience),
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
        auto_decompress=False,
    ) as session:
        yield HttpSourceCaller(session, vault, clock, allows_loopback=allows_loopback)


def read_wait(written: str, now: datetime) -> timedelta | None:
    """How long `Retry-After` asks to wait: seconds or a date (RFC 9110, 10.2.3); None where it says neither."""
    if written.isascii() and written.isdigit():
        return timedelta(seconds=min(int(written[:9]), 86_400))
    try:
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), timedelta(days=1))


def _name_failure(error: Exception) -> str:
    """In machine words, without what the other side says."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, AddressRefused):
            return "address-refused"
        seen = getattr(seen, "os_error", None) or seen.__cause__ or seen.__context__
    return type(error).__name__
