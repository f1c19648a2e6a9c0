"""Record in the evidence what the log says of envelopes: every line at least once, and found once by its key.

The lines of one envelope go one after the other, those of several together, so that they share a flush of the disk. A
crash between the evidence and the database leaves the lines leased: when the lease ends they are recorded again, which
finds their entries instead of adding any.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from bot.domain.dossier import Content
from bot.domain.envelope import Envelope
from bot.domain.errors import EvidenceRefused, EvidenceUnavailable, StoreUnavailable
from bot.domain.evidence import (
    PROOF_SUFFIX,
    EvidenceFact,
    OwedLine,
    Receipt,
    find_facts,
    is_newest_closing,
    leaves_proof,
)
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import OfficeId
from bot.domain.signature import Signature
from bot.following import Follow, follow
from bot.incidents import describe, name_incident
from bot.ports import Ports, Transaction
from bot.use_cases.deliver import POLL, wait_before
from bot.use_cases.filing import NAME_LENGTH, StoredFile, file_document
from bot.use_cases.repeating import repeat
from bot.use_cases.settle import settle
from cards.text import shorten

BATCH = 64
"""Lines recorded at once."""
LEASE = timedelta(minutes=2)
"""How long that may take before another process believes that this one died."""
SLOWEST = 5
"""After so many tries the next ones come no slower, every 32 to 48 seconds: the evidence is near, and cheap to ask."""
LOOK_AGAIN = timedelta(hours=1)
"""When a line that the evidence refused is tried again, in case somebody mended what was wrong."""
PROOF_TYPE = "text/plain"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A line that is in the evidence; `proof` is kept where it is to lie in the dossier."""

    owed: OwedLine
    receipt: Receipt
    proof: Content | None


@dataclass(slots=True)
class _Outcome:
    """What became of a batch."""

    recorded: list[_Recorded] = field(default_factory=list)
    postponed: list[OwedLine] = field(default_factory=list)
    refused: list[OwedLine] = field(default_factory=list)
    troubles: dict[OfficeId, str] = field(default_factory=dict)


class Recorder:
    """Claims owed lines and records them; `told` is called when there is something to show, `count` for receipts."""

    def __init__(
        self,
        ports: Ports,
        told: Callable[[], None] = lambda: None,
        count: Callable[[int], None] = lambda _number: None,
        follow: Follow = follow,
    ) -> None:
        """Raises `ValueError` for ports without evidence."""
        if ports.evidence is None:
            raise ValueError("there is no evidence to record in")
        self._ports = ports
        self._evidence = ports.evidence
        self._told = told
        self._count = count
        self._follow = follow
        self._woken = asyncio.Event()
        self._troubles: dict[OfficeId, str] = {}

    @property
    def trouble(self) -> str | None:
        """Why the evidence does not take anything of some office now; None when it takes everything."""
        return next(iter(self._troubles.values()), None)

    def wake(self) -> None:
        """Look at what is owed now rather than at the next poll."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Record until `stop` is set; a batch under way is finished first."""
        await repeat(self.record_due, stop, POLL, self._woken)

    async def record_due(self) -> int:
        """Record up to `BATCH` of what is due now; the number of lines that were tried."""
        lines: Sequence[OwedLine] = ()
        try:
            async with self._ports.store.transaction() as tx:
                lines = await tx.owed_evidence.claim(self._ports.clock.now(), LEASE, BATCH)
            if not lines:
                return 0
            outcome = await self._record(lines)
            self._note_troubles(lines, outcome)
            await self._report_all(outcome)
        except StoreUnavailable:
            # What was claimed stays leased, and is found again by its key.
            _log.warning("evidence.store_unavailable")
            return 0
        except asyncio.CancelledError:
            await self._give_back(lines)
            raise
        return len(lines)

    async def _give_back(self, lines: Sequence[OwedLine]) -> None:
        """Let others record these lines at once, which finds the entries of those that are recorded already."""
        with suppress(StoreUnavailable):  # else they stay leased for a while
            async with self._ports.store.transaction() as tx:
                await tx.owed_evidence.postpone(lines, self._ports.clock.now())

    def _note_troubles(self, lines: Sequence[OwedLine], outcome: _Outcome) -> None:
        for office in {owed.line.office for owed in lines}:
            before, now = self._troubles.pop(office, None), outcome.troubles.get(office)
            if now is not None:
                self._troubles[office] = now
            if now != before:
                _log.warning("evidence.trouble", office=office, reason=now)

    async def _record(self, lines: Sequence[OwedLine]) -> _Outcome:
        outcome = _Outcome()
        ordered = sorted(lines, key=_name_envelope)  # which keeps the order within each
        groups = [list(group) for _, group in groupby(ordered, key=_name_envelope)]
        await asyncio.gather(*(self._record_group(group, outcome) for group in groups))
        return outcome

    async def _record_group(self, lines: Sequence[OwedLine], outcome: _Outcome) -> None:
        """Record the lines of one envelope; none overtakes one that could not be recorded now."""
        for number, owed in enumerate(lines):
            try:
                with self._follow("record", envelope=_name_envelope(owed), decision=owed.key):
                    outcome.recorded.append(await self._record_line(owed))
            except (EvidenceUnavailable, StoreUnavailable) as away:
                outcome.troubles[owed.line.office] = away.reason
                outcome.postponed += lines[number:]
                return
            except EvidenceRefused as refused:
                _report(owed, refused.reason)
                outcome.refused.append(owed)
            except Exception as error:  # noqa: BLE001 - a mistake of ours about one line must not hold up all others
                _report(owed, "mistake", **describe(error))
                outcome.refused.append(owed)

    async def _record_line(self, owed: OwedLine) -> _Recorded:
        envelope, fact = await self._read_fact(owed)
        receipt = await self._evidence.record(fact)
        proof = None
        if leaves_proof(owed.line, envelope):
            proof = await self._ports.blobs.put(await self._evidence.prove(envelope.office, receipt.index))
        return _Recorded(owed, receipt, proof)

    async def _read_fact(self, owed: OwedLine) -> tuple[Envelope, EvidenceFact]:
        async with self._ports.store.reading() as tx:
            envelope = await _read_envelope(tx, owed)
            return envelope, find_facts(owed, envelope, await _read_signature(tx, owed, envelope))

    async def _report_all(self, outcome: _Outcome) -> None:
        for each in outcome.recorded:
            if each.proof and not await self._file(each, each.proof):
                outcome.refused.append(each.owed)
        self._count(await settle(lambda: self._save(outcome)))

    async def _file(self, recorded: _Recorded, proof: Content) -> bool:
        """Each in a transaction of its own, so that what is wrong with one dossier holds up nothing else."""

        async def file() -> bool:
            now = self._ports.clock.now()
            async with self._ports.store.transaction() as tx:
                is_first = await tx.owed_evidence.recorded(recorded.owed, recorded.receipt, now)
                if is_first:
                    await _show_proof(tx, recorded, proof, now)
            return is_first

        try:
            self._count(int(await settle(file)))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - as in _record_group
            _report(recorded.owed, "not-filed", **describe(error))
            return False
        self._told()
        return True

    async def _save(self, outcome: _Outcome) -> int:
        """The number of receipts that were saved here, and not by another process before."""
        now, saved = self._ports.clock.now(), 0
        async with self._ports.store.transaction() as tx:
            # In the order in which another process would, if both believe that the lines are theirs.
            for each in sorted(outcome.recorded, key=lambda each: each.owed.key):
                if not each.proof:
                    saved += await tx.owed_evidence.recorded(each.owed, each.receipt, now)
            for _, lines in groupby(sorted(outcome.postponed, key=_name_office), _name_office):
                waiting = list(lines)
                tries = max(owed.attempts for owed in waiting)
                await tx.owed_evidence.postpone(waiting, now + wait_before(min(tries, SLOWEST)))
            for owed in outcome.refused:
                await tx.owed_evidence.refuse(owed, now + LOOK_AGAIN)
        return saved


