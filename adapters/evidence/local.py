"""The evidence in this process, which alone has the archive open."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from weakref import WeakValueDictionary

from adapters.evidence.opening import name_person
from adapters.evidence.wire import About
from bot.domain.errors import EvidenceRefused, EvidenceUnavailable
from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.log import Happening
from bot.domain.people import OfficeId
from storage.evidence.archive import Archive
from storage.evidence.entry import Document, Entry, Event, Personal, encode_entry
from storage.evidence.errors import EntryDiffers, EvidenceError, Malformed, WrongSecret
from storage.evidence.log import EvidenceLog
from storage.evidence.note import Note

Observer = Callable[[str], Awaitable[None]]
"""Is told of each office whose log grew, and returns at once."""
FindCheckpoint = Callable[[str, int], Awaitable[Note | None]]
"""Under which checkpoint to prove an entry of an office; None for the log's newest."""


async def _prove_under_newest(_office: str, _index: int) -> Note | None:
    return None


class LocalEvidence:
    """Keeps `bot.ports.Evidence`; the archive stays with whoever opened it."""

    def __init__(
        self,
        archive: Archive,
        observers: Sequence[Observer] = (),
        find_checkpoint: FindCheckpoint = _prove_under_newest,
    ) -> None:
        self._archive = archive
        self._observers = observers
        self._find_checkpoint = find_checkpoint
        self._recording: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def record(self, fact: EvidenceFact) -> Receipt:
        try:
            encode_entry(make_entry(fact, {}))
        except Malformed as error:
            raise EvidenceRefused(error.reason) from error
        try:
            # One at a time, since keeping the payload of a decision replaces what its entry was made with.
            async with self._recording.setdefault(fact.decision, asyncio.Lock()):
                return await self._record(fact)
        except EntryDiffers as error:
            raise EvidenceRefused(f"entry-differs-at-{error.index}") from error
        except (EvidenceError, OSError) as error:
            raise EvidenceUnavailable(_explain(error)) from error

    async def prove(self, office: OfficeId, index: int) -> bytes:
        log = await self._find(office)
        try:
            return str(await log.proof(index, await self._find_checkpoint(office, index))).encode()
        except IndexError:
            raise KeyError(index) from None
        except (EvidenceError, OSError) as error:
            raise EvidenceUnavailable(_explain(error)) from error

    @property
    def about(self) -> About:
        """Which archive it is."""
        return About(self._archive.name, self._archive.host)

    async def keys(self, office: OfficeId) -> list[str]:
        """The keys that an office's log was signed with, the newest last. Raises `EvidenceUnavailable`, `KeyError`."""
        return [str(key) for key in (await self._find(office)).keys]

    async def checkpoint(self, office: OfficeId) -> str:
        """The newest checkpoint that lasts. Raises `EvidenceUnavailable`, `KeyError`."""
        return str((await self._find(office)).checkpoint)

    async def _find(self, office: OfficeId) -> EvidenceLog:
        # Asking begins no log: only what happened does.
        try:
            log = await self._archive.find(office)
        except (EvidenceError, OSError) as error:
            raise EvidenceUnavailable(_explain(error)) from error
        if log is None:
            raise KeyError(office)
        return log

    async def _record(self, fact: EvidenceFact) -> Receipt:
        log = await self._archive.log(fact.office)
        is_known = await log.find(fact.decision) is not None
        try:
            commitments = {} if is_known else await asyncio.to_thread(self._keep, fact)
        except WrongSecret as error:
            # One person's key is damaged, of which the others' decisions know nothing.
            raise EvidenceRefused("personal-key-damaged") from error
        found = await log.append(make_entry(fact, commitments))
        if not found.repeated:
            for tell in self._observers:
                await tell(fact.office)
        return Receipt(found.origin, found.index, found.entry_hash)

    def _keep(self, fact: EvidenceFact) -> dict[Personal, str]:
        payloads = self._archive.payloads(fact.office)
        own = {Personal(what): value.encode() for what, value in fact.personal.items()}
        own[Personal.ACCOUNT] = name_person(fact.person).encode()
        commitments = payloads.keep(name_person(fact.person), fact.decision, own)
        for role, party in fact.others.items():
            theirs = {Personal(role): party.name.encode()}
            commitments |= payloads.keep(name_person(party.account), fact.decision, theirs)
        return commitments


def _explain(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the evidence'}: {error.strerror}"
    return str(error)


def make_entry(fact: EvidenceFact, commitments: Mapping[Personal, str]) -> Entry:
    """The entry of a fact. What it does not name is personal, and committed to."""
    return Entry(
        fact.office,
        fact.envelope,
        name_event(fact.happening),
        fact.decision,
        fact.at,
        tuple(Document(fact.client, each.item, each.sha256, fact.after) for each in fact.documents),
        fact.consent,
        commitments,
        fact.asks,
        fact.adopted_on,
    )


def name_event(happening: Happening) -> Event:
    """What the evidence calls it. Raises `Malformed` for what is not about an envelope, and so in no entry."""
    try:
        return Event(happening.value.replace(" ", "-"))
    except ValueError:
        raise Malformed("not-about-an-envelope") from None
