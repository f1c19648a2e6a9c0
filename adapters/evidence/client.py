"""The evidence in a process of its own, as the application reaches it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import assert_never

import aiohttp
from aiohttp import ClientTimeout
from yarl import URL

from adapters.evidence.addresses import Address, TlsAddress, UnixAddress, make_client_context
from adapters.evidence.wire import (
    ABOUT,
    COMPLAINT,
    FACT,
    KEYS,
    LARGEST,
    RECEIPT,
    About,
    Complaint,
    Garbled,
    Trouble,
)
from bot.domain.errors import EvidenceRefused, EvidenceUnavailable
from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.people import OfficeId
from storage.evidence.archive import is_office

PATIENCE = ClientTimeout(total=15.0, sock_connect=3.0)
"""Seconds. What is not answered by then is asked again later, and found if it was done."""

_HEADERS = {"Content-Type": "application/json"}


class HttpEvidence:
    """Keeps `bot.ports.Evidence`. Connects when it is asked something, and again whenever the connection is gone."""

    def __init__(self, session: aiohttp.ClientSession, base: URL) -> None:
        self._session = session
        self._base = base

    async def record(self, fact: EvidenceFact) -> Receipt:
        # PUT: a repetition is harmless, so a connection that has died since the last request is replaced unasked.
        answer = await self._ask("PUT", self._base / "entries", FACT.write(fact))
        try:
            return RECEIPT.read(answer)
        except Garbled as error:
            raise EvidenceUnavailable("no receipt in the answer") from error

    async def prove(self, office: OfficeId, index: int) -> bytes:
        if index < 0:
            raise KeyError(index)
        return await self._find(office, "proofs", str(index))

    async def keys(self, office: OfficeId) -> list[str]:
        """The keys that an office's log was signed with, the newest last. Raises `EvidenceUnavailable`, `KeyError`."""
        answer = await self._find(office, "keys")
        try:
            return list(KEYS.read(answer).keys)
        except Garbled as error:
            raise EvidenceUnavailable("no keys in the answer") from error

    async def checkpoint(self, office: OfficeId) -> str:
        """The newest checkpoint that lasts. Raises `EvidenceUnavailable`, `KeyError`."""
        return (await self._find(office, "checkpoint")).decode()

    async def describe(self) -> About:
        """Which archive it is. Raises `EvidenceUnavailable`."""
        try:
            return ABOUT.read(await self._ask("GET", self._base / "archive"))
        except (Garbled, KeyError, EvidenceRefused) as error:
            raise EvidenceUnavailable("it does not say which archive it is") from error

    async def check(self) -> str | None:
        """What is wrong with the evidence process, in a few words; None when it answers."""
        try:
            await self._ask("GET", self._base / "healthz")
        except (EvidenceUnavailable, EvidenceRefused, KeyError):
            return "does not answer"
        return None

    async def _find(self, office: OfficeId, *path: str) -> bytes:
        if not is_office(office):  # else it would be another address
            raise KeyError(office)
        return await self._ask("GET", self._base.joinpath("offices", office, *path))

    async def _ask(self, method: str, url: URL, body: bytes | None = None) -> bytes:
        try:
            async with self._session.request(
                method, url, data=body, headers=_HEADERS if body else None, allow_redirects=False
            ) as response:
                answer = await _read(response)
                status = response.status
        except TimeoutError as error:
            raise EvidenceUnavailable("no answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise EvidenceUnavailable(f"no connection ({type(error).__name__})") from error
        if status != 200:  # noqa: PLR2004 - HTTP's only number for done, here
            raise _translate(answer, status)
        return answer


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, of which no more is taken than there can be."""
    answer = bytearray()
    async for piece in response.content.iter_any():
        answer += piece
        if len(answer) > LARGEST:
            raise EvidenceUnavailable("the answer is too large")
    return bytes(answer)


def _translate(answer: bytes, status: int) -> Exception:
    try:
        complaint = COMPLAINT.read(answer)
    except Garbled:
        return EvidenceUnavailable(f"answered {status} in another form")
    match complaint:
        case Complaint(error=Trouble.REFUSED):
            return EvidenceRefused(complaint.reason)
        case Complaint(error=Trouble.NOT_FOUND):
            return KeyError(complaint.reason)
        case Complaint(error=Trouble.MALFORMED | Trouble.TOO_LARGE):
            # The two sides do not fit together, or the fact is none: asking again would not help.
            return EvidenceRefused(f"{complaint.error}: {complaint.reason}")
        case _:
            return EvidenceUnavailable(f"{complaint.error}: {complaint.reason}")


@asynccontextmanager
async def open_client(address: Address, patience: ClientTimeout = PATIENCE) -> AsyncIterator[HttpEvidence]:
    """The evidence at an address, until the end of the block. Nothing is asked yet.

    Raises `OSError` where a certificate cannot be used.
    """
    connector, base = await _connect(address)
    # Nothing of this machine's proxies, cookies or credentials has a part in it.
    async with aiohttp.ClientSession(
        connector=connector, timeout=patience, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session:
        yield HttpEvidence(session, base)


async def _connect(address: Address) -> tuple[aiohttp.BaseConnector, URL]:
    match address:
        case UnixAddress(path):
            return aiohttp.UnixConnector(str(path), limit=0), URL("http://evidence")
        case TlsAddress(host, port, certificates):
            context = await asyncio.to_thread(make_client_context, certificates)
            return aiohttp.TCPConnector(ssl=context, limit=0), URL.build(scheme="https", host=host, port=port)
        case _:
            assert_never(address)
