"""The evidence and the seal of a scene, away for as long as a test wants."""

from dataclasses import dataclass, field

from adapters.evidence.local import LocalEvidence
from bot.domain.certified import SealLevel
from bot.domain.errors import EvidenceUnavailable, SealingUnavailable
from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.people import OfficeId
from bot.domain.sealing import Inspection, SealedPdf, SealOrder
from bot.ports import Sealer
from bot.use_cases.record_evidence import Recorder
from storage.evidence.archive import Archive
from storage.evidence.reading import LogReader


class HoldableEvidence(LocalEvidence):
    """Keeps `bot.ports.Evidence`; while it `is_away` nothing reaches the archive."""

    is_away = False

    async def record(self, fact: EvidenceFact) -> Receipt:
        self._require_here()
        return await super().record(fact)

    async def prove(self, office: OfficeId, index: int) -> bytes:
        self._require_here()
        return await super().prove(office, index)

    def _require_here(self) -> None:
        if self.is_away:
            raise EvidenceUnavailable("away")


@dataclass(slots=True)
class HoldableSealer:
    """Keeps `bot.ports.Sealer`; while it `is_away` nothing is sealed, and `waiting` are documents that were asked.

    What is in a document is looked at once for all scenes with the same `seen`: the first look of `inner` starts a
    process that takes a second.
    """

    inner: Sealer
    seen: dict[str, Inspection]
    is_away: bool = False
    waiting: set[str] = field(default_factory=set)

    @property
    def level(self) -> SealLevel:
        return self.inner.level

    async def inspect(self, sha256: str) -> Inspection:
        if sha256 not in self.seen:
            self.seen[sha256] = await self.inner.inspect(sha256)
        return self.seen[sha256]

    async def seal(self, order: SealOrder) -> SealedPdf:
        if self.is_away:
            self.waiting.add(order.original)
            raise SealingUnavailable("away")
        return await self.inner.seal(order)

    def come_back(self) -> None:
        """Seal from now on."""
        self.is_away = False
        self.waiting.clear()


@dataclass(frozen=True, slots=True)
class Recording:
    """The evidence, the archive behind it, who records in it, and what seals after that."""

    evidence: HoldableEvidence
    sealer: HoldableSealer
    archive: Archive
    recorder: Recorder

    def read(self, office: OfficeId) -> LogReader:
        """The log of an office as anybody may read it."""
        return self.archive.reader(office)
