"""What came of judging a sealed PDF: values that say what was checked, and what each signature covers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.certified import SealLevel
from storage.evidence.verify import Outcome, Verdict


class Check(StrEnum):
    """What is checked."""

    READABLE = "readable"
    """It is a PDF that can be read, and not encrypted."""
    SEALED = "sealed"
    """Its first signature certifies it with no changes allowed, and only timestamps follow."""
    RANGES = "ranges"
    """Each signature covers everything from the first byte to its end, but for the place it stands in."""
    WHOLE_FILE = "whole-file"
    """The last signature or timestamp covers the file to its last byte."""
    UNCHANGED = "unchanged"
    """After the seal came nothing but timestamps and what certificates are checked with."""
    SIGNATURES = "signatures"
    """Each signature was made with its key over these bytes, by algorithms that are not broken."""
    SEALER = "sealer"
    """The certificate of the seal is trusted, and was valid then."""
    TIMESTAMPS = "timestamps"
    """Each timestamp is by an authority that is trusted."""
    LOGGED = "logged"
    """The file is the one whose hash was logged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `reason` is a machine word: why it failed or was left."""

    check: Check
    outcome: Outcome
    reason: str = ""


class Kind(StrEnum):
    """What a signature in a PDF is."""

    SEAL = "seal"
    TIMESTAMP = "timestamp"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Covered:
    """A signature: by whom, when as far as it says, and how many bytes from the first on it covers."""

    kind: Kind
    name: str
    at: datetime | None
    is_stamped: bool
    """Whether an authority that is trusted says when; else it is the clock of who signed."""
    size: int
    reason: str = ""
    """What a seal says of itself for people, such as which pages are the certificate; it is as trusted as its maker."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was checked, in order, and the signatures that were found in a file of `size` bytes."""

    findings: tuple[Finding, ...]
    size: int
    signatures: tuple[Covered, ...] = ()
    level: SealLevel | None = None
    """What the file carries, whoever made it; None where it has no seal."""

    @property
    def verdict(self) -> Verdict:
        """What came of all checks together."""
        if any(each.outcome is Outcome.FAILED for each in self.findings):
            return Verdict.FAILS
        sealer = self.find(Check.SEALER)
        return Verdict.HOLDS if sealer and sealer.outcome is Outcome.HELD else Verdict.INCOMPLETE

    def find(self, check: Check) -> Finding | None:
        """What came of one check; None where it was not come to."""
        return next((each for each in self.findings if each.check is check), None)
