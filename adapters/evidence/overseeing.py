"""What runs beside whoever holds the archive: timestamps and witnesses, as far as they are set."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from cryptography import x509
from cryptography.x509 import Certificate

from adapters.evidence.stamping import Authority, Stamper
from adapters.evidence.witnessing import Witnesses, read_witnesses
from adapters.settings import Settings, SettingsError
from storage.evidence.archive import Archive
from storage.evidence.note import Note, VerifierKey

Observer = Callable[[str], Awaitable[None]]
"""Is told of each office whose log grew, and returns at once."""


@dataclass(frozen=True, slots=True)
class Overseers:
    """Hand `observers` to what records, and ask `find_checkpoint` what to prove under."""

    archive: Archive
    stamper: Stamper | None = None
    witnesses: Witnesses | None = None
    witness_keys: tuple[VerifierKey, ...] = field(default=())

    @property
    def observers(self) -> tuple[Observer, ...]:
        """To be told of every office whose log grew."""
        return tuple(each.checkpoint_grew for each in (self.stamper, self.witnesses) if each)

    @property
    def timestamps_owed(self) -> int:
        """How many offices wait for a timestamp that could not be had."""
        return self.stamper.owed if self.stamper else 0

    @property
    def cosignatures_owed(self) -> int:
        """How many offices wait for a cosignature that could not be had."""
        return self.witnesses.owed if self.witnesses else 0

    async def find_checkpoint(self, office: str, index: int) -> Note | None:
        """The newest cosigned checkpoint over an entry; None where there is none, for the log's own newest."""
        if not self.witness_keys:
            return None
        return await asyncio.to_thread(self.archive.cosignatures(office, self.witness_keys).find, index)


@asynccontextmanager
async def oversee(settings: Settings, archive: Archive) -> AsyncIterator[Overseers]:
    """Have checkpoints timestamped and cosigned until the end of the block. Raises `SettingsError`, `OSError`."""
    roots = read_roots(settings)
    try:
        named = read_witnesses(settings.witnesses) if settings.witnesses else ()
    except ValueError as error:
        raise SettingsError({"PARAAF_WITNESSES": str(error)}) from error
    async with aiohttp.ClientSession() as session:
        stamper = witnesses = None
        if settings.tsa_url:
            authority = Authority(session, settings.tsa_url)
            stamper = Stamper(archive, authority, lambda office: archive.timestamps(office, roots), settings.tsa_every)
        if named:
            witnesses = Witnesses(archive, session, named)
        running = [each for each in (stamper, witnesses) if each]
        try:
            for each in running:
                await each.start()
            yield Overseers(archive, stamper, witnesses, tuple(each.key for each in named))
        finally:
            for each in running:
                await each.stop()


def read_roots(settings: Settings) -> list[Certificate]:
    """The certificates of `PARAAF_TSA_ROOTS`. Raises `SettingsError` where they are needed and not there."""
    if settings.tsa_roots is None:
        if settings.tsa_url:
            raise SettingsError(
                {"PARAAF_TSA_ROOTS": "name the file with the root certificate of the authority, in PEM"}
            )
        return []
    return _load(settings.tsa_roots)


def _load(file: Path) -> list[Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        raise SettingsError({"PARAAF_TSA_ROOTS": f"{file} holds no certificates in PEM"}) from None
