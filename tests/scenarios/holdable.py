"""The evidence of a scene: real, and away for as long as a test wants."""

from dataclasses import dataclass

from adapters.evidence.local import LocalEvidence
from bot.domain.errors import EvidenceUnavailable
from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.people import OfficeId
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


@dataclass(frozen=True, slots=True)
class Recording:
    """The evidence, the archive behind it, and who records in it."""

    evidence: HoldableEvidence
    archive: Archive
    recorder: Recorder

    def read(self, office: OfficeId) -> LogReader:
        """The log of an office as anybody may read it."""
        return self.archive.reader(office)
