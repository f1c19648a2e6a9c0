"""What a running Paraaf has of the evidence: the archive in this process, or the process that holds it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.evidence.addresses import Address, Certificates, read_address
from adapters.evidence.belonging import make_prover, require_archive, require_remote
from adapters.evidence.client import HttpEvidence, open_client
from adapters.evidence.local import LocalEvidence
from adapters.evidence.opening import make_key_finder, open_archive
from adapters.evidence.overseeing import Overseers, oversee
from adapters.evidence.tiles import FindLog
from adapters.settings import Settings, SettingsError
from bot.domain.errors import EvidenceUnavailable
from bot.domain.people import OfficeId
from bot.ports import Evidence
from storage.evidence.archive import Archive, is_office
from storage.evidence.errors import Locked
from storage.evidence.note import VerifierKey, parse_key
from storage.sql.store import SqlStore

FindKeys = Callable[[str], Awaitable[list[VerifierKey] | None]]


@dataclass(frozen=True, slots=True)
class Holding:
    """`evidence` records; `find_keys` finds the keys of a log by its origin, for `adapters.web.verify`.

    `require_own` raises `SettingsError` where a database's evidence is in another archive than this. `overseers` and
    `find_log`, which finds a log by its office to show it to the world, are None where another process has the archive.
    """

    evidence: Evidence
    find_keys: FindKeys
    require_own: Callable[[SqlStore], Awaitable[None]]
    overseers: Overseers | None = None
    find_log: FindLog | None = None


@asynccontextmanager
async def hold_evidence(settings: Settings) -> AsyncIterator[Holding]:
    """The evidence of this deployment, until the end of the block.

    Raises `SettingsError`, `EvidenceError`, `OSError`.
    """
    address = find_address(settings)
    if address is None:
        async with hold_archive(settings) as (archive, evidence, overseers):

            async def require_own(store: SqlStore) -> None:
                await require_archive(store, evidence.about, make_prover(archive))

            yield Holding(evidence, make_key_finder(archive), require_own, overseers, archive.find)
        return
    if settings.evidence_public:
        words = "not together with PARAAF_EVIDENCE_URL: run paraaf evidence serve --public where the evidence is"
        raise SettingsError({"PARAAF_EVIDENCE_PUBLIC": words})
    async with open_client(address) as client:
        yield Holding(client, _make_remote_finder(client), lambda store: require_remote(store, client))


@asynccontextmanager
async def hold_archive(settings: Settings) -> AsyncIterator[tuple[Archive, LocalEvidence, Overseers]]:
    """The archive, for this process alone, with what records in it and what oversees it.

    Raises `SettingsError`, also where another process holds it, `EvidenceError`, `OSError`.
    """
    archive = await asyncio.to_thread(open_archive, settings)
    try:
        archive.hold()
        async with oversee(settings, archive) as overseers:
            yield archive, LocalEvidence(archive, overseers.observers, overseers.find_checkpoint), overseers
    except Locked:
        words = (
            f"another process holds the evidence in {settings.evidence_dir}. If that is paraaf evidence serve, set "
            "PARAAF_EVIDENCE_URL to where it listens; if it is another Paraaf, only one can keep the evidence itself: "
            "run paraaf evidence serve, and let both use it"
        )
        raise SettingsError({"PARAAF_EVIDENCE_DIR": words}) from None
    finally:
        await archive.close()


def find_address(settings: Settings) -> Address | None:
    """Where the evidence process is; None where this one keeps the evidence itself. Raises `SettingsError`."""
    if settings.evidence_url is None:
        return None
    files = (settings.evidence_certificate, settings.evidence_key, settings.evidence_authority)
    certificate, key, authority = files
    certificates = Certificates(certificate, key, authority) if certificate and key and authority else None
    try:
        return read_address(settings.evidence_url, certificates)
    except ValueError as error:
        raise SettingsError({"PARAAF_EVIDENCE_URL": str(error)}) from None


def _make_remote_finder(client: HttpEvidence) -> FindKeys:
    async def find_keys(origin: str) -> list[VerifierKey] | None:
        office = origin.rpartition("/")[2]
        if not is_office(office):
            return []
        try:
            keys = [parse_key(key) for key in await client.keys(OfficeId(office))]
        except KeyError:
            return []
        except EvidenceUnavailable:
            return None
        return [key for key in keys if key.name == origin]

    return find_keys