async def _read_envelope(tx: Transaction, owed: OwedLine) -> Envelope:
    """The envelope of a line, which is never deleted."""
    envelope = await tx.envelopes.get(owed.line.office, owed.line.envelope) if owed.line.envelope else None
    if envelope is None:
        raise EvidenceRefused("no-envelope")
    return envelope


async def _read_signature(tx: Transaction, owed: OwedLine, envelope: Envelope) -> Signature | None:
    if "signature" not in owed.line.facts:
        return None
    try:
        return await tx.signatures.get(envelope, owed.line.by.account)
    except ValueError:  # the person was erased meanwhile
        return None


async def _show_proof(tx: Transaction, recorded: _Recorded, proof: Content, at: datetime) -> None:
    """File the proof beside each document, and let the card tell of it."""
    envelope = await _read_envelope(tx, recorded.owed)
    items = await tx.dossiers.items(envelope.client, [document.item for document in envelope.documents])
    for item in items:
        name = shorten(item.name, NAME_LENGTH - len(PROOF_SUFFIX)) + PROOF_SUFFIX
        file = StoredFile(name, proof, PROOF_TYPE, None)
        await file_document(tx, envelope.client, item.folder, file, "Paraaf", at)
    if is_newest_closing(recorded.owed.line, envelope):
        await tx.envelopes.proved(envelope, recorded.receipt)
        # What is sealed names the entry that it follows from, so it is made only now.
        sealing = (Errand.SEAL,) if envelope.is_being_sealed else ()
        for errand in (Errand.SHOW_CARD, *sealing):
            await tx.outbox.put(Outgoing(envelope.office, envelope.conversation, errand, envelope.id), at)


def _name_office(owed: OwedLine) -> str:
    return owed.line.office


def _name_envelope(owed: OwedLine) -> str:
    return owed.line.envelope or ""


def _report(owed: OwedLine, reason: str, **more: object) -> None:
    """Ids and kinds alone: what people wrote does not belong in the log of the application."""
    _log.error("evidence.refused", incident=name_incident(), decision=owed.key, reason=reason, **more)
